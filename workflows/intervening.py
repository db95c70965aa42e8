"""What each intervention does to a case: the tokens, the rows and the jobs, under the case's lock.

Nothing here asks who may: workflows.interventions does. The rules are asked by the moves, as at
every step: a token that was placed by hand licenses nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.cases import Case, Intervention, InterventionKind, Task, TaskKind
from models.trust import Incident, Job, JobState
from workflows import audit, engine
from workflows.answers import History
from workflows.errors import ConflictError
from workflows.moves import Move, advance, resume
from workflows.notices import tell
from workflows.runtime import Runtime
from workflows.suspension import catch_up, free_jobs, hold_jobs

CANCELLED = "Cancelled"


@dataclass(frozen=True)
class Hand:
    """One intervention about to be done: the case is locked, with its tokens and its unit.

    `details` is what the record is to tell beside the intervention itself.
    """

    session: Session
    runtime: Runtime
    case: Case
    row: Intervention
    by: int
    now: datetime
    details: dict[str, Any] = field(default_factory=dict)


def perform(hand: Hand) -> None:
    """Do it. Raises ConflictError, StuckError or RefusedError, and then nothing is kept."""
    refuse_impossible(hand.session, hand.case, hand.row)
    _DONE_BY[InterventionKind(hand.row.kind)](hand)


def record(hand: Hand, action: str) -> None:
    """Write what was asked, done or refused, and why, as the last of the transaction."""
    row = hand.row
    audit.record(
        hand.session,
        action=action,
        subject=hand.case.label,
        actor=hand.by,
        now=hand.now,
        details={
            "intervention": row.id,
            "kind": row.kind,
            "task": row.task_id,
            "diagram": row.diagram,
            "element": row.element,
            "takes_back": row.takes_back,
            "reason": row.reason,
            "rules": row.rules,
            "asked_by": row.asked_by_id,
            "answer": row.answer,
            **hand.details,
        },
    )


def refuse_impossible(session: Session, case: Case, row: Intervention) -> None:
    """Raise ConflictError where the case, as it stands, is not one to do this to."""
    kind = InterventionKind(row.kind)
    if kind == InterventionKind.RESUME and case.suspended_at is None:
        raise ConflictError(f"{case.label} is not suspended.")
    if case.suspended_at is not None and kind not in WHILE_SUSPENDED:
        raise ConflictError(f"{case.label} is suspended. Resume it first.")
    if case.ended_at is not None and kind != InterventionKind.REOPEN:
        raise ConflictError(f"{case.label} has ended. It can only be reopened.")
    if kind == InterventionKind.SKIP:
        task = session.get_one(Task, row.task_id)
        if not task.is_open or task.kind != TaskKind.USER:
            raise ConflictError(f"“{task.name}” does not wait any more; there is nothing to skip.")


def _suspend(hand: Hand) -> None:
    hand.case.suspended_at = hand.now
    hold_jobs(hand.session, hand.case.id)


def _resume(hand: Hand) -> None:
    hand.details.update(catch_up(hand.session, hand.runtime, hand.case, by=hand.by, now=hand.now))
    hand.case.suspended_at = None
    free_jobs(hand.session, hand.case.id)


def _cancel(hand: Hand) -> None:
    move = _taken_up(hand)
    move.ends_as = CANCELLED
    hand.case.suspended_at = None
    advance(move, move.run.cancel, None)
    hand.session.execute(delete(Job).where(Job.case_id == hand.case.id))


def _retry(hand: Hand) -> None:
    place = [hand.row.diagram, hand.row.element]
    dead = hand.session.scalars(
        select(Job).where(Job.case_id == hand.case.id, Job.state == JobState.DEAD).with_for_update()
    )
    jobs = [job for job in dead if job.payload.get("place") == place]
    if not jobs:
        raise ConflictError("This was tried again already, or is no longer needed.")
    for job in jobs:
        job.state, job.attempts, job.run_at = JobState.DUE, 0, hand.now
        _settle_incident(hand, job.id)


def _settle_incident(hand: Hand, job_id: int) -> None:
    waiting = select(Incident).where(Incident.job_id == job_id, Incident.resolved_at.is_(None))
    for incident in hand.session.scalars(waiting):
        # Incidents are read by those who read no confidential case: who did it stands there.
        is_secret, incident.resolved_at = hand.case.confidential, hand.now
        incident.resolved_by_id = None if is_secret else hand.by
        incident.note = f"Tried again: {'see the case.' if is_secret else hand.row.reason}"


def _skip(hand: Hand) -> None:
    task = hand.session.get_one(Task, hand.row.task_id)
    move = _taken_up(hand)
    # Closed without anybody who completed it: no act was done, and no rule takes it for one.
    task.closed_at, task.closed_in = hand.now, move.revision
    advance(move, lambda: move.run.complete(task.token), task)
    if task.claimed_by_id is not None:
        said = "has news for you." if hand.case.confidential else f"“{task.name}” was skipped."
        text = f"{hand.case.label}: {said}"
        tell(hand.session, [task.claimed_by_id], text, case_id=hand.case.id, now=hand.now)


def _place(hand: Hand) -> None:
    row = hand.row
    move = _taken_up(hand)
    is_running = any(waiting.scope == row.scope for waiting in move.before.values())

    def step() -> None:
        move.run.place(row.element or "", row.diagram, scope=row.scope if is_running else None)
        if row.takes_back:
            _take_back(move)

    advance(move, step, None)


def _take_back(move: Move) -> None:
    """Take away what waited before; the events on the edge of a step go with it."""
    for waiting in move.before.values():
        still = {one.id for one in move.run.waiting()}
        if waiting.host is None and waiting.id in still:
            move.run.withdraw(waiting.id)


def _taken_up(hand: Hand) -> Move:
    """Load the tokens of the case; of one that has ended there are none, and it runs again."""
    case, session = hand.case, hand.session
    if case.tokens is not None:
        return resume(session, hand.runtime, case, now=hand.now, actor=hand.by)
    diagrams = hand.runtime.library.of(session, case.version_id)
    history = History.read(session, case.id)
    run = engine.empty(diagrams.specs, history)
    session.add(_end_of(case))
    case.ended_at = case.outcome = None
    return Move(session, hand.runtime, case, diagrams, run, history, hand.now, hand.by)


def _end_of(case: Case) -> Task:
    """Give the row by which the history of a reopened case keeps that it had ended, and how."""
    return Task(
        case_id=case.id,
        token="",
        kind=TaskKind.END,
        element="",
        diagram="",
        scope="",
        name=case.outcome or "",
        duty=TaskKind.END,
        opened_at=case.ended_at,
        closed_at=case.ended_at,
        closed_in=case.revision,
    )


WHILE_SUSPENDED = frozenset({InterventionKind.RESUME, InterventionKind.CANCEL})
_DONE_BY: Mapping[InterventionKind, Callable[[Hand], None]] = {
    InterventionKind.SUSPEND: _suspend,
    InterventionKind.RESUME: _resume,
    InterventionKind.CANCEL: _cancel,
    InterventionKind.RETRY: _retry,
    InterventionKind.SKIP: _skip,
    InterventionKind.REOPEN: _place,
    InterventionKind.PLACE: _place,
}
