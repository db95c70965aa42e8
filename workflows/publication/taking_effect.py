"""Versions that take effect later, and their withdrawal until then."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import DiagramVersion
from models.database import transaction
from models.publication import DiagramDraft
from models.trust import Job
from workflows import audit, jobs, notices
from workflows.diagrams.reading import read
from workflows.errors import ConflictError, InvalidAnswersError
from workflows.publication import gating, staff_notes
from workflows.publication.family import diagrams_of, waiting_in
from workflows.publication.in_force import published, version_of
from workflows.publication.owners import holders_of
from workflows.publication.versions import contents, wait_for_turn
from workflows.publication.wording import on_day
from workflows.runtime import Runtime

EFFECT_JOB = "diagrams:take-effect"
LONGEST_REASON = 2000


def take_effect(runtime: Runtime, session: Session, job: Job, now: datetime, /) -> None:
    """Give processes the names that their versions have which take effect now, and tell people.

    Told are those whose steps change, what they read of it, and the author and the publisher. The
    scenarios of their draft become the process's, and those that it set aside are retired.

    The versions are in force by their date alone; this is what belongs to it.
    """
    rows = session.scalars(
        select(DiagramVersion)
        .where(
            DiagramVersion.id.in_(job.payload["versions"]), DiagramVersion.withdrawn_at.is_(None)
        )
        .options(joinedload(DiagramVersion.process))
        .order_by(DiagramVersion.id)
    ).all()
    if not rows:
        return
    xml = contents(session, rows)
    for version in rows:
        diagram = read(xml[version.process.key])[0]
        version.process.name = (diagram.name if diagram else "") or version.process.key
        told = {version.author_id, version.published_by_id} - {None}
        text = f"Version {version.number} of “{version.process.name}” is in force from now on."
        told -= staff_notes.tell_staff(runtime, session, version, now=now)
        notices.tell(session, [one for one in told if one is not None], text, now=now)
    _take_over(session, rows, now)
    session.flush()
    details = {version.process.key: version.number for version in rows}
    audit.record(
        session,
        action="diagrams:took-effect",
        subject="diagrams",
        actor=None,
        now=now,
        details=details,
    )


def _take_over(session: Session, versions: Sequence[DiagramVersion], now: datetime) -> None:
    published_by = {version.id: version.published_by_id for version in versions}
    for draft in session.scalars(
        select(DiagramDraft).where(DiagramDraft.version_id.in_(published_by))
    ).all():
        by = published_by[draft.version_id or 0] or draft.edited_by_id
        gating.take_over(session, draft, by=by, now=now)


def withdraw(
    runtime: Runtime,
    version: tuple[str, int],
    reason: str,
    *,
    by: int,
    owners: Collection[str],
    now: datetime,
) -> list[DiagramVersion]:
    """Withdraw a version (process id, number) before it takes effect, with all published with it.

    The scenarios that it would have ended hold on, and those of its draft never hold.

    Raises ConflictError where it has taken effect, or is withdrawn already.
    """
    refuse_reason(reason)
    with transaction() as session:
        wait_for_turn(session)
        found = version_of(session, *version)
        _refuse_unscheduled(runtime, found, now)
        files = contents(session, [*published(session, now=now).values(), found])
        # Of one family only one publication waits at a time, so that all of it goes.
        rows = waiting_in(session, [found.process.key], diagrams_of(files), now=now)
        for row in rows:
            row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_why = now, by, reason.strip()
        session.flush()
        jobs.unschedule(session, [f"{EFFECT_JOB}/{row.id}" for row in rows])
        told = holders_of(session, owners, runtime.calendar.day_of(now)) - {by}
        _tell_withdrawn(session, rows, told, now=now)
        details = {
            "versions": {row.process.key: row.number for row in rows},
            "reason": reason.strip(),
        }
        subject, action = f"diagram {found.process.key}", "diagrams:withdrawn"
        audit.record(session, action=action, subject=subject, actor=by, now=now, details=details)
        return rows


def _tell_withdrawn(
    session: Session, rows: Sequence[DiagramVersion], owners: set[int], *, now: datetime
) -> None:
    """Tell the owners, and who wrote and published the versions, unless they withdrew them."""
    by, why = rows[0].withdrawn_by_id, rows[0].withdrawn_why
    own = {one for row in rows for one in (row.author_id, row.published_by_id) if one}
    named = ", ".join(f"version {row.number} of “{row.process.name}”" for row in rows)
    text = f"Withdrawn before it took effect: {named}. {why}"
    notices.tell(session, (owners | own) - {by or 0}, text, now=now)


def _refuse_unscheduled(runtime: Runtime, version: DiagramVersion, now: datetime) -> None:
    if version.withdrawn_at is not None:
        raise ConflictError(
            f"Version {version.number} was withdrawn {on_day(version.withdrawn_at, runtime.calendar)}"
            f" already: {version.withdrawn_why}"
        )
    if version.effective_from <= now:
        raise ConflictError(
            f"Version {version.number} took effect "
            f"{on_day(version.effective_from, runtime.calendar)}, and cases may run on it. Nothing "
            "was changed. To go back, open a draft from the version before, and have it published."
        )


def refuse_reason(reason: str) -> None:
    """Raise InvalidAnswersError where a reason is missing or too long."""
    if not reason.strip():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidAnswersError({"reason": f"Write at most {LONGEST_REASON} characters."})
