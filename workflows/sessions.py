"""Who is signed in: browsers with a random token, known here by its digest alone."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Date, Select, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from models.database import db, transaction
from models.people import Person, RoleGrant, Unit, UserSession
from workflows.people import Held, holds_on, is_active_on, ways_on

SEEN_EVERY = timedelta(minutes=1)
ENDED_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """How long a sign-in lasts: without a click, and at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Client:
    """Where a sign-in came from, as the browser and the network say."""

    address: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Grant:
    """A role held today; without a unit it holds city-wide."""

    role: str
    unit_id: int | None


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request and what they hold today; a plain value, safe after any commit.

    `held` is what their duties of today follow from, so that a page asks for it no second time.
    """

    id: int
    name: str
    email: str
    unit_id: int
    unit: str
    must_change_password: bool
    session_id: str
    last_seen_at: datetime
    held: Held

    # What Flask-Login asks of a user.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The roles that the person holds by name today."""
        return tuple(Grant(role, unit_id) for role, unit_id in self.held.grants)

    def get_id(self) -> str:
        return str(self.id)


def open_session(session: Session, person_id: int, client: Client, *, now: datetime) -> str:
    """Remember a new signed-in browser and give its token, which is stored nowhere.

    Belongs inside the transaction of a use case.
    """
    token = secrets.token_urlsafe(32)
    session.execute(delete(UserSession).where(UserSession.created_at < now - ENDED_KEPT))
    session.add(
        UserSession(
            id=_digest(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            address=client.address,
            user_agent=(client.user_agent or "")[:200] or None,
        )
    )
    return token


def revoke(session: Session, *, now: datetime, person_id: int) -> None:
    """End every sign-in of a person; belongs inside the transaction of a use case."""
    session.execute(
        update(UserSession)
        .where(UserSession.person_id == person_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def find(token: str, *, limits: Limits, now: datetime, day: date) -> SignedIn | None:
    """Give the person whom a token signs in, in one statement, or None.

    `day` is the day in the city, by which roles and employment begin and end. None also when the
    sign-in was ended, has run out, or the person was disabled since.
    """
    asked = {
        "session": _digest(token),
        "created_after": now - limits.absolute,
        "seen_after": now - limits.idle,
        "day": day,
    }
    rows = db.session.execute(_signed_in(), asked).all()
    if not rows:
        return None
    first = rows[0]
    return SignedIn(
        id=first.id,
        name=f"{first.given_name} {first.family_name}",
        email=first.email,
        unit_id=first.unit_id,
        unit=first.unit,
        must_change_password=first.must_change_password,
        session_id=first.session_id,
        last_seen_at=first.last_seen_at,
        held=Held(
            first.unit_id,
            tuple((row.role, row.granted_in) for row in rows if row.role is not None),
            first.delegation,
            first.register,
            first.stands_in,
        ),
    )


def mark_seen(person: SignedIn, *, now: datetime) -> None:
    """Write that the browser was seen, at most once a minute: a write for each click is too much."""
    if now - person.last_seen_at < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(
            update(UserSession)
            .where(UserSession.id == person.session_id, UserSession.revoked_at.is_(None))
            .values(last_seen_at=now)
        )


@cache
def _signed_in() -> Select[*tuple[Any, ...]]:
    """Give the statement behind `find`: every request asks it, so it is built once."""
    day = bindparam("day", type_=Date)
    granted = and_(RoleGrant.person_id == Person.id, holds_on(day))
    return (
        select(
            UserSession.id.label("session_id"),
            UserSession.last_seen_at,
            Person.id,
            Person.given_name,
            Person.family_name,
            Person.email,
            Person.unit_id,
            Person.must_change_password,
            Unit.name.label("unit"),
            RoleGrant.role,
            RoleGrant.unit_id.label("granted_in"),
            *ways_on(day),
        )
        .join(Person, Person.id == UserSession.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(RoleGrant, granted)
        .where(
            UserSession.id == bindparam("session"),
            UserSession.revoked_at.is_(None),
            UserSession.created_at > bindparam("created_after"),
            UserSession.last_seen_at > bindparam("seen_after"),
            is_active_on(day),
        )
        .order_by(RoleGrant.id)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
