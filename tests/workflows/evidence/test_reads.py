"""Who read which confidential case: by number, by person, by day; and what breaking the glass led to."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models.confidence import BreakGlass, CaseRead
from models.database import db, transaction
from tests import city
from tests.workflows.walking import Town
from workflows.evidence.reads import ReadSearch, all_reads, readers, reads, requests


@pytest.fixture
def office(town_on_either: Town, now: datetime) -> Town:
    """Hal read C-01 twice, on two days; Ada read C-02."""
    people = town_on_either.people
    with transaction() as session:
        first, second = (
            city.case(session, people.rosa, people.parks, confidential=True) for _ in range(2)
        )
        look(session, first, people.hal, now)
        look(session, first, people.hal, now + timedelta(days=1), "file letter.pdf")
        look(session, second, people.ada, now + timedelta(days=1))
    return town_on_either


def look(
    session: Session, case_id: int, person: int, at: datetime, what: str = "page of the case"
) -> None:
    session.add(CaseRead(case_id=case_id, person_id=person, what=what, at=at))
    session.flush()


def found(search: ReadSearch) -> list[tuple[str, str]]:
    rows, total = reads(db.session(), search, page=1)
    assert len(rows) == total
    assert list(all_reads(db.session(), search)) == rows
    return [(row.case.label, row.person.given_name) for row in rows]


def test_every_read_stands_there_newest_first(office: Town) -> None:
    assert found(ReadSearch()) == [("C-02", "Ada"), ("C-01", "Hal"), ("C-01", "Hal")]
    assert readers(db.session()) == [
        (office.people.hal, "Hal Brandt"),
        (office.people.ada, "Ada Osei"),
    ]


@pytest.mark.parametrize("written", ["C-01", "c-1", " 01 "])
def test_reads_are_found_by_the_number_of_the_case(office: Town, written: str) -> None:
    assert found(ReadSearch(case=written)) == [("C-01", "Hal")] * 2


@pytest.mark.parametrize("written", ["C-99", "nonsense", "9" * 30])
def test_a_number_that_does_not_exist_finds_nothing(office: Town, written: str) -> None:
    assert found(ReadSearch(case=written)) == []


def test_reads_are_found_by_person_and_by_day(office: Town, now: datetime) -> None:
    assert found(ReadSearch(person_id=office.people.ada)) == [("C-02", "Ada")]
    later = now + timedelta(hours=1)
    assert found(ReadSearch(since=later)) == [("C-02", "Ada"), ("C-01", "Hal")]
    assert found(ReadSearch(until=later)) == [("C-01", "Hal")]


def ask(session: Session, office: Town, now: datetime, **columns: object) -> None:
    values = {
        "number_asked": "C-01",
        "asked_by_id": office.people.ada,
        "second_id": office.people.cleo,
        "reason": "The lead is ill.",
        "asked_at": now,
    }
    session.add(BreakGlass(**{**values, **columns}))
    session.flush()


def test_a_request_that_waits_and_one_for_no_case_at_all_stand_there(
    office: Town, now: datetime
) -> None:
    with transaction() as session:
        ask(session, office, now, number_asked="C-77")
    (one,) = requests(db.session())
    assert (one.state, one.row.case, list(one.reads)) == ("waits for the second person", None, [])


def test_a_refused_request_led_to_no_read(office: Town, now: datetime) -> None:
    with transaction() as session:
        case = city.case(session, office.people.rosa, office.people.parks, confidential=True)
        ask(session, office, now, case_id=case, answered_at=now, granted=False, answer="No.")
    (one,) = requests(db.session())
    assert (one.state, list(one.reads)) == ("refused", [])


def test_a_granted_request_shows_what_was_read_because_of_it(office: Town, now: datetime) -> None:
    people = office.people
    with transaction() as session:
        case = city.case(session, people.rosa, people.parks, confidential=True)
        look(session, case, people.ada, now - timedelta(hours=1), "too early")
        look(session, case, people.hal, now + timedelta(hours=1), "somebody else")
        look(session, case, people.ada, now + timedelta(hours=2), "page of the case")
        look(session, case, people.ada, now + timedelta(days=9), "too late")
        ask(session, office, now, case_id=case, answered_at=now, granted=True, answer="Yes.")
    (one,) = requests(db.session())
    assert one.state == "granted"
    assert [read.what for read in one.reads] == ["page of the case"]
