"""Steps of confidential cases that are offered: to take one, or to declare a conflict of interest."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.cases import Task, TaskKind
from models.confidence import AccessReason, ExclusionReason
from models.database import transaction
from workflows import audit
from workflows.case_list import admit, settle
from workflows.confidence import may_do, may_take
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.exclusions import exclude
from workflows.moves import locking
from workflows.people import duties_of
from workflows.runtime import Runtime

LONGEST_REASON = 1000


def take(runtime: Runtime, task_id: int, *, by: int, now: datetime) -> Task:
    """Take an offered step: the person comes onto the list of its case and holds the step.

    Other open steps of the case that wait for a duty of theirs are offered no longer either.
    Raises NotFoundError to whom it is not offered, as if it were not there: somebody else may
    have taken it meanwhile.
    """
    with transaction() as session:
        task = _offered(session, runtime, task_id, by=by, now=now)
        if task.case.suspended_at is not None:  # who did it, and why, is for those on the list
            raise ConflictError("The case is suspended. Take the step when it is resumed.")
        admit(session, task, by, why=AccessReason.TOOK, by=by, now=now)
        session.flush()  # the list that is asked next
        settle(session, runtime, task.case, now=now)
        task.claimed_by_id, task.claimed_at = by, now
        _record(session, "confidential:taken", task, by=by, now=now, duty=task.duty)
        return task


def declare_conflict(
    runtime: Runtime, task_id: int, *, reason: str, by: int, now: datetime
) -> None:
    """Keep oneself from a case: nothing of it is offered to this person again (K34).

    Open to whom a step is offered, and to who is on the list and could do it. Raises
    InvalidAnswersError without a reason and NotFoundError to everybody else.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidAnswersError({"reason": "Say in a sentence what the conflict is."})
    if len(reason) > LONGEST_REASON:
        raise InvalidAnswersError({"reason": f"Write at most {LONGEST_REASON:,} characters."})
    with transaction() as session:
        task = _offered(session, runtime, task_id, by=by, now=now, or_mine=True)
        why = ExclusionReason.CONFLICT
        exclude(session, task.case_id, by, why, by=by, now=now)
        session.flush()  # the exclusions that are asked next
        settle(session, runtime, task.case, now=now)
        _record(session, "confidential:conflict-declared", task, by=by, now=now, reason=reason)


def _offered(
    session: Session,
    runtime: Runtime,
    task_id: int,
    *,
    by: int,
    now: datetime,
    or_mine: bool = False,
) -> Task:
    task: Task | None = session.scalar(locking(), {"task": task_id})
    duties = duties_of(session, by, runtime.pack, runtime.calendar.day_of(now))
    if task is None or not task.case.confidential or task.kind != TaskKind.USER:
        raise NotFoundError("There is no such task.")
    is_mine = or_mine and task.person_id is None and may_do(session, duties, task, now=now)
    if not task.is_open or not (is_mine or may_take(session, duties, task)):
        raise NotFoundError("There is no such task.")
    return task


def _record(
    session: Session, action: str, task: Task, *, by: int, now: datetime, **details: str
) -> None:
    subject = task.case.label
    told = {"task": task.id, **details}
    audit.record(session, action=action, subject=subject, actor=by, now=now, details=told)
