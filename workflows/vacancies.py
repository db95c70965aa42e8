"""Parties that nobody acts for, so that their steps would wait for ever (K45)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Person, RoleGrant, Unit
from workflows.people import holds_on, is_active_on
from workflows.policy.pack import Pack


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


def _is_held(held: set[tuple[str, int | None]], roles: Iterable[str], unit: Unit | None) -> bool:
    places = {None} if unit is None else {None, unit.id}
    return any((role, place) in held for role in roles for place in places)
