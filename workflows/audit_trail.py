"""The audit records as a list to read: who did what to what, and when. Reading only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.people import Person
from models.trust import AuditRecord
from workflows.audit import Checkpoint, head

PER_PAGE = 50

# What the label of a confidential case begins with (models.cases). Its records are read by those
# on its list, never here: even that a case exists says something about somebody.
CONFIDENTIAL = "C-"


@dataclass(frozen=True)
class TrailSearch:
    """What somebody looks for: the beginning of an action or subject, and a person."""

    action: str = ""
    subject: str = ""
    actor_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class TrailLine:
    """One record in words. `actor` is None for the machine itself."""

    seq: int
    at: datetime
    actor: Person | None
    action: str
    subject: str


@dataclass(frozen=True)
class Trail:
    """A page of records, the newest first, with how many fit and the head of the chain."""

    lines: Sequence[TrailLine]
    total: int
    head: Checkpoint


def read_trail(session: Session, search: TrailSearch) -> Trail:
    """Give the page of the trail that the search asks for, without details of any case."""
    wanted = _wanted(search)
    lines = _lines(session, wanted, most=PER_PAGE, after=(search.page - 1) * PER_PAGE)
    total = session.scalar(select(func.count()).select_from(AuditRecord).where(*wanted)) or 0
    return Trail(lines, total, head(session))


def about(session: Session, subjects: Collection[str], *, most: int) -> list[TrailLine]:
    """Give the latest records about exactly these subjects, the newest first.

    The caller says which subjects the reader may know of; confidential cases never come.
    """
    return _lines(session, [AuditRecord.subject.in_(subjects), _is_open()], most=most)


def _lines(
    session: Session, wanted: Sequence[ColumnElement[bool]], *, most: int, after: int = 0
) -> list[TrailLine]:
    rows = session.execute(
        select(AuditRecord, Person)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(*wanted)
        .order_by(AuditRecord.seq.desc())
        .limit(most)
        .offset(after)
    )
    return [
        TrailLine(record.seq, record.at, person, record.action, record.subject)
        for record, person in rows
    ]


def _is_open() -> ColumnElement[bool]:
    return AuditRecord.subject.not_like(f"{CONFIDENTIAL}%")


def _wanted(search: TrailSearch) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_is_open()]
    if search.action:
        wanted.append(AuditRecord.action.startswith(search.action, autoescape=True))
    if search.subject:
        wanted.append(AuditRecord.subject.startswith(search.subject, autoescape=True))
    if search.actor_id is not None:
        wanted.append(AuditRecord.actor_id == search.actor_id)
    return wanted
