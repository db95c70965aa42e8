"""Who may do what: the duties that follow from the roles that people hold today.

A duty is the key of a step: its act, or `party/<lane>` where it carries none. Which roles perform
a duty, and for whom a lane acts (one unit, or the whole city), is the policy pack's word.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Session, contains_eager

from models.people import Person, RoleGrant, Unit
from models.sites import Delegation, SiteRole
from workflows.policy.pack import Act, Pack

# A day, or the place of one in a statement that is asked again and again.
Day: TypeAlias = date | BindParameter[date]

NOTHING: frozenset[str] = frozenset()

# Whoever leads an office may hand its steps to somebody else; a process manager may do so for
# every office, without doing the steps.
LEADING = frozenset({"comms_director", "city_clerk", "dept_head"})
LEADING_ALL = frozenset({"process_manager"})


@dataclass(frozen=True)
class Duties:
    """What a person may do today.

    `city` holds for steps that belong to no unit, `units` for steps of those units, `every_unit`
    for steps of any unit. Steps given to one person (the starter, a delegate) follow from the
    task itself, never from here. `roles` are all roles held anywhere, `led_*` is what the person
    may hand over to others.
    """

    person_id: int
    roles: frozenset[str] = NOTHING
    city: frozenset[str] = NOTHING
    every_unit: frozenset[str] = NOTHING
    units: Mapping[int, frozenset[str]] = field(default_factory=dict)
    led: Mapping[int | None, frozenset[str]] = field(default_factory=dict)
    leads_all: bool = False

    def may(self, duty: str, unit_id: int | None) -> bool:
        """Say whether the person may do a step with this duty; a step of no unit is the city's."""
        if unit_id is None:
            return duty in self.city
        return duty in self.every_unit or duty in self.units.get(unit_id, NOTHING)

    def leads(self, duty: str, unit_id: int | None) -> bool:
        """Say whether the person may hand a step with this duty over to somebody else."""
        return self.leads_all or duty in self.led.get(unit_id, NOTHING)

    def has_role(self, roles: Collection[str]) -> bool:
        """Say whether the person holds one of the roles, in whatever unit."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True)
class Offices:
    """The policy pack read the other way round: role -> duties, by the reach of the lane."""

    city: Mapping[str, frozenset[str]]
    unit: Mapping[str, frozenset[str]]
    everyone: frozenset[str]

    def roles_for(self, duty: str, unit_id: int | None) -> frozenset[str]:
        """Give the roles that perform the duty for the city, or for a unit."""
        reach = self.city if unit_id is None else self.unit
        return frozenset(role for role, duties in reach.items() if duty in duties)


_offices: dict[str, Offices] = {}


def offices(pack: Pack) -> Offices:
    """Give the duties of each role; worked out once for each version of the pack."""
    if pack.version not in _offices:
        _offices[pack.version] = _read_offices(pack)
    return _offices[pack.version]


def duties_of(session: Session, person_id: int, pack: Pack, day: date) -> Duties:
    """Give what the person may do on that day (in the city), with one statement.

    Somebody who is disabled, or whose employment or term has ended, may do nothing.
    """
    rows = session.execute(_duties_asked(), {"person": person_id, "day": day}).all()
    if not rows:
        return Duties(person_id)
    first = rows[0]
    ways = {"everyone", *(way for way in ("delegation", "register") if getattr(first, way))}
    implied = {role.id for role in pack.roles.values() if role.held in ways}
    held: list[tuple[str, int | None]] = [(row.role, row.unit_id) for row in rows if row.role]
    # A role that everyone has, everyone has at home: one acknowledges for one's own unit.
    held += [(role.id, first.home) for role in pack.roles.values() if role.held == "everyone"]
    return _duties(person_id, frozenset(implied), held, offices(pack))


@cache
def _duties_asked() -> Select[*tuple[Any, ...]]:
    """Give the statement behind `duties_of`: every request asks it, so it is built once."""
    day = bindparam("day", type_=Date)
    return (
        select(
            Person.unit_id.label("home"),
            RoleGrant.role,
            RoleGrant.unit_id,
            _has_delegation(day).label("delegation"),
            _has_site().label("register"),
        )
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, holds_on(day)))
        .where(Person.id == bindparam("person"), is_active_on(day))
    )


def holders(
    session: Session, pack: Pack, duty: str, unit_id: int | None, day: date
) -> list[Person]:
    """Give the active people who may do a step with this duty, by family name, with their unit."""
    known = offices(pack)
    roles = known.roles_for(duty, unit_id)
    where: ColumnElement[bool] = Person.id.in_(_granted(roles, unit_id, day))
    if unit_id is not None and roles & known.everyone:
        where = or_(where, Person.unit_id == unit_id)
    return list(
        session.scalars(
            select(Person)
            .join(Person.unit)
            .options(contains_eager(Person.unit))
            .where(where, is_active_on(day))
            .order_by(Person.family_name, Person.given_name, Person.id)
        )
    )


@dataclass(frozen=True)
class Vacancy:
    """A party that nobody acts for: its steps would wait for ever."""

    party: str
    unit: Unit | None
    roles: tuple[str, ...]


def vacancies(session: Session, pack: Pack, day: date) -> list[Vacancy]:
    """Give the parties without an active holder: city-wide ones, and unit ones by unit."""
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(holds_on(day), is_active_on(day))
    )
    held = {(role, unit_id) for role, unit_id in rows}
    units = list(session.scalars(select(Unit).order_by(Unit.name)))
    # A board's requests are forwarded by its liaison's department, so the board needs nobody.
    answering = [unit for unit in units if unit.forwarded_by == unit.id]
    found: list[Vacancy] = []
    for party in pack.parties.values():
        places: Sequence[Unit | None] = ()
        if party.scope == "city":
            places = [None]
        elif party.scope == "unit":
            places = answering
        found += [
            Vacancy(party.name, unit, party.roles)
            for unit in places
            if not _is_held(held, party.roles, unit)
        ]
    return found


def is_active_on(day: Day) -> ColumnElement[bool]:
    """A condition: the person's account is open and employment or term has not ended."""
    return and_(Person.disabled_at.is_(None), or_(Person.ends_on.is_(None), Person.ends_on >= day))


