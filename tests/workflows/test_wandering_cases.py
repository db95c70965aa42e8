"""Cases left to chance: whatever people choose and whenever time passes, each stays whole."""

import random
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import Task, TaskKind
from models.database import db
from models.sites import Site
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows import tasks
from workflows.errors import InvalidAnswersError, StuckError
from workflows.policy.guard import open_duties, verdict

MOST_STEPS = 300


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 200))]
)
def test_a_case_left_to_chance_ends_whole_and_within_the_rules(
    town: Town, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    walk = walking.start(town, now=now)
    for _ in range(MOST_STEPS):
        waiting = walk.open_tasks()
        if walk.case.ended_at is not None:
            break
        _go_on(walk, waiting, chance)
    assert walk.case.ended_at is not None
    walking.assert_whole(db.session())
    _assert_within_the_rules(walk)
    live = db.session.scalars(select(Site).where(Site.status == "live")).all()
    assert len(live) == (walk.case.outcome == "Site live")


def _go_on(walk: Walk, waiting: list[Task], chance: random.Random) -> None:
    work = [task for task in waiting if task.kind == TaskKind.USER]
    messages = [task for task in waiting if task.kind == TaskKind.MESSAGE]
    if not work or chance.random() < 0.05:
        walk.wait(days=chance.choice([4, 31]) if work else 31)
    elif messages and chance.random() < 0.02:
        walk.send(chance.choice(messages).element)
    else:
        task = chance.choice(work)
        node = tasks.form_of(walk.diagrams, task)
        choices: dict[str, Any] = {}
        for asked in node.fields:
            if asked.required and asked.type == "enum":
                # The first choice leads on; without a lean to it few cases would get far.
                likely = asked.options[:1] if chance.random() < 0.6 else asked.options
                choices[asked.id] = chance.choice(likely).id
            elif asked.required and asked.type == "boolean":
                choices[asked.id] = chance.random() < 0.5
        # What an operation lacks, or the form refuses: another choice mends it.
        with suppress(StuckError, InvalidAnswersError):
            walk.complete(task, walk.whoever_does(task), choices)


def _assert_within_the_rules(walk: Walk) -> None:
    history, pack = walking.history(walk), walk.town.runtime.pack
    named = history.named(pack, "approve-site", walk.diagrams.diagrams)
    deeds = history.deeds
    for number, deed in enumerate(deeds):
        assert verdict(pack, deeds[:number], deed, named=named) == []
    assert open_duties(pack, deeds) == []


def test_many_cases_at_once_stay_whole(app: Flask, now: datetime) -> None:
    town = walking.settle(now)

    def wander(seed: int) -> None:
        chance = random.Random(seed)
        walk = walking.start(town, now=now)
        for _ in range(20):
            waiting = walk.open_tasks()
            if [task for task in waiting if task.kind == TaskKind.USER]:
                _go_on(walk, waiting, chance)

    walking.at_once(app, [lambda seed=seed: wander(seed) for seed in range(4)])  # type: ignore[misc]
    walking.assert_whole(db.session())
