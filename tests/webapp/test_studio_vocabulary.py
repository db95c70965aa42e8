"""What the studio offers to choose from, so that nobody types a code."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from models.database import transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from webapp.runtime import runtime
from webapp.step_form import StepForm
from workflows.diagrams.extensions import SUBJECTS
from workflows.diagrams.forms import SHOWN_TO
from workflows.diagrams.graph import FIELD_TYPES

pytestmark = pytest.mark.usefixtures("clock_stands")
ADDRESS = "/diagrams/studio/vocabulary.json"


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora owns."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "policy_owner")
    return found


@pytest.fixture
def words(office: Desk) -> dict[str, Any]:
    answer = office.browser(office.town.people.nora).get(ADDRESS)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_everything_that_a_mark_may_name_has_words(words: dict[str, Any]) -> None:
    pack = runtime().pack
    for kind, known in (("acts", pack.acts), ("clauses", pack.clauses), ("roles", pack.roles)):
        assert {one["id"] for one in words[kind]} == set(known)
    assert {one["name"] for one in words["parties"]} == set(pack.parties)
    assert {one["id"] for one in words["classifications"]} == set(pack.classifications)
    assert {one["id"] for one in words["field_types"]} == FIELD_TYPES
    assert {one["id"] for one in words["subjects"]} == SUBJECTS
    assert {one["id"] for one in words["shown_to"]} == SHOWN_TO
    titled = [one for kind in words.values() for one in kind if "title" in one]
    assert len(titled) > 100
    assert all(one["title"] for one in titled)


def test_every_building_block_comes_with_its_form(words: dict[str, Any]) -> None:
    blocks = {one["id"]: one for one in words["blocks"]}
    assert set(blocks) == {block.id for block in runtime().pack.blocks}
    assert all(field["label"] for one in blocks.values() for field in one["fields"])


def test_ids_that_would_break_a_form_are_named(words: dict[str, Any]) -> None:
    own = {name for name in dir(StepForm) if not name.startswith("_")}
    assert own | {"csrf_token", "form_errors", "meta"} <= set(words["reserved_ids"])


def test_an_act_says_who_does_it_and_what_it_may_end_in(words: dict[str, Any]) -> None:
    act = next(one for one in words["acts"] if one["id"] == "forward-request")
    assert act["title"] == "Forward the request to Communications"
    assert act["parties"] == ["Department"]
    assert act["may_offer"] == ["forward", "return", "decline"]
    assert act["default"] == "forward"


def test_an_operation_has_the_title_of_its_act_or_words_of_its_own(words: dict[str, Any]) -> None:
    titles = {one["topic"]: one["title"] for one in words["operations"]}
    pack = runtime().pack
    assert titles["launch-site"] == next(
        act.title for act in pack.acts.values() if act.topic == "launch-site"
    )
    assert titles["remind"] == "Remind"


def test_a_process_says_what_it_reads_of_who_calls_it(words: dict[str, Any]) -> None:
    process = next(one for one in words["processes"] if one["key"] == "decide-request")
    assert process["name"] == "Decide on request"
    assert process["inputs"] == ["SubmitRequest"]
    assert "Returned" in process["errors"]
    assert {"id": "ReviewRequest", "title": "Review the request"} in process["asks"]
    assert not process["startable"]


def test_a_type_says_how_modelers_write_it(words: dict[str, Any]) -> None:
    written = {one["id"]: (one["carrier"], one["widget"]) for one in words["field_types"]}
    assert written["enum"] == ("enum", None)
    assert written["multi-enum"] == ("enum", "multi-enum")
    assert written["long-text"] == ("string", "long-text")


def test_only_who_edits_diagrams_may_ask(office: Desk) -> None:
    assert office.browser(office.town.people.rosa).get(ADDRESS).status_code == 403
