"""Who may read a confidential case, who must not, and who has read it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.cases import Case
from models.database import Base
from models.people import Person


class AccessReason(StrEnum):
    """How somebody came onto the list of a case."""

    TOOK = "took a step"
    ASSIGNED = "was given a step"
    BREAK_GLASS = "break glass"


class CaseAccess(Base):
    """One person on the list of a confidential case, for as long as the row is not ended.

    A row with a duty counts only while the person holds that duty: role and assignment together.
    """

    __tablename__ = "case_access"
    __table_args__ = (Index(None, "person_id", "case_id"), Index(None, "case_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str]
    duty: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    since: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Break glass ends by itself; other access ends when somebody ends it, or with the duty.
    until: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_why: Mapped[str | None]

    case: Mapped[Case] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])


class ExclusionReason(StrEnum):
    """What somebody is to a case that keeps them from working on it and from reading it."""

    SUBJECT = "subject"
    COMPLAINANT = "complainant"
    CONFLICT = "conflict of interest"


class CaseExclusion(Base):
    """Somebody who must have no part in a case, whatever roles they hold (K34)."""

    __tablename__ = "case_exclusion"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "why"), Index(None, "person_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str]
    # Who named this person: the person themselves, where they declared it.
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    # Since when an answer in the case is meant for this person's eyes; they see that, no more.
    shown_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])


class CaseRead(Base):
    """One look at a confidential case, written before anything of it was shown."""

    __tablename__ = "case_read"
    __table_args__ = (Index(None, "case_id", "id"), Index(None, "person_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # Which page or file, in words.
    what: Mapped[str]
    at: Mapped[datetime]

    case: Mapped[Case] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class BreakGlass(Base):
    """A request to read a case without a part in it, by one person and a second who answers.

    The number is kept as it was asked for: a number that does not exist is asked for alike.
    """

    __tablename__ = "break_glass"
    __table_args__ = (Index(None, "second_id", "answered_at"), Index(None, "asked_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number_asked: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    answer: Mapped[str | None]

    case: Mapped[Case | None] = relationship(lazy="raise_on_sql")
    asked_by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[asked_by_id])
    second: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[second_id])
