"""One running case moved to another version: tokens, rows and jobs follow, in one transaction.

A step that stays keeps its row, with who works on it and what was typed; its deadline keeps the
time that has run already. What was before is kept beside it, so that the move can be undone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, Draft, Task, TaskKind
from models.trust import Job
from workflows import engine
from workflows.answers import History
from workflows.business_time import Calendar, due
from workflows.diagrams.graph import Node
from workflows.library import DiagramSet
from workflows.moves import DEADLINE_JOB, DEFAULT_DUE, Move, advance, job_key, row_of
from workflows.notices import tell
from workflows.people import duties_of

# What a row says of its step; a version may say it otherwise.
SAID = ("name", "act", "party", "duty", "unit_id", "person_id", "due_at")


@dataclass
class Carried:
    """A case about to be moved: the move on the new diagrams, the set it comes from, its rows.

    `was` is what it waited for on the old diagrams, by token.
    """

    move: Move
    before: DiagramSet
    rows: Mapping[str, Task]
    was: Mapping[str, engine.Waiting]


def carry(carried: Carried) -> dict[str, Any]:
    """Move a case that is locked; give what undoing it needs.

    The case has its new version already, and nothing of that has been written yet. Raises
    RefusedError or StuckError, and then nothing may be kept.
    """
    move, session = carried.move, carried.move.session
    with session.no_autoflush:  # so that all of it is one revision of the case
        known = _as_it_was(carried)
        changed = _renew_rows(carried)
        _renew_deadlines(carried)
    advance(move, lambda: None, None)
    _tell(carried, changed)
    opened = [task.id for task in move.opened]
    return {**known, "opened": opened}


def load(
    session: Session, case: Case, before: DiagramSet, history: History
) -> tuple[dict[str, Task], dict[str, engine.Waiting]]:
    """Give the open rows of a case by their tokens, and what it waits for."""
    tasks = session.scalars(select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None)))
    waiting = engine.load(before.specs, case.tokens or b"", history).waiting()
    return {task.token: task for task in tasks}, {one.id: one for one in waiting}


def _as_it_was(carried: Carried) -> dict[str, Any]:
    session, rows = carried.move.session, list(carried.rows.values())
    drafts = session.scalars(select(Draft).where(Draft.task_id.in_([row.id for row in rows])))
    jobs = session.scalars(_deadlines(carried.move.case.id))
    return {
        "rows": [
            {
                "id": row.id,
                **{name: _written(getattr(row, name)) for name in (*SAID, *_CLAIM)},
            }
            for row in rows
        ],
        "drafts": [
            {
                "task_id": draft.task_id,
                "person_id": draft.person_id,
                "answers": draft.answers,
                "saved_at": _written(draft.saved_at),
            }
            for draft in drafts
        ],
        "jobs": [
            {name: _written(getattr(job, name)) for name in ("key", "payload", "run_at", "state")}
            for job in jobs
        ],
    }


_CLAIM = ("claimed_by_id", "claimed_at")


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _deadlines(case_id: int) -> Any:
    return select(Job).where(Job.case_id == case_id, Job.kind == DEADLINE_JOB)


def _kept(carried: Carried) -> list[tuple[engine.Waiting, Node, Node]]:
    """Give what waits on as before, with how its step was drawn and is drawn now."""
    move = carried.move
    return [
        (
            one,
            carried.before.node(one.diagram, one.element),
            move.diagrams.node(one.diagram, one.element),
        )
        for one in move.run.waiting()
        if one.id in carried.was
    ]


def _renew_rows(carried: Carried) -> list[Task]:
    """Let the rows of steps that stay say what the new version says; give those that changed."""
    move = carried.move
    changed = []
    for waiting, old, new in _kept(carried):
        row = carried.rows.get(waiting.id)
        if waiting.kind == "message" and (old.act is None) != (new.act is None):
            _show_or_hide(carried, waiting, row)
        elif row is not None and _renew(move, row, old, row_of(move, waiting, new)):
            changed.append(row)
    return changed


def _show_or_hide(carried: Carried, waiting: engine.Waiting, row: Task | None) -> None:
    """A message has a row only while it is somebody's act to send it."""
    if row is None:
        del carried.move.before[waiting.id]
        return
    row.closed_at, row.closed_in = carried.move.now, carried.move.revision


