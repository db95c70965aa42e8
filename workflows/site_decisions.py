"""Decisions of Communications that are older than the product, entered with their document."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from models.cases import File
from models.database import transaction
from models.people import Person, RoleGrant
from models.sites import Site, SiteDecision, SiteStatus
from workflows import audit
from workflows.documents import Document
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.operations.launch import year_later
from workflows.people import holds_on, is_active_on

# Who decides on sites for Communications (GC-2), and so may enter what was decided earlier.
COMMUNICATIONS = frozenset({"comms_director", "comms_reviewer", "social_media_officer"})


@dataclass(frozen=True, kw_only=True)
class EarlierDecision:
    """What Communications decided before the product came in, and the document that shows it."""

    decided_by: int
    decided_on: date
    reason: str
    document: Document | None
    conditions: str | None = None


def enter_earlier_decision(
    site_id: int, decision: EarlierDecision, *, by: int, now: datetime
) -> SiteDecision:
    """Enter the decision that lets an unverified site be live (GC-2); the site is live then.

    Raises NotFoundError; NotAllowedError unless `by` acts for Communications; ConflictError
    where the site is not unverified; InvalidAnswersError (decided_by, decided_on, reason,
    document) where the record would not stand.
    """
    with transaction() as session:
        site = session.get(Site, site_id, with_for_update=True)
        if site is None:
            raise NotFoundError("There is no such site in the register.")
        _check_permission(session, by, now.date())
        _check_status(site)
        document = _checked(session, decision, now.date())
        file_id = _keep(session, document, by=by, now=now)
        record = _record(session, site, decision, file_id, now=now)
        audit.record(
            session,
            action="site:earlier-decision-entered",
            subject=f"site {site.id}",
            actor=by,
            now=now,
            details={
                "code": site.code,
                "decision": record.id,
                "decided_by": decision.decided_by,
                "decided_on": decision.decided_on.isoformat(),
                "reason": decision.reason,
                "file": record.file_id,
            },
        )
        return record


def may_enter_decisions(session: Session, person_id: int, day: date) -> bool:
    """Say whether the person acts for Communications on that day."""
    held = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.unit_id.is_(None),
            RoleGrant.role.in_(COMMUNICATIONS),
            holds_on(day),
            is_active_on(day),
        )
    )
    return session.scalar(held.limit(1)) is not None


def deciders(session: Session) -> list[Person]:
    """Give everybody who decides, or once decided, for Communications; by family name."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.id.in_(_have_decided()))
            .order_by(Person.family_name, Person.given_name, Person.id)
        )
    )


def document_of(session: Session, code: str, decision_id: int) -> File:
    """Give the document behind an earlier decision, with its content.

    Raises NotFoundError where the decision has none, or is of another site. A document of a
    case is not given out here: whoever may read the case finds it there.
    """
    file = session.scalar(
        select(File)
        .join(SiteDecision, SiteDecision.file_id == File.id)
        .join(Site, Site.id == SiteDecision.site_id)
        .where(Site.code == code, SiteDecision.id == decision_id, File.case_id.is_(None))
        .options(undefer(File.content))
    )
    if file is None:
        raise NotFoundError("There is no such document.")
    return file


def _have_decided() -> Select[int]:
    return select(RoleGrant.person_id).where(RoleGrant.role.in_(COMMUNICATIONS))


def _check_permission(session: Session, by: int, day: date) -> None:
    if not may_enter_decisions(session, by, day):
        raise NotAllowedError(
            "Only Communications enters a decision on a site (GC-2). "
            "Ask them to enter it, with its document."
        )


def _check_status(site: Site) -> None:
    if site.status == SiteStatus.ORPHAN:
        raise ConflictError(
            f"{site.code} has no owner yet. Request to adopt it; Communications decides on that."
        )
    if site.status != SiteStatus.UNVERIFIED:
        raise ConflictError(f"{site.code} is {site.status}; there is nothing left to verify.")


def _checked(session: Session, decision: EarlierDecision, day: date) -> Document:
    errors: dict[str, str] = {}
    if session.scalar(_have_decided().where(RoleGrant.person_id == decision.decided_by)) is None:
        errors["decided_by"] = "Choose somebody who has decided for Communications (GC-2)."
    if decision.decided_on > day:
        errors["decided_on"] = "An earlier decision cannot be of a day to come."
    if not decision.reason.strip():
        errors["reason"] = "Say why the site may exist, as the document does."
    if decision.document is None:
        errors["document"] = "Add the document that shows the decision."
    if errors or decision.document is None:
        raise InvalidAnswersError(errors)
    return decision.document


def _record(
    session: Session, site: Site, decision: EarlierDecision, file_id: int, *, now: datetime
) -> SiteDecision:
    # A day without a time counts from noon, so that it is that day in every office.
    decided_at = datetime.combine(decision.decided_on, time(12), tzinfo=UTC)
    record = SiteDecision(
        site_id=site.id,
        file_id=file_id,
        outcome="approve-with-conditions" if decision.conditions else "approve",
        reason=decision.reason.strip(),
        conditions=decision.conditions,
        decided_by_id=decision.decided_by,
        decided_at=decided_at,
        entered_at=now,
    )
    session.add(record)
    session.flush()  # gives the record its id
    site.decision_id = record.id
    site.status = SiteStatus.LIVE
    site.launched_at = site.launched_at or decided_at
    site.next_review_on = site.next_review_on or year_later(now.date())
    return record


def _keep(session: Session, document: Document, *, by: int, now: datetime) -> int:
    """Keep the document outside any case; document_of hands it out."""
    file = File(
        name=document.name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        content=document.content,
        uploaded_by_id=by,
        uploaded_at=now,
    )
    session.add(file)
    session.flush()  # gives the file its id
    return file.id
