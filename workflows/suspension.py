"""A case that an owner of its process has stopped for a while: who did, and what waits with it."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, Intervention, InterventionKind
from models.trust import Job, JobState
from workflows.errors import ConflictError


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


def keep_for_later(session: Session, job: Job) -> None:
    """Put a job back that became due in a suspended case, e.g. one that was retried meanwhile."""
    kept = {
        "kind": job.kind,
        "key": job.key,
        "case_id": job.case_id,
        "payload": job.payload,
        "run_at": job.run_at,
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
