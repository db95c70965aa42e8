"""Notices: the requester learns what happened, the late learn that they are awaited."""

from collections.abc import Generator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import CaseSeries
from models.database import transaction
from models.trust import Notice
from tests import city
from tests.workflows.operations.stage import Stage, a_ready_stage, a_stage
from workflows.operations import OPERATIONS
from workflows.operations.telling import (
    MOST_REMINDED,
    inform_of_delay,
    inform_requester,
    lapse_approval,
    remind,
)


@pytest.fixture
def stage(app: Flask, now: datetime) -> Generator[Stage]:
    with transaction() as session:
        yield a_stage(session, now)


def told(stage: Stage) -> dict[int, str]:
    stage.session.flush()
    return {notice.person_id: notice.text for notice in stage.session.scalars(select(Notice))}


def test_the_requester_learns_that_the_site_is_live_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_ready_stage(session, now)
        OPERATIONS["launch-site"](stage.occasion())
        OPERATIONS["inform-requester"](stage.occasion())
        assert told(stage) == {
            stage.people.rosa: "R-1, Northwater Parks on Instagram: The site is live. "
            "It stands in the register as S01."
        }


def test_the_owner_of_a_new_site_learns_that_it_is_live_and_is_told_once(
    app: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_ready_stage(session, now)
        stage.tell("site.owner", stage.people.dan)
        occasion = stage.occasion()
        OPERATIONS["launch-site"](occasion)
        heard = told(stage)
        assert set(heard) == occasion.told == {stage.people.rosa, stage.people.dan}
        assert heard[stage.people.dan].endswith("It stands in the register as S01.")


def test_the_owner_of_a_site_hears_nothing_of_a_confidential_case(
    app: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_ready_stage(session, now)
        stage.case.confidential, stage.case.series = True, CaseSeries.CONFIDENTIAL
        stage.tell("site.owner", stage.people.dan)
        OPERATIONS["launch-site"](stage.occasion())
        assert told(stage) == {stage.people.rosa: f"There is news about {stage.case.label}."}


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("approve", "Communications approved it."),
        ("approve-with-conditions", "approved it with conditions: No adverts"),
        ("reject", "rejected it. Reason: Use the City's page"),
        ("return", "returned it for changes. Reason: Use the City's page"),
        ("something else", "There is news."),
    ],
)
def test_the_requester_learns_what_was_decided(stage: Stage, outcome: str, words: str) -> None:
    stage.say(
        stage.people.chen,
        decision__outcome=outcome,
        decision__reason="Use the City's page",
        decision__conditions="No adverts",
    )
    inform_requester(stage.occasion())
    assert words in told(stage)[stage.people.rosa]


def test_a_decision_without_reason_points_to_the_case(stage: Stage) -> None:
    stage.say(stage.people.chen, decision__outcome="reject")
    inform_requester(stage.occasion())
    assert told(stage)[stage.people.rosa].endswith("Reason: see the case.")


def test_the_requester_learns_that_there_is_news_before_a_decision(stage: Stage) -> None:
    inform_requester(stage.occasion())
    assert "Open the case" in told(stage)[stage.people.rosa]


def test_a_review_after_an_earlier_decision_is_the_news(stage: Stage) -> None:
    chen, later = stage.people.chen, stage.now + timedelta(days=1)
    stage.step(chen, act="approve-site", outcome="return", closed_at=stage.now)
    stage.step(chen, act="review-request", outcome="not-city-supported", closed_at=later)
    stage.say(chen, decision__reason="Say more", review__reason="It is a private page")
    occasion = stage.occasion()
    inform_requester(occasion)
    assert (
        "not a City-Supported site. Reason: It is a private page" in told(stage)[stage.people.rosa]
    )
    assert occasion.told == {stage.people.rosa}


