"""Accounts of people: inviting, closing and opening them again, new passwords, the first one."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.database import transaction
from models.people import Person, PersonCategory, RoleGrant, Unit
from workflows import audit, passwords, sessions
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.people import ADMINISTRATOR
from workflows.people_check import look
from workflows.roles import refuse_last_administrator
from workflows.runtime import Runtime

# The Covered Persons of the policy (DF-2), in its order; one person may be several of them.
CATEGORIES = (
    "full-time or part-time staff",
    "Mayor's office staff",
    "council staff",
    "elected official",
    "board or commission member",
    "classified",
    "temporary",
    "appointed",
    "volunteer",
    "contractor or consultant",
    "intern",
    "other",
)

# Not a proof that an address exists, only that it was not a name or half an address.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+|[^@\s]+@localhost")


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Who is to have an account. `ends_on` is the last day of employment or term, if known."""

    given_name: str
    family_name: str
    email: str
    unit_id: int
    categories: tuple[str, ...] = ()
    ends_on: date | None = None


@dataclass(frozen=True)
class Invited:
    """An account with a temporary password, which is shown once and kept only as a hash."""

    person_id: int
    password: str


def invite(new: NewPerson, *, by: int | None, now: datetime) -> Invited:
    """Open an account with a temporary password; the person chooses their own at first sign-in.

    `by` is None for a command of whoever runs the server. Raises InvalidAnswersError with a
    sentence for each wrong field.
    """
    password = passwords.temporary_password()
    kept = passwords.hash_password(password)
    try:
        with transaction() as session:
            check(session, new)
            person = _add(session, new, kept, now)
            audit.record(
                session,
                action="person:invited",
                subject=f"person {person.id}",
                actor=by,
                now=now,
                details={"name": person.name, "email": person.email, "unit": new.unit_id},
            )
    except IntegrityError as error:
        raise InvalidAnswersError({"email": _TAKEN}) from error
    return Invited(person.id, password)


def change_person(
    runtime: Runtime, person_id: int, changed: NewPerson, *, by: int, now: datetime
) -> Person:
    """Correct the name, address, unit, categories or last day of a person.

    With a last day in the past they have left, as when they are disabled. Raises NotFoundError, InvalidAnswersError with a sentence for each wrong field, and
    ConflictError when a last day in the past leaves nobody to run the system.
    """
    day = runtime.calendar.day_of(now)
    with transaction() as session:
        person = _person(session, person_id)
        check(session, changed, except_id=person_id)
        has_left = changed.ends_on is not None and changed.ends_on < day
        if has_left and _administers(session, person_id):
            refuse_last_administrator(session, person_id, day)
        person.given_name = changed.given_name.strip()
        person.family_name = changed.family_name.strip()
        person.email = changed.email.strip().lower()
        person.unit_id = changed.unit_id
        person.ends_on = changed.ends_on
        _set_categories(session, person_id, changed.categories)
        follows = look(session, runtime, now=now)
        audit.record(
            session,
            action="person:changed",
            subject=f"person {person_id}",
            actor=by,
            now=now,
            details={
                "name": person.name,
                "email": person.email,
                "unit": changed.unit_id,
                "ends": changed.ends_on,
                "categories": list(changed.categories),
                **follows,
            },
        )
        return person


def disable(runtime: Runtime, person_id: int, *, reason: str, by: int, now: datetime) -> Person:
    """Close an account and end every sign-in of it; what the person did stays on record.

    Tasks that they had taken go back to everybody with the role, their absences end, and what
    nobody else can do becomes an incident. Raises NotFoundError, ConflictError when it is closed already or nobody would be left to run
    the system, NotAllowedError for one's own account.
    """
    if person_id == by:
        raise NotAllowedError(
            "Nobody disables their own account. Ask another administrator to do it."
        )
    if not reason.strip():
        raise InvalidAnswersError({"reason": "Say why the account is closed."})
    day = runtime.calendar.day_of(now)
    with transaction() as session:
        person = _person(session, person_id)
        if not person.is_active:
            raise ConflictError(f"The account of {person.name} is disabled already.")
        if _administers(session, person_id):
            refuse_last_administrator(session, person_id, day)
        person.disabled_at, person.disabled_by_id = now, by
        sessions.revoke(session, now=now, person_id=person_id)
        follows = look(session, runtime, now=now)
        audit.record(
            session,
            action="person:disabled",
            subject=f"person {person_id}",
            actor=by,
            now=now,
            details={"reason": reason.strip(), **follows},
        )
        return person


def enable(runtime: Runtime, person_id: int, *, by: int, now: datetime) -> Person:
    """Open a closed account again, with its roles. Raises NotFoundError or ConflictError."""
    with transaction() as session:
        person = _person(session, person_id)
        if person.is_active:
            raise ConflictError(f"The account of {person.name} is open already.")
        person.disabled_at = person.disabled_by_id = None
        follows = look(session, runtime, now=now)
        audit.record(
            session,
            action="person:enabled",
            subject=f"person {person_id}",
            actor=by,
            now=now,
            details=follows,
        )
        return person


