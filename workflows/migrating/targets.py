"""The versions of a process that running cases can be moved to: the one in force, and earlier ones."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from models.cases import DiagramVersion, Process
from workflows.errors import ConflictError
from workflows.publication.in_force import published_version, version_of


def targets(session: Session, process: str, *, now: datetime) -> Sequence[DiagramVersion]:
    """Give the versions that are or were in force, the latest first: the first is in force now.

    Those that call what is retired are left out. Raises NotFoundError where none is in force.
    """
    latest = published_version(session, process, now=now)
    retired = set(session.scalars(select(Process.key).where(Process.retired_at.is_not(None))))
    found = session.scalars(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(
            Process.key == process,
            DiagramVersion.number <= latest.number,
            DiagramVersion.published_at.is_not(None),
            DiagramVersion.effective_from <= now,
            DiagramVersion.withdrawn_at.is_(None),
        )
        .order_by(DiagramVersion.number.desc())
        .options(contains_eager(DiagramVersion.process))
    )
    return [one for one in found if not retired & (set(one.frozen) - {process})]


def target(session: Session, process: str, number: int, *, now: datetime) -> DiagramVersion:
    """Give the version that cases are to be moved to.

    Raises NotFoundError where there is none, and ConflictError where it has never been in force or
    calls a process that is retired: no case of that begins, also none within another.
    """
    version = version_of(session, process, number)
    if version.withdrawn_at is not None:
        raise ConflictError(f"Version {number} was withdrawn. No case is moved to it.")
    if version.published_at is None or version.effective_from > now:
        raise ConflictError(f"Version {number} is not in force yet. No case is moved to it.")
    called = set(version.frozen) - {process}
    retired = session.scalars(
        select(Process.name).where(Process.key.in_(called), Process.retired_at.is_not(None))
    ).all()
    if retired:
        raise ConflictError(
            f"Version {number} calls what is retired: {', '.join(sorted(retired))}. No case is moved "
            "to it."
        )
    return version
