"""Signing in and out, and changing one's own password."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from models.database import db, transaction
from models.people import Person, UserSession
from workflows import attempts, audit, passwords, sessions
from workflows.errors import InvalidAnswersError, PolicyError
from workflows.sessions import Client, SignedIn

# A temporary password travels by telephone or on paper; after a week it opens nothing.
TEMPORARY_DAYS = 7


class WrongPasswordError(PolicyError):
    """The address and the password do not belong together, or the account is closed."""

    status = 422
    title = "You could not be signed in"

    def __init__(self) -> None:
        super().__init__(
            "The e-mail address or the password is not right. Check both; if you forgot the "
            "password, ask your administrator for a new one."
        )


@dataclass(frozen=True)
class Opened:
    """A new sign-in: the token for the cookie, and whether a new password must be chosen first."""

    token: str
    person_id: int
    must_change_password: bool


def sign_in(*, email: str, password: str, client: Client, now: datetime, day: date) -> Opened:
    """Sign a person in and give the new token.

    Raises WrongPasswordError, which tells nothing about which part was wrong or who is disabled,
    and attempts.TooManyAttemptsError.
    """
    email = email.strip().lower()
    counted = attempts.keys(email, client.address)
    with transaction() as session:
        attempts.claim(session, counted, now=now)
    # Hashing takes a tenth of a second; nobody else's write waits for it.
    person = _account(email)
    kept = person.password_hash if person else None
    right = passwords.is_right(kept, password)
    if not right or person is None or kept is None or not _may_enter(person, now=now, day=day):
        raise WrongPasswordError
    fresh = passwords.hash_password(password) if passwords.is_outdated(kept) else kept
    with transaction() as session:
        attempts.forgive(session, counted, now=now)
        if fresh != kept:
            session.get_one(Person, person.id).password_hash = fresh
        token = sessions.open_session(session, person.id, client, now=now)
        audit.record(
            session,
            action="person:signed-in",
            subject=f"person {person.id}",
            actor=person.id,
            now=now,
            details={"address": client.address},
        )
    return Opened(token, person.id, person.must_change_password)


def sign_out(person: SignedIn, *, now: datetime) -> None:
    """End this sign-in: a copy of its cookie opens nothing from now on."""
    with transaction() as session:
        session.execute(
            update(UserSession).where(UserSession.id == person.session_id).values(revoked_at=now)
        )
        audit.record(
            session,
            action="person:signed-out",
            subject=f"person {person.id}",
            actor=person.id,
            now=now,
            details={},
        )


def change_password(
    person: SignedIn, *, current: str, new: str, client: Client, now: datetime
) -> str:
    """Set one's own password, end every other sign-in, and give this browser a new token.

    Raises InvalidAnswersError for the fields `current` and `new`, and
    attempts.TooManyAttemptsError: the page must not be a place to guess at.
    """
    counted = attempts.keys(person.email, client.address)
    with transaction() as session:
        attempts.claim(session, counted, now=now)
    account = _account(person.email)
    if account is None or not passwords.is_right(account.password_hash, current):
        raise InvalidAnswersError({"current": "This is not your present password."})
    if weakness := _weakness(new, current=current, email=person.email):
        raise InvalidAnswersError({"new": weakness})
    fresh = passwords.hash_password(new)
    with transaction() as session:
        attempts.forgive(session, counted, now=now)
        row = session.get_one(Person, person.id)
        row.password_hash, row.must_change_password = fresh, False
        sessions.revoke(session, now=now, person_id=person.id)
        token = sessions.open_session(session, person.id, client, now=now)
        audit.record(
            session,
            action="person:password-changed",
            subject=f"person {person.id}",
            actor=person.id,
            now=now,
            details={"address": client.address},
        )
    return token


def _account(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == email))


def _may_enter(person: Person, *, now: datetime, day: date) -> bool:
    if not person.is_active or (person.ends_on is not None and person.ends_on < day):
        return False
    if not person.must_change_password or person.invited_at is None:
        return True
    return now - person.invited_at < timedelta(days=TEMPORARY_DAYS)


def _weakness(new: str, *, current: str, email: str) -> str | None:
    if new == current:
        return "Use a password that differs from the present one."
    return passwords.weakness(new, email=email)
