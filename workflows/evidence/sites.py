"""Why each live site may be live: its decision, the rules over its case, and what it rests on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion
from models.people import Person, TrainingRecord
from models.sites import Contract, RetentionSetup, Site, SiteDecision, SiteRole, SiteStatus
from workflows.errors import NotFoundError
from workflows.evidence.reviews import Review, reviews_of
from workflows.operations.launch import (
    ADMINISTERING,
    FEWEST_ADMINISTRATORS,
    MOST_ADMINISTRATORS,
)
from workflows.runtime import Runtime
from workflows.site_findings import training_state
from workflows.sites import IN_USE, PAGE_SIZE, by_code, page_within, without_security

Row = TypeVar("Row", SiteRole, Contract, RetentionSetup)

# What stands in public under the City's name, with or without leave.
STANDING = IN_USE | {SiteStatus.UNVERIFIED, SiteStatus.ORPHAN}


@dataclass(frozen=True)
class SiteEvidence:
    """One site with the decision it stands by and what that rests on.

    `review` has the rules over the case that launched it, None where an earlier decision did.
    `trained` and `administrators` count people who run it; `mfa` is what its case was told.
    """

    site: Site
    review: Review | None
    contract: Contract | None
    retention: RetentionSetup | None
    administrators: int
    trained: int

    @property
    def decision(self) -> SiteDecision | None:
        return self.site.decision

    @property
    def has_fit_number(self) -> bool:
        """Whether neither too few nor too many people run it (DE-2)."""
        return FEWEST_ADMINISTRATORS <= self.administrators <= MOST_ADMINISTRATORS

    @property
    def mfa(self) -> bool | None:
        fact = self.review.facts.get("site.mfa_on") if self.review else None
        return fact.value is True if fact else None


@dataclass(frozen=True)
class Standing:
    """How many sites stand in public, and how many of them by a decision on record."""

    sites: int
    decided: int

    @property
    def undecided(self) -> int:
        return self.sites - self.decided

    @property
    def percent(self) -> int:
        """Full only when it is: 299 of 300 are 99."""
        return 100 * self.decided // self.sites if self.sites else 100


def standing(session: Session) -> Standing:
    """Count the sites that the City uses, and those among them with a decision."""
    row = session.execute(
        select(func.count(Site.id), func.count(Site.decision_id)).where(Site.status.in_(STANDING))
    ).one()
    return Standing(row[0], row[1])


def site_evidence(
    runtime: Runtime, session: Session, day: date, *, page: int
) -> tuple[list[SiteEvidence], int]:
    """Give one page of the sites that the City uses, and its number; those undecided first.

    The statements are as many for each page, whatever is on it.
    """
    total = standing(session).sites
    page = page_within(page, total)
    sites = session.scalars(
        _sites().order_by(*_order()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return _gathered(runtime, session, sites, day), page


def all_site_evidence(runtime: Runtime, session: Session, day: date) -> list[SiteEvidence]:
    """Give the evidence of every site that the City uses, those undecided first."""
    return _gathered(runtime, session, session.scalars(_sites().order_by(*_order())).all(), day)


def evidence_of(runtime: Runtime, session: Session, code: str, day: date) -> SiteEvidence:
    """Give the evidence of one site; raises NotFoundError where the City does not use it."""
    site = session.scalar(_sites().where(Site.code == code))
    if site is None:
        raise NotFoundError(f"The register has no site {code} that is in use.")
    return _gathered(runtime, session, [site], day)[0]


def _sites() -> Select[Site]:
    decision = joinedload(Site.decision)
    return (
        select(Site)
        .where(Site.status.in_(STANDING))
        .options(
            joinedload(Site.platform),
            joinedload(Site.unit),
            joinedload(Site.owner),
            decision.joinedload(SiteDecision.decided_by).joinedload(Person.unit),
            decision.joinedload(SiteDecision.file),
            decision.joinedload(SiteDecision.case)
            .joinedload(Case.version)
            .joinedload(DiagramVersion.process),
            *without_security(),
        )
    )


def _order() -> tuple[ColumnElement[object], ...]:
    return (Site.decision_id.is_not(None), *by_code())


def _gathered(
    runtime: Runtime, session: Session, sites: Sequence[Site], day: date
) -> list[SiteEvidence]:
    ids = [site.id for site in sites]
    running = _by_site(session.scalars(_running(ids)))
    contracts = _by_site(session.scalars(_contracts(ids)))
    retention = _by_site(session.scalars(_retention(ids)))
    fit = _trained(session, {role.person_id for held in running.values() for role in held}, day)
    decisions = [site.decision for site in sites if site.decision is not None]
    cases = [decision.case for decision in decisions if decision.case is not None]
    reviews = reviews_of(runtime, session, cases)
    found = []
    for site in sites:
        people = {role.person_id for role in running[site.id]}
        found.append(
            SiteEvidence(
                site=site,
                review=reviews.get(site.decision.case_id or 0) if site.decision else None,
                contract=contracts[site.id][-1] if contracts[site.id] else None,
                retention=retention[site.id][-1] if retention[site.id] else None,
                administrators=len(people),
                trained=len(people & fit),
            )
        )
    return found


def _running(ids: Collection[int]) -> Select[SiteRole]:
    return select(SiteRole).where(
        SiteRole.site_id.in_(ids), SiteRole.until.is_(None), SiteRole.role.in_(ADMINISTERING)
    )


def _contracts(ids: Collection[int]) -> Select[Contract]:
    return (
        select(Contract)
        .where(Contract.site_id.in_(ids), Contract.superseded_at.is_(None))
        .options(joinedload(Contract.accepted_by))
        .order_by(Contract.accepted_at, Contract.id)
    )


def _retention(ids: Collection[int]) -> Select[RetentionSetup]:
    return (
        select(RetentionSetup)
        .where(RetentionSetup.site_id.in_(ids))
        .order_by(RetentionSetup.set_up_at, RetentionSetup.id)
    )


def _by_site(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.site_id].append(row)
    return found


def _trained(session: Session, people: set[int], day: date) -> frozenset[int]:
    """Give those of these people whose training is current."""
    records: dict[int, list[TrainingRecord]] = defaultdict(list)
    for record in session.scalars(
        select(TrainingRecord)
        .where(TrainingRecord.person_id.in_(people))
        .order_by(TrainingRecord.completed_on, TrainingRecord.id)
    ):
        records[record.person_id].append(record)
    return frozenset(
        person for person, held in records.items() if training_state(held, day)[0] == "current"
    )
