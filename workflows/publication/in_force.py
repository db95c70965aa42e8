"""Which version of each process is in force, and which will be."""

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.cases import DiagramVersion, Process
from models.database import UTCDateTime
from workflows.errors import NotFoundError


@cache
def _newest() -> Select[str, DiagramVersion]:
    """Give the statement behind `published`: the lists of tasks ask it, so it is built once."""
    now = bindparam("now", type_=UTCDateTime())
    newest = (
        select(func.max(DiagramVersion.number))
        .where(
            DiagramVersion.process_id == Process.id,
            DiagramVersion.published_at.is_not(None),
            DiagramVersion.effective_from <= now,
            DiagramVersion.withdrawn_at.is_(None),
        )
        .correlate(Process)
        .scalar_subquery()
    )
    return (
        select(Process.key, DiagramVersion)
        .join(DiagramVersion.process)
        .where(DiagramVersion.number == newest)
        .options(contains_eager(DiagramVersion.process))
    )


def published(session: Session, *, now: datetime) -> dict[str, DiagramVersion]:
    """Give the version in force of every process, by process id; of retired processes too.

    That is the highest number that is published, has taken effect and is not withdrawn.
    """
    return {row[0]: row[1] for row in session.execute(_newest(), {"now": now})}


def published_version(session: Session, process: str, *, now: datetime) -> DiagramVersion:
    """Give the version in force of one process, or raise NotFoundError."""
    version = session.scalar(
        _newest().with_only_columns(DiagramVersion).where(Process.key == process), {"now": now}
    )
    if version is None:
        raise NotFoundError(f'No version of the process "{process}" is published.')
    return version


def is_scheduled(now: datetime) -> ColumnElement[bool]:
    """A condition on versions: published to take effect later, and not withdrawn."""
    return and_(
        DiagramVersion.published_at.is_not(None),
        DiagramVersion.effective_from > now,
        DiagramVersion.withdrawn_at.is_(None),
    )


def scheduled(session: Session, *, now: datetime) -> dict[str, DiagramVersion]:
    """Give the versions that are to take effect, with who published them, by process id."""
    rows = session.scalars(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(is_scheduled(now))
        .order_by(DiagramVersion.number)
        .options(contains_eager(DiagramVersion.process), joinedload(DiagramVersion.published_by))
    )
    return {version.process.key: version for version in rows}


def version_of(session: Session, process: str, number: int) -> DiagramVersion:
    """Give one version of a process, or raise NotFoundError."""
    version = session.scalar(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(Process.key == process, DiagramVersion.number == number)
        .options(contains_eager(DiagramVersion.process))
    )
    if version is None:
        raise NotFoundError(f'There is no version {number} of "{process}".')
    return version
