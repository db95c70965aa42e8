"""Who the Covered Persons are, where they work and what they may do."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.database import Base


class UnitKind(StrEnum):
    DEPARTMENT = "department"
    BOARD = "board"
    COMMISSION = "commission"
    ELECTED_OFFICE = "elected office"


class Unit(Base):
    """A department, board, commission or elected office."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default=UnitKind.DEPARTMENT)
    is_public_body: Mapped[bool] = mapped_column(default=False)
    # A board has no department head: its staff liaison's department forwards for it.
    forwarding_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    @property
    def forwarded_by(self) -> int:
        """The unit whose forwarding authority forwards this unit's requests (DE-1)."""
        return self.forwarding_unit_id or self.id


class Person(Base):
    """A Covered Person with an account (DF-2)."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    invited_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ends_on: Mapped[date | None]
    # The last employment or term of the person: a contractor's or intern's end date.

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    categories: Mapped[list["PersonCategory"]] = relationship(lazy="raise_on_sql")
    grants: Mapped[list["RoleGrant"]] = relationship(
        lazy="raise_on_sql", foreign_keys="RoleGrant.person_id"
    )

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None


class PersonCategory(Base):
    """One of the twelve categories of DF-2; they overlap, so a person has many."""

    __tablename__ = "person_category"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)


class RoleGrant(Base):
    """A role held by a person, in one unit or city-wide, from one day to another."""

    __tablename__ = "role_grant"
    __table_args__ = (Index(None, "person_id"), Index(None, "role", "unit_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Absence(Base):
    """Days on which somebody else does a person's steps; it begins and ends by itself."""

    __tablename__ = "absence"
    __table_args__ = (Index(None, "person_id"), Index(None, "substitute_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # Only for steps of this process (its key); None is for all.
    process: Mapped[str | None]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    ended_early_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    substitute: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[substitute_id])


class UserSession(Base):
    """A signed-in browser. The cookie holds a random token, this row only its SHA-256."""

    __tablename__ = "user_session"
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed sign-in, kept to slow down guessing per account and per address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "key", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]


class TrainingRecord(Base):
    """A course that a person has completed (CO-4, IT-3)."""

    __tablename__ = "training_record"
    __table_args__ = (UniqueConstraint("person_id", "course", "completed_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str]
    completed_on: Mapped[date]
    expires_on: Mapped[date | None]
