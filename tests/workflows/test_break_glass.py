"""A confidential case is opened to an outsider by the word of a second person, for a time, and noted."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.confidence import AccessReason, BreakGlass
from models.database import db
from models.trust import AuditRecord
from tests import city
from tests.workflows import confiding, walking
from tests.workflows.confiding import Complaint, screened
from tests.workflows.walking import Town
from workflows import break_glass, offers, reading
from workflows.break_glass import Answered, Asked
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError

HOLDERS = ("attorney", "city_clerk", "comms_director")
A_DAY = timedelta(hours=24)


@pytest.fixture
def walk(app: Flask, now: datetime) -> Complaint:
    town = walking.settle(now, {"main": confiding.diagram()})
    with walking.writing() as session:
        city.grant(session, town.people.nora, "policy_owner")
    return screened(town, now=now)


@pytest.fixture
def walk_on_either(app_on_either: Flask, now: datetime) -> Complaint:
    return screened(walking.settle(now, {"main": confiding.diagram()}), now=now)


def ask(walk: Complaint, number: str = "C-01", by: int = 0, second: int = 0) -> BreakGlass:
    """Let Ada ask Mia."""
    asked = Asked(number, "The court asks.", second or walk.town.mia)
    by = by or walk.town.people.ada
    return break_glass.ask(walk.town.runtime, asked, holders=HOLDERS, by=by, now=walk.now)


def answer(walk: Complaint, request: BreakGlass, *, granted: bool = True, by: int = 0) -> None:
    said = Answered(granted, "I checked.", A_DAY)
    by = by or request.second_id
    break_glass.answer(walk.town.runtime, request.id, said, by=by, now=walk.now)


def reads(walk: Complaint, person: int) -> bool:
    held = walk.held(person)
    return reading.may_read(db.session(), walk.case, held, all_cases=False, now=walk.now)


def test_a_second_person_opens_the_case_for_a_day(walk_on_either: Complaint) -> None:
    walk = walk_on_either
    ada = walk.town.people.ada
    request = ask(walk)
    assert not reads(walk, ada)
    answer(walk, request)
    assert reads(walk, ada)
    assert walk.listed[-1] == (ada, AccessReason.BREAK_GLASS)
    walk.now += A_DAY
    assert not reads(walk, ada)


def test_a_refusal_opens_nothing(walk: Complaint) -> None:
    answer(walk, ask(walk), granted=False)
    assert not reads(walk, walk.town.people.ada)


def test_reading_is_all_that_it_opens(walk: Complaint) -> None:
    ada = walk.town.people.ada
    answer(walk, ask(walk))
    assert walk.is_offered("Advise")  # she has not taken it, and others still may
    with pytest.raises(NotAllowedError):
        walk.do("Advise", ada)
    held = walk.held(ada)
    assert not reading.may_add(db.session(), walk.case_id, held, all_cases=False, now=walk.now)
    walk.take("Advise", walk.abe)
    assert reads(walk, ada)


def test_those_on_the_list_and_the_owners_are_told_and_nobody_who_is_kept_out(
    walk: Complaint,
) -> None:
    people = walk.town.people
    answer(walk, ask(walk))
    assert walking.told(people.hal)[-1] == (
        "C-01 was opened to somebody without a part in it, for a time (break glass)."
    )
    assert walking.told(people.dan) == walking.told(walk.hedy) == []
    assert walking.told(people.ada) == ["Your request to break the glass was confirmed."]
    for told in walking.told(people.nora):
        assert "C-01" not in told


@pytest.mark.parametrize("number", ["C-01", "C-77", "R-1001", "1001"])
def test_nothing_tells_whether_there_is_such_a_case(walk: Complaint, number: str) -> None:
    with walking.counted() as sent:
        request = ask(walk, number)
    with walking.counted() as other:
        ask(walk, "C-88")
    assert len(sent) == len(other)
    answer(walk, request)
    assert walking.told(walk.town.people.ada) == ["Your request to break the glass was confirmed."]
    records = select(AuditRecord.action, AuditRecord.subject).order_by(AuditRecord.seq.desc())
    last = db.session.execute(records.limit(1)).one()
    assert tuple(last) == ("break-glass:answered", f"break glass {request.id}")


def test_nobody_who_is_kept_out_reads_it_so_or_opens_it(walk: Complaint) -> None:
    people, runtime = walk.town.people, walk.town.runtime
    step = walk.task("Advise").id
    offers.declare_conflict(runtime, step, reason="My cousin.", by=people.ada, now=walk.now)
    answer(walk, ask(walk))
    assert not reads(walk, people.ada)
    answer(walk, ask(walk, by=walk.town.mia, second=people.ada))
    assert not reads(walk, walk.town.mia)
    answer(walk, ask(walk, by=walk.town.mia, second=walk.abe))
    assert reads(walk, walk.town.mia)


def test_nobody_confirms_for_themselves_or_without_the_office(walk: Complaint) -> None:
    people = walk.town.people
    for second in (people.ada, people.hal, 999):
        with pytest.raises(InvalidAnswersError, match="Choose somebody else"):
            ask(walk, second=second)
    request = ask(walk)
    for other in (people.ada, walk.abe, people.hal):
        with pytest.raises(NotFoundError):
            answer(walk, request, by=other)
    answer(walk, request)
    with pytest.raises(ConflictError):
        answer(walk, request, granted=False)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (Asked("every case", "x", 1), "number of a case"),
        (Asked("C-01", " ", 1), "Say why"),
        (Asked("C-01", "x" * 1001, 1), "at most"),
    ],
)
def test_what_is_missing_is_said(walk: Complaint, asked: Asked, word: str) -> None:
    with pytest.raises(InvalidAnswersError, match=word):
        break_glass.ask(
            walk.town.runtime, asked, holders=HOLDERS, by=walk.town.people.ada, now=walk.now
        )
    assert walking.count(db.session(), BreakGlass) == 0


def test_an_answer_needs_words(walk: Complaint) -> None:
    request = ask(walk)
    said = Answered(True, " ", A_DAY)
    with pytest.raises(InvalidAnswersError):
        break_glass.answer(walk.town.runtime, request.id, said, by=walk.town.mia, now=walk.now)


def test_each_sees_what_they_asked_and_were_asked(walk: Complaint) -> None:
    request = ask(walk)
    for person in (walk.town.people.ada, walk.town.mia):
        found = break_glass.requests_of(db.session(), person)
        assert [row.id for row in found] == [request.id]
    assert break_glass.requests_of(db.session(), walk.town.people.hal) == []


def test_the_town_has_its_seconds(walk: Complaint) -> None:
    town: Town = walk.town
    day = town.runtime.calendar.day_of(walk.now)
    found = break_glass.seconds(db.session(), HOLDERS, town.people.ada, day)
    assert {person.id for person in found} == {town.mia, town.people.chen, walk.abe}
