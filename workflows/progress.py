"""How far cases are: what a step led to, when a case goes on by itself, how long cases take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Task, TaskKind
from models.trust import Job, JobState
from workflows.moves import Move

# Older cases say little about how long it takes today.
MOST_COMPARED = 100


@dataclass(frozen=True)
class Aftermath:
    """What followed a step: the operations done with it, and the steps that wait in its case now.

    `goes_on_at` is when the next deadline of the case is up; None where it waits for none.
    """

    operations: tuple[str, ...]
    waiting: tuple[Task, ...]
    goes_on_at: datetime | None


@dataclass(frozen=True)
class Usual:
    """How long the latest cases of a process took, and how many of them were looked at."""

    time: timedelta
    cases: int


def known_of(move: Move) -> Aftermath | None:
    """Give what followed a step where the move that it made knows it: its case waits for nobody now.

    None where the database must be asked: a step waits for somebody, or a deadline set before.
    """
    waiting = [w for w in move.run.waiting() if w.kind in ("user", "deadline")]
    rings = [move.deadlines[w.id] for w in waiting if w.id in move.deadlines]
    if len(rings) < len(waiting):
        return None
    return Aftermath(tuple(move.operated), (), min(rings, default=None))


def aftermath(session: Session, task: Task) -> Aftermath:
    """Give what followed a step that has just been completed, with one statement."""
    waits = (Task.kind == TaskKind.USER) & Task.closed_at.is_(None)
    done_with_it = (Task.kind == TaskKind.OPERATION) & (Task.closed_in == task.closed_in)
    is_it = Task.id == task.id  # so that there is a row, whatever else there is
    rows = session.execute(
        select(Task, _next(task.case_id).scalar_subquery())
        .where(Task.case_id == task.case_id, or_(waits, done_with_it, is_it))
        .order_by(Task.id)
        .options(joinedload(Task.claimed_by))
    ).all()
    return Aftermath(
        tuple(row.name for row, _ in rows if row.kind == TaskKind.OPERATION),
        tuple(row for row, _ in rows if row.kind == TaskKind.USER and row.is_open),
        rows[0][1],
    )


def _next(case_id: int) -> Select[datetime | None]:
    return select(func.min(Job.run_at)).where(Job.case_id == case_id, Job.state == JobState.DUE)


def goes_on_at(session: Session, case_id: int) -> datetime | None:
    """Give when the next deadline of a case is up; None where it waits for none."""
    return session.scalar(_next(case_id))


def deadlines_at(session: Session, case_id: int) -> list[tuple[str, str]]:
    """Give where a case waits for a deadline: diagram and element, the next one first."""
    waiting = select(Job.payload).where(Job.case_id == case_id, Job.state == JobState.DUE)
    places = [
        payload.get("place") for payload in session.scalars(waiting.order_by(Job.run_at, Job.id))
    ]
    return [(diagram, element) for diagram, element in filter(None, places)]


def usual(session: Session, process_id: int) -> Usual | None:
    """Give the median time from start to end of the process's latest cases; None before any ended."""
    ended = session.execute(
        select(Case.started_at, Case.ended_at)
        .join(Case.version)
        .where(DiagramVersion.process_id == process_id, Case.ended_at.is_not(None))
        .order_by(Case.id.desc())
        .limit(MOST_COMPARED)
    ).all()
    seconds = [(end - start).total_seconds() for start, end in ended if end is not None]
    return Usual(timedelta(seconds=median(seconds)), len(seconds)) if seconds else None
