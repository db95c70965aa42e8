"""What is public of a complaint about somebody follows its state, and every look at it is noted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Case
from models.database import db
from models.people import Person
from models.trust import AuditRecord
from tests.bpmn.complaints import STORIES
from tests.workflows import confiding, investigating, walking
from tests.workflows.confiding import Complaint, advised, complain
from tests.workflows.walking import Town
from workflows import documents, public_facet, tasks
from workflows.errors import InvalidAnswersError, NotFoundError
from workflows.public_facet import Facet


@pytest.fixture
def walk(app: Flask, now: datetime) -> Complaint:
    town = walking.settle(now, {"main": confiding.diagram()})
    return advised(town, now=now).do("Respond", statement="It was public.")


def look_up(walk: Complaint, person: int) -> list[Facet]:
    clerk = walk.town.people.cleo
    return public_facet.look_up(
        walk.town.runtime, person, reason="The Courier's request.", by=clerk, now=walk.now
    )


def status(walk: Complaint, person: int) -> list[str]:
    return [facet.status for facet in look_up(walk, person)]


def find(
    walk: Complaint, outcome: str, final_on: str | None = "2026-11-16", *, official: bool = False
) -> int:
    """Let Hal find, with a document; give its number."""
    hal, step = walk.town.people.hal, walk.task("Find").id
    paper = documents.check("warning.txt", b"A warning.", megabytes=1)
    file = tasks.attach(walk.town.runtime, step, paper, by=hal, now=walk.now).id
    answers: dict[str, Any] = {
        "outcome": outcome,
        "reasons": "He posted it.",
        "finding": "violation",
    }
    answers["official"] = official
    walk.do("Find", hal, **answers, final_on=final_on, paper=file)
    return file


def test_before_the_end_its_existence_and_status_are_public(walk: Complaint) -> None:
    dan = walk.town.people.dan
    (facet,) = look_up(walk, dan)
    assert (facet.status, facet.steps) == ("open", ())
    assert look_up(walk, walk.town.people.rosa) == []


def test_a_complaint_that_names_nobody_yet_is_found_by_nobody(app: Flask, now: datetime) -> None:
    walk = complain(walking.settle(now, {"main": confiding.diagram()}), now=now)
    assert look_up(walk, walk.town.people.dan) == []


def test_final_discipline_opens_its_reasons_and_documents(walk: Complaint) -> None:
    file = find(walk, "discipline")
    dan, cleo = walk.town.people.dan, walk.town.people.cleo
    (facet,) = look_up(walk, dan)
    assert facet.status == "final, with discipline"
    (step,) = facet.steps
    fields = [field.id for field in public_facet.shown_fields(step, facet)]
    assert fields == ["reasons", "paper"]
    assert walk.reads[-1] == (cleo, "the public facet")
    runtime = walk.town.runtime
    handed = public_facet.document(runtime, dan, file, by=cleo, now=walk.now)
    assert handed.content == b"A warning."
    assert walk.reads[-1][1] == f"document {file}, by the public facet"
    with pytest.raises(NotFoundError):
        public_facet.document(runtime, walk.town.people.rosa, file, by=cleo, now=walk.now)


@pytest.mark.parametrize(
    ("outcome", "final_on", "said"),
    [
        ("no-discipline", "2026-11-16", "final, without discipline"),
        ("discipline", None, "closed, without a final disposition"),
        ("discipline", "2026-12-24", "closed, without a final disposition"),
    ],
)
def test_nothing_else_opens_more_than_the_status(
    walk: Complaint, outcome: str, final_on: str | None, said: str
) -> None:
    file = find(walk, outcome, final_on)
    dan = walk.town.people.dan
    (facet,) = look_up(walk, dan)
    assert (facet.status, facet.steps) == (said, ())
    with pytest.raises(NotFoundError):
        public_facet.document(walk.town.runtime, dan, file, by=walk.town.people.cleo, now=walk.now)


# Who leaves, and public officials (paragraphs b, e and f)


def opened(walk: Complaint) -> dict[str, list[str]]:
    """What is public beside the status, by step."""
    (facet,) = look_up(walk, walk.town.people.dan)
    return {
        step.element: [field.id for field in public_facet.shown_fields(step, facet)]
        for step in facet.steps
    }


@pytest.mark.parametrize("outcome", ["resigned", "settled"])
@pytest.mark.parametrize("final_on", ["2026-11-16", None])
def test_who_leaves_before_a_decision_has_no_final_disposition(
    walk: Complaint, outcome: str, final_on: str | None
) -> None:
    file = find(walk, outcome, final_on)
    dan = walk.town.people.dan
    assert status(walk, dan) == ["closed, without a final disposition"]
    assert opened(walk) == {}
    with pytest.raises(NotFoundError):
        public_facet.document(walk.town.runtime, dan, file, by=walk.town.people.cleo, now=walk.now)


def test_who_leaves_after_the_decision_is_disciplined_all_the_same(walk: Complaint) -> None:
    find(walk, "discipline")
    with walking.writing() as session:
        session.get_one(Person, walk.town.people.dan).disabled_at = walk.now
    assert status(walk, walk.town.people.dan) == ["final, with discipline"]
    assert opened(walk) == {"Find": ["reasons", "paper"]}


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("discipline", "final, with discipline"),
        ("resigned", "closed, the subject left while it was pending"),
        ("settled", "closed, settled"),
    ],
)
def test_of_a_public_official_all_is_public_but_sources_flags_and_advice(
    walk: Complaint, outcome: str, said: str
) -> None:
    file = find(walk, outcome, official=True)
    people, runtime = walk.town.people, walk.town.runtime
    (facet,) = look_up(walk, people.dan)
    assert (facet.status, facet.official) == (said, True)
    found = opened(walk)
    assert found["Find"][-2:] == ["reasons", "paper"]
    assert {"outcome", "official", "final_on"} <= set(found["Find"])
    assert "rights" in found["Advise"]
    for kept in ("notes", "advice", "leaked"):
        assert kept not in [field for fields in found.values() for field in fields]
    handed = public_facet.document(runtime, people.dan, file, by=people.cleo, now=walk.now)
    assert handed.content == b"A warning."


def test_a_public_official_without_discipline_is_told_of_as_anybody(walk: Complaint) -> None:
    find(walk, "no-discipline", official=True)
    assert status(walk, walk.town.people.dan) == ["final, without discipline"]
    assert opened(walk) == {}


@pytest.mark.parametrize("outcome", ["discipline", "resigned"])
def test_of_a_public_official_nothing_more_is_public_before_it_is_complete(
    walk: Complaint, outcome: str
) -> None:
    find(walk, outcome, "2026-12-24", official=True)
    with walking.writing() as session:  # something else waits in it
        session.get_one(Case, walk.case_id).ended_at = None
    assert status(walk, walk.town.people.dan) == ["open"]
    assert opened(walk) == {}
    walk.now += timedelta(days=40)
    assert "Find" in opened(walk)


def test_the_policy_says_which_classes_open_when(walk: Complaint) -> None:
    classes = walk.town.runtime.pack.classifications.values()
    assert {one.id for one in classes if "final-discipline" in one.opens} == {
        "public-after-disposition"
    }
    assert {one.id for one in classes if "public-official" in one.opens} == {
        "public",
        "investigation",
        "public-after-disposition",
    }


def test_a_resignation_is_recorded_where_the_complaint_ends(town: Town, now: datetime) -> None:
    office = investigating.open_office(town)
    walk = investigating.complain(town, office, now=now)
    walk.tell(STORIES["no violation, found by Human Resources"][1][:-1])
    walk.do("CloseWithoutAction", public_official=True, left="resigned")
    (facet,) = public_facet.look_up(
        town.runtime, office.will, reason="A request.", by=town.people.cleo, now=walk.now
    )
    assert facet.status == "closed, the subject left while it was pending"
    shown = {field.id for step in facet.steps for field in public_facet.shown_fields(step, facet)}
    assert {"description", "finding", "reason"} <= shown
    assert "complainant" not in shown


def test_each_lookup_is_on_record_without_naming_anybody_in_the_open(walk: Complaint) -> None:
    assert status(walk, walk.town.people.dan) == ["open"]
    last = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert last is not None
    assert (last.action, last.subject) == ("public-facet:looked-up", "personnel data")
    assert last.actor_id == walk.town.people.cleo


def test_a_lookup_needs_a_reason_and_a_person(walk: Complaint) -> None:
    runtime, cleo = walk.town.runtime, walk.town.people.cleo
    for person, reason in ((walk.town.people.dan, " "), (999, "The Courier's request.")):
        with pytest.raises(InvalidAnswersError):
            public_facet.look_up(runtime, person, reason=reason, by=cleo, now=walk.now)