def _renew(move: Move, row: Task, old: Node, values: Mapping[str, Any]) -> bool:
    """Write into a row what its step is called now and whose it is; say whether that is news."""
    new = move.diagrams.node(row.diagram, row.element)
    wanted = {name: values[name] for name in SAID if name in values}
    wanted["due_at"] = row.due_at and _due_again(move.runtime.calendar, row, old, new)
    news = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in news:
        setattr(row, name, wanted[name])
    if "duty" in news or "unit_id" in news or "person_id" in news:
        _let_go(move, row)
    return bool(news)


def _due_again(calendar: Calendar, row: Task, old: Node, new: Node) -> datetime | None:
    """Give when a step is due that is half-way through: from when it was opened.

    What somebody added to its time, or a suspension, is kept.
    """
    before, after = (node.due or DEFAULT_DUE for node in (old, new))
    if before == after or row.due_at is None:
        return row.due_at
    added = row.due_at - due(calendar, before, row.opened_at)
    return due(calendar, after, row.opened_at) + added


def _let_go(move: Move, row: Task) -> None:
    """End the claim of somebody whose step this no longer is."""
    holder = row.claimed_by_id
    if holder is None:
        return
    day = move.runtime.calendar.day_of(move.now)
    duties = duties_of(move.session, holder, move.runtime.pack, day)
    is_theirs = (
        duties.may(row.duty, row.unit_id, move.diagrams.main)
        if row.person_id is None
        else row.person_id == holder
    )
    if not is_theirs:
        row.claimed_by_id = row.claimed_at = None
        _say(move, [holder], f"“{row.name}” is done by others in the version that it runs on now.")


def _renew_deadlines(carried: Carried) -> None:
    """Let a deadline whose length is another now ring that long after it began."""
    move = carried.move
    for waiting, old, new in _kept(carried):
        if waiting.kind != "deadline" or old.timer == new.timer:
            continue
        jobs = select(Job).where(Job.key == job_key(move, waiting))
        for job in move.session.scalars(jobs):
            began = _began(move.runtime.calendar, old.timer or "", job.run_at)
            job.run_at = due(move.runtime.calendar, new.timer or "", began)


def _began(calendar: Calendar, timer: str, rings: datetime) -> datetime:
    """Give when a deadline began that rings at that time; business days are counted back.

    The latest such moment: of a timer that names a date there is none, and it does not matter.
    """
    span = timedelta(days=1)
    while due(calendar, timer, rings - span) > rings:
        span *= 2
    early, late = rings - span, rings
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if due(calendar, timer, middle) > rings:
            late = middle
        else:
            early = middle
    return early


def _tell(carried: Carried, changed: Sequence[Task]) -> None:
    """Tell those whose work is another now, or over: who took a step, and whose alone it is."""
    move = carried.move
    waiting = {one.id for one in move.run.waiting()}
    for row in carried.rows.values():
        person = row.person_id or row.claimed_by_id
        if person is None or row.kind != TaskKind.USER:
            continue
        if row.token not in waiting:
            _say(
                move, [person], f"“{row.name}” is no longer needed: the case runs on a new version."
            )
        elif row in changed:
            _say(move, [person], f"“{row.name}” has changed: the case runs on a new version.")


def _say(move: Move, people: Sequence[int], what: str) -> None:
    others = [person for person in people if person != move.actor]
    say(move.session, move.case, others, what, now=move.now)


def say(session: Session, case: Case, people: Sequence[int], what: str, *, now: datetime) -> None:
    """Tell people of a case what has become of their step; of a confidential one not what."""
    text = f"{case.label} has news for you." if case.confidential else f"{case.label}: {what}"
    tell(session, people, text, case_id=case.id, now=now)
