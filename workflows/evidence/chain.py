"""The audit chain verified from a page, and what an auditor noted: both are records of it."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.database import db, transaction
from models.people import Person
from models.sites import Site
from models.trust import AuditPayload, AuditRecord
from workflows import audit
from workflows.audit import ChainReport
from workflows.errors import InvalidAnswersError, NotFoundError

CHAIN, VERIFIED = "audit chain", "audit:verified"
NOTED = "evidence:noted"
CHECKS_SHOWN = 20
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Check:
    """One verification of the chain: who asked for it, when, and what it found.

    `fault` says where the chain does not hold; without `is_complete` it was read up to `head`.
    """

    at: datetime
    by: Person | None
    records: int
    head: str
    fault: str | None
    is_complete: bool


@dataclass(frozen=True)
class Note:
    """What somebody who audits wrote about a site; `verified` says that all was in order."""

    site_id: int
    at: datetime
    by: Person | None
    text: str
    verified: bool


def verify_chain(*, by: int, now: datetime, enough: Callable[[], bool]) -> ChainReport:
    """Read the chain until its end, or until `enough` says so, and record what was found.

    The chain is read before anything is locked: nobody's work waits for it.
    """
    report = audit.verify(db.session(), enough=enough)
    with transaction() as session:
        audit.record(
            session,
            action=VERIFIED,
            subject=CHAIN,
            actor=by,
            now=now,
            details={
                "records": report.records,
                "head": str(report.head),
                "fault": str(report.first_break) if report.first_break else None,
                "complete": report.is_complete,
            },
        )
    return report


def checks(session: Session) -> list[Check]:
    """Give the latest verifications made from the page, the newest first."""
    rows = session.execute(
        select(AuditRecord, AuditPayload.payload, Person)
        .join(AuditPayload, AuditPayload.seq == AuditRecord.seq)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(AuditRecord.subject == CHAIN, AuditRecord.action == VERIFIED)
        .order_by(AuditRecord.seq.desc())
        .limit(CHECKS_SHOWN)
    )
    return [_check(record, json.loads(payload), person) for record, payload, person in rows]


def note(site_id: int, text: str, *, verified: bool, by: int, now: datetime) -> None:
    """Record what was found at a site. Raises NotFoundError and InvalidAnswersError (text)."""
    said = text.strip()
    if not said:
        raise InvalidAnswersError({"text": "Write what you looked at, and what you found."})
    if len(said) > LONGEST_NOTE:
        raise InvalidAnswersError({"text": f"Write at most {LONGEST_NOTE} characters."})
    with transaction() as session:
        if session.get(Site, site_id) is None:
            raise NotFoundError("There is no such site in the register.")
        audit.record(
            session,
            action=NOTED,
            subject=_subject(site_id),
            actor=by,
            now=now,
            details={"site": site_id, "text": said, "verified": verified},
        )


def notes_on(session: Session, site_ids: Collection[int]) -> Sequence[Note]:
    """Give the notes on these sites, the newest first, with one statement."""
    rows = session.execute(
        select(AuditRecord, AuditPayload.payload, Person)
        .join(AuditPayload, AuditPayload.seq == AuditRecord.seq)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(
            AuditRecord.subject.in_([_subject(site_id) for site_id in site_ids]),
            AuditRecord.action == NOTED,
        )
        .order_by(AuditRecord.seq.desc())
        .options(joinedload(Person.unit))
    )
    return [_note(record, json.loads(payload), person) for record, payload, person in rows]


def _subject(site_id: int) -> str:
    return f"site {site_id}"


def _check(record: AuditRecord, found: dict[str, object], person: Person | None) -> Check:
    return Check(
        at=record.at,
        by=person,
        records=int(str(found["records"])),
        head=str(found["head"]),
        fault=str(found["fault"]) if found["fault"] else None,
        is_complete=bool(found["complete"]),
    )


def _note(record: AuditRecord, said: dict[str, object], person: Person | None) -> Note:
    return Note(
        site_id=int(str(said["site"])),
        at=record.at,
        by=person,
        text=str(said["text"]),
        verified=bool(said["verified"]),
    )
