"""What leads do for steps that wait: they remind people and move due dates, on the record."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import CareKind, Case, Task
from models.database import db
from models.trust import AuditRecord
from tests import city
from tests.workflows import walking
from tests.workflows.status import busy
from tests.workflows.walking import Town, Walk
from workflows import cases, task_care
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.timeline import timeline

HOUR = timedelta(hours=1)


@pytest.fixture
def town(app_on_either: Flask) -> Town:
    return busy.town()


@pytest.fixture
def walk(town: Town) -> Walk:
    """A case that waits for Dan to forward it."""
    case = cases.start_case(town.runtime, "asking", by=town.people.rosa, now=busy.FIRST)
    walk = Walk(town, case.id, busy.FIRST)
    busy.do(walk, "Ask", busy.FIRST + HOUR, what="A site")
    return walk


def nudge(walk: Walk, by: int, now: datetime, element: str = "Forward") -> int:
    return task_care.nudge(walk.town.runtime, walk.task(element).id, by=by, now=now)


def move(walk: Walk, by: int, day: date, reason: str = "The office is closed.") -> Task:
    return task_care.move_due(
        walk.town.runtime, walk.task("Forward").id, day=day, reason=reason, by=by, now=walk.now
    )


def manager(town: Town) -> int:
    with walking.writing() as session:
        pia = city.person(session, "Pia", "Manager", town.people.communications)
        city.grant(session, pia, "process_manager")
    return pia


def head_of(town: Town, unit: int) -> int:
    with walking.writing() as session:
        hank = city.person(session, "Hank", "Head", unit)
        city.grant(session, hank, "dept_head", unit_id=unit)
    return hank


def test_a_reminder_reaches_all_who_may_do_the_step_once_a_day(town: Town, walk: Walk) -> None:
    pia = manager(town)
    assert nudge(walk, pia, walk.now) == 1
    (told,) = [text for text in walking.told(town.people.dan) if "reminds" in text]
    assert told == f"Pia Manager reminds you: “Forward” in {walk.case.label} waits for you."
    with pytest.raises(ConflictError, match="today already"):
        nudge(walk, pia, walk.now + HOUR)
    assert nudge(walk, pia, walk.now + timedelta(days=30)) == 1
    assert walking.told(town.people.dan)[-1].endswith("waits for you and is overdue.")
    care = task_care.care_for(walk.case_id)
    told_of = timeline(walk.case, walk.diagrams.diagrams, (), (), (), care)
    assert "Pia Manager reminded people of “Forward”." in [event.sentence for event in told_of]
    assert [(one.kind, one.by.name) for one in care] == [(CareKind.NUDGE, "Pia Manager")] * 2
    walking.assert_whole(db.session())


def test_a_reminder_reaches_only_whoever_has_taken_the_step(town: Town, walk: Walk) -> None:
    head = head_of(town, town.people.parks)
    busy.take(walk, "Forward", walk.now)
    assert nudge(walk, head, walk.now) == 1
    assert not any("reminds" in text for text in walking.told(head))


def test_a_step_that_nobody_may_do_reminds_nobody(town: Town) -> None:
    case = cases.start_case(town.runtime, "asking", by=town.people.nora, now=busy.FIRST)
    walk = Walk(town, case.id, busy.FIRST)
    walk.do("Ask", town.people.nora, what="A site")
    with pytest.raises(ConflictError, match="Nobody holds the role"):
        nudge(walk, manager(town), walk.now)


def test_the_requester_is_reminded_of_what_waits_for_the_requester(town: Town) -> None:
    case = cases.start_case(town.runtime, "asking", by=town.people.rosa, now=busy.FIRST)
    walk = Walk(town, case.id, busy.FIRST)
    assert nudge(walk, manager(town), walk.now, "Ask") == 1
    assert "reminds you" in walking.told(town.people.rosa)[-1]


def test_a_due_date_is_moved_to_the_close_of_office_with_a_reason(town: Town, walk: Walk) -> None:
    head = head_of(town, town.people.parks)
    before = walk.task("Forward").due_at
    task = move(walk, head, date(2026, 10, 2))
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2026-10-02T22:00:00+00:00"
    (care,) = task_care.care_for(walk.case_id)
    assert (care.kind, care.due_before, care.due_after) == (CareKind.DUE, before, task.due_at)
    assert care.reason == "The office is closed."
    told = timeline(walk.case, walk.diagrams.diagrams, (), (), (), [care])[-1]
    assert told.sentence == "Hank Head set the due date of “Forward” 16 days later."
    assert told.remark == "The office is closed."
    last = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert last is not None
    assert (last.action, last.subject, last.actor_id) == ("task:due-moved", "R-1001", head)
    walking.assert_whole(db.session())


@pytest.mark.parametrize(
    ("day", "reason", "wrong"),
    [
        (date(2026, 10, 2), "  ", "Say why"),
        (date(2026, 8, 31), "Too late.", "within a year"),
        (date(2027, 10, 2), "A typing error.", "within a year"),
    ],
)
def test_a_due_date_needs_a_reason_and_a_day_that_can_be(
    town: Town, walk: Walk, day: date, reason: str, wrong: str
) -> None:
    with pytest.raises(InvalidAnswersError, match=wrong):
        move(walk, manager(town), day, reason)
    assert task_care.care_for(walk.case_id) == []


def test_only_who_leads_cares_for_a_step(town: Town, walk: Walk) -> None:
    elsewhere = head_of(town, town.people.fire)
    for by in (town.people.dan, town.people.rosa, town.people.nora, elsewhere):
        with pytest.raises(NotAllowedError, match="Only a lead of Department"):
            nudge(walk, by, walk.now)
        with pytest.raises(NotAllowedError, match="process manager"):
            move(walk, by, date(2026, 10, 2))


def test_what_is_done_is_not_cared_for(town: Town, walk: Walk) -> None:
    pia, task = manager(town), walk.task("Forward")
    busy.do(walk, "Forward", walk.now + HOUR, decision="decline")
    for deed in (
        lambda: task_care.nudge(town.runtime, task.id, by=pia, now=walk.now),
        lambda: task_care.move_due(
            town.runtime, task.id, day=date(2026, 10, 2), reason="Why.", by=pia, now=walk.now
        ),
    ):
        with pytest.raises(ConflictError, match="is closed already"):
            deed()


def test_nobody_is_reminded_of_a_suspended_case(town: Town, walk: Walk) -> None:
    with walking.writing() as session:
        session.get_one(Case, walk.case_id).suspended_at = walk.now
    with pytest.raises(ConflictError, match="is suspended"):
        nudge(walk, manager(town), walk.now)


def test_a_confidential_step_is_not_there_for_those_who_watch_over_all(town: Town) -> None:
    busy.confidential_cases(town, 1)
    pia = manager(town)
    task = db.session.scalars(select(Task.id).where(Task.element == "Tell")).one()
    for missing in (task, 999):
        with pytest.raises(NotFoundError, match="There is no such task"):
            task_care.nudge(town.runtime, missing, by=pia, now=busy.FIRST)
        with pytest.raises(NotFoundError, match="There is no such task"):
            task_care.move_due(
                town.runtime, missing, day=date(2026, 9, 9), reason="Why.", by=pia, now=busy.FIRST
            )
