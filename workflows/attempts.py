"""Slowing down the guessing of passwords, per account and per address."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.people import SignInAttempt
from workflows.errors import PolicyError

WINDOW = timedelta(hours=1)
LONGEST_WAIT = 600
FREE_FOR_ACCOUNT = 5
# One address may be a whole town hall.
FREE_FOR_ADDRESS = 50


class TooManyAttemptsError(PolicyError):
    """Passwords were tried too often; `wait` says how many seconds must pass."""

    status = 429
    title = "That was too often"

    def __init__(self, wait: int) -> None:
        super().__init__(
            f"A wrong password was given several times in a row, so the door stays shut for "
            f"{_in_words(wait)}. Nobody is locked out for good: wait, then try again. If you "
            "forgot your password, ask your administrator for a new one."
        )
        self.wait = wait


def keys(email: str, address: str | None) -> dict[str, int]:
    """The keys that an attempt counts for, each with the tries that are free.

    The account is kept as a digest: people type their password into the wrong field.
    """
    digest = hashlib.sha256(email.encode()).hexdigest()
    counted = {f"account:{digest}": FREE_FOR_ACCOUNT}
    if address:
        counted[f"address:{address}"] = FREE_FOR_ADDRESS
    return counted


def claim(session: Session, counted: dict[str, int], *, now: datetime) -> None:
    """Count one attempt before it is judged, so that a hundred at once count as a hundred.

    Raises TooManyAttemptsError while the wait after the last attempt has not passed.
    """
    rows = session.execute(
        select(SignInAttempt.key, func.count(), func.max(SignInAttempt.at))
        .where(SignInAttempt.key.in_(counted), SignInAttempt.at > now - WINDOW)
        .group_by(SignInAttempt.key)
    )
    waits = [_wait(tries - counted[key], now - last) for key, tries, last in rows]
    if wait := max(waits, default=0):
        raise TooManyAttemptsError(wait)
    session.add_all(SignInAttempt(key=key, at=now) for key in counted)


def forgive(session: Session, counted: dict[str, int], *, now: datetime) -> None:
    """Forget the account's failures after a right password, and this attempt of the address.

    The address' other failures stay: one known password must not buy endless guesses at others.
    """
    for key in counted:
        ours = delete(SignInAttempt).where(SignInAttempt.key == key)
        if key.startswith("address:"):
            newest = select(func.max(SignInAttempt.id)).where(
                SignInAttempt.key == key, SignInAttempt.at == now
            )
            ours = ours.where(SignInAttempt.id == newest.scalar_subquery())
        session.execute(ours)
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - WINDOW))


def _wait(beyond: int, passed: timedelta) -> int:
    """Seconds still to wait: 2, 4, 8 ... after each try beyond those that are free."""
    if beyond < 0:
        return 0
    # 2 ** 9 is near the longest wait already; a count of thousands must not be raised to.
    wait = min(1 << min(beyond + 1, 10), LONGEST_WAIT)
    return max(0, wait - int(passed.total_seconds()))


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"
