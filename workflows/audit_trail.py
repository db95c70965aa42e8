"""The audit records as a list to read: who did what to what, and when. Reading only."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.people import Person
from models.trust import AuditPayload, AuditRecord
from workflows.audit import Checkpoint, head

PER_PAGE = 50

# Where a record's details say in whose place it was done (workflows.tasks).
ACTING_FOR = "acting_for"

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
    """One record in words. `actor` is None for the machine itself.

    `acting_for` is the absent person in whose place it was done.
    """

    seq: int
    at: datetime
    actor: Person | None
    action: str
    subject: str
    acting_for: Person | None = None


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
    ).all()
    absent = _in_whose_place(session, [record.seq for record, _ in rows])
    return [
        TrailLine(
            record.seq, record.at, person, record.action, record.subject, absent.get(record.seq)
        )
        for record, person in rows
    ]


def _in_whose_place(session: Session, records: Sequence[int]) -> dict[int, Person]:
    """Give for records, by their numbers, the absent people in whose place something was done."""
    kept = session.execute(
        select(AuditPayload.seq, AuditPayload.payload).where(
            AuditPayload.seq.in_(records), AuditPayload.payload.contains(f'"{ACTING_FOR}":')
        )
    )
    told = {row.seq: json.loads(row.payload).get(ACTING_FOR) for row in kept}
    wanted = {person_id for person_id in told.values() if person_id}
    if not wanted:
        return {}
    people = {p.id: p for p in session.scalars(select(Person).where(Person.id.in_(wanted)))}
    return {seq: people[person_id] for seq, person_id in told.items() if person_id in people}


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
