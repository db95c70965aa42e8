"""People who act in the same moment, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from flask import Flask

from models.cases import Draft, TaskKind
from models.database import db
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import drafts, tasks
from workflows.errors import (
    ConflictError,
    PolicyError,
)
from workflows.tasks import Completion


def test_two_people_at_the_same_task_are_told_apart(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(6):
        walk = walking.forwarded(town, now=now)
        task = walk.task("ReviewRequest")
        names = {town.people.chen: "Chen Wu", town.mia: "Mia Stone"}
        forms = {person: walk.form(task, person, {}) for person in names}

        do = partial(tasks.complete, town.runtime, task.id, now=now)
        deeds = [
            partial(_outcome_of, partial(do, by=person, answers=answers))
            for person, answers in forms.items()
        ]
        outcomes = walking.at_once(app_on_either, deeds)
        (winner,) = [outcome for outcome in outcomes if isinstance(outcome, int)]
        (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
        assert str(refusal).startswith(f"{names[winner]} has already completed")
        assert walk.waits_for == {"AdviseSecurity"}
    walking.assert_whole(db.session())


def _outcome_of(deed: Callable[[], Completion]) -> int | PolicyError | None:
    try:
        return deed().task.completed_by_id
    except PolicyError as error:
        return error


def test_people_at_different_steps_of_one_case_do_not_disturb_each_other(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(3):
        walk = walking.forwarded(town, now=now, public_body_site=True)
        walk.do("ReviewRequest", needs_law_advice=True, needs_retention_advice=True)
        steps = [task for task in walk.open_tasks() if task.kind == TaskKind.USER]
        assert len(steps) == 4
        deeds = []
        for task in steps:
            by = walk.whoever_does(task)
            answers = walk.form(task, by, {})
            deeds.append(
                partial(tasks.complete, town.runtime, task.id, by=by, answers=answers, now=walk.now)
            )
        walking.at_once(app_on_either, deeds)
        assert walk.waits_for == {"DecideRequest"}
    walking.assert_whole(db.session())


def test_a_withdrawal_and_a_step_at_once_end_in_one_of_two_ways(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(6):
        walk = walking.start(town, now=now).do("SubmitRequest")
        step, withdrawal = walk.task("ForwardRequest"), walk.task("WithdrawWhileForwarding")
        answers = walk.form(step, town.people.dan, {})
        do = partial(tasks.complete, town.runtime, now=now)
        deeds: list[Callable[[], Completion]] = [
            partial(do, step.id, by=town.people.dan, answers=answers),
            partial(do, withdrawal.id, by=town.people.rosa, answers={"reason": "No."}),
        ]
        outcomes = walking.at_once(app_on_either, [partial(_name_of, deed) for deed in deeds])
        assert sorted(outcomes) == ["ConflictError", "done"]
    walking.assert_whole(db.session())


def _name_of(deed: Callable[[], object]) -> str:
    try:
        deed()
    except PolicyError as error:
        return type(error).__name__
    return "done"


def test_twenty_people_at_once_all_get_through_on_sqlite(app: Flask, now: datetime) -> None:
    town = walking.settle(now)
    walks = [walking.start(town, now=now).do("SubmitRequest") for _ in range(20)]
    deeds = []
    for walk in walks:
        task = walk.task("ForwardRequest")
        answers = walk.form(task, town.people.dan, {})
        deeds.append(
            partial(
                tasks.complete,
                town.runtime,
                task.id,
                by=town.people.dan,
                answers=answers,
                now=walk.now,
            )
        )
    assert len(walking.at_once(app, deeds)) == 20
    assert all(walk.waits_for == {"ReviewRequest"} for walk in walks)
    walking.assert_whole(db.session())


def test_of_two_who_take_a_task_at_once_one_has_it(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    task = walking.forwarded(town, now=now).task("ReviewRequest")
    deeds = [
        partial(_name_of, partial(tasks.claim, town.runtime, task.id, by=person, now=now))
        for person in (town.mia, town.people.chen)
    ]
    assert sorted(walking.at_once(app_on_either, deeds)) == ["ConflictError", "done"]


def test_a_draft_and_a_completion_at_once_leave_no_draft_behind(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(6):
        walk = walking.forwarded(town, now=now)
        task = walk.task("ReviewRequest")
        answers = walk.form(task, town.mia, {})
        save = partial(drafts.save_draft, town.runtime, task.id, answers={}, by=town.mia, now=now)
        do = partial(
            tasks.complete, town.runtime, task.id, by=town.mia, answers=answers, now=walk.now
        )
        walking.at_once(app_on_either, [partial(_name_of, do), partial(_name_of, save)])
        assert walk.waits_for == {"AdviseSecurity"}
    db.session.rollback()
    assert walking.count(db.session(), Draft) == 0


def test_a_deadline_and_a_step_at_once_end_in_the_same(
    app_on_either: Flask, town_on_either: Town, now: datetime
) -> None:
    town = town_on_either
    for _ in range(3):
        walk = walking.approved(town, now=now)
        walk.now += timedelta(days=91)
        task = walk.task("IdentifyContract")
        answers = walk.form(task, town.people.chen, {})
        do = partial(
            tasks.complete,
            town.runtime,
            task.id,
            by=town.people.chen,
            answers=answers,
            now=walk.now,
        )
        ring = partial(walk.wait, minutes=0)
        walking.at_once(app_on_either, [partial(_name_of, do), partial(_name_of, ring)])
        walk.wait(minutes=1)  # a worker does not wait for a case that somebody works on
        assert walk.case.outcome == "Approval lapsed"
    walking.assert_whole(db.session())
