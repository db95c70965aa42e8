"""Who may do what: the duties that follow from the roles that people hold today.

A duty is the key of a step: its act, or `party/<lane>` where it carries none. Which roles perform
a duty, and for whom a lane acts (one unit, or the whole city), is the policy pack's word.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Label,
    Select,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Session, contains_eager

from models.cases import Task
from models.people import Absence, Person, RoleGrant
from models.sites import Delegation, SiteRole
from workflows.offices import Offices, offices
from workflows.policy.pack import Pack

# A day, or the place of one in a statement that is asked again and again.
Day: TypeAlias = date | BindParameter[date]

NOTHING: frozenset[str] = frozenset()

ADMINISTRATOR = "sysadmin"


@dataclass(frozen=True)
class Duties:
    """What a person may do today.

    `city` holds for steps that belong to no unit, `units` for steps of those units, `every_unit`
    for steps of any unit. Steps given to one person (the starter, a delegate) follow from the
    task itself, never from here. `roles` are all roles held anywhere, `led*` is what the person
    may hand over to others, `standing_in` the absent people whose steps are the person's today.
    `home` is the unit that the person works in.
    """

    person_id: int
    roles: frozenset[str] = NOTHING
    city: frozenset[str] = NOTHING
    every_unit: frozenset[str] = NOTHING
    units: Mapping[int, frozenset[str]] = field(default_factory=dict)
    led: Mapping[int | None, frozenset[str]] = field(default_factory=dict)
    led_in_every_unit: frozenset[str] = NOTHING
    leads_all: bool = False
    standing_in: tuple["StandIn", ...] = ()
    home: int | None = None

    def holds(self, duty: str, unit_id: int | None) -> bool:
        """Say whether the person's own roles do a step with this duty; of no unit: the city's."""
        if unit_id is None:
            return duty in self.city
        return duty in self.every_unit or duty in self.units.get(unit_id, NOTHING)

    def may(self, duty: str, unit_id: int | None, process: str | None = None) -> bool:
        """Say whether the person may do a step with this duty, for an absent person too.

        `process` is the key of the case's process: who stands in for one process alone does so
        only where it is given.
        """
        return self.holds(duty, unit_id) or any(
            absent.covers(process) and absent.duties.holds(duty, unit_id)
            for absent in self.standing_in
        )

    def may_do(self, task: Task, process: str | None = None) -> bool:
        """Say whether a step waits for this person, by name, by a role, or as a substitute."""
        return self._is_for(task) or self.acting_for(task, process) is not None

    def acting_for(self, task: Task, process: str | None = None) -> int | None:
        """Give the absent person in whose place a step would be done; None: for oneself, or not."""
        if self._is_for(task):
            return None
        for_whom = [absent.person_id for absent in self.standing_in if absent.does(task, process)]
        return task.claimed_by_id if task.claimed_by_id in for_whom else next(iter(for_whom), None)

    def hands(self, process: str | None = None) -> frozenset[int]:
        """Give whose work in a case is this person's: their own, and of those they stand in for."""
        absent = (one.person_id for one in self.standing_in if one.covers(process))
        return frozenset((self.person_id, *absent))

    def leads(self, duty: str, unit_id: int | None) -> bool:
        """Say whether the person may hand a step with this duty over to somebody else."""
        in_every_unit = unit_id is not None and duty in self.led_in_every_unit
        return self.leads_all or in_every_unit or duty in self.led.get(unit_id, NOTHING)

    def has_role(self, roles: Collection[str]) -> bool:
        """Say whether the person holds one of the roles, in whatever unit."""
        return not self.roles.isdisjoint(roles)

    def _is_for(self, task: Task) -> bool:
        if task.person_id is not None:
            return task.person_id == self.person_id
        return self.holds(task.duty, task.unit_id)


@dataclass(frozen=True)
class StandIn:
    """An absent person whose steps somebody else does today, in these processes or (None) in all.

    `duties` are the absent person's own: whoever they stand in for is not passed on. Nor is
    `personal`, what was entrusted to that one person alone (a delegate's signature, GC-1b).
    """

    person_id: int
    duties: Duties
    processes: frozenset[str] | None = None
    personal: frozenset[str] = NOTHING

    def covers(self, process: str | None) -> bool:
        """Say whether the substitute acts in cases of the process with this key."""
        return self.processes is None or process in self.processes

    def does(self, task: Task, process: str | None) -> bool:
        """Say whether a step that waits for the absent person may be done by the substitute."""
        if not self.covers(process) or task.duty in self.personal:
            return False
        if task.person_id is not None:
            return task.person_id == self.person_id
        return self.duties.holds(task.duty, task.unit_id)


@dataclass(frozen=True)
class Held:
    """What is on record of what somebody holds on a day, before the policy pack says what it means.

    `home` is the unit of the person, `grants` roles with their unit (None: city-wide). Roles that
    are not granted follow from a delegation in force and from a site that the person runs;
    `stands_in` says that the person is somebody's substitute.
    """

    home: int
    grants: tuple[tuple[str, int | None], ...] = ()
    delegation: bool = False
    register: bool = False
    stands_in: bool = False


def duties_of(session: Session, person_id: int, pack: Pack, day: date) -> Duties:
    """Give what the person may do on that day (in the city), with one statement.

    For a person who stands in for somebody on that day it takes one more. Somebody who is
    disabled, or whose employment or term has ended, may do nothing.
    """
    rows = session.execute(duties_asked(), {"person": person_id, "day": day}).all()
    return duties_from(session, person_id, held_in(rows), pack, day)


