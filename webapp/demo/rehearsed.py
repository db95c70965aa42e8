"""Rehearsals of the draft that waits for its review, kept as scenarios."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from models.database import db, transaction
from models.studio import Rehearsal
from workflows import scenarios
from workflows.library import DiagramSet
from workflows.publication import drafts
from workflows.publication.family import plan
from workflows.publication.gating import set_of
from workflows.rehearsing import (
    Answer,
    Begin,
    Days,
    Move,
    Ring,
    Stage,
    Wait,
    as_json,
    invented_answers,
    play,
)
from workflows.runtime import Runtime

KEPT = Path(__file__).parent / "rehearsed.toml"


def keep_scenarios(runtime: Runtime, draft_id: int, *, by: int, now: datetime) -> None:
    """Rehearse a draft and keep what came of it."""
    draft = drafts.of_id(db.session(), draft_id)
    changes = plan(db.session(), {draft.key: draft.xml}, now=now)
    files = {**changes.around, **changes.new}
    db.session.rollback()
    for told in tomllib.loads(KEPT.read_text(encoding="utf-8"))["scenario"]:
        moves = _moves(runtime, set_of(told["process"], files), told, now)
        with transaction() as session:
            row = Rehearsal(
                draft_id=draft_id,
                begins=now,
                moves=as_json(moves),
                by_id=by,
                begun_at=now,
                changed_at=now,
            )
            session.add(row)
            session.flush()
            made, revision = row.id, row.revision
        scenarios.save(runtime, made, told["title"], revision=revision, by=by, now=now)


def _moves(runtime: Runtime, on: DiagramSet, told: Mapping[str, Any], now: datetime) -> list[Move]:
    moves: list[Move] = [Begin(on.main)]
    for step in told["steps"]:
        moves.append(_move(_stage(runtime, on, moves, now), step))
    while told["to_the_end"] and not (stage := _stage(runtime, on, moves, now)).run.ended:
        moves.append(_next(stage))
    return moves


def _stage(runtime: Runtime, on: DiagramSet, moves: list[Move], now: datetime) -> Stage:
    played = play(runtime, on, moves, begins=now)
    if played.misfit is not None or played.stage is None:
        msg = f"The rehearsal of the demo city does not fit its diagrams: {played.misfit}"
        raise RuntimeError(msg)
    return played.stage


def _move(stage: Stage, step: Mapping[str, Any]) -> Move:
    if "days" in step:
        return Days(step["days"])
    wait = next(one for one in stage.waits if one.node.id == step["do"])
    return _done(stage, wait, {name: said for name, said in step.items() if name != "do"})


def _next(stage: Stage) -> Move:
    """Do the first step that waits; where none does, let the next deadline come."""
    for wait in _steps(stage):
        return _done(stage, wait, {})
    coming = stage.deadlines[0]
    return Ring(coming.place, coming.title)


def _steps(stage: Stage) -> Iterator[Wait]:
    return (wait for wait in stage.waits if not wait.is_message)


def _done(stage: Stage, wait: Wait, given: Mapping[str, Any]) -> Answer:
    diagrams = list(stage.diagrams.diagrams.values())
    answers = invented_answers(wait.node, stage.cast, diagrams, now=stage.now, given=given)
    return Answer(wait.place, wait.by[0].key, answers, wait.node.title)
