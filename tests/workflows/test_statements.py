"""How many statements a step sends, whatever the city has grown to."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from models.cases import Draft, Task
from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows import drafts, tasks

# What may be sent is 12, and 16 where a site goes live; the page sends one before its use case.
# A launch writes one statement for each table (site, decision, people, contract, retention,
# notices) and one more, as site and decision name each other.
BUDGET, BUDGET_OF_A_LAUNCH = 9, 15


def statements_of(walk: Walk, element: str, **answers: Any) -> int:
    """Do a step and count its statements, the beginning and the commit not among them."""
    task = walk.task(element)
    by = walk.whoever_does(task)
    whole = walk.form(task, by, answers)
    with walking.counted() as sent:
        tasks.complete(walk.town.runtime, task.id, by=by, answers=whole, now=walk.now)
    return len(sent)


def test_no_step_takes_more_statements_than_its_budget(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    found = {step: statements_of(walk, step) for step in walking.TO_A_LIVE_SITE}
    print(found)  # noqa: T201 (measured, for those who ask for it with -s)
    launch = found.pop("ConfirmReadiness")
    assert max(found.values()) <= BUDGET, found
    assert launch <= BUDGET_OF_A_LAUNCH


def test_a_return_and_its_notice_stay_within_the_budget(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    assert statements_of(walk, "ForwardRequest", decision="return") <= BUDGET
    walk.do("SubmitRequest").do("ForwardRequest")
    assert statements_of(walk, "ReviewRequest", decision="return") <= BUDGET


@pytest.mark.parametrize("element", ["SubmitRequest", "ForwardRequest"])
def test_what_was_typed_before_takes_one_statement_more(
    town: Town, now: datetime, element: str
) -> None:
    walk = walking.start(town, now=now)
    if element == "ForwardRequest":
        walk.do("SubmitRequest")
    task = walk.task(element)
    by = walk.whoever_does(task)
    assert drafts.save_draft(town.runtime, task.id, by=by, answers={"note": ["So far"]}, now=now)
    assert statements_of(walk, element) <= BUDGET + 1
    assert db.session.scalars(select(Draft)).all() == []


def test_a_step_is_one_transaction(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    task = walk.task("ForwardRequest")
    task_id, whole = task.id, walk.form(task, town.people.dan, {})
    db.session.rollback()
    happened: list[str] = []
    for name in ("begin", "commit", "rollback"):
        event.listen(db.engine, name, lambda _connection, name=name: happened.append(name))
    tasks.complete(town.runtime, task_id, by=town.people.dan, answers=whole, now=walk.now)
    assert happened == ["begin", "commit"]


def test_statements_do_not_grow_with_the_rounds_of_a_case(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    first = [statements_of(walk, "SubmitRequest"), statements_of(walk, "ForwardRequest")]
    walk.do("ReviewRequest", decision="return")
    for _ in range(30):
        walk.do("SubmitRequest").do("ForwardRequest", decision="return")
    tokens = len(walk.case.tokens or b"")
    assert [statements_of(walk, "SubmitRequest"), statements_of(walk, "ForwardRequest")] == first
    assert tokens < 2000


def test_statements_do_not_grow_with_the_people_in_a_role(town: Town, now: datetime) -> None:
    few = statements_of(walking.forwarded(town, now=now), "ReviewRequest")
    with walking.writing() as session:
        for number in range(500):
            person = city.person(session, "Pat", f"Many{number}", town.people.communications)
            city.grant(session, person, "comms_reviewer")
    assert statements_of(walking.forwarded(town, now=now), "ReviewRequest") == few


def test_statements_do_not_grow_with_the_open_tasks(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    copied = {
        column.key: getattr(task, column.key)
        for column in Task.__table__.columns
        if column.key not in ("id", "token", "answers", "passed")
    }
    with walking.writing() as session:
        rows = [{**copied, "token": f"of another {number}"} for number in range(2000)]
        session.execute(insert(Task), rows)
    fresh = walking.forwarded(town, now=now)
    assert statements_of(fresh, "ReviewRequest") <= BUDGET
