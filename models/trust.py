"""Time and trust: jobs, incidents, notices, closed days and the audit chain."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.cases import Case
from models.database import Base
from models.people import Person


class JobState:
    DUE = "due"
    # Of a case that is suspended: no worker takes it before the case is resumed.
    HELD = "held"
    DEAD = "dead"


class Job(Base):
    """Work for later: a deadline, a reminder, something to send. The row is the truth.

    Written in the transaction that makes it necessary, deleted in the one that does it.
    """

    __tablename__ = "job"
    __table_args__ = (Index(None, "state", "run_at"), Index(None, "case_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=JobState.DUE)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]


class Incident(Base):
    """Something that a person must look at: a job that failed for good, a party without holder."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "resolved_at", "opened_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    job_id: Mapped[int | None]
    message: Mapped[str]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None]

    case: Mapped[Case | None] = relationship(lazy="raise_on_sql")
    resolved_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Notice(Base):
    """A sentence for one person, shown in the pages."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ix_notice_unread",
            "person_id",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    case: Mapped[Case | None] = relationship(lazy="raise_on_sql")


class Heartbeat(Base):
    """When a part of the product that has no page was last at work: the worker."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Closure(Base):
    """A day on which the City's offices are closed beside the public holidays."""

    __tablename__ = "closure"
    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str]


class AuditRecord(Base):
    """One link of the chain: what a transaction did, by whom; never changed, never deleted."""

    __tablename__ = "audit_record"
    __table_args__ = (Index(None, "subject", "seq"),)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    subject: Mapped[str]
    # SHA-256 of the salt and the payload: the payload can be erased, the proof stays.
    payload_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditPayload(Base):
    """What exactly was done, with personal data: erasable, unlike the record."""

    __tablename__ = "audit_payload"
    seq: Mapped[int] = mapped_column(ForeignKey("audit_record.seq"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    payload: Mapped[str]
