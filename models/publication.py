"""How a diagram comes into force: drafts, their reviews, what the check said, and the policy it used."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.cases import DiagramVersion
from models.database import Base
from models.people import Person


class DiagramDraft(Base):
    """A diagram that somebody is changing. It is open until it is published or dropped.

    While it is submitted nobody edits it: what the reviewer has read is what gets published.
    """

    __tablename__ = "diagram_draft"
    __table_args__ = (Index(None, "key", "closed_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    # The process it is for; a draft may be of a process that has no version yet.
    key: Mapped[str]
    name: Mapped[str]
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("diagram_version.id"))
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str]
    note: Mapped[str]
    # What staff will read of it: what is otherwise for them from its day of effect on.
    for_staff: Mapped[str] = mapped_column(default="", server_default="")
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    # When it shall take effect; none: as soon as it is published.
    effective_from: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("diagram_version.id"))
    revision: Mapped[int] = mapped_column()

    based_on: Mapped[DiagramVersion | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[based_on_id]
    )
    version: Mapped[DiagramVersion | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[version_id]
    )
    opened_by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[opened_by_id])
    edited_by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[edited_by_id])
    submitted_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[submitted_by_id]
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy's own form)


class ReviewVerdict(StrEnum):
    """What a second person made of a draft."""

    RETURNED = "returned"
    PUBLISHED = "published"


class DraftReview(Base):
    """A second person's answer to a submitted draft."""

    __tablename__ = "draft_review"
    __table_args__ = (Index(None, "draft_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    verdict: Mapped[str]
    words: Mapped[str]

    draft: Mapped[DiagramDraft] = relationship(lazy="raise_on_sql")
    reviewer: Mapped[Person] = relationship(lazy="raise_on_sql")


class CheckReport(Base):
    """What the check said of a version or a draft, under which policy.

    A version keeps every report, one for each policy that it was checked under; a draft its latest.
    """

    __tablename__ = "check_report"
    __table_args__ = (
        CheckConstraint("(version_id IS NULL) <> (draft_id IS NULL)", name="of_one"),
        Index(None, "version_id", "checked_at"),
        Index(None, "draft_id", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("diagram_version.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("diagram_draft.id"))
    # SHA-256 over the diagram and all that it calls, so that a stale report can be told.
    checked: Mapped[str]
    policy: Mapped[str]
    publishable: Mapped[bool]
    report: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    checked_at: Mapped[datetime]


class PolicyVersion(Base):
    """A policy pack that was in force from a day on: clauses, acts, roles and rules, word for word."""

    __tablename__ = "policy_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    digest: Mapped[str]
    # File name -> text.
    files: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    note: Mapped[str]
    taken_up_at: Mapped[datetime]
    taken_up_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    taken_up_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