def held_in(rows: Sequence[Sequence[Any]]) -> Held | None:
    """Read the rows of `duties_asked`; None for somebody who may do nothing."""
    if not rows:
        return None
    home, _, _, *ways = rows[0]
    return Held(home, tuple((role, unit_id) for _, role, unit_id, *_ in rows if role), *ways)


def duties_from(
    session: Session, person_id: int, held: Held | None, pack: Pack, day: date
) -> Duties:
    """Give what the person may do who holds that on that day; a substitute's takes a statement."""
    if held is None:
        return Duties(person_id)
    ways = {"everyone"} | {way for way in ("delegation", "register") if getattr(held, way)}
    implied = {role.id for role in pack.roles.values() if role.held in ways}
    # A role that everyone has, everyone has at home: one acknowledges for one's own unit.
    at_home = [(role.id, held.home) for role in pack.roles.values() if role.held == "everyone"]
    known = offices(pack)
    own = _duties(person_id, frozenset(implied), [*held.grants, *at_home], known)
    own = replace(own, home=held.home)
    if not held.stands_in:
        return own
    return replace(own, standing_in=_standing_in(session, person_id, pack, day))


def _standing_in(session: Session, person_id: int, pack: Pack, day: date) -> tuple[StandIn, ...]:
    """Read for whom the person stands in, with what those hold by grants: no role is inherited."""
    rows = session.execute(_absent_asked(), {"person": person_id, "day": day}).all()
    known = offices(pack)
    found = []
    for absent_id, of_one in groupby(rows, lambda row: row.person_id):
        lines = list(of_one)
        held = {(row.role, row.unit_id) for row in lines if row.role}
        processes = {row.process for row in lines}
        found.append(
            StandIn(
                absent_id,
                _duties(absent_id, NOTHING, held, known),
                None if None in processes else frozenset(processes),
                known.personal,
            )
        )
    return tuple(found)


@cache
def _absent_asked() -> Select[*tuple[Any, ...]]:
    """Give the statement for the people whose substitute somebody is on a day."""
    day = bindparam("day", type_=Date)
    return (
        select(Absence.person_id, Absence.process, RoleGrant.role, RoleGrant.unit_id)
        .join(Person, Person.id == Absence.person_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Absence.person_id, holds_on(day)))
        .where(Absence.substitute_id == bindparam("person"), is_away_on(day), is_active_on(day))
        .order_by(Absence.person_id)
    )


@cache
def duties_asked() -> Select[*tuple[Any, ...]]:
    """Give the statement behind `duties_of` for a `person` and a `day`: asked often, built once."""
    day = bindparam("day", type_=Date)
    return (
        select(Person.unit_id.label("home"), RoleGrant.role, RoleGrant.unit_id, *ways_on(day))
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, holds_on(day)))
        .where(Person.id == bindparam("person"), is_active_on(day))
    )


def ways_on(day: Day) -> tuple[Label[bool], ...]:
    """Give columns beside a person's own: what else than grants the person has duties by."""
    away = exists().where(Absence.substitute_id == Person.id, is_away_on(day))
    return (
        _has_delegation(day).label("delegation"),
        _has_site().label("register"),
        away.label("stands_in"),
    )


def holding(pack: Pack, duty: str, unit_id: int | None, day: date) -> ColumnElement[bool]:
    """A condition: the person is active and may do a step with this duty."""
    known = offices(pack)
    roles = known.roles_for(duty, unit_id)
    where: ColumnElement[bool] = Person.id.in_(_granted(roles, unit_id, day))
    if unit_id is not None and roles & known.everyone:
        where = or_(where, Person.unit_id == unit_id)
    return and_(where, is_active_on(day))


def holders(
    session: Session, pack: Pack, duty: str, unit_id: int | None, day: date
) -> list[Person]:
    """Give the active people who may do a step with this duty, by family name, with their unit."""
    asked = select(Person).join(Person.unit).options(contains_eager(Person.unit))
    names = Person.family_name, Person.given_name, Person.id
    found = asked.where(holding(pack, duty, unit_id, day)).order_by(*names)
    return list(session.scalars(found))


def is_active_on(day: Day) -> ColumnElement[bool]:
    """A condition: the person's account is open and employment or term has not ended."""
    return and_(Person.disabled_at.is_(None), or_(Person.ends_on.is_(None), Person.ends_on >= day))


def holds_on(day: Day) -> ColumnElement[bool]:
    """A condition: the role grant holds on that day."""
    return and_(
        RoleGrant.starts_on <= day, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day)
    )


def is_away_on(day: Day) -> ColumnElement[bool]:
    """A condition: the absence covers that day, and was not ended early."""
    return and_(Absence.starts_on <= day, Absence.ends_on >= day, Absence.ended_early_at.is_(None))


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
    led_in_every_unit: set[str] = set()
    roles = set(implied)
    leads_all = False
    for role, unit_id in held:
        roles.add(role)
        in_units = known.unit.get(role, NOTHING)
        if unit_id is None:
            leads_all |= role in known.lead_all
            led[None] |= known.led_city.get(role, NOTHING)
            led_in_every_unit |= known.led_unit.get(role, NOTHING)
            city |= known.city.get(role, NOTHING)
            every_unit |= in_units
        else:
            units[unit_id] |= in_units
            led[unit_id] |= known.led_unit.get(role, NOTHING)
    return Duties(
        person_id=person_id,
        roles=frozenset(roles),
        city=frozenset(city),
        every_unit=frozenset(every_unit),
        units={unit_id: frozenset(duties) for unit_id, duties in units.items() if duties},
        led={unit_id: frozenset(duties) for unit_id, duties in led.items() if duties},
        led_in_every_unit=frozenset(led_in_every_unit),
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
