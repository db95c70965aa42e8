"""What happened to a site, in sentences: read from its records, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.cases import Case
from workflows.audit_trail import TrailLine, about
from workflows.site_findings import ROLES
from workflows.sites import Record

DECIDED = {
    "approve": "approved the site",
    "approve-with-conditions": "approved the site with conditions",
    "reject": "rejected the site",
}

# Enough for the page of a site; auditors find the rest in the audit trail.
MOST_RECORDS = 25


@dataclass(frozen=True)
class SiteEvent:
    """One thing that happened to a site, with the case where it did."""

    at: datetime
    sentence: str
    note: str | None = None
    case: Case | None = None


def history(record: Record) -> list[SiteEvent]:
    """Give everything that the register remembers of the site, the latest event first."""
    events = [
        *_of_decisions(record),
        *_of_roles(record),
        *_of_contracts(record),
        *_of_retention(record),
        *_of_delegations(record),
    ]
    if record.site.launched_at:
        events.append(SiteEvent(record.site.launched_at, "The site went live."))
    if record.site.retired_at:
        events.append(SiteEvent(record.site.retired_at, "The site was retired."))
    return sorted(events, key=lambda event: event.at, reverse=True)


def trail(session: Session, record: Record) -> list[TrailLine]:
    """Give the latest audit records of the site and of the cases about it that the reader may see.

    The history tells what holds; the trail who wrote it, and when.
    """
    subjects = [f"site {record.site.id}", *(case.label for case in record.cases)]
    return about(session, subjects, most=MOST_RECORDS)


def _of_decisions(record: Record) -> Iterator[SiteEvent]:
    for decision in record.decisions:
        what = DECIDED.get(decision.outcome, decision.outcome)
        case = decision.case if record.may_open(decision.case_id) else None
        yield SiteEvent(
            decision.decided_at,
            f"{decision.decided_by.name} {what} for Communications.",
            decision.conditions or decision.reason,
            case,
        )
        if decision.case_id is None:
            yield SiteEvent(decision.entered_at, "That earlier decision was entered here.")


def _of_roles(record: Record) -> Iterator[SiteEvent]:
    for role in record.roles:
        what = ROLES.get(role.role, role.role)
        yield SiteEvent(role.since, f"{role.person.name} became {what} of the site.")
        if role.until is not None:
            yield SiteEvent(role.until, f"{role.person.name} ceased to be {what} of the site.")


def _of_contracts(record: Record) -> Iterator[SiteEvent]:
    for contract in record.contracts:
        kind = contract.kind.replace("-", " ")
        yield SiteEvent(
            contract.accepted_at, f"{contract.accepted_by.name} accepted the {kind} for the City."
        )
        if contract.superseded_at is not None:
            yield SiteEvent(contract.superseded_at, f"Another version replaced the {kind}.")


def _of_retention(record: Record) -> Iterator[SiteEvent]:
    for setup, person in record.retention:
        strategy = setup.strategy.replace("-", " ")
        yield SiteEvent(setup.set_up_at, f"{person.name} set up retention: {strategy}.")


def _of_delegations(record: Record) -> Iterator[SiteEvent]:
    for delegation, person in record.delegations:
        last = delegation.valid_to
        yield SiteEvent(
            delegation.granted_at,
            f"{person.name} may accept a contract for it until {last.day} {last:%B %Y}.",
        )
        if delegation.revoked_at is not None:
            yield SiteEvent(
                delegation.revoked_at, f"{person.name} may no longer accept contracts for it."
            )
