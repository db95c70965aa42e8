"""What those who lead do for steps that wait: remind people, give a step more time or less.

To hand a step over is `tasks.reassign`. Steps of confidential cases are not cared for here: whoever
watches over all cases must not learn of them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.cases import CareKind, Task, TaskCare, TaskKind
from models.database import db, transaction
from models.people import Person
from workflows import audit
from workflows.business_time import close_of_office
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.moves import locking
from workflows.notices import tell
from workflows.people import duties_of, holders
from workflows.runtime import Runtime

# Who types a year wrong means no date beyond this.
LONGEST = timedelta(days=366)
LONGEST_REASON = 1000


def nudge(runtime: Runtime, task_id: int, *, by: int, now: datetime) -> int:
    """Remind those whom a step waits for, by somebody who leads; return how many were told.

    Once a day for each step, whoever does it. Raises NotFoundError, NotAllowedError for who does
    not lead, and ConflictError where it was done today, nothing can be done or nobody is there.
    """
    with transaction() as session:
        task = _led(session, runtime, task_id, by=by, now=now)
        if task.case.suspended_at is not None:
            raise ConflictError(f"{task.case.label} is suspended: nobody can do “{task.name}” now.")
        _check_not_today(session, runtime, task, now)
        people = _waits_for(session, runtime, task, now)
        if not people:
            raise ConflictError(
                f"Nobody holds the role that “{task.name}” waits for. Somebody must be given it "
                "first, or the step be handed over."
            )
        told = tell(
            session, people, _reminder(session, task, by, now), now=now, case_id=task.case_id
        )
        _keep(session, task, TaskCare(kind=CareKind.NUDGE, by_id=by, at=now))
        _record(session, "task:nudged", task, by=by, now=now, details={"told": told})
        return told


def move_due(
    runtime: Runtime, task_id: int, *, day: date, reason: str, by: int, now: datetime
) -> Task:
    """Let a step be due at the close of office of another day, by somebody who leads.

    The deadlines of the diagram stay: they are the policy's, this date is the people's. Raises as
    `nudge` does, InvalidAnswersError without a reason or for a day that is over or far away, and
    ConflictError while the case is suspended.
    """
    if not reason.strip():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    due = close_of_office(runtime.calendar, day)
    if not now < due <= now + LONGEST:
        raise InvalidAnswersError({"day": "Choose a day from today on, within a year."})
    with transaction() as session:
        task = _led(session, runtime, task_id, by=by, now=now)
        if task.case.suspended_at is not None:
            raise ConflictError(
                f"{task.case.label} is suspended: what is due in it moves on by itself when it is "
                "resumed. Choose another date then."
            )
        before, task.due_at = task.due_at, due
        care = TaskCare(
            kind=CareKind.DUE,
            by_id=by,
            at=now,
            reason=reason.strip()[:LONGEST_REASON],
            due_before=before,
            due_after=due,
        )
        _keep(session, task, care)
        details = {"before": before and before.isoformat(), "after": due, "reason": reason.strip()}
        _record(session, "task:due-moved", task, by=by, now=now, details=details)
        return task


def care_for(case_id: int) -> list[TaskCare]:
    """Give what was done for the steps of a case, with its people and steps, oldest first."""
    found = (
        select(TaskCare)
        .where(TaskCare.case_id == case_id)
        .options(joinedload(TaskCare.by), joinedload(TaskCare.task))
        .order_by(TaskCare.id)
    )
    return list(db.session.scalars(found))


def _led(session: Session, runtime: Runtime, task_id: int, *, by: int, now: datetime) -> Task:
    """Lock an open step that this person may care for."""
    task: Task | None = session.scalar(locking(), {"task": task_id})
    if task is None or task.kind != TaskKind.USER or task.case.confidential:
        raise NotFoundError("There is no such task.")
    duties = duties_of(session, by, runtime.pack, runtime.calendar.day_of(now))
    if not duties.leads(task.duty, task.unit_id):
        raise NotAllowedError(
            f"Only a lead of {task.party or 'the party'} or a process manager may do this for "
            f"“{task.name}”."
        )
    if not task.is_open:
        raise ConflictError(f"“{task.name}” is closed already: {task.case.label} has moved on.")
    return task


def _check_not_today(session: Session, runtime: Runtime, task: Task, now: datetime) -> None:
    last = session.scalar(
        select(func.max(TaskCare.at)).where(
            TaskCare.task_id == task.id, TaskCare.kind == CareKind.NUDGE
        )
    )
    calendar = runtime.calendar
    if last is not None and calendar.day_of(last) == calendar.day_of(now):
        raise ConflictError(
            f"Somebody has reminded people of “{task.name}” today already. Once a day is enough; "
            "hand it over if it cannot wait."
        )


def _waits_for(session: Session, runtime: Runtime, task: Task, now: datetime) -> Iterable[int]:
    """Give whom to tell: who has taken it, else the person it is for, else all who may do it."""
    one = task.claimed_by_id or task.person_id
    if one is not None:
        return [one]
    day = runtime.calendar.day_of(now)
    return [person.id for person in holders(session, runtime.pack, task.duty, task.unit_id, day)]


def _reminder(session: Session, task: Task, by: int, now: datetime) -> str:
    late = " and is overdue" if task.is_overdue(now) else ""
    name = session.get_one(Person, by).name
    return f"{name} reminds you: “{task.name}” in {task.case.label} waits for you{late}."


def _keep(session: Session, task: Task, care: TaskCare) -> None:
    care.task_id, care.case_id = task.id, task.case_id
    session.add(care)


def _record(
    session: Session,
    action: str,
    task: Task,
    *,
    by: int,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    session.flush()
    audit.record(
        session,
        action=action,
        subject=task.case.label,
        actor=by,
        now=now,
        details={"task": task.id, **details},
    )