def reset_password(person_id: int, *, by: int, now: datetime) -> Invited:
    """Give a person a temporary password and end every sign-in. Raises NotFoundError.

    Whoever hands it over should know whom they are talking to: it opens the account.
    """
    password = passwords.temporary_password()
    kept = passwords.hash_password(password)
    with transaction() as session:
        person = _person(session, person_id)
        person.password_hash, person.must_change_password = kept, True
        person.invited_at = now
        sessions.revoke(session, now=now, person_id=person_id)
        audit.record(
            session,
            action="person:password-reset",
            subject=f"person {person_id}",
            actor=by,
            now=now,
            details={},
        )
    return Invited(person_id, password)


def end_sign_ins(person_id: int, *, by: int, now: datetime) -> None:
    """Sign a person out everywhere, as after the loss of a telephone. Raises NotFoundError."""
    with transaction() as session:
        _person(session, person_id)
        sessions.revoke(session, now=now, person_id=person_id)
        audit.record(
            session,
            action="person:signed-out-everywhere",
            subject=f"person {person_id}",
            actor=by,
            now=now,
            details={},
        )


@dataclass(frozen=True, kw_only=True)
class FirstAdministrator:
    """The person who sets the city up; the unit is founded where it does not exist yet."""

    given_name: str
    family_name: str
    email: str
    unit_code: str
    unit_name: str
    password: str


def add_administrator(new: FirstAdministrator, *, now: datetime, day: date) -> int:
    """Open an account that may administer the system, and return the person's id.

    This is the command of whoever runs the server, for a city without any account, or one whose
    administrators are gone. Raises InvalidAnswersError.
    """
    if weakness := passwords.weakness(new.password, email=new.email):
        raise InvalidAnswersError({"password": weakness})
    kept = passwords.hash_password(new.password)
    with transaction() as session:
        unit = session.scalar(select(Unit).where(Unit.code == new.unit_code))
        if unit is None:
            unit = Unit(code=new.unit_code, name=new.unit_name)
            session.add(unit)
            session.flush()  # generate unit.id
        account = NewPerson(
            given_name=new.given_name,
            family_name=new.family_name,
            email=new.email,
            unit_id=unit.id,
        )
        check(session, account)
        person = _add(session, account, kept, now)
        person.must_change_password = False
        session.add(RoleGrant(person_id=person.id, role=ADMINISTRATOR, starts_on=day))
        audit.record(
            session,
            action="person:administrator-added",
            subject=f"person {person.id}",
            actor=None,
            now=now,
            details={"name": person.name, "email": person.email, "unit": unit.code},
        )
    return person.id


_TAKEN = "Somebody has an account with this address already."


def check(session: Session, new: NewPerson, *, except_id: int | None = None) -> None:
    """Raise InvalidAnswersError with a sentence for each field that will not do."""
    errors: dict[str, str] = {}
    if not new.given_name.strip():
        errors["given_name"] = "Enter the given name."
    if not new.family_name.strip():
        errors["family_name"] = "Enter the family name."
    email = new.email.strip().lower()
    taken = session.scalar(select(Person.id).where(func.lower(Person.email) == email))
    if not _EMAIL.fullmatch(email):
        errors["email"] = "Enter a whole address, such as rosa.valdez@city.example."
    elif taken is not None and taken != except_id:
        errors["email"] = _TAKEN
    if session.get(Unit, new.unit_id) is None:
        errors["unit_id"] = "Choose a unit of the city."
    if unknown := set(new.categories) - set(CATEGORIES):
        errors["categories"] = f"There is no category “{min(unknown)}”."
    if errors:
        raise InvalidAnswersError(errors)


def _add(session: Session, new: NewPerson, kept: str, now: datetime) -> Person:
    person = Person(
        given_name=new.given_name.strip(),
        family_name=new.family_name.strip(),
        email=new.email.strip().lower(),
        unit_id=new.unit_id,
        password_hash=kept,
        must_change_password=True,
        invited_at=now,
        ends_on=new.ends_on,
    )
    session.add(person)
    session.flush()  # generate person.id
    _set_categories(session, person.id, new.categories)
    return person


def _set_categories(session: Session, person_id: int, categories: tuple[str, ...]) -> None:
    present = {
        row.category: row
        for row in session.scalars(
            select(PersonCategory).where(PersonCategory.person_id == person_id)
        )
    }
    for category in present.keys() - set(categories):
        session.delete(present[category])
    session.add_all(
        PersonCategory(person_id=person_id, category=category)
        for category in sorted(set(categories) - present.keys())
    )


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFoundError("There is no such person.")
    return person


def _administers(session: Session, person_id: int) -> bool:
    return bool(
        session.scalar(
            select(RoleGrant.id)
            .where(RoleGrant.person_id == person_id, RoleGrant.role == ADMINISTRATOR)
            .limit(1)
        )
    )