def test_a_confidential_case_tells_nothing_outside_itself(stage: Stage) -> None:
    stage.case.confidential, stage.case.series = True, CaseSeries.CONFIDENTIAL
    stage.say(stage.people.chen, decision__outcome="reject", decision__reason="A secret")
    inform_requester(stage.occasion())
    assert told(stage) == {stage.people.rosa: "There is news about C-01."}


def test_the_requester_learns_that_the_approval_lapsed(stage: Stage) -> None:
    lapse_approval(stage.occasion())
    assert "The approval lapsed" in told(stage)[stage.people.rosa]


def test_the_same_unread_notice_is_not_repeated(stage: Stage) -> None:
    lapse_approval(stage.occasion())
    lapse_approval(stage.occasion())
    notice = stage.session.scalars(select(Notice)).one()
    notice.read_at = stage.now
    lapse_approval(stage.occasion())
    assert len(stage.session.scalars(select(Notice)).all()) == 2


def test_whoever_claimed_a_task_is_reminded_and_nobody_else(stage: Stage) -> None:
    stage.step(None, "Review the request", claimed_by_id=stage.people.chen)
    remind(stage.occasion(holders=[stage.people.nora]))
    assert list(told(stage)) == [stage.people.chen]
    assert 'Still waiting for "Review the request".' in told(stage)[stage.people.chen]


def test_the_person_of_a_task_is_reminded(stage: Stage) -> None:
    stage.step(None, person_id=stage.people.rosa)
    remind(stage.occasion(holders=[stage.people.nora]))
    assert list(told(stage)) == [stage.people.rosa]


def test_a_task_that_nobody_claimed_reminds_those_who_may_do_it_once(stage: Stage) -> None:
    stage.step(None, "Advise on security")
    stage.step(None, "Advise on retention")
    remind(stage.occasion(holders=[stage.people.ivy, stage.people.cleo]))
    assert list(told(stage)) == [stage.people.ivy, stage.people.cleo]
    assert "Advise on security" in told(stage)[stage.people.ivy]


def test_where_one_task_is_due_only_that_one_is_reminded(stage: Stage) -> None:
    stage.step(None, person_id=stage.people.ivy, due_at=stage.now)
    stage.step(None, person_id=stage.people.cleo, due_at=stage.now + timedelta(days=1))
    remind(stage.occasion())
    assert list(told(stage)) == [stage.people.ivy]


def test_the_requester_is_told_which_step_is_late(stage: Stage) -> None:
    stage.step(None, "Forward the request", due_at=stage.now)
    stage.step(None, "Something else", due_at=stage.now + timedelta(days=1))
    inform_of_delay(stage.occasion(holders=[stage.people.dan]))
    assert list(told(stage)) == [stage.people.rosa]
    assert '"Forward the request" was not done in time.' in told(stage)[stage.people.rosa]


def test_what_is_late_without_a_due_step_is_told_all_the_same(stage: Stage) -> None:
    inform_of_delay(stage.occasion())
    assert "A step was not done in time." in told(stage)[stage.people.rosa]


def test_a_crowd_of_holders_is_not_reminded_one_by_one(stage: Stage) -> None:
    stage.step(None)
    everybody = [
        stage.people.rosa,
        stage.people.dan,
        *(_another(stage, number) for number in range(MOST_REMINDED)),
    ]
    remind(stage.occasion(holders=everybody))
    assert len(told(stage)) == MOST_REMINDED


def _another(stage: Stage, number: int) -> int:
    return city.person(stage.session, "Person", f"Number{number}", stage.people.fire)


def test_a_done_task_reminds_nobody(stage: Stage) -> None:
    stage.step(None, closed_at=stage.now, person_id=stage.people.rosa)
    remind(stage.occasion())
    assert told(stage) == {}


def test_a_task_without_known_holders_reminds_nobody(stage: Stage) -> None:
    stage.step(None)
    occasion = stage.occasion()
    remind(type(occasion)(stage.session, stage.case, {}, stage.now, None))
    assert told(stage) == {}
