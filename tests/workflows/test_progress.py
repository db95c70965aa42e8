"""What a step led to, when a case goes on by itself, and how long cases take."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from models.database import db
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import progress


@pytest.fixture
def town(app: Flask, now: datetime) -> Town:
    return walking.settle(now)


def test_a_launch_is_what_confirming_readiness_led_to(town: Town, now: datetime) -> None:
    walk = walking.launched(town, now=now)
    after = progress.aftermath(db.session(), walk.done[-1].task)
    assert (after.operations, after.waiting) == (("Launch the site",), ())
    assert walk.done[-1].after == after
    at = progress.goes_on_at(db.session(), walk.case_id)
    assert at is not None
    assert at == after.goes_on_at
    assert (at - walk.now).days == 30
    assert progress.deadlines_at(db.session(), walk.case_id) == [("launch-site", "ThirtyDaysLive")]


def test_a_step_beside_others_leaves_those_waiting(town: Town, now: datetime) -> None:
    walk = walking.with_account(town, now=now).do("CheckTraining")
    after = progress.aftermath(db.session(), walk.done[-1].task)
    assert walk.done[-1].after is None, "only the database knows who has taken what"
    assert after.operations == ()
    assert {task.element for task in after.waiting} == {"MeetStandards", "SetUpRetention"}


def test_a_case_that_has_ended_goes_on_no_more(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    walk.send("WithdrawBeforeForwarding")
    assert progress.goes_on_at(db.session(), walk.case_id) is None


def test_how_long_cases_take_is_the_median_of_those_that_ended(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    process = walk.case.version.process.id
    assert progress.usual(db.session(), process) is None
    walk.send("WithdrawBeforeForwarding")
    for days in (2, 40):
        other = walking.start(town, now=now)
        other.now = now + timedelta(days=days)
        other.send("WithdrawBeforeForwarding")
    usual = progress.usual(db.session(), process)
    assert usual is not None
    assert (usual.cases, usual.time.days) == (3, 2)
    assert progress.usual(db.session(), process + 1) is None
