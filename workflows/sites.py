"""The register of sites: which exist, by which decision they may, and who runs them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from models.cases import Case
from models.people import Person, TrainingRecord, Unit
from models.sites import (
    Contract,
    Delegation,
    Platform,
    RetentionSetup,
    Site,
    SiteDecision,
    SiteRole,
    SiteStatus,
)
from workflows.errors import NotFoundError

PAGE_SIZE = 25
Sort: TypeAlias = Literal["code", "name", "platform", "unit", "status", "review"]
SORTS: tuple[Sort, ...] = get_args(Sort)

# Statuses of a site that the City uses today, in whatever way.
IN_USE = frozenset(
    {SiteStatus.LIVE, SiteStatus.RESTRICTED, SiteStatus.SUSPENDED, SiteStatus.RETIRING}
)
# Who may read where credentials are kept and how an account is recovered; its owner may too.
SECURITY_ROLES = frozenset(
    {"comms_director", "comms_reviewer", "social_media_officer", "comms_duty", "it_security"}
)
# Enough for the page; the rest is found from the list of cases.
MOST_CASES = 20


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list of sites is narrowed to; `text` is looked for as `matches` says."""

    status: str | None = None
    platform_id: int | None = None
    unit_id: int | None = None
    text: str = ""
    sort: Sort = "code"
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the register and how many sites there are in all."""

    sites: Sequence[Site]
    number: int
    total: int


@dataclass(frozen=True)
class Choices:
    """What the filters of a list offer: platforms and units that have a site, by name."""

    platforms: Sequence[tuple[int, str]]
    units: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Record:
    """One site with everything that says whether it may exist and is well kept.

    Newest first: roles, decisions, contracts, retention setups with who set them up,
    delegations with their delegate, and the cases about it that the reader may see.
    `training` has the courses of those who run the site today, by person id.
    """

    site: Site
    roles: Sequence[SiteRole]
    decisions: Sequence[SiteDecision]
    contracts: Sequence[Contract]
    retention: Sequence[tuple[RetentionSetup, Person]]
    delegations: Sequence[tuple[Delegation, Person]]
    cases: Sequence[Case]
    training: Mapping[int, Sequence[TrainingRecord]]

    @property
    def running_roles(self) -> list[SiteRole]:
        return [role for role in self.roles if role.until is None]

    @property
    def decision(self) -> SiteDecision | None:
        """The decision that the site is live by."""
        return next((one for one in self.decisions if one.id == self.site.decision_id), None)

    def may_open(self, case_id: int | None) -> bool:
        """Say whether the reader may open this case about the site."""
        return any(case.id == case_id for case in self.cases)


@dataclass(frozen=True)
class Security:
    """Where the credentials of a site are kept and how it is recovered; not public."""

    vault_ref: str | None
    recovery_contact: str | None


def find_sites(session: Session, wanted: Wanted, *, page: int = 1) -> Page:
    """Give one page of sites with platform, unit and owner, in the same order for everyone."""
    narrowed = _narrowed(wanted)
    total = session.scalars(narrowed.with_only_columns(func.count(Site.id))).one()
    page = page_within(page, total)
    sites = session.scalars(
        narrowed.outerjoin(Site.owner)
        .options(
            contains_eager(Site.platform),
            contains_eager(Site.unit),
            contains_eager(Site.owner),
            *without_security(),
        )
        .order_by(*_order(wanted))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return Page(sites, page, total)


def count_by_status(session: Session, wanted: Wanted) -> dict[str, int]:
    """Count the sites that the other filters leave, by status."""
    counted = _narrowed(wanted, with_status=False).with_only_columns(
        Site.status, func.count(Site.id)
    )
    rows = session.execute(counted.group_by(Site.status)).all()
    return {row[0]: row[1] for row in rows}


def find_choices(session: Session) -> Choices:
    """Give the platforms and units that the register knows."""
    platforms = select(Platform.id, Platform.name).where(
        exists().where(Site.platform_id == Platform.id)
    )
    units = select(Unit.id, Unit.name).where(exists().where(Site.unit_id == Unit.id))
    return Choices(
        [(id_, name) for id_, name in session.execute(platforms.order_by(Platform.name))],
        [(id_, name) for id_, name in session.execute(units.order_by(Unit.name))],
    )


def find_site(session: Session, code: str, *, readable: ColumnElement[bool]) -> Record:
    """Give one site by its code, with eight statements however long its history is.

    `readable` is the condition on cases that the reader may see (workflows.reading). Raises
    NotFoundError where there is no such site.
    """
    site = session.scalar(
        select(Site)
        .where(Site.code == code)
        .options(
            joinedload(Site.platform),
            joinedload(Site.unit),
            joinedload(Site.owner).joinedload(Person.unit),
            *without_security(),
        )
    )
    if site is None:
        raise NotFoundError(f"There is no site {code} in the register.")
    return Record(
        site=site,
        roles=_roles(session, site.id),
        decisions=_decisions(session, site.id),
        contracts=_contracts(session, site.id),
        retention=_retention(session, site.id),
        delegations=_delegations(session, site.id),
        cases=_cases(session, site.id, readable),
        training=_training(session, site.id),
    )


def security_of(
    session: Session, site: Site, person_id: int, roles: Collection[str]
) -> Security | None:
    """Give the security fields of a site, or None to somebody who may not see them.

    `roles` are those that the person holds city-wide. Owners of the site, Communications and
    IT security may see them; the rest of the department may not.
    """
    owns = (site.owner_id == person_id) or _has_role(session, site.id, person_id, "owner")
    if not owns and SECURITY_ROLES.isdisjoint(roles):
        return None
    columns = select(Site.vault_ref, Site.recovery_contact).where(Site.id == site.id)
    vault_ref, recovery_contact = session.execute(columns).one()
    return Security(vault_ref, recovery_contact)


def page_within(page: int, total: int) -> int:
    """The page asked for, or the last one where the list is shorter."""
    return min(max(1, page), max(1, -(-total // PAGE_SIZE)))


def matches(text: str) -> ColumnElement[bool]:
    """A condition: the site is meant by what somebody typed or pasted.

    It is looked for in name, handle, address, platform and unit. An address is compared
    without scheme, `www.`, query and last slash, a handle without `@`.
    """
    plain = text.replace("\0", "").strip()  # PostgreSQL stores no NUL
    if "://" in plain or plain.startswith("www."):
        plain = (plain.partition("://")[2] or plain).removeprefix("www.")
        plain = plain.partition("?")[0].rstrip("/")
    plain = plain.removeprefix("@")
    columns = (Site.name, Site.handle, Site.url, Platform.name, Unit.name)
    return or_(
        func.lower(Site.code) == plain.lower(),
        *(column.icontains(plain, autoescape=True) for column in columns),
    )


def by_code() -> tuple[ColumnElement[Any], ...]:
    """The order of codes as people count: S99 before S100."""
    return (func.length(Site.code), Site.code.expression)


def without_security() -> tuple[Any, ...]:
    """Options of a select: reading a security field of these sites is an error."""
    return (
        defer(Site.vault_ref, raiseload=True),
        defer(Site.recovery_contact, raiseload=True),
    )


def _narrowed(wanted: Wanted, *, with_status: bool = True) -> Select[Site]:
    where: list[ColumnElement[bool]] = []
    if wanted.status and with_status:
        where.append(Site.status == wanted.status)
    if wanted.platform_id is not None:
        where.append(Site.platform_id == wanted.platform_id)
    if wanted.unit_id is not None:
        where.append(Site.unit_id == wanted.unit_id)
    if wanted.text.strip():
        where.append(matches(wanted.text))
    return select(Site).join(Site.platform).join(Site.unit).where(*where)


def _order(wanted: Wanted) -> tuple[ColumnElement[Any], ...]:
    keys: Mapping[Sort, tuple[ColumnElement[Any], ...]] = {
        "code": by_code(),
        "name": (func.lower(Site.name),),
        "platform": (func.lower(Platform.name),),
        "unit": (func.lower(Unit.name),),
        "status": (Site.status.expression,),
        "review": (Site.next_review_on.expression,),
    }
    first = keys[wanted.sort]
    if wanted.descending:
        first = tuple(column.desc() for column in first)
    # The databases differ on where no date comes; without one a site comes last either way.
    undated = (Site.next_review_on.is_(None),) if wanted.sort == "review" else ()
    return (*undated, *first, *by_code())


def _has_role(session: Session, site_id: int, person_id: int, role: str) -> bool:
    held = select(SiteRole.id).where(
        SiteRole.site_id == site_id,
        SiteRole.person_id == person_id,
        SiteRole.role == role,
        SiteRole.until.is_(None),
    )
    return session.scalar(held.limit(1)) is not None


def _roles(session: Session, site_id: int) -> Sequence[SiteRole]:
    return session.scalars(
        select(SiteRole)
        .where(SiteRole.site_id == site_id)
        .options(joinedload(SiteRole.person).joinedload(Person.unit))
        .order_by(SiteRole.since.desc(), SiteRole.id)
    ).all()


def _decisions(session: Session, site_id: int) -> Sequence[SiteDecision]:
    return session.scalars(
        select(SiteDecision)
        .where(SiteDecision.site_id == site_id)
        .options(
            joinedload(SiteDecision.decided_by).joinedload(Person.unit),
            joinedload(SiteDecision.case),
            joinedload(SiteDecision.file),
        )
        .order_by(SiteDecision.decided_at.desc(), SiteDecision.id.desc())
    ).all()


def _contracts(session: Session, site_id: int) -> Sequence[Contract]:
    return session.scalars(
        select(Contract)
        .where(Contract.site_id == site_id)
        .options(joinedload(Contract.accepted_by).joinedload(Person.unit))
        .order_by(Contract.accepted_at.desc(), Contract.id.desc())
    ).all()


def _retention(session: Session, site_id: int) -> list[tuple[RetentionSetup, Person]]:
    rows = session.execute(
        select(RetentionSetup, Person)
        .join(Person, Person.id == RetentionSetup.set_up_by_id)
        .where(RetentionSetup.site_id == site_id)
        .options(joinedload(RetentionSetup.custodian), joinedload(Person.unit))
        .order_by(RetentionSetup.set_up_at.desc(), RetentionSetup.id.desc())
    )
    return [(setup, person) for setup, person in rows]


def _delegations(session: Session, site_id: int) -> list[tuple[Delegation, Person]]:
    rows = session.execute(
        select(Delegation, Person)
        .join(Person, Person.id == Delegation.person_id)
        .where(Delegation.site_id == site_id)
        .options(joinedload(Person.unit))
        .order_by(Delegation.granted_at.desc(), Delegation.id.desc())
    )
    return [(delegation, person) for delegation, person in rows]


def _cases(session: Session, site_id: int, readable: ColumnElement[bool]) -> Sequence[Case]:
    # That a confidential case is about this site is not to be read from here, by anyone.
    return session.scalars(
        select(Case)
        .where(Case.site_id == site_id, Case.confidential.is_(False), readable)
        .order_by(Case.started_at.desc(), Case.id.desc())
        .limit(MOST_CASES)
    ).all()


def _training(session: Session, site_id: int) -> dict[int, list[TrainingRecord]]:
    running = select(SiteRole.person_id).where(
        SiteRole.site_id == site_id, SiteRole.until.is_(None)
    )
    training: dict[int, list[TrainingRecord]] = {}
    for record in session.scalars(
        select(TrainingRecord)
        .where(TrainingRecord.person_id.in_(running))
        .order_by(TrainingRecord.completed_on, TrainingRecord.id)
    ):
        training.setdefault(record.person_id, []).append(record)
    return training