def holds_on(day: Day) -> ColumnElement[bool]:
    """A condition: the role grant holds on that day."""
    return and_(
        RoleGrant.starts_on <= day, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day)
    )


def _is_held(held: set[tuple[str, int | None]], roles: Iterable[str], unit: Unit | None) -> bool:
    places = {None} if unit is None else {None, unit.id}
    return any((role, place) in held for role in roles for place in places)


def _duties(
    person_id: int,
    implied: frozenset[str],
    held: Iterable[tuple[str, int | None]],
    known: Offices,
) -> Duties:
    city: set[str] = set()
    every_unit: set[str] = set()
    units: dict[int, set[str]] = defaultdict(set)
    led: dict[int | None, set[str]] = defaultdict(set)
    roles = set(implied)
    leads_all = False
    for role, unit_id in held:
        roles.add(role)
        in_units = known.unit.get(role, NOTHING)
        if unit_id is None:
            leads_all |= role in LEADING_ALL
            city |= known.city.get(role, NOTHING)
            every_unit |= in_units
        else:
            units[unit_id] |= in_units
        if role in LEADING:
            led[unit_id] |= known.city.get(role, NOTHING) if unit_id is None else in_units
    return Duties(
        person_id=person_id,
        roles=frozenset(roles),
        city=frozenset(city),
        every_unit=frozenset(every_unit),
        units={unit_id: frozenset(duties) for unit_id, duties in units.items() if duties},
        led={unit_id: frozenset(duties) for unit_id, duties in led.items()},
        leads_all=leads_all,
    )


def _granted(roles: frozenset[str], unit_id: int | None, day: date) -> ColumnElement[int]:
    where: ColumnElement[bool] = RoleGrant.unit_id.is_(None)
    if unit_id is not None:
        where = or_(where, RoleGrant.unit_id == unit_id)
    wanted = RoleGrant.role.in_(roles) if roles else false()
    return select(RoleGrant.person_id).where(wanted, where, holds_on(day)).scalar_subquery()


def _has_delegation(day: Day) -> ColumnElement[bool]:
    return exists().where(
        Delegation.person_id == Person.id,
        Delegation.revoked_at.is_(None),
        Delegation.valid_from <= day,
        Delegation.valid_to >= day,
    )


def _has_site() -> ColumnElement[bool]:
    return exists().where(SiteRole.person_id == Person.id, SiteRole.until.is_(None))


def _read_offices(pack: Pack) -> Offices:
    homes = _homes(pack)
    by_scope: dict[str, dict[str, set[str]]] = {
        "city": defaultdict(set),
        "unit": defaultdict(set),
    }
    for party in pack.parties.values():
        if party.scope not in by_scope:
            continue
        reach = by_scope[party.scope]
        for role in party.roles:
            reach[role].add(f"party/{party.name}")
        for act in pack.acts.values():
            if party.name in act.parties:
                for role in _performers(act, party.name, homes):
                    reach[role].add(act.duty_in(party.name))
    city, unit = (
        {role: frozenset(duties) for role, duties in by_scope[scope].items()}
        for scope in ("city", "unit")
    )
    everyone = frozenset(role.id for role in pack.roles.values() if role.held == "everyone")
    return Offices(city, unit, everyone)


def _homes(pack: Pack) -> Mapping[str, set[str]]:
    """The lanes that a role works in: those that name it, and those of acts that know one lane."""
    homes: dict[str, set[str]] = defaultdict(set)
    for party in pack.parties.values():
        for role in party.roles:
            homes[role].add(party.name)
    for act in pack.acts.values():
        if len(act.parties) == 1:
            for role in act.roles:
                homes[role].add(act.parties[0])
    return homes


def _performers(act: Act, party: str, homes: Mapping[str, set[str]]) -> Iterable[str]:
    """The act's roles that perform it in this lane.

    An act of two lanes lists the roles of both; a reviewer of Communications must not, by that,
    return requests in the name of every department.
    """
    fitting = [
        role
        for role in act.roles
        if party in homes.get(role, ()) or homes.get(role, set()).isdisjoint(act.parties)
    ]
    return fitting or act.roles
