"""What a person must look at: a job that failed for good, a step that nobody may do.

Which of our people may see and settle incidents, the pages decide. The message of an incident
never holds what was said in a case.
"""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.database import transaction
from models.trust import Incident, Job, JobState
from workflows import audit
from workflows.errors import ConflictError, NotFoundError

DEAD_JOB = "job"
# More are shown when these are settled.
MOST_TOGETHER = 1_000

# The note of an incident that nobody had to close.
SEEN = "It was put right; Siteward saw so by itself."


@dataclass(frozen=True)
class Trouble:
    """Open incidents with one cause, the longest open first: one that is broken meets many cases."""

    incidents: tuple[Incident, ...]

    @property
    def first(self) -> Incident:
        """The incident that stands for all of them."""
        return self.incidents[0]

    @property
    def ids(self) -> tuple[int, ...]:
        """Their ids, to settle just those that somebody has seen."""
        return tuple(incident.id for incident in self.incidents)

    @property
    def has_jobs(self) -> bool:
        """Whether there is something to try again."""
        return any(incident.job_id is not None for incident in self.incidents)


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


def troubles(session: Session) -> list[Trouble]:
    """Give the open incidents by what causes them, the longest open first.

    Jobs belong together that failed in the same way at the same step of a diagram, whichever case or
    calling process met it; other incidents that say the same.
    """
    waiting = unresolved(session, limit=MOST_TOGETHER)
    ids = [incident.job_id for incident in waiting if incident.job_id is not None]
    jobs = {job.id: job for job in session.scalars(select(Job).where(Job.id.in_(ids)))}
    found: dict[Hashable, list[Incident]] = {}
    for incident in waiting:
        found.setdefault(_cause(incident, jobs.get(incident.job_id or 0)), []).append(incident)
    return [Trouble(tuple(incidents)) for incidents in found.values()]


def _cause(incident: Incident, job: Job | None) -> Hashable:
    if job is None:
        return incident.kind, incident.message
    place = tuple(job.payload.get("place", ()))
    error = job.last_error or ""
    # What follows the name of an error may speak of the one case.
    return incident.kind, job.kind, place, error.partition(":")[0] if place else error


def resolve(incident_ids: Collection[int], *, by: int, note: str, now: datetime) -> int:
    """Close incidents with one note on what was done about them; say how many were open.

    Dead jobs stay dead. Who closed some of them meanwhile keeps their note. Raises NotFoundError
    for one that never was, ConflictError where all are closed already.
    """
    with transaction() as session:
        waiting = _open_ones(session, incident_ids)
        _close(session, waiting, by=by, note=note, now=now)
    return len(waiting)


def retry(incident_ids: Collection[int], *, by: int, now: datetime) -> int:
    """Have the dead jobs of incidents run again, with all attempts, close these, and say how many.

    Those without a job that can be tried again stay open. Raises NotFoundError where an incident, or
    each job, is gone, ConflictError when all are closed or every job was scheduled anew meanwhile.
    """
    with transaction() as session:
        waiting = _open_ones(session, incident_ids)
        ids = [incident.job_id for incident in waiting if incident.job_id is not None]
        found = select(Job).where(Job.id.in_(ids)).order_by(Job.id).with_for_update()
        jobs = {job.id: job for job in session.scalars(found)}
        if not jobs:
            msg = "There is no job that could be retried. Resolve it with a note instead."
            raise NotFoundError(msg)
        dead = {number: job for number, job in jobs.items() if job.state == JobState.DEAD}
        if not dead:
            msg = "The job was scheduled again already. Resolve the incident with a note."
            raise ConflictError(msg)
        for job in dead.values():
            job.state, job.attempts, job.run_at = JobState.DUE, 0, now
        tried = [incident for incident in waiting if incident.job_id in dead]
        _close(session, tried, by=by, note="Retried.", now=now)
    return len(tried)


def put_right(incident: Incident, *, note: str, now: datetime) -> None:
    """Close an incident whose cause is gone, in the caller's transaction, which records it."""
    incident.resolved_at = now
    incident.note = note


def _open_ones(session: Session, incident_ids: Collection[int]) -> list[Incident]:
    """Lock these incidents, in the order of their ids, and give those that are open."""
    wanted = select(Incident).where(Incident.id.in_(incident_ids)).order_by(Incident.id)
    known = session.scalars(wanted.with_for_update()).all()
    if missing := sorted(set(incident_ids) - {incident.id for incident in known}):
        msg = f"There is no incident {missing[0]}. The list shows those that are open."
        raise NotFoundError(msg)
    waiting = [incident for incident in known if incident.resolved_at is None]
    if not waiting:
        msg = "Somebody resolved this incident already. Reload the page to see their note."
        raise ConflictError(msg)
    return waiting


def _close(
    session: Session, incidents: list[Incident], *, by: int, note: str, now: datetime
) -> None:
    for incident in incidents:
        incident.resolved_at, incident.resolved_by_id, incident.note = now, by, note
    first = incidents[0]
    details: dict[str, Any] = {"note": note, "case": first.case_id, "job": first.job_id}
    if len(incidents) > 1:
        together = [[one.id, one.case_id, one.job_id] for one in incidents]
        details = {"note": note, "incident, case, job": together}
    audit.record(
        session,
        action="incident:resolved",
        subject=f"incident {first.id}",
        actor=by,
        now=now,
        details=details,
    )
