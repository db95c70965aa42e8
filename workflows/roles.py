"""Giving roles to people, and ending them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.database import transaction
from models.people import Person, RoleGrant, Unit
from workflows import audit
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.newcomers import greet
from workflows.offices import offices
from workflows.people import ADMINISTRATOR, holds_on, is_active_on
from workflows.people_check import look
from workflows.policy.pack import Pack
from workflows.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is given: a role in one unit, or city-wide without one; both days are included."""

    role: str
    unit_id: int | None
    starts_on: date
    ends_on: date | None = None


def grant_role(
    runtime: Runtime, person_id: int, terms: Terms, *, by: int, now: datetime
) -> RoleGrant:
    """Give a person a role on these terms, and tell them how much waits for them in it.

    Raises InvalidAnswersError (fields role, unit_id, ends_on), NotFoundError, ConflictError when
    the same role holds already, and NotAllowedError for a role given to oneself: whoever runs the
    system must not let themselves in.
    """
    if person_id == by:
        raise NotAllowedError(
            "Nobody gives a role to themselves. Ask another administrator to do it."
        )
    _check(runtime.pack, terms)
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or _is_unknown(session, terms.unit_id):
            raise NotFoundError("There is no such person or unit.")
        _refuse_double(session, person_id, terms)
        grant = RoleGrant(person_id=person_id, granted_by_id=by, **asdict(terms))
        session.add(grant)
        follows = look(session, runtime, now=now)
        if grant.holds_on(runtime.calendar.day_of(now)):
            greet(session, runtime.pack, grant, now=now)
        audit.record(
            session,
            action="role:granted",
            subject=f"person {person_id}",
            actor=by,
            now=now,
            details=asdict(terms) | follows,
        )
        return grant


def end_grant(runtime: Runtime, grant_id: int, *, by: int, now: datetime) -> RoleGrant:
    """End a role now: yesterday was its last day. Where steps now wait for nobody, this is said.

    The row stays, for it says who was allowed what at the time. Raises NotFoundError, and
    ConflictError when it has ended or when nobody would be left to run the system.
    """
    day = runtime.calendar.day_of(now)
    with transaction() as session:
        grant = session.get(RoleGrant, grant_id, with_for_update=True)
        if grant is None:
            raise NotFoundError("There is no such role on record.")
        if grant.ends_on is not None and grant.ends_on < day:
            raise ConflictError("This role has ended already. Nothing was changed.")
        if grant.role == ADMINISTRATOR and grant.unit_id is None:
            refuse_last_administrator(session, grant.person_id, day)
        # A role that was to begin later never held: its last day is before its first.
        grant.ends_on = day - timedelta(days=1)
        follows = look(session, runtime, now=now)
        audit.record(
            session,
            action="role:ended",
            subject=f"person {grant.person_id}",
            actor=by,
            now=now,
            details={"role": grant.role, "unit": grant.unit_id, "grant": grant.id, **follows},
        )
        return grant


def refuse_last_administrator(session: Session, person_id: int, day: date) -> None:
    """Raise ConflictError when this person is the only one left who can run the system."""
    # Locked, so that two administrators cannot remove each other at the same moment.
    others = session.scalars(
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == ADMINISTRATOR,
            RoleGrant.unit_id.is_(None),
            RoleGrant.person_id != person_id,
            holds_on(day),
            is_active_on(day),
        )
        .with_for_update()
    ).all()
    if not others:
        raise ConflictError(
            "This is the last person who can administer the system, so nothing was changed. "
            "Make somebody else an administrator first."
        )


def _check(pack: Pack, terms: Terms) -> None:
    errors: dict[str, str] = {}
    known = pack.roles.get(terms.role)
    if known is None:
        errors["role"] = "Choose one of the roles of the policy."
    elif known.held != "grant":
        errors["role"] = f"Nobody gives the role “{known.title}”: it follows from the records."
    elif terms.unit_id is not None and _is_of_the_city(pack, terms.role):
        errors["unit_id"] = f"“{known.title}” acts for the whole city. Choose City-wide."
    if terms.ends_on is not None and terms.ends_on < terms.starts_on:
        errors["ends_on"] = "The last day cannot be before the first."
    if errors:
        raise InvalidAnswersError(errors)


def _is_of_the_city(pack: Pack, role: str) -> bool:
    known = offices(pack)
    return bool(known.city.get(role)) and not known.unit.get(role)


def _is_unknown(session: Session, unit_id: int | None) -> bool:
    return unit_id is not None and session.get(Unit, unit_id) is None


def _refuse_double(session: Session, person_id: int, terms: Terms) -> None:
    same = session.scalar(
        select(RoleGrant.id).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == terms.role,
            RoleGrant.unit_id.is_not_distinct_from(terms.unit_id),
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= terms.starts_on),
        )
    )
    if same is not None:
        raise ConflictError(
            "This person holds the role already. End the present one first, if its days change."
        )
