"""What is wrong with a site, or soon will be: read from its record, never stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.people import Person, TrainingRecord
from models.sites import Contract, RetentionSetup, Site, SiteRole, SiteStatus
from workflows.operations.launch import (
    ADMINISTERING,
    FEWEST_ADMINISTRATORS,
    MOST_ADMINISTRATORS,
)
from workflows.sites import IN_USE, Record

# How a role on a platform is called in a sentence; the others are words already.
ROLES = {"admin": "administrator"}

_RUNNING = tuple(ROLES.get(role, role) for role in ADMINISTERING)

REVIEW_SOON = timedelta(days=30)
TRANSITORY = "transitory"

Weight = Literal["problem", "soon", "note"]


@dataclass(frozen=True)
class SiteFinding:
    """One thing to mend ("problem"), to plan ("soon") or to know ("note"), with its clauses."""

    weight: Weight
    text: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Administration:
    """How fit a person who runs the site is to do so today."""

    person: Person
    role: str
    training: Literal["current", "expired", "none"]
    trained_until: date | None
    has_left: bool


def administration(record: Record, day: date) -> list[Administration]:
    """Give everybody who runs the site on that day, owners and administrators first."""
    return _fitness(record.running_roles, record.training, day)


def training_state(
    records: Sequence[TrainingRecord], day: date
) -> tuple[Literal["current", "expired", "none"], date | None]:
    """Say whether training is current, and until (or since) when it is; oldest record first.

    The latest record of each course counts, and every course taken has to be current (CO-4, IT-3).
    """
    latest = {record.course: record.expires_on for record in records}
    if not latest:
        return "none", None
    until = min((day for day in latest.values() if day is not None), default=None)
    return ("expired" if _is_over(until, day) else "current"), until


def findings(record: Record, day: date) -> list[SiteFinding]:
    """Give what is to mend, to plan or to know about the site; nothing about a retired one."""
    kept = _Kept(
        site=record.site,
        people=administration(record, day),
        contracts=record.contracts,
        retention=record.retention[0][0] if record.retention else None,
    )
    order = ("problem", "soon", "note")
    return sorted(_findings(kept, day), key=lambda finding: order.index(finding.weight))


def count_problems(session: Session, sites: Sequence[Site], day: date) -> dict[int, int]:
    """Count what is to mend at each of these sites, by site id, with four statements in all.

    The sites have been read with their owners, as `find_sites` does.
    """
    ids = [site.id for site in sites]
    roles: dict[int, list[SiteRole]] = defaultdict(list)
    for role in session.scalars(_running_roles(ids)):
        roles[role.site_id].append(role)
    contracts: dict[int, list[Contract]] = defaultdict(list)
    for contract in session.scalars(select(Contract).where(Contract.site_id.in_(ids))):
        contracts[contract.site_id].append(contract)
    latest = {setup.site_id: setup for setup in session.scalars(_setups(ids))}
    training: dict[int, list[TrainingRecord]] = defaultdict(list)
    people = {role.person_id for held in roles.values() for role in held}
    for record in session.scalars(_training(people)):
        training[record.person_id].append(record)
    kept = [
        _Kept(
            site=site,
            people=_fitness(roles[site.id], training, day),
            contracts=contracts[site.id],
            retention=latest.get(site.id),
        )
        for site in sites
    ]
    return {
        one.site.id: sum(finding.weight == "problem" for finding in _findings(one, day))
        for one in kept
    }


@dataclass(frozen=True)
class _Kept:
    """What findings are read from."""

    site: Site
    people: Sequence[Administration]
    contracts: Sequence[Contract]
    retention: RetentionSetup | None


def _running_roles(site_ids: Sequence[int]) -> Select[SiteRole]:
    return (
        select(SiteRole)
        .where(SiteRole.site_id.in_(site_ids), SiteRole.until.is_(None))
        .options(joinedload(SiteRole.person))
    )


def _setups(site_ids: Sequence[int]) -> Select[RetentionSetup]:
    # The last one read of a site is the one in force.
    return (
        select(RetentionSetup)
        .where(RetentionSetup.site_id.in_(site_ids))
        .order_by(RetentionSetup.set_up_at, RetentionSetup.id)
    )


def _training(person_ids: Collection[int]) -> Select[TrainingRecord]:
    return (
        select(TrainingRecord)
        .where(TrainingRecord.person_id.in_(person_ids))
        .order_by(TrainingRecord.completed_on, TrainingRecord.id)
    )


def _fitness(
    roles: Iterable[SiteRole], training: Mapping[int, Sequence[TrainingRecord]], day: date
) -> list[Administration]:
    people = []
    for role in roles:
        state, until = training_state(training.get(role.person_id, ()), day)
        left = not role.person.is_active or _is_over(role.person.ends_on, day)
        people.append(
            Administration(role.person, ROLES.get(role.role, role.role), state, until, left)
        )
    return sorted(people, key=lambda one: (_rank(one.role), one.person.family_name))


def _findings(kept: _Kept, day: date) -> list[SiteFinding]:
    site = kept.site
    if site.status not in IN_USE and site.status not in (SiteStatus.UNVERIFIED, SiteStatus.ORPHAN):
        return [SiteFinding("note", site.finding)] if site.finding else []
    return [
        *_of_the_entry(site, day),
        *_of_people(kept.people),
        *_of_contracts(kept.contracts),
        *_of_retention(kept.retention),
    ]


def _rank(role: str) -> int:
    return _RUNNING.index(role) if role in _RUNNING else len(_RUNNING)


def _is_over(end: date | None, day: date) -> bool:
    return end is not None and end < day


def _of_the_entry(site: Site, day: date) -> Iterator[SiteFinding]:
    if site.decision_id is None:
        yield SiteFinding(
            "problem", "No decision of Communications is on record for it.", ("GC-2",)
        )
    if site.owner is None:
        yield SiteFinding("problem", "Nobody is named as its owner.", ("DE-2",))
    elif not site.owner.is_active or _is_over(site.owner.ends_on, day):
        yield SiteFinding("problem", f"Its owner, {site.owner.name}, has left.", ("DE-2",))
    if site.finding:
        yield SiteFinding("problem", site.finding)
    if site.next_review_on is not None and site.next_review_on < day:
        yield SiteFinding(
            "problem", f"Its review was due on {_day(site.next_review_on)}.", ("CO-5",)
        )
    elif site.next_review_on is not None and site.next_review_on - day <= REVIEW_SOON:
        days = (site.next_review_on - day).days
        when = "today" if days == 0 else f"in {days} day{'s' if days > 1 else ''}"
        yield SiteFinding("soon", f"Its review is due {when}.", ("CO-5",))
    if site.is_public_body:
        yield SiteFinding(
            "note", "It belongs to a public body: the Open Meeting Law applies.", ("CL-2",)
        )


def _of_people(people: Sequence[Administration]) -> Iterator[SiteFinding]:
    count = len({one.person.id for one in people if one.role in _RUNNING})
    if count < FEWEST_ADMINISTRATORS:
        have = "1 administrator" if count else "no administrator"
        yield SiteFinding(
            "problem",
            f"It has {have}; at least {FEWEST_ADMINISTRATORS} are needed.",
            ("DE-2", "IT-1"),
        )
    if count > MOST_ADMINISTRATORS:
        yield SiteFinding(
            "problem",
            f"It has {count} administrators; at most {MOST_ADMINISTRATORS} should have access.",
            ("DE-2", "IT-1"),
        )
    for one in people:
        if one.has_left:
            yield SiteFinding(
                "problem", f"{one.person.name} has left and still has access.", ("DE-2",)
            )
        elif one.training == "none":
            yield SiteFinding(
                "problem", f"{one.person.name} has no training on record.", ("CO-4", "GC-4")
            )
        elif one.training == "expired" and one.trained_until:
            yield SiteFinding(
                "problem",
                f"The training of {one.person.name} expired on {_day(one.trained_until)}.",
                ("CO-4", "GC-4"),
            )


def _of_contracts(contracts: Iterable[Contract]) -> Iterator[SiteFinding]:
    running = [contract for contract in contracts if contract.superseded_at is None]
    if not running:
        yield SiteFinding("problem", "No accepted contract is on file.", ("GC-1a", "CO-7"))
    if any(contract.legal_review == "pending" for contract in running):
        yield SiteFinding("soon", "The legal review of its contract is pending.", ("CO-7",))


def _of_retention(setup: RetentionSetup | None) -> Iterator[SiteFinding]:
    if setup is None:
        yield SiteFinding("problem", "Retention has not been set up.", ("CO-6", "CL-1"))
    elif setup.archive_test == "failed" or setup.connection_status == "failed":
        yield SiteFinding("problem", "The test of its archive failed.", ("CO-6",))
    elif setup.archive_test is None and not setup.strategy.startswith(TRANSITORY):
        yield SiteFinding("problem", "Its archive has not been tested.", ("CO-6",))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
