"""What the studio asks of a diagram that somebody is editing."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models.database import transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows.diagrams.sketch import end, field, flow, flows, gateway, process, start, user
from webapp.runtime import settings
from workflows import publication
from workflows.diagrams.graph import FIELD_TYPES
from workflows.diagrams.reading import read

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora owns."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "policy_owner")
    return found


def shipped(key: str) -> bytes:
    return publication.shipped(settings().policy_dir)[key]


def asked(office: Desk, what: str, content: bytes, **query: str) -> TestResponse:
    written = "&".join(f"{name}={value}" for name, value in query.items())
    address = f"/diagrams/studio/{what}?{written}"
    return office.script("POST", office.town.people.nora, address, content)


def told(answer: TestResponse) -> Any:
    assert answer.status_code == 200
    return answer.get_json()


def small(*fields: str) -> bytes:
    return process(
        start(), user("Ask", *fields), gateway("exclusive", "Which", "WhichToNo"), end("Yes"),
        end("No"), flows("Begin Ask Which No"), flow("Which", "Yes", 'Ask.decision = "approve"'),
    )  # fmt: skip


CHOICE = field("decision", "enum", "approve reject", required=True)


# --- Which answers there are ------------------------------------------------------------------


def test_a_gateway_is_told_what_has_been_answered_by_then(office: Desk) -> None:
    found = told(asked(office, "fields-at", small(CHOICE), element="Which"))
    assert [(one["step"], one["always"], one["counted"]) for one in found] == [("Ask", True, False)]
    assert found[0]["field"]["type"] == "enum"
    assert [option["id"] for option in found[0]["field"]["options"]] == ["approve", "reject"]


def test_a_condition_of_a_form_reads_the_answers_of_that_form(office: Desk) -> None:
    content = small(CHOICE)
    assert told(asked(office, "fields-at", content, element="Ask")) == []
    (found,) = told(asked(office, "fields-at", content, element="Ask", form="1"))
    assert found["field"]["id"] == "decision"


def test_a_called_diagram_is_told_what_those_in_force_that_call_it_have_asked(office: Desk) -> None:
    content = shipped("decide-request")
    found = told(asked(office, "fields-at", content, element="ReviewRequest"))
    assert {one["step"] for one in found} == {"SubmitRequest"}


# --- What a condition means -------------------------------------------------------------------


def test_a_condition_is_said_in_words(office: Desk) -> None:
    text = 'Ask.decision = "approve"'
    found = told(asked(office, "condition", small(CHOICE), element="WhichToYes", text=text))
    assert found == {"words": '“Decision” is "Approve"'}


def test_a_condition_that_cannot_be_read_says_where_and_what_to_write(office: Desk) -> None:
    text = "Ask.decision == 1"
    found = told(asked(office, "condition", small(CHOICE), element="WhichToYes", text=text))
    assert found["column"] == 14
    assert 'write a single "="' in found["message"]


def test_a_condition_on_what_nobody_has_answered_says_so(office: Desk) -> None:
    text = "Ask.reason = null"
    found = told(asked(office, "condition", small(CHOICE), element="WhichToYes", text=text))
    assert found["message"].startswith('"Ask.reason" cannot have been answered by then.')


# --- The form ---------------------------------------------------------------------------------


def test_every_type_of_question_is_drawn_as_staff_will_see_it(office: Desk) -> None:
    fields = [
        field(
            f"f_{kind}".replace("-", "_"),
            "enum" if "enum" in kind else "string",
            "one two" if "enum" in kind else "",
            widget=kind,
            columns={"a": "A | string"} if kind == "table" else {},
        )
        for kind in sorted(FIELD_TYPES)
    ]
    answer = asked(office, "form", small(*fields), element="Ask")
    assert answer.status_code == 200
    for kind in FIELD_TYPES:
        assert f'data-field="f_{kind.replace("-", "_")}"' in answer.text
    assert 'id="preview-f_string"' in answer.text
    assert 'for="preview-f_string"' in answer.text
    assert "csrf_token" not in answer.text


@pytest.mark.parametrize("key", ["create-site", "decide-request", "prepare-site"])
def test_the_forms_of_shipped_diagrams_are_drawn_whole(office: Desk, key: str) -> None:
    diagram = read(shipped(key))[0]
    assert diagram is not None
    for step in diagram.of_kind("userTask"):
        answer = asked(office, "form", shipped(key), element=step.id)
        assert answer.status_code == 200
        assert "preview__problems" not in answer.text
        assert all(f'data-field="{one.id}"' in answer.text for one in step.fields)


def test_what_cannot_be_drawn_yet_is_said_and_the_rest_is_drawn(office: Desk) -> None:
    content = small(
        CHOICE,
        field("a", required_when="Ask.decision =="),
        field("b", pattern="["),
        field("validate"),
        field("answers"),
    )
    answer = asked(office, "form", content, element="Ask")
    assert answer.status_code == 200
    assert answer.text.count("<li>") == 4
    assert 'data-field="a"' in answer.text
    assert 'data-field="b"' in answer.text


def test_a_step_that_asks_nothing_says_so(office: Desk) -> None:
    answer = asked(office, "form", small(), element="Ask")
    assert "Nothing is asked yet" in answer.text


@pytest.mark.parametrize("content", [b"", b"<no", b"\xff\xfe", b"<a/>", b"<!DOCTYPE a []><a/>"])
@pytest.mark.parametrize("what", ["fields-at", "condition", "form"])
def test_what_is_no_diagram_is_refused_in_words(office: Desk, what: str, content: bytes) -> None:
    answer = asked(office, what, content, element="Ask", text="true")
    assert answer.status_code == 422
    assert "holds no process" in answer.text


def test_only_who_edits_diagrams_may_ask(office: Desk) -> None:
    for what in ("fields-at", "condition", "form"):
        address = f"/diagrams/studio/{what}?element=Ask"
        answer = office.script("POST", office.town.people.rosa, address, small())
        assert answer.status_code == 403
