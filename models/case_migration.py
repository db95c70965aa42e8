"""Running cases moved to another version of their process: who moved which, why, and what was before."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.cases import Case, DiagramVersion
from models.database import Base
from models.people import Person


class CaseMigration(Base):
    """That an owner of a process moves running cases to another of its versions."""

    __tablename__ = "case_migration"
    __table_args__ = (Index(None, "to_version_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    to_version_id: Mapped[int] = mapped_column(ForeignKey("diagram_version.id"))
    reason: Mapped[str]
    # Where tokens of a step go that the new version does not have: [diagram, element] pairs.
    decisions: Mapped[list[Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    # When the last of its cases was moved or found that it cannot be.
    finished_at: Mapped[datetime | None]
    # That somebody takes all of it back, case by case, as far as nothing has happened since.
    undo_begun_at: Mapped[datetime | None]
    undo_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undo_reason: Mapped[str | None]
    undo_finished_at: Mapped[datetime | None]

    to_version: Mapped[DiagramVersion] = relationship(lazy="raise_on_sql")
    by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[by_id])
    undo_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[undo_by_id])


class MovedState(StrEnum):
    """Where one case of a migration stands."""

    WAITING = "waiting"
    MOVED = "moved"
    REFUSED = "refused"
    UNDONE = "undone"


class MovedCase(Base):
    """One case of a migration: what became of it, and what undoing needs."""

    __tablename__ = "moved_case"
    __table_args__ = (
        UniqueConstraint("migration_id", "case_id"),
        Index(None, "migration_id", "state"),
        Index(None, "case_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    migration_id: Mapped[int] = mapped_column(ForeignKey("case_migration.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    from_version_id: Mapped[int] = mapped_column(ForeignKey("diagram_version.id"))
    state: Mapped[str] = mapped_column(default=MovedState.WAITING)
    # Why it could not be moved or undone, in words.
    words: Mapped[str | None]
    moved_at: Mapped[datetime | None]
    # The revision of the case that the move made: as long as it stands, the move can be undone.
    moved_in: Mapped[int | None]
    tokens_before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    # The rows, drafts and jobs that the move closed, opened or changed, as they were.
    changes: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    migration: Mapped[CaseMigration] = relationship(lazy="raise_on_sql")
    case: Mapped[Case] = relationship(lazy="raise_on_sql")
    from_version: Mapped[DiagramVersion] = relationship(lazy="raise_on_sql")
    undone_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
