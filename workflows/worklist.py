"""Work for later and settled incidents, for those who keep the system running. Reading only.

Nothing here tells what is in a case: an administrator sees kinds, times and numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.trust import Incident, Job, JobState

PER_PAGE = 25
RESOLVED_SHOWN = 25

# The worker looks every second or so; what is due for longer has nobody doing it.
LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class WorkSummary:
    """How much waits: for its time, for a worker that does not come, for a person."""

    due: int
    late: int
    dead: int

    @property
    def is_worker_missing(self) -> bool:
        return self.late > 0


def summary(session: Session, *, now: datetime) -> WorkSummary:
    """Count the jobs. `late` are those that were to run more than two minutes ago."""
    late = func.count().filter(Job.state == JobState.DUE, Job.run_at < now - LATE_AFTER)
    row = session.execute(
        select(
            func.count().filter(Job.state == JobState.DUE),
            late,
            func.count().filter(Job.state == JobState.DEAD),
        ).select_from(Job)
    ).one()
    return WorkSummary(*row)


def jobs(session: Session, *, state: str, page: int) -> Sequence[Job]:
    """Give a page of the jobs in this state, the earliest first."""
    return session.scalars(
        select(Job)
        .where(Job.state == state)
        .order_by(Job.run_at, Job.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()


def resolved_incidents(session: Session) -> Sequence[Incident]:
    """Give the incidents that were resolved last, with who did it and the case."""
    return session.scalars(
        select(Incident)
        .where(Incident.resolved_at.is_not(None))
        .order_by(Incident.resolved_at.desc())
        .limit(RESOLVED_SHOWN)
        .options(joinedload(Incident.resolved_by), joinedload(Incident.case))
    ).all()
