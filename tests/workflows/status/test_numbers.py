"""What the reports count, against a town whose numbers are counted by hand (see busy.py)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import DiagramVersion, Process
from models.database import db
from tests.workflows import walking
from tests.workflows.status import busy
from tests.workflows.status.busy import DAY, FIRST, HOUR, LOOKED
from tests.workflows.walking import Town, Walk
from workflows.diagrams.graph import Diagram
from workflows.status import counts, pace, trend
from workflows.status.filters import Filters, Place, places_of
from workflows.status.spans import Typical, typical

EVERYTHING = Filters()
ASK, FORWARD, DECIDE = (("asking", name) for name in ("Ask", "Forward", "Decide"))


@pytest.fixture
def both(app_on_either: Flask) -> tuple[Town, list[Walk]]:
    return busy.busy()


def hours(number: float) -> float:
    return number * 3600


def process_id(key: str = "asking") -> int:
    return db.session.scalars(select(Process.id).where(Process.key == key)).one()


def graph(town: Town, key: str = "asking") -> Diagram:
    version = select(DiagramVersion.id).join(DiagramVersion.process).where(Process.key == key)
    found = db.session.scalars(version.order_by(DiagramVersion.number.desc())).first()
    return town.runtime.library.of(db.session(), found or 0).diagrams[key]


def stages(asked: Filters) -> list[counts.Stage]:
    return counts.stages(counts.heaps(db.session(), asked, now=LOOKED))


def places(town: Town) -> list[Place]:
    return places_of([graph(town)])


def test_the_numbers_of_a_busy_town_are_those_counted_by_hand(
    both: tuple[Town, list[Walk]],
) -> None:
    """One town for all numbers: to settle it takes a while."""
    town, _ = both
    session = db.session()
    open_steps_are_counted_by_place(town)
    workloads_are_counted_by_duty_and_person(town)
    the_pace_of_each_step_is_known(town)
    the_months_are_known(town)
    filters_narrow_every_number(town)
    assert counts.outcomes(session, EVERYTHING) == [
        ("Approved", 5),
        ("Declined", 1),
        ("Rejected", 1),
    ]


def open_steps_are_counted_by_place(town: Town) -> None:
    session = db.session()
    found = {
        stage.place.key: (stage.waiting, stage.cases, stage.overdue, stage.since)
        for stage in stages(EVERYTHING)
    }
    returned_first = FIRST + 8 * DAY + 15 * HOUR  # case 8 came back before case 6 did
    assert found == {
        ASK: (2, 2, 2, min(returned_first, FIRST + 13 * DAY + 10 * HOUR)),
        FORWARD: (2, 2, 1, FIRST + 10 * DAY + HOUR),
        DECIDE: (1, 1, 1, FIRST + 7 * DAY + 11 * HOUR),
    }
    standing = counts.standings(session, EVERYTHING, now=LOOKED)
    assert standing == {process_id(): counts.Standing(5, 4, FIRST + 6 * DAY)}
    assert counts.total(standing.values()) == standing[process_id()]
    assert counts.total([]) == counts.Standing(0, 0, None)


def workloads_are_counted_by_duty_and_person(town: Town) -> None:
    session, people = db.session(), town.people
    duties = counts.by_duty(counts.heaps(session, EVERYTHING, now=LOOKED))
    assert {(one.act, one.party): (one.waiting, one.taken, one.overdue) for one in duties} == {
        ("request-site", "Requester"): (2, 0, 2),
        ("forward-request", "Department"): (2, 1, 1),
        ("approve-site", "Communications"): (1, 1, 1),
    }
    loads = counts.by_person(session, EVERYTHING, now=LOOKED)
    assert {one.person_id: (one.waiting, one.overdue) for one in loads} == {
        people.rosa: (2, 2),
        people.chen: (1, 1),
        people.dan: (1, 0),
    }
    assert loads[0].name == "Rosa Valdez"


def the_pace_of_each_step_is_known(town: Town) -> None:
    found = pace.paces(db.session(), places(town), EVERYTHING)
    forward, decide = found[FORWARD], found[DECIDE]
    assert (forward.done, decide.done, found[ASK].done) == (10, 7, 12)
    # 1 to 8, 10 and 30 hours until taken; eight times 2 and once 4 hours until done.
    assert _rounded(forward.waiting) == (hours(5.5), hours(10), 10)
    assert _rounded(forward.working) == (hours(2), hours(4), 9)
    assert _rounded(decide.waiting) == (hours(96), hours(168), 7)
    assert decide.working is None
    back = pace.sent_back(town.runtime.pack, places(town), found)
    assert {
        (place.element, outcome, word, times, of) for place, outcome, word, times, of in back
    } == {
        ("Forward", "return", "returned", 1, 10),
        ("Forward", "decline", "declined", 1, 10),
        ("Decide", "reject", "rejected", 1, 7),
        ("Decide", "return", "returned", 1, 7),
    }
    assert [pace.can_send_back(town.runtime.pack, place) for place in places(town)] == [
        False,
        True,
        True,
    ]


def the_months_are_known(town: Town) -> None:
    zone = ZoneInfo("America/Chicago")
    latest = trend.months(zone, LOOKED)
    assert (len(latest), f"{latest[0].first}", f"{latest[-1].first}") == (
        12,
        "2025-11-01",
        "2026-10-01",
    )
    assert latest[-1].since == datetime(2026, 10, 1, tzinfo=zone)
    steps = trend.decisions(town.runtime.pack, [graph(town)])
    assert [(step.place.element, step.outcomes) for step in steps] == [
        ("Decide", ("approve", "approve-with-conditions", "reject"))
    ]
    months = trend.by_month(db.session(), EVERYTHING, steps, latest)
    august, september, october = months[-3:]
    assert (august.started, august.ended, august.to_decision, august.to_end) == (0, 0, None, None)
    assert (september.started, september.ended) == (11, 7)
    assert (october.started, october.ended, october.to_end) == (1, 0, None)
    # 28, 53, 78, 103, 128 and 153 hours to a decision; the declined one ended after 31.
    assert round(september.to_decision or 0) == hours(90.5)
    assert round(september.to_end or 0) == hours(78)


def filters_narrow_every_number(town: Town) -> None:
    session, here = db.session(), places(town)
    fire = Filters(unit_id=town.people.fire)
    assert [stage.place.key for stage in stages(fire)] == [FORWARD]
    assert {key: one.done for key, one in pace.paces(session, here, fire).items()} == {ASK: 1}
    assert _open(Filters(older_than=34)) == 1  # cases 6 to 8 and 10 are younger than case 6 is old
    assert _open(Filters(older_than=30)) == 4
    rejected = Filters(outcome="Rejected")
    assert _open(rejected) == 0
    assert pace.paces(session, here, rejected)[DECIDE].done == 1
    first_two = Filters(period="started", since=FIRST, until=FIRST + 2 * DAY)
    assert pace.paces(session, here, first_two)[FORWARD].done == 2
    ended = Filters(period="ended", since=FIRST + 2 * DAY, until=FIRST + 4 * DAY)
    assert pace.paces(session, here, ended)[DECIDE].done == 1  # case 1; case 0 ended before
    done = Filters(since=FIRST + DAY, until=FIRST + 3 * DAY)
    assert pace.paces(session, here, done)[FORWARD].done == 2
    assert counts.outcomes(session, done) == [("Approved", 1)]
    of_parks = Filters(unit_id=town.people.parks, since=FIRST + DAY, until=FIRST + 3 * DAY)
    assert pace.paces(session, here, of_parks)[FORWARD].done == 2
    assert stages(Filters(versions=(999,))) == []
    assert pace.paces(session, [], EVERYTHING) == {}
    month = trend.months(ZoneInfo("America/Chicago"), LOOKED, 2)[0]
    assert trend.by_month(session, fire, [], [month])[0].started == 1


def _open(asked: Filters) -> int:
    found = counts.standings(db.session(), asked, now=LOOKED).values()
    return counts.total(found).open


def _rounded(found: object) -> tuple[float, float, int] | None:
    if not isinstance(found, Typical):
        return None
    return round(found.median), round(found.ninetieth), found.count


def test_confidential_cases_are_counted_only_from_five_on_and_nowhere_else(
    app_on_either: Flask,
) -> None:
    town = busy.town()
    telling = process_id("telling")
    busy.confidential_cases(town, 4)
    session = db.session()
    assert counts.confidential(session) == {telling: None}
    busy.confidential_cases(town, 1)
    session = db.session()
    assert counts.confidential(session) == {telling: 5}
    steps = places_of([graph(town, "telling")])
    months = trend.months(ZoneInfo("America/Chicago"), LOOKED)
    assert stages(EVERYTHING) == []
    assert counts.standings(session, EVERYTHING, now=LOOKED) == {}
    assert counts.by_person(session, EVERYTHING, now=LOOKED) == []
    assert counts.outcomes(session, EVERYTHING) == []
    assert pace.paces(session, steps, EVERYTHING) == {}
    assert not any(one.started for one in trend.by_month(session, EVERYTHING, [], months))


def test_nothing_is_typical_of_nothing_and_one_is_typical_of_itself() -> None:
    assert typical([]) is None
    one = typical([7.0])
    assert one is not None
    assert (one.median, one.ninetieth, one.count) == (7.0, 7.0, 1)


def test_the_statements_are_as_many_whatever_there_is_to_count(app: Flask) -> None:
    town = busy.town()
    few = _statements(town)
    busy.busy_cases(town, 4)
    assert _statements(town) == few


def _statements(town: Town) -> int:
    session, here = db.session(), places(town)
    steps = trend.decisions(town.runtime.pack, [graph(town)])
    with walking.counted() as sent:
        stages(EVERYTHING)
        counts.standings(session, EVERYTHING, now=LOOKED)
        counts.by_person(session, EVERYTHING, now=LOOKED)
        counts.confidential(session)
        pace.paces(session, here, EVERYTHING)
        trend.by_month(
            session, EVERYTHING, steps, trend.months(ZoneInfo("America/Chicago"), LOOKED)
        )
    return len(sent)
