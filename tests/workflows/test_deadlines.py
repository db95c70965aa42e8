"""What time does to a case: reminders, repetitions, and ends that nobody chose."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import TaskKind
from models.database import db
from models.trust import Job
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town, Walk
from workflows import cases
from workflows.errors import (
    RefusedError,
)


def test_a_reminder_leaves_the_step_open_and_comes_once(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    assert walk.wait(days=2) == 0
    assert walk.wait(days=2) == 1
    assert walk.waits_for == {"ForwardRequest"}
    (text,) = walking.told(town.people.dan)
    assert 'Still waiting for "Forward the request"' in text
    assert walk.wait(days=5) == 1  # the one that tells the requester
    assert walk.wait(days=30) == 0
    walking.assert_whole(db.session())


def test_the_clock_of_a_deadline_is_the_citys(town: Town, now: datetime) -> None:
    walking.start(town, now=now).do("SubmitRequest")
    # Three business days after Monday: Thursday, when the offices close; five: the next Monday.
    due = db.session.scalars(select(Job.run_at).order_by(Job.run_at)).all()
    assert due == [datetime(2026, 11, day, 23, 0, tzinfo=UTC) for day in (19, 23)]


def test_a_deadline_that_comes_too_late_is_dropped(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    found = db.session.scalars(select(Job).order_by(Job.run_at)).first()
    assert found is not None
    job = Job(case_id=found.case_id, payload=found.payload, run_at=found.run_at)
    walk.do("ForwardRequest")
    before = walk.case.revision
    with walking.writing() as session:
        cases.fire_deadline(town.runtime, session, job, walk.now)
    assert walk.case.revision == before
    walk.send("WithdrawWhileDeciding")
    with walking.writing() as session:
        cases.fire_deadline(town.runtime, session, job, walk.now)
    assert walk.case.outcome == "Withdrawn"


REPEATED = """
    start S
    user A
    on Again host=A interrupting=false cycle={cycle}
    user Look
    end E
    S -> A -> E
    Again -> Look
"""


def repeated(now: datetime, cycle: str) -> Walk:
    data = drawn(REPEATED.format(cycle=cycle), lanes={"Requester": ["A", "Look"]})
    town = walking.settle(now, {"main": data})
    return walking.start(town, now=now, process="main")


def test_a_repeated_deadline_rings_as_often_as_it_says(app: Flask, now: datetime) -> None:
    walk = repeated(now, "R3/P1D")
    assert [walk.wait(days=1) for _ in range(5)] == [1, 1, 1, 0, 0]
    assert len(walk.open_tasks()) == 4
    assert db.session.scalars(select(Job)).all() == []


def test_an_endless_deadline_keeps_its_rhythm_and_makes_up_for_nothing(
    app: Flask, now: datetime
) -> None:
    walk = repeated(now, "R/PT10H")
    assert walk.wait(hours=11) == 1
    assert db.session.scalars(select(Job.run_at)).one() == now + timedelta(hours=20)
    assert walk.wait(hours=100) == 1
    assert db.session.scalars(select(Job.run_at)).one() == walk.now + timedelta(hours=10)
    walking.assert_whole(db.session())


def test_a_deadline_that_fires_stands_in_the_case_as_what_it_was(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.wait(days=7)
    (record,) = [task for task in walk.case.tasks if task.kind == TaskKind.DEADLINE]
    assert (record.name, record.opened_at) == (
        "After 3 business days",
        datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
    )
    assert ["forward-request", "ForwardingIsSlowToRemindDepartment"] in (record.passed or [])


def test_a_machine_that_ends_a_case_with_duties_open_reports_them(
    app: Flask, now: datetime
) -> None:
    text = """
        start S
        user A
        user B
        on Late host=B duration=P1D
        end E
        end Over
        S -> A -> B -> E
        Late -> Over
    """
    lanes = {"Requester": ["A", "B"]}
    data = drawn(text, acts={"A": "request-site"}, lanes=lanes)
    town = walking.settle(now, {"main": data})
    walk = walking.start(town, now=now, process="main").do("A")
    with pytest.raises(RefusedError, match="Communications has not reviewed the request"):
        walk.do("B", town.people.rosa)
    assert walk.wait(days=2) == 1
    assert walk.case.outcome == "Over"
    (incident,) = walking.incidents(db.session())
    assert (incident.kind, incident.case_id) == ("rule", walk.case_id)
    assert "K03" in incident.message
