"""How far cases are: what a step led to, when a case goes on by itself, how long cases take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Task, TaskKind
from models.trust import Job, JobState

# Older cases say little about how long it takes today.
MOST_COMPARED = 100


@dataclass(frozen=True)
class Aftermath:
    """What followed a step: the operations done with it, and the steps that wait in its case now."""

    operations: tuple[str, ...]
    waiting: tuple[Task, ...]


@dataclass(frozen=True)
class Usual:
    """How long the latest cases of a process took, and how many of them were looked at."""

    time: timedelta
    cases: int


def aftermath(session: Session, task: Task) -> Aftermath:
    """Give what followed a step that has just been completed."""
    waits = (Task.kind == TaskKind.USER) & Task.closed_at.is_(None)
    done_with_it = (Task.kind == TaskKind.OPERATION) & (Task.closed_in == task.closed_in)
    rows = session.scalars(
        select(Task)
        .where(Task.case_id == task.case_id, or_(waits, done_with_it))
        .order_by(Task.id)
        .options(joinedload(Task.claimed_by))
    ).all()
    return Aftermath(
        tuple(row.name for row in rows if row.kind == TaskKind.OPERATION),
        tuple(row for row in rows if row.kind == TaskKind.USER),
    )


def goes_on_at(session: Session, case_id: int) -> datetime | None:
    """Give when the next deadline of a case is up; None where it waits for none."""
    return session.scalar(
        select(func.min(Job.run_at)).where(Job.case_id == case_id, Job.state == JobState.DUE)
    )


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
