"""The register: which sites exist, and by which decision they may."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.cases import Case, File
from models.database import Base
from models.people import Person, Unit


class SiteStatus(StrEnum):
    LIVE = "live"
    UNVERIFIED = "unverified"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    RETIRING = "retiring"
    RETIRED = "retired"
    ORPHAN = "orphan"
    IMPOSTOR = "impostor"


class Platform(Base):
    """A social media platform; the policy's own list is data and may grow (DF-4b, DF-4c)."""

    __tablename__ = "platform"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    named_by_policy: Mapped[bool] = mapped_column(default=False)


class Site(Base):
    """A City-Supported Social Media Site (DF-1)."""

    __tablename__ = "site"
    __table_args__ = (
        # Nothing is live without the decision that made it so (GC-2).
        CheckConstraint("status != 'live' OR decision_id IS NOT NULL", name="live_has_decision"),
        Index(None, "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    handle: Mapped[str]
    url: Mapped[str | None]
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    presence_form: Mapped[str]
    acting_as: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    purpose: Mapped[str]
    audience: Mapped[str]
    languages: Mapped[list[Any] | None]
    comments_mode: Mapped[str | None]
    is_public_body: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("site_decision.id", use_alter=True, name="fk_site_decision")
    )
    launched_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    next_review_on: Mapped[date | None]
    # Where the credentials are kept, never the credentials. Not public (security).
    vault_ref: Mapped[str | None]
    recovery_contact: Mapped[str | None]
    finding: Mapped[str | None]

    platform: Mapped[Platform] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    roles: Mapped[list["SiteRole"]] = relationship(lazy="raise_on_sql", back_populates="site")
    decision: Mapped["SiteDecision | None"] = relationship(
        lazy="raise_on_sql", foreign_keys=[decision_id], post_update=True
    )


class SiteRole(Base):
    """Who administers a site, since when; it ends, it is never deleted."""

    __tablename__ = "site_role"
    __table_args__ = (Index(None, "site_id"), Index(None, "person_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    site: Mapped[Site] = relationship(lazy="raise_on_sql", back_populates="roles")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SiteDecision(Base):
    """Communications' decision that lets a site be live: of a case, or an earlier one."""

    __tablename__ = "site_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    outcome: Mapped[str]
    reason: Mapped[str | None]
    conditions: Mapped[str | None]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    entered_at: Mapped[datetime]

    case: Mapped[Case | None] = relationship(lazy="raise_on_sql")
    file: Mapped[File | None] = relationship(lazy="raise_on_sql")
    decided_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Contract(Base):
    """A Social Media Contract accepted for a site (DF-3)."""

    __tablename__ = "contract"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    version_date: Mapped[date | None]
    source_url: Mapped[str | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    accepted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime]
    indemnity: Mapped[str | None]
    governing_law: Mapped[str | None]
    legal_review: Mapped[str | None]
    superseded_at: Mapped[datetime | None]

    accepted_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Delegation(Base):
    """Leave to accept a contract for the City, given by Communications (GC-1)."""

    __tablename__ = "delegation"
    __table_args__ = (Index(None, "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    scope: Mapped[str]
    may_accept: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    conditions: Mapped[str | None]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def holds_on(self, day: date) -> bool:
        return self.revoked_at is None and self.valid_from <= day <= self.valid_to


class RetentionSetup(Base):
    """How the records of a site are kept (CO-6, CL-1)."""

    __tablename__ = "retention_setup"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    strategy: Mapped[str]
    series: Mapped[list[Any] | None]
    captures: Mapped[list[Any] | None]
    tool: Mapped[str | None]
    connection_status: Mapped[str | None]
    official_record_location: Mapped[str | None]
    custodian_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    archive_test: Mapped[str | None]
    set_up_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_up_at: Mapped[datetime]

    custodian: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[custodian_id]
    )
