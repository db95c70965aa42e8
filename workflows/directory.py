"""Lists of people, roles and units, for those who look after them. Reading only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from models.people import Person, RoleGrant, Unit, UserSession
from workflows.errors import NotFoundError
from workflows.people import holds_on, is_active_on

PER_PAGE = 25

# What a list of people can be narrowed to; "invited" have no password of their own yet.
STATES = ("active", "invited", "disabled", "all")


@dataclass(frozen=True)
class Search:
    """What somebody looks for: words of the name or address, a state, a unit, a role."""

    text: str = ""
    state: str = "active"
    unit_id: int | None = None
    role: str = ""
    page: int = 1


@dataclass(frozen=True)
class Found:
    """One page of people, and how many there are in each state."""

    people: Sequence[Person]
    counts: Mapping[str, int]
    roles: Mapping[int, Sequence[str]]


def find_people(session: Session, search: Search, *, day: date) -> Found:
    """Give the page of people that the search asks for, by family name."""
    wanted = _matching(search, day)
    counts = {
        state: session.scalar(
            select(func.count()).select_from(Person).where(*wanted, *_in_state(state, day))
        )
        or 0
        for state in STATES
    }
    people = session.scalars(
        select(Person)
        .options(joinedload(Person.unit))
        .where(*wanted, *_in_state(search.state, day))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(PER_PAGE)
        .offset((search.page - 1) * PER_PAGE)
    ).all()
    return Found(people, counts, _roles_of([person.id for person in people], session, day))


def person_in_full(session: Session, person_id: int) -> Person:
    """Give a person with unit, categories and every role they have or had.

    Raises NotFoundError.
    """
    person = session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .options(
            joinedload(Person.unit),
            selectinload(Person.categories),
            selectinload(Person.grants).joinedload(RoleGrant.unit),
        )
        .execution_options(populate_existing=True)
    )
    if person is None:
        raise NotFoundError("There is no such person.")
    return person


def last_seen(session: Session, person_id: int) -> datetime | None:
    """When the person last used the product; None for never, or longer ago than is kept."""
    return session.scalar(
        select(func.max(UserSession.last_seen_at)).where(UserSession.person_id == person_id)
    )


@dataclass(frozen=True)
class Holder:
    """An active person who holds a role today; `unit` is where, None for city-wide."""

    person: Person
    unit: Unit | None


def holders_by_role(session: Session, *, day: date) -> Mapping[str, Sequence[Holder]]:
    """Give who holds each role today, by family name, with the person's own unit."""
    rows = session.execute(
        select(RoleGrant, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .options(joinedload(RoleGrant.unit), joinedload(Person.unit))
        .where(holds_on(day), is_active_on(day))
        .order_by(Person.family_name, Person.given_name, RoleGrant.id)
    )
    found: dict[str, list[Holder]] = defaultdict(list)
    for grant, person in rows:
        found[grant.role].append(Holder(person, grant.unit))
    return found


@dataclass(frozen=True)
class UnitLine:
    """A unit with how many active people it has and who forwards its requests."""

    unit: Unit
    people: int
    forwarded_by: Unit | None
    forwarders: Sequence[Person]


def units_with_forwarders(
    session: Session, forwarding_roles: frozenset[str], *, day: date
) -> list[UnitLine]:
    """Give every unit, by name, with those who may forward its requests today.

    `forwarding_roles` are the roles that act for a unit, as the policy pack says.
    """
    units = {unit.id: unit for unit in all_units(session)}
    counted = dict(
        session.execute(
            select(Person.unit_id, func.count()).where(is_active_on(day)).group_by(Person.unit_id)
        ).all()
    )
    forwarders: dict[int, dict[int, Person]] = defaultdict(dict)
    for grant, person in session.execute(
        select(RoleGrant, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(holds_on(day), is_active_on(day), RoleGrant.role.in_(forwarding_roles))
        .order_by(Person.family_name)
    ):
        if grant.unit_id is not None:
            forwarders[grant.unit_id][person.id] = person
    return [
        UnitLine(
            unit,
            counted.get(unit.id, 0),
            units.get(unit.forwarding_unit_id or 0),
            list(forwarders[unit.forwarded_by].values()),
        )
        for unit in units.values()
    ]


def all_units(session: Session) -> Sequence[Unit]:
    """Give every unit, by name."""
    return session.scalars(select(Unit).order_by(Unit.name)).all()


def unit_by_id(session: Session, unit_id: int) -> Unit:
    """Give a unit. Raises NotFoundError."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFoundError("There is no such unit.")
    return unit


def _matching(search: Search, day: date) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    for word in search.text.split():
        pattern = f"%{word.replace('|', '||').replace('%', '|%').replace('_', '|_')}%"
        wanted.append(
            or_(
                *(
                    column.ilike(pattern, escape="|")
                    for column in (Person.given_name, Person.family_name, Person.email)
                )
            )
        )
    if search.unit_id is not None:
        wanted.append(Person.unit_id == search.unit_id)
    if search.role:
        held = aliased(RoleGrant)
        wanted.append(
            select(held.id)
            .where(
                held.person_id == Person.id,
                held.role == search.role,
                held.starts_on <= day,
                or_(held.ends_on.is_(None), held.ends_on >= day),
            )
            .exists()
        )
    return wanted


def _in_state(state: str, day: date) -> list[ColumnElement[bool]]:
    if state == "active":
        return [is_active_on(day)]
    if state == "disabled":
        return [or_(Person.disabled_at.is_not(None), Person.ends_on < day)]
    if state == "invited":
        waiting = or_(Person.must_change_password, Person.password_hash.is_(None))
        return [and_(is_active_on(day), waiting)]
    return []


def _roles_of(ids: list[int], session: Session, day: date) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .where(RoleGrant.person_id.in_(ids), holds_on(day))
        .distinct()
        .order_by(RoleGrant.role)
    )
    for person_id, role in rows:
        found[person_id].append(role)
    return found
