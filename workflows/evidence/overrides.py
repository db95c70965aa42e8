"""What owners of processes did to cases from outside their diagrams, for the auditor. Reading only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, Intervention
from workflows.runtime import Runtime
from workflows.timeline import intervened

PER_PAGE = 50
MOST_LISTED = 20_000


@dataclass(frozen=True)
class Override:
    """An intervention in words: what it was to do, and what became of it.

    Of a confidential case nothing but its label is told: `what` and `reason` say only that.
    """

    row: Intervention
    what: str
    reason: str

    @property
    def state(self) -> str:
        if self.row.done_at is not None:
            return "done"
        return "waits" if self.row.refused_at is None else "refused"


def overrides(
    runtime: Runtime, session: Session, *, page: int | None
) -> tuple[list[Override], int]:
    """Give a page of all interventions, newest first, or all of them; and how many there are."""
    total = session.scalar(select(func.count()).select_from(Intervention)) or 0
    wanted = (
        select(Intervention)
        .options(
            joinedload(Intervention.case).joinedload(Case.version),
            joinedload(Intervention.asked_by),
            joinedload(Intervention.second),
        )
        .order_by(Intervention.id.desc())
        .limit(MOST_LISTED if page is None else PER_PAGE)
        .offset(0 if page is None else (page - 1) * PER_PAGE)
    )
    rows: Sequence[Intervention] = session.scalars(wanted).all()
    return [_told(runtime, session, row) for row in rows], total


def _told(runtime: Runtime, session: Session, row: Intervention) -> Override:
    if row.case.confidential:
        return Override(row, "confidential", "for those on the list of the case")
    diagrams = runtime.library.of(session, row.case.version_id).diagrams
    return Override(row, intervened(row, diagrams), row.reason)
