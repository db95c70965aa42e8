"""A register for tests: sites of Northwater in miniature, in whatever state a test needs."""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models.database import db
from models.people import TrainingRecord
from models.sites import (
    Contract,
    Platform,
    RetentionSetup,
    Site,
    SiteDecision,
    SiteRole,
    SiteStatus,
)
from tests.city import Cast
from workflows.documents import Document

LAUNCHED = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)
LETTER = b"%PDF-1.4 Communications approves Northwater Parks."


def letter() -> Document:
    """The document that shows an earlier decision."""
    return Document("letter.pdf", "application/pdf", LETTER, hashlib.sha256(LETTER).hexdigest())


def platform(session: Session, name: str) -> int:
    known = session.scalar(select(Platform.id).where(Platform.name == name))
    if known is not None:
        return known
    row = Platform(name=name, named_by_policy=True)
    session.add(row)
    session.flush()
    return row.id


def a_site(session: Session, people: Cast, code: str = "S03", **columns: Any) -> Site:
    """Enter an unverified site of Parks that nobody runs."""
    name = columns.pop("platform", "Instagram")
    values: dict[str, Any] = {
        "name": "Northwater Parks",
        "handle": f"@parks{code.lower()}",
        "url": f"https://www.social.example/parks{code.lower()}/",
        "platform_id": platform(session, name),
        "presence_form": "profile",
        "acting_as": "department",
        "unit_id": people.parks,
        "purpose": "Show what the parks offer",
        "audience": "Residents",
        "languages": ["en", "so"],
        "comments_mode": "limited",
        "status": SiteStatus.UNVERIFIED,
        "owner_id": people.rosa,
        "vault_ref": "vault/secret-place",
        "recovery_contact": "recovery@northwater.example",
    }
    site = Site(code=code, **{**values, **columns})
    session.add(site)
    session.flush()
    return site


def a_live_site(session: Session, people: Cast, code: str = "S03", **columns: Any) -> Site:
    """Enter a site that is live and well kept: Rosa owns it, she and Dan administer it."""
    site = a_site(session, people, code, **{"next_review_on": date(2027, 6, 1), **columns})
    decide(session, site, people.chen)
    run(session, site, people.rosa, "owner")
    run(session, site, people.dan, "admin")
    for person in (people.rosa, people.dan):
        train(session, person, until=date(2027, 1, 1))
    accept(session, site, people.chen)
    retain(session, site, people.cleo)
    return site


def decide(session: Session, site: Site, person: int) -> SiteDecision:
    decision = SiteDecision(
        site_id=site.id,
        outcome="approve",
        reason="A clear need",
        decided_by_id=person,
        decided_at=LAUNCHED - timedelta(days=20),
        entered_at=LAUNCHED,
    )
    session.add(decision)
    session.flush()
    site.decision_id = decision.id
    site.status = SiteStatus.LIVE
    site.launched_at = LAUNCHED
    session.flush()
    return decision


def run(session: Session, site: Site, person: int, role: str, **columns: Any) -> SiteRole:
    row = SiteRole(site_id=site.id, person_id=person, role=role, since=LAUNCHED, **columns)
    session.add(row)
    session.flush()
    return row


def train(
    session: Session,
    person: int,
    *,
    course: str = "Social media",
    on: date = date(2026, 1, 1),
    until: date | None,
) -> None:
    known = select(TrainingRecord.id).where(
        TrainingRecord.person_id == person,
        TrainingRecord.course == course,
        TrainingRecord.completed_on == on,
    )
    if session.scalar(known) is None:
        session.add(
            TrainingRecord(person_id=person, course=course, completed_on=on, expires_on=until)
        )
        session.flush()


def accept(session: Session, site: Site, person: int, **columns: Any) -> Contract:
    row = Contract(
        site_id=site.id,
        kind="terms-of-service",
        accepted_by_id=person,
        accepted_at=LAUNCHED,
        **columns,
    )
    session.add(row)
    session.flush()
    return row


def retain(session: Session, site: Site, person: int, **columns: Any) -> RetentionSetup:
    values = {"strategy": "full-archive-tool", "archive_test": "passed", **columns}
    row = RetentionSetup(
        site_id=site.id,
        custodian_id=person,
        set_up_by_id=person,
        set_up_at=LAUNCHED,
        **values,
    )
    session.add(row)
    session.flush()
    return row


@contextmanager
def counted() -> Generator[list[str]]:
    """Collect the statements that reach the database."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
