"""Who is away, who stands in, and what may not be entered."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.database import db
from models.people import Absence, Person
from models.trust import AuditRecord
from tests import city
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import absences
from workflows.absences import Away
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError

TODAY = date(2026, 11, 16)


@pytest.fixture
def town(town_on_either: Town) -> Town:
    with walking.writing() as session:
        session.execute(update(Person).values(password_hash="a hash"))
    return town_on_either


def away(town: Town, **changes: Any) -> Away:
    """Dan is away for five days from today, and Rosa stands in."""
    given: dict[str, Any] = {
        "person_id": town.people.dan,
        "substitute_id": town.people.rosa,
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=4),
    }
    return Away(**given | changes)


def enter(town: Town, now: datetime, *, by: int | None = None, **changes: Any) -> Absence:
    by = town.people.dan if by is None else by
    return absences.enter(town.runtime, away(town, **changes), by=by, now=now)


def refused(town: Town, now: datetime, *, by: int | None = None, **changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidAnswersError) as refusal:
        enter(town, now, by=by, **changes)
    return dict(refusal.value.errors)


def test_an_absence_is_entered_and_recorded_and_the_substitute_is_told(
    town: Town, now: datetime
) -> None:
    absence = enter(town, now)
    (listed,) = absences.of_person(db.session(), town.people.dan, day=TODAY)
    assert (listed.id, listed.substitute.name) == (absence.id, "Rosa Valdez")
    assert [a.id for a in absences.stood_in_by(db.session(), town.people.rosa, day=TODAY)] == [
        absence.id
    ]
    assert walking.told(town.people.rosa) == [
        "Dan Okafor is away from 16 November 2026 to 20 November 2026: you stand in for them."
    ]
    assert walking.told(town.people.dan) == []
    last = db.session.query(AuditRecord).order_by(AuditRecord.seq.desc()).first()
    assert last is not None
    assert (last.action, last.subject) == ("absence:entered", f"person {town.people.dan}")


def test_it_is_to_come_then_now_then_over(town: Town, now: datetime) -> None:
    absence = enter(town, now, starts_on=TODAY + timedelta(days=1))
    days = {0: "to come", 1: "now", 4: "now", 5: "over"}
    for after, state in days.items():
        assert absences.state_of(absence, TODAY + timedelta(days=after)) == state
    assert absences.current(db.session(), day=TODAY + timedelta(days=5)) == []


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"starts_on": TODAY - timedelta(days=1)}, "starts_on", "Begin today or later"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on", "cannot be before the first"),
        ({"process": "no-such-process"}, "process", "Choose one of the processes in force"),
        ({"substitute_id": 99_999}, "substitute_id", "Choose one of the city's people."),
    ],
)
def test_what_cannot_be_is_refused(
    town: Town, now: datetime, changes: dict[str, Any], field: str, said: str
) -> None:
    assert said in refused(town, now, **changes)[field]


def test_nobody_stands_in_for_themselves(town: Town, now: datetime) -> None:
    said = refused(town, now, substitute_id=town.people.dan)
    assert said == {"substitute_id": "Choose somebody else: nobody stands in for themselves."}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"disabled_at": datetime.fromisoformat("2026-11-01T00:00+00:00")}, "has left"),
        ({"ends_on": TODAY - timedelta(days=1)}, "has left"),
        ({"ends_on": TODAY + timedelta(days=2)}, "leaves on 18 November 2026"),
        ({"password_hash": None}, "cannot sign in yet"),
    ],
)
def test_who_cannot_act_cannot_stand_in(
    town: Town, now: datetime, changes: dict[str, Any], said: str
) -> None:
    with walking.writing() as session:
        session.execute(update(Person).where(Person.id == town.people.rosa).values(**changes))
    assert said in refused(town, now)["substitute_id"]


def test_two_absences_of_the_same_kind_do_not_overlap(town: Town, now: datetime) -> None:
    enter(town, now)
    again = refused(town, now, substitute_id=town.people.nora, starts_on=TODAY + timedelta(days=4))
    assert "entered as away from 16 November 2026" in again["starts_on"]
    enter(town, now, substitute_id=town.people.nora, process="create-site")
    next_day = TODAY + timedelta(days=5)
    enter(town, now, starts_on=next_day, ends_on=next_day)
    assert len(absences.current(db.session(), day=TODAY)) == 3


def test_two_people_do_not_stand_in_for_each_other_on_the_same_days(
    town: Town, now: datetime
) -> None:
    enter(town, now)
    back = {"person_id": town.people.rosa, "substitute_id": town.people.dan}
    said = refused(town, now, by=town.people.rosa, **back)["substitute_id"]
    assert "two people cannot stand in for each other" in said
    later = {"starts_on": TODAY + timedelta(days=7), "ends_on": TODAY + timedelta(days=8)}
    enter(town, now, by=town.people.rosa, **back, **later)


def test_colleagues_do_not_enter_the_absence_of_others(town: Town, now: datetime) -> None:
    with pytest.raises(NotAllowedError, match="by whoever leads their office"):
        enter(town, now, by=town.people.rosa, substitute_id=town.people.nora)
    with pytest.raises(NotFoundError):
        enter(town, now, by=town.mia, person_id=99_999)


@pytest.mark.parametrize(
    ("role", "in_parks"), [("dept_head", True), ("process_manager", False), ("sysadmin", False)]
)
def test_a_lead_enters_it_for_others_and_never_for_their_own_gain(
    town: Town, now: datetime, role: str, in_parks: bool
) -> None:
    who = town.people
    with walking.writing() as session:
        city.grant(session, who.nora, role, unit_id=who.parks if in_parks else None)
    said = refused(town, now, by=who.nora, substitute_id=who.nora)["substitute_id"]
    assert said.startswith("Nobody makes themselves the substitute")
    enter(town, now, by=who.nora)
    (told,) = walking.told(who.dan)
    assert told.startswith("It was entered that you are away from 16 November 2026 to 20")
    assert told.endswith(": Rosa Valdez stands in.")


def test_who_leads_another_office_does_not(town: Town, now: datetime) -> None:
    with pytest.raises(NotAllowedError):
        enter(town, now, by=town.mia)
    of_chen = {"person_id": town.people.chen, "substitute_id": town.people.nora}
    enter(town, now, by=town.mia, **of_chen)


def test_an_absence_ends_early_at_once(town: Town, now: datetime) -> None:
    absence = enter(town, now)
    with pytest.raises(NotAllowedError):
        absences.end(town.runtime, absence.id, by=town.people.rosa, now=now)
    ended = absences.end(town.runtime, absence.id, by=town.people.dan, now=now)
    assert absences.state_of(ended, TODAY) == "ended early"
    assert absences.current(db.session(), day=TODAY) == []
    assert walking.told(town.people.rosa)[-1].startswith("The absence of Dan Okafor has ended")
    with pytest.raises(ConflictError, match="over already"):
        absences.end(town.runtime, absence.id, by=town.people.dan, now=now)
    with pytest.raises(NotFoundError):
        absences.end(town.runtime, 99_999, by=town.people.dan, now=now)


def test_who_is_away_with_a_substitute_who_is_away_is_found(town: Town, now: datetime) -> None:
    mine = enter(town, now)
    assert absences.without_hands(db.session(), day=TODAY) == []
    of_rosa = {"person_id": town.people.rosa, "substitute_id": town.people.nora}
    enter(town, now, by=town.people.rosa, **of_rosa, starts_on=TODAY + timedelta(days=1))
    assert absences.without_hands(db.session(), day=TODAY) == []
    (found,) = absences.without_hands(db.session(), day=TODAY + timedelta(days=1))
    assert found.id == mine.id


def test_the_absences_of_a_leaver_end(town: Town, now: datetime) -> None:
    enter(town, now)
    of_nora = {"person_id": town.people.nora, "substitute_id": town.people.dan}
    enter(town, now, by=town.people.nora, **of_nora)
    with walking.writing() as session:
        alone = absences.end_of_leaver(session, town.people.dan, now=now, day=TODAY)
    assert alone == [town.people.nora]
    assert absences.current(db.session(), day=TODAY) == []
    assert "Name another substitute" in walking.told(town.people.nora)[-1]
