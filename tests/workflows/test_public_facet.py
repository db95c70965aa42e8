"""What is public of a complaint about somebody follows its state, and every look at it is noted."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import db
from models.trust import AuditRecord
from tests.workflows import confiding, walking
from tests.workflows.confiding import Complaint, advised, complain
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


def find(walk: Complaint, outcome: str, final_on: str | None = "2026-11-16") -> int:
    """Let Hal find, with a document; give its number."""
    hal, step = walk.town.people.hal, walk.task("Find").id
    paper = documents.check("warning.txt", b"A warning.", megabytes=1)
    file = tasks.attach(walk.town.runtime, step, paper, by=hal, now=walk.now).id
    answers = {"outcome": outcome, "reasons": "He posted it.", "finding": "violation"}
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
    fields = [field.id for field in public_facet.shown_fields(step, facet.diagrams)]
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
