"""The units and people of the demo city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.database import transaction
from models.people import Person, PersonCategory, RoleGrant, TrainingRecord, Unit
from webapp.demo.timeline import Timeline
from workflows import audit
from workflows.passwords import hash_password

DOMAIN = "northwater.example"
PASSWORD = "northwater"  # noqa: S105 - the demo's sign-in is told to everybody on its first page

SETTLED = "demo:settled"

# The policy's first day: the roles were there when it began.
POLICY_BEGINS = date(2020, 1, 1)
TRAINING_HOLDS = timedelta(days=365)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Settled:
    """The ids of units by code, and of people by their number in the demo's files."""

    units: Mapping[str, int]
    people: Mapping[int, int]


def settle(city: Mapping[str, Any], timeline: Timeline, *, now: datetime) -> Settled:
    """Found the units and take on the people, with roles and training, in one transaction."""
    # Hashing is slow on purpose; the one password that everybody here has is hashed once.
    hashed = hash_password(PASSWORD)
    with transaction() as session:
        units = _found_units(session, city["unit"])
        people = {
            row["number"]: _take_on(session, row, units, timeline, hashed) for row in city["person"]
        }
        for course in city["training"]:
            _record_training(session, course, people, timeline)
        audit.record(
            session,
            action=SETTLED,
            subject="Northwater",
            actor=None,
            now=now,
            details={"units": list(units), "people": [row["name"] for row in city["person"]]},
        )
        return Settled(units, people)


def email_of(name: str) -> str:
    """Give the sign-in of a person: given.family in lower case, hyphens kept."""
    given, _, family = name.lower().partition(" ")
    return f"{given}.{family}@{DOMAIN}"


def _found_units(session: Session, rows: Sequence[Row]) -> dict[str, int]:
    found: dict[str, Unit] = {}
    for row in rows:
        found[row["code"]] = Unit(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            is_public_body=row.get("is_public_body", False),
        )
    session.add_all(found.values())
    session.flush()  # their ids, for the units that forward for others
    for row in rows:
        if "forwarded_by" in row:
            found[row["code"]].forwarding_unit_id = found[row["forwarded_by"]].id
    return {code: unit.id for code, unit in found.items()}


def _take_on(
    session: Session, row: Row, units: Mapping[str, int], timeline: Timeline, hashed: str
) -> int:
    given, _, family = row["name"].partition(" ")
    unit_id = units[row["unit"]]
    person = Person(
        given_name=given,
        family_name=family,
        email=email_of(row["name"]),
        unit_id=unit_id,
        password_hash=hashed,
        ends_on=timeline.day(row["ends_in_days"]) if "ends_in_days" in row else None,
    )
    session.add(person)
    session.flush()  # the id, for what belongs to the person
    session.add_all(
        PersonCategory(person_id=person.id, category=category) for category in row["categories"]
    )
    held: list[tuple[str, int | None]] = [(role, None) for role in row.get("roles", ())]
    held += [(role, unit_id) for role in row.get("unit_roles", ())]
    session.add_all(
        RoleGrant(person_id=person.id, role=role, unit_id=where, starts_on=POLICY_BEGINS)
        for role, where in held
    )
    return person.id


def _record_training(
    session: Session, row: Row, people: Mapping[int, int], timeline: Timeline
) -> None:
    completed = timeline.day(-row["days_ago"])
    session.add_all(
        TrainingRecord(
            person_id=people[number],
            course=course,
            completed_on=completed,
            expires_on=completed + TRAINING_HOLDS,
        )
        for number in row["people"]
        for course in row["courses"]
    )
