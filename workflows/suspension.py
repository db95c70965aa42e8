"""A case that an owner of its process has stopped for a while: who did, and what waits with it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload

from models.cases import CareKind, Case, Intervention, InterventionKind, Task, TaskCare, TaskKind
from models.trust import Job, JobState
from workflows.business_time import Calendar, after_standstill
from workflows.errors import ConflictError
from workflows.moves import DEADLINE_JOB, DEFAULT_DUE
from workflows.runtime import Runtime


def refuse_suspended(session: Session, case: Case) -> None:
    """Raise ConflictError where the case is suspended, with who did it and why."""
    if case.suspended_at is None:
        return
    by = suspended_by(session, case)
    who = f"{by.asked_by.name} suspended {case.label}: {by.reason}" if by else case.label
    raise ConflictError(
        f"{who.rstrip('.')}. Nothing can be done in it until it is resumed; what you typed into "
        "a form is kept as a draft."
    )


def suspended_by(session: Session, case: Case) -> Intervention | None:
    """Give the suspension that a case is under, with who made it."""
    latest = (
        select(Intervention)
        .where(Intervention.case_id == case.id, Intervention.kind == InterventionKind.SUSPEND)
        .order_by(Intervention.id.desc())
        .limit(1)
        .options(joinedload(Intervention.asked_by))
    )
    return session.scalar(latest)


def hold_jobs(session: Session, case_id: int) -> None:
    """Let the jobs of a case wait, however long: no worker sees them."""
    _set_state(session, case_id, JobState.DUE, JobState.HELD)


def free_jobs(session: Session, case_id: int) -> None:
    """Let the jobs of a case run again; those whose time has passed run at once."""
    _set_state(session, case_id, JobState.HELD, JobState.DUE)


def catch_up(
    session: Session, runtime: Runtime, case: Case, *, by: int, now: datetime
) -> dict[str, Any]:
    """Move on what is due in a suspended case that is about to be resumed, as if time had stood still.

    Steps get new due dates and deadlines ring later; a deadline whose time had come before rings
    at once. Gives old and new times, for the record: `due` by the ids of tasks, `deadlines` by
    their elements. In the caller's transaction, with the case locked.
    """
    if case.suspended_at is None:
        return {}
    later = partial(after_standstill, runtime.calendar, since=case.suspended_at, until=now)
    diagrams = runtime.library.of(session, case.version_id)
    steps: dict[str, list[str]] = {}
    for task in _steps(session, case.id):
        node = diagrams.node(task.diagram, task.element)
        before, after = task.due_at, task.due_at and later(node.due or DEFAULT_DUE, task.due_at)
        if before and after and before != after:
            steps[str(task.id)] = [before.isoformat(), after.isoformat()]
            task.due_at = after
            session.add(_care(runtime.calendar, task, before, after, by=by, now=now))
    deadlines: dict[str, list[str]] = {}
    for job in _deadlines(session, case.id, case.suspended_at):
        diagram, element = job.payload["place"]
        after = later(diagrams.node(diagram, element).timer or DEFAULT_DUE, job.run_at)
        if after != job.run_at:
            deadlines[element] = [job.run_at.isoformat(), after.isoformat()]
            job.run_at = after
    session.flush()
    return {"due": steps, "deadlines": deadlines}


def _steps(session: Session, case_id: int) -> Sequence[Task]:
    waiting = select(Task).where(
        Task.case_id == case_id, Task.closed_at.is_(None), Task.kind == TaskKind.USER
    )
    return session.scalars(waiting.order_by(Task.id)).all()


def _deadlines(session: Session, case_id: int, since: datetime) -> Sequence[Job]:
    """Give the deadlines that had not come when the case was suspended."""
    held = select(Job).where(
        Job.case_id == case_id,
        Job.kind == DEADLINE_JOB,
        Job.state == JobState.HELD,
        Job.run_at > since,
    )
    return session.scalars(held.order_by(Job.id)).all()


def _care(
    calendar: Calendar, task: Task, before: datetime, after: datetime, *, by: int, now: datetime
) -> TaskCare:
    """Give the line in the history of the case that tells of a new due date."""
    days = _day(calendar, before), _day(calendar, after)
    return TaskCare(
        task_id=task.id,
        case_id=task.case_id,
        kind=CareKind.RESUMED,
        by_id=by,
        at=now,
        reason=f"It was due on {days[0]}, and is due on {days[1]} now.",
        due_before=before,
        due_after=after,
    )


def _day(calendar: Calendar, moment: datetime) -> str:
    day = calendar.day_of(moment)
    return f"{day.day} {day:%B %Y}"


def keep_for_later(session: Session, job: Job) -> None:
    """Put a job back that is due in a suspended case, e.g. one that was retried meanwhile.

    When the case is resumed it runs at once: its time had come, or somebody wanted it now.
    """
    case = session.get(Case, job.case_id)
    since = case.suspended_at if case else None
    kept = {
        "kind": job.kind,
        "key": job.key,
        "case_id": job.case_id,
        "payload": job.payload,
        "run_at": min(job.run_at, since or job.run_at),
        "state": JobState.HELD,
        "attempts": 0,
    }
    session.execute(insert(Job), [kept])


def _set_state(session: Session, case_id: int, old: str, new: str) -> None:
    # A job outside the database that has begun is let finish.
    session.execute(
        update(Job)
        .where(Job.case_id == case_id, Job.state == old, Job.lease_owner.is_(None))
        .values(state=new)
        .execution_options(synchronize_session=False)
    )
