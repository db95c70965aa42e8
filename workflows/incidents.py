"""What a person must look at: a job that failed for good, a step that nobody may do.

Which of our people may see and settle incidents, the pages decide. The message of an incident
never holds what was said in a case.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.database import transaction
from models.trust import Incident, Job, JobState
from workflows import audit
from workflows.errors import ConflictError, NotFoundError

DEAD_JOB = "job"

# The note of an incident that nobody had to close.
SEEN = "It was put right; Siteward saw so by itself."


def report(
    session: Session, *, kind: str, message: str, now: datetime, case_id: int | None = None
) -> Incident:
    """Open an incident of a case, or return the open one that says the same of it."""
    same = select(Incident).where(
        Incident.kind == kind,
        Incident.case_id == case_id,
        Incident.message == message,
        Incident.resolved_at.is_(None),
    )
    incident = session.scalars(same.limit(1)).first()
    if incident is None:
        incident = Incident(kind=kind, case_id=case_id, message=message, opened_at=now)
        session.add(incident)
    return incident


def report_dead_job(session: Session, job: Job, *, now: datetime) -> None:
    """Open the incident of a job that was given up, and record that."""
    session.add(
        Incident(
            kind=DEAD_JOB,
            case_id=job.case_id,
            job_id=job.id,
            message=f"The job {job.kind} failed {job.attempts} times and was given up. "
            f"Last error: {job.last_error}. Retry it when the cause is gone.",
            opened_at=now,
        )
    )
    audit.record(
        session,
        action="job:given-up",
        subject=f"job {job.id}",
        actor=None,
        now=now,
        details={"kind": job.kind, "case": job.case_id, "error": job.last_error},
    )


def unresolved(session: Session, *, limit: int = 100) -> list[Incident]:
    """List the open incidents with their cases, the longest open first."""
    waiting = (
        select(Incident)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.opened_at, Incident.id)
        .options(joinedload(Incident.case))
        .limit(limit)
    )
    return list(session.scalars(waiting))


def resolve(incident_id: int, *, by: int, note: str, now: datetime) -> None:
    """Close an incident with a note on what was done about it.

    A dead job stays dead. Raises NotFoundError, or ConflictError when it is closed already.
    """
    with transaction() as session:
        incident = _open_one(session, incident_id)
        _close(session, incident, by=by, note=note, now=now)


def retry(incident_id: int, *, by: int, now: datetime) -> None:
    """Have the dead job of an incident run again, with all its attempts, and close the incident.

    Raises NotFoundError when the incident or its job is gone, ConflictError when the incident
    is closed or the job was scheduled anew meanwhile.
    """
    with transaction() as session:
        incident = _open_one(session, incident_id)
        job = session.get(Job, incident.job_id, with_for_update=True) if incident.job_id else None
        if job is None:
            msg = "This incident has no job that could be retried. Resolve it with a note instead."
            raise NotFoundError(msg)
        if job.state != JobState.DEAD:
            msg = "The job was scheduled again already. Resolve the incident with a note."
            raise ConflictError(msg)
        job.state = JobState.DUE
        job.attempts = 0
        job.run_at = now
        _close(session, incident, by=by, note="Retried.", now=now)


def put_right(incident: Incident, *, note: str, now: datetime) -> None:
    """Close an incident whose cause is gone, in the caller's transaction, which records it."""
    incident.resolved_at = now
    incident.note = note


def _open_one(session: Session, incident_id: int) -> Incident:
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        msg = f"There is no incident {incident_id}. The list shows those that are open."
        raise NotFoundError(msg)
    if incident.resolved_at is not None:
        msg = "Somebody resolved this incident already. Reload the page to see their note."
        raise ConflictError(msg)
    return incident


def _close(session: Session, incident: Incident, *, by: int, note: str, now: datetime) -> None:
    incident.resolved_at = now
    incident.resolved_by_id = by
    incident.note = note
    audit.record(
        session,
        action="incident:resolved",
        subject=f"incident {incident.id}",
        actor=by,
        now=now,
        details={"note": note, "case": incident.case_id, "job": incident.job_id},
    )
