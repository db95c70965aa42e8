"""A crowd around confidential cases: each office of the policy, held by people of its own.

Of each role one person is a stranger to every case, one holds it in Parks only, one complains, one is
complained about, and one is named as in conflict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import db, transaction
from models.people import Person, RoleGrant
from tests import city
from tests.workflows import walking
from tests.workflows.investigating import Office, open_office
from tests.workflows.walking import Town
from webapp.access import PLAIN_COOKIE
from workflows import sessions
from workflows.publication import drafts
from workflows.sessions import Client

ROLES = sorted(role.id for role in walking.pack().roles.values() if role.held == "grant")
# When everybody sits down and looks, after all that happened.
AT_DESKS = timedelta(hours=6)
PARTS = ("stranger", "in_parks", "complainant", "subject", "conflict")


@dataclass(frozen=True)
class Crowd:
    """The people by what they are to the cases, and the browsers' tokens by person.

    `of` gives the person of a role in a part; `others` those with a story of their own, by name.
    """

    town: Town
    office: Office
    of: dict[tuple[str, str], int]
    others: dict[str, int]
    tokens: dict[int, str]

    def everybody(self, part: str) -> Iterator[tuple[str, int]]:
        """Give the people of one part, with their roles."""
        yield from ((role, self.of[role, part]) for role in ROLES)

    def browser(self, app: Flask, person: int) -> FlaskClient:
        """A browser in which this person is signed in."""
        client = app.test_client()
        client.set_cookie(PLAIN_COOKIE, self.tokens[person])
        return client


def settle(now: datetime) -> Crowd:
    """Settle the town and the crowd, and sign everybody in."""
    town = walking.settle(now)
    office = open_office(town)
    # What is being changed: its pages say who runs on it.
    drafts.open_from("investigate-complaint", None, by=town.people.chen, now=now)
    with transaction() as session:
        of = {
            (role, part): _with_role(session, town, role, part) for role in ROLES for part in PARTS
        }
        others = _others(session, town)
        people = {*vars(town.people).values(), *vars(office).values(), town.mia}
        known = set(session.scalars(select(Person.id)))
        tokens = {
            person: sessions.open_session(session, person, Client(), now=now + AT_DESKS)
            for person in sorted(known & (people | {*of.values(), *others.values()}))
        }
    return Crowd(town, office, of, others, tokens)


def _with_role(session: Session, town: Town, role: str, part: str) -> int:
    person = city.person(session, role, part, town.people.parks, password_hash="a hash")
    unit_id = town.people.parks if part == "in_parks" else None
    city.grant(session, person, role, unit_id=unit_id)
    return person


def _others(session: Session, town: Town) -> dict[str, int]:
    """Investigators and attorneys who once had a part, have one for a time, or stand in."""
    hr, parks = town.people.hr, town.people.parks
    held = {
        "handed_over": "hr_investigator",
        "role_ended": "hr_investigator",
        "worked": "hr_investigator",
        "declared": "hr_investigator",
        "absent": "hr_investigator",
        "absent_elsewhere": "hr_investigator",
        "broke_glass": "attorney",
        "glass_over": "attorney",
        "glass_asked": "attorney",
        "glass_excluded": "attorney",
        "glass_second": "city_clerk",
        "glass_worker": "attorney",
        "second_owner": "hr_advisor",
    }
    found = {}
    for name, role in held.items():
        found[name] = city.person(session, name, "Quill", hr, password_hash="a hash")
        city.grant(session, found[name], role)
    for name in ("substitute", "substitute_elsewhere", "filer", "spoken_for", "next_door"):
        found[name] = city.person(session, name, "Quill", parks, password_hash="a hash")
    # Of the same office in another unit; and one who could do every step of what they only read.
    city.grant(session, found["next_door"], "dept_investigator", unit_id=hr)
    for role in ("hr_investigator", "hr_advisor"):
        city.grant(session, found["glass_worker"], role)
    return found


def role_of(session: Session, person: int, role: str) -> int:
    """Give the grant by which somebody holds a role."""
    wanted = select(RoleGrant.id).where(RoleGrant.person_id == person, RoleGrant.role == role)
    return session.scalars(wanted).one()


def rest() -> None:
    """Leave the session of the tests clean, so that requests see what was committed."""
    db.session.rollback()
    db.session.expire_all()
