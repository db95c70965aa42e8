"""While a case is suspended its time stands still: nothing rings in it, and nobody is late."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Case, InterventionKind, Task
from models.database import db, transaction
from models.trust import AuditPayload, AuditRecord, Incident, Job, JobState
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import MINNESOTA, Town, Walk
from workflows import inbox, incidents, interventions, task_care
from workflows.business_time import business_days_between
from workflows.errors import ConflictError
from workflows.inbox import Filters
from workflows.interventions import Wish
from workflows.people import duties_of
from workflows.status import behind, counts
from workflows.status import filters as status
from workflows.task_care import care_for
from workflows.timeline import timeline

K = InterventionKind


@pytest.fixture
def walk(town: Town, now: datetime) -> Walk:
    """A request that waits to be forwarded within five business days; Nora manages processes."""
    return managed(walking.start(town, now=now).do("SubmitRequest"))


@pytest.fixture
def walk_on_either(town_on_either: Town, now: datetime) -> Walk:
    return managed(walking.start(town_on_either, now=now).do("SubmitRequest"))


def managed(walk: Walk) -> Walk:
    with transaction() as session:
        city.grant(session, walk.town.people.nora, "process_manager")
    return walk


def intervene(walk: Walk, kind: K) -> None:
    wish = Wish(kind=kind, reason="The platform is down.", revision=walk.case.revision)
    by = walk.town.people.nora
    interventions.intervene(walk.town.runtime, walk.case_id, wish, by=by, now=walk.now)


def stand_still(walk: Walk, **time: int) -> None:
    """Suspend the case for a while, with a worker at work all the time."""
    intervene(walk, K.SUSPEND)
    assert walk.wait(**time) == 0
    intervene(walk, K.RESUME)


def due(walk: Walk, element: str) -> datetime:
    moment = walk.task(element).due_at
    assert moment is not None
    return moment


def is_late(walk: Walk) -> bool:
    case = walk.case  # held, for its tasks ask it
    return any(task.is_overdue(walk.now) for task in case.tasks)


def rings(walk: Walk) -> dict[str, datetime]:
    """When each deadline of the case comes, by its element."""
    rows = db.session.execute(select(Job.payload, Job.run_at).where(Job.case_id == walk.case_id))
    return {payload["place"][1]: run_at for payload, run_at in rows}


def recorded() -> dict[str, Any]:
    """What the record of the resumed case tells."""
    found = select(AuditPayload.payload).join(AuditRecord, AuditRecord.seq == AuditPayload.seq)
    of_resumed = found.where(AuditRecord.action == "case:resumed")
    payload = db.session.scalars(of_resumed.order_by(AuditRecord.seq.desc())).first()
    assert payload is not None
    told = json.loads(payload)
    assert isinstance(told, dict)
    return told


def test_what_is_due_moves_by_the_business_days_of_the_suspension(
    walk_on_either: Walk,
) -> None:
    walk = walk_on_either
    before, rang = due(walk, "ForwardRequest"), rings(walk)
    stand_still(
        walk, days=9
    )  # from Monday to the Wednesday of the week after: seven offices closed
    after, rung = due(walk, "ForwardRequest"), rings(walk)
    assert business_days_between(MINNESOTA, before, after) == 7
    assert {
        key: business_days_between(MINNESOTA, rang[key], rung[key]) for key in rung
    } == dict.fromkeys(rang, 7)
    walking.assert_whole(db.session())


def test_the_record_tells_old_and_new_due_dates(walk: Walk) -> None:
    before, rang, task = due(walk, "ForwardRequest"), rings(walk), walk.task("ForwardRequest")
    stand_still(walk, days=2)
    details = recorded()
    after, rung = due(walk, "ForwardRequest"), rings(walk)
    assert details["due"] == {str(task.id): [before.isoformat(), after.isoformat()]}
    assert details["deadlines"] == {
        key: [rang[key].isoformat(), rung[key].isoformat()] for key in rang
    }


def test_the_history_of_the_case_tells_old_and_new_due_dates(walk: Walk) -> None:
    stand_still(walk, days=2)
    rows = interventions.of_case(db.session(), walk.case_id)
    events = timeline(walk.case, walk.diagrams.diagrams, (), (), rows, care_for(walk.case_id))
    (told,) = [event for event in events if "later due date" in event.sentence]
    assert told.sentence == (
        "“Forward the request” has a later due date, for the case was suspended."
    )
    assert told.remark == "It was due on 23 November 2026, and is due on 25 November 2026 now."


def test_nobody_is_reminded_while_the_case_is_suspended(walk: Walk) -> None:
    dan = walk.town.people.dan
    told = walking.told(dan)
    stand_still(walk, days=30)
    assert walking.told(dan) == told
    assert walk.wait(days=1) == 0
    walk.wait(days=7)
    assert walking.told(dan) != told


def test_a_suspension_within_a_day_moves_nothing(walk: Walk) -> None:
    before, rang = due(walk, "ForwardRequest"), rings(walk)
    stand_still(walk, minutes=90)
    assert (due(walk, "ForwardRequest"), rings(walk)) == (before, rang)
    assert (recorded()["due"], recorded()["deadlines"]) == ({}, {})
    assert care_for(walk.case_id) == []


def test_what_was_late_before_is_as_late_as_it_was(walk: Walk) -> None:
    walk.wait(days=9)  # Wednesday; it was due on Monday
    late = business_days_between(MINNESOTA, due(walk, "ForwardRequest"), walk.now)
    stand_still(walk, days=14)
    assert business_days_between(MINNESOTA, due(walk, "ForwardRequest"), walk.now) == late > 0
    assert is_late(walk)


def test_what_was_not_late_before_is_not_late_after_however_long_it_lasted(walk: Walk) -> None:
    for days in (1, 4, 40, 400):
        stand_still(walk, days=days)
        assert not is_late(walk)
        walk.now += timedelta(minutes=1)


def test_a_deadline_that_had_come_before_runs_at_once(walk: Walk) -> None:
    with walking.writing() as session:  # the worker was away
        for job in session.scalars(select(Job)):
            job.run_at = walk.now - timedelta(hours=1)
    rang = rings(walk)
    stand_still(walk, days=9)
    assert rings(walk) == rang
    assert walk.wait(minutes=1) >= 1


def test_a_dead_deadline_that_is_retried_meanwhile_runs_when_the_case_is_resumed(
    walk: Walk,
) -> None:
    with walking.writing() as session:
        jobs = session.scalars(select(Job)).all()
        for job in jobs:
            job.state, job.attempts = JobState.DEAD, 8
        session.add(
            Incident(
                kind="job", case_id=walk.case_id, job_id=jobs[0].id, message="", opened_at=walk.now
            )
        )
    intervene(walk, K.SUSPEND)
    walk.wait(days=3)
    (incident,) = walking.incidents(db.session())
    incidents.retry([incident.id], by=walk.town.people.nora, now=walk.now)
    assert walk.wait(minutes=1) == 1
    assert JobState.HELD in set(db.session.scalars(select(Job.state)))
    intervene(walk, K.RESUME)
    assert walk.wait(minutes=1) == 1


def test_a_step_due_in_hours_moves_by_the_hours(app: Flask, now: datetime) -> None:
    text = "start S\nuser A\non Late host=A duration=PT4H\nuser B\nend E\nS -> A -> E\nLate -> B"
    town = walking.settle(now, {"main": drawn(text)})
    walk = managed(walking.start(town, now=now, process="main"))
    rang = rings(walk)
    stand_still(walk, hours=7)
    assert rings(walk)["Late"] - rang["Late"] == timedelta(hours=7)


# Lists and numbers


def late_in_inbox(walk: Walk, person: int) -> list[int]:
    session = db.session()
    duties = duties_of(session, person, walk.town.runtime.pack, MINNESOTA.day_of(walk.now))
    found = inbox.look(session, "roles", duties, Filters(overdue=True), page=1, now=walk.now)
    return [task.id for task in found.page.rows]


def late_in_reports(walk: Walk) -> tuple[int, int, int, int, int]:
    """Overdue steps and cases as reports count them: by place, process, person, and as rows."""
    session, asked = db.session(), status.Filters()
    heaps = counts.heaps(session, asked, now=walk.now)
    standings = counts.standings(session, asked, now=walk.now).values()
    people = counts.by_person(session, asked, now=walk.now)
    late_steps, late_cases = behind.WaitingSteps(overdue=True), behind.Cases(state="overdue")
    scope = Case.id.is_not(None)
    steps = behind.steps(session, asked, late_steps, scope, page=1, now=walk.now)
    cases = behind.cases(session, asked, late_cases, scope, page=1, now=walk.now)
    return (
        sum(heap.overdue for heap in heaps),
        sum(one.overdue for one in standings),
        sum(person.overdue for person in people),
        len(steps.rows),
        len(cases.rows),
    )


def test_a_late_step_of_a_suspended_case_is_not_late_in_any_list_or_number(
    walk_on_either: Walk,
) -> None:
    walk = walk_on_either
    dan, task = walk.town.people.dan, walk.task("ForwardRequest").id
    with walking.writing() as session:
        session.get_one(Task, task).claimed_by_id = dan
    walk.now += timedelta(days=20)
    assert late_in_reports(walk) == (1, 1, 1, 1, 1)
    with walking.writing() as session:
        session.get_one(Task, task).claimed_by_id = None
    assert late_in_inbox(walk, dan) == [task]
    intervene(walk, K.SUSPEND)
    assert late_in_reports(walk) == (0, 0, 0, 0, 0)
    assert late_in_inbox(walk, dan) == []
    assert not is_late(walk)
    intervene(walk, K.RESUME)
    assert late_in_inbox(walk, dan) == [task]


def test_a_lead_moves_no_due_date_of_a_suspended_case(walk: Walk) -> None:
    task, before = walk.task("ForwardRequest").id, due(walk, "ForwardRequest")
    intervene(walk, K.SUSPEND)
    with pytest.raises(ConflictError, match="R-1001 is suspended: what is due in it moves on"):
        task_care.move_due(
            walk.town.runtime,
            task,
            day=MINNESOTA.day_of(walk.now + timedelta(days=20)),
            reason="Leave.",
            by=walk.town.people.nora,
            now=walk.now,
        )
    assert due(walk, "ForwardRequest") == before
