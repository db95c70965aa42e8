"""Whatever fails during a step, the case is before or after it, whole."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

from models.cases import TaskKind
from models.database import db
from models.trust import Job
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows import documents, tasks


class Failing:
    """Fails the database at the n-th call from now on, the commit being a call too."""

    def __init__(self, call: int) -> None:
        self.left = call

    def note(self, *_args: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise OperationalError("the n-th call", {}, Exception("the database went away"))


@contextmanager
def failing_at(call: int) -> Generator[Failing]:
    failing = Failing(call)
    for name in ("before_cursor_execute", "commit"):
        event.listen(db.engine, name, failing.note)
    try:
        yield failing
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(db.engine, name, failing.note)


def fail_at_every_call(walk: Walk, do: Callable[[], object]) -> int:
    """Do it until it succeeds, each time with the next call failing; give how many there were."""
    before = walking.everything(db.session())
    for call in range(1, 100):
        try:
            with failing_at(call):
                do()
        except OperationalError:
            assert walking.everything(db.session()) == before
            continue
        walking.assert_whole(db.session())
        return call
    raise AssertionError("It never succeeded.")


@pytest.mark.parametrize("step", ["SubmitRequest", "ForwardRequest", "ConfirmReadiness"])
def test_whichever_call_of_a_step_fails_the_case_is_before_or_after_it(
    town_on_either: Town, now: datetime, step: str
) -> None:
    town = town_on_either
    ways: dict[str, Callable[..., Walk]] = {
        "SubmitRequest": walking.start,
        "ForwardRequest": lambda town, *, now: walking.start(town, now=now).do("SubmitRequest"),
        "ConfirmReadiness": lambda town, *, now: walking.prepare(
            walking.with_account(town, now=now)
        ),
    }
    walk = ways[step](town, now=now)
    task = walk.task(step)
    by = walk.whoever_does(task)
    answers = walk.form(task, by, {})
    do = partial(tasks.complete, town.runtime, task.id, by=by, answers=answers, now=walk.now)
    calls = fail_at_every_call(walk, do)
    assert calls > 10
    assert walk.waits_for.isdisjoint({step})


def test_whichever_call_of_a_deadline_fails_it_is_done_once(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.now = datetime(2026, 11, 20, 15, 0, tzinfo=now.tzinfo)
    for call in range(1, 60):
        try:
            with failing_at(call) as failing:
                walk.wait(hours=1)
        except OperationalError:
            pass
        walking.assert_whole(db.session())
        if failing.left > 0:
            break
        with walking.writing() as session:  # an eighth failure would give it up
            session.execute(update(Job).values(attempts=0))
    fired = [task for task in walk.case.tasks if task.kind == TaskKind.DEADLINE]
    assert len(fired) == 1
    assert len(walking.told(town.people.dan)) == 1


def test_a_full_disk_stops_writing_and_not_reading(town: Town, now: datetime) -> None:
    walks = [walking.start(town, now=now) for _ in range(2)]
    task = walks[0].task("SubmitRequest")
    document = documents.check("plan.txt", b"x" * 200_000, megabytes=1)
    do = partial(tasks.attach, town.runtime, task.id, document, by=town.people.rosa, now=now)
    before = walking.everything(db.session())
    _limit_pages(at=0)
    with pytest.raises(OperationalError, match="full"):
        do()
    assert walking.everything(db.session()) == before
    assert walks[1].waits_for == {"SubmitRequest"}
    walking.assert_whole(db.session())
    _limit_pages(at=1_000_000)
    kept = do()
    assert (kept.name, walks[0].waits_for) == ("plan.txt", {"SubmitRequest"})


def _limit_pages(*, at: int) -> None:
    """Let the database file grow to so many pages, or where that is less, not at all."""
    db.session.rollback()
    db.engine.dispose()  # the limit is one connection's: let there be no other
    with db.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {at or 1}")
