"""Parties that nobody acts for, so that their steps would wait for ever (K45)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, Task, TaskKind
from models.people import Person, RoleGrant, Unit
from workflows.offices import offices
from workflows.people import holds_on, is_active_on
from workflows.policy.pack import Pack, Party
from workflows.publication import published
from workflows.runtime import Runtime


@dataclass(frozen=True)
class Vacancy:
    """A party that nobody acts for: its steps would wait for ever."""

    party: str
    unit: Unit | None
    roles: tuple[str, ...]


def vacancies(session: Session, pack: Pack, day: date) -> list[Vacancy]:
    """Give the parties without an active holder: city-wide ones, and unit ones by unit."""
    held = _held_today(session, day)
    return [
        Vacancy(party.name, unit, party.roles)
        for party in pack.parties.values()
        for unit in _places(session, party)
        if not _is_held(held, party.roles, unit.id if unit else None)
    ]


def _places(session: Session, party: Party) -> Sequence[Unit | None]:
    """Give where a party acts: for the city, or in each unit that answers for itself."""
    if party.scope == "city":
        return [None]
    if party.scope != "unit":
        return []
    # A board's requests are forwarded by its liaison's department, so the board needs nobody.
    units = session.scalars(select(Unit).order_by(Unit.name))
    return [unit for unit in units if unit.forwarded_by == unit.id]


def _held_today(session: Session, day: date) -> set[tuple[str, int | None]]:
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(holds_on(day), is_active_on(day))
    )
    return {(role, unit_id) for role, unit_id in rows}


def _is_held(held: set[tuple[str, int | None]], roles: Iterable[str], unit_id: int | None) -> bool:
    places = {None, unit_id}
    return any((role, place) in held for role in roles for place in places)


@dataclass(frozen=True)
class Standstill:
    """Open steps that nobody can do today, of one party and unit, and in which versions' cases."""

    party: str
    unit: str | None
    roles: tuple[str, ...]
    versions: frozenset[int]


def standstills(session: Session, pack: Pack, day: date) -> list[Standstill]:
    """Give the ordinary steps that wait although nobody active holds a role that does them.

    Steps of one named person are not among them, nor those of confidential cases, whose list of
    people decides. Reads the open steps grouped, so that their number does not matter much.
    """
    known, held = offices(pack), _held_today(session, day)
    waiting = session.execute(
        select(Task.party, Task.duty, Task.unit_id, Unit.name, Case.version_id)
        .join(Task.case)
        .outerjoin(Unit, Unit.id == Task.unit_id)
        .where(
            Task.closed_at.is_(None),
            Task.kind == TaskKind.USER,
            Task.person_id.is_(None),
            Case.confidential.is_(False),
        )
        .group_by(Task.party, Task.duty, Task.unit_id, Unit.name, Case.version_id)
        .order_by(Task.party, Unit.name)
    )
    found: dict[tuple[str, str | None, tuple[str, ...]], set[int]] = {}
    for party, duty, unit_id, unit, version in waiting:
        roles = known.roles_for(duty, unit_id)
        # What everybody in a unit may do, somebody there can.
        if not roles & known.everyone and not _is_held(held, roles, unit_id):
            place = (party or "nobody", unit, tuple(sorted(roles)))
            found.setdefault(place, set()).add(version)
    return [Standstill(*place, frozenset(versions)) for place, versions in found.items()]


@dataclass(frozen=True)
class Thin:
    """A party of a published diagram that one person alone acts for: nobody stands in for them."""

    party: str
    unit: Unit | None
    person: Person


def thin_parties(session: Session, pack: Pack, parties: Collection[str], day: date) -> list[Thin]:
    """Give the parties among these that have exactly one active holder and no substitute (K45).

    A person who has entered a substitute for days to come is still alone on all the others.
    """
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(holds_on(day), is_active_on(day))
    ).all()
    found = []
    for party in pack.parties.values():
        if party.name not in parties:
            continue
        for unit in _places(session, party):
            places = {None} if unit is None else {None, unit.id}
            people = {
                row.Person.id: row.Person
                for row in rows
                if row.role in party.roles and row.unit_id in places
            }
            if len(people) == 1:
                found.append(Thin(party.name, unit, next(iter(people.values()))))
    return found


@dataclass(frozen=True)
class Needed:
    """Whom the processes in force need: their parties, and the duties that units have in them.

    Of confidential processes only the parties: who may act in their cases, their lists decide.
    """

    parties: frozenset[str]
    unit_duties: frozenset[str]


def needed(session: Session, runtime: Runtime, *, now: datetime) -> Needed:
    """Read from the published diagrams whom they need."""
    parties: set[str] = set()
    duties: set[str] = set()
    for version in published(session, now=now).values():
        diagrams = runtime.library.of(session, version.id)
        diagram = diagrams.diagrams[diagrams.main]
        for step in diagram.of_kind("userTask", "manualTask"):
            party = runtime.pack.parties.get(step.lane or "")
            if party is None:
                continue
            parties.add(party.name)
            if party.scope == "unit" and not diagram.confidential:
                act = runtime.pack.acts.get(step.act or "")
                duties.add(act.duty_in(party.name) if act else f"party/{party.name}")
    return Needed(frozenset(parties), frozenset(duties))


@dataclass(frozen=True)
class Unreachable:
    """A unit in which a request could wait for ever: nobody but perhaps `only` passes it on."""

    unit: Unit
    forwarded_by: Unit
    only: Person | None


def unreachable_units(
    session: Session, pack: Pack, duties: Collection[str], day: date
) -> list[Unreachable]:
    """Give the units in which somebody could ask for a site and nobody forward it (DE-1, K06).

    `duties` are those of the units in the processes in force. A unit without anybody for one of
    them is found, and so is one whose only holder works in it: nobody forwards their own request.
    """
    known, units = offices(pack), session.scalars(select(Unit).order_by(Unit.name)).all()
    names = {unit.id: unit for unit in units}
    grants = session.execute(
        select(RoleGrant.role, RoleGrant.unit_id, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(holds_on(day), is_active_on(day))
    ).all()
    found: dict[int, Unreachable] = {}
    for unit, duty in product(units, sorted(duties)):
        roles = known.roles_for(duty, unit.forwarded_by)
        places = {None, unit.forwarded_by}
        people = {
            row.Person.id: row.Person
            for row in grants
            if row.role in roles and row.unit_id in places
        }
        only = next(iter(people.values()), None)
        is_stuck = not people or (len(people) == 1 and only is not None and only.unit_id == unit.id)
        if is_stuck and not roles & known.everyone:
            found.setdefault(unit.id, Unreachable(unit, names[unit.forwarded_by], only))
    return list(found.values())
