"""Days on which the city's offices are closed beside the public holidays."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import transaction
from models.trust import Closure
from workflows import audit
from workflows.errors import InvalidAnswersError, NotFoundError


def closures(session: Session, *, since: date) -> Sequence[Closure]:
    """Give the closed days from that day on, in order."""
    return session.scalars(select(Closure).where(Closure.day >= since).order_by(Closure.day)).all()


def close_day(day: date, *, reason: str, by: int, now: datetime, today: date) -> None:
    """Enter a closed day. Time limits that begin later count it as no business day.

    Limits that run already keep their due time: people were told that time. Raises
    InvalidAnswersError for the fields `day` and `reason`.
    """
    errors: dict[str, str] = {}
    if day < today:
        errors["day"] = "This day has passed; limits that ran over it cannot be counted anew."
    if not reason.strip():
        errors["reason"] = "Say why the offices are closed."
    with transaction() as session:
        if session.get(Closure, day) is not None:
            errors["day"] = "This day is entered already."
        if errors:
            raise InvalidAnswersError(errors)
        session.add(Closure(day=day, reason=reason.strip()))
        _record(session, "calendar:day-closed", by=by, now=now, day=day, reason=reason.strip())


def open_day(day: date, *, by: int, now: datetime) -> None:
    """Take a closed day back. Raises NotFoundError."""
    with transaction() as session:
        closure = session.get(Closure, day)
        if closure is None:
            raise NotFoundError("This day is not entered as closed.")
        session.delete(closure)
        _record(session, "calendar:day-opened", by=by, now=now, day=day, reason=closure.reason)


def _record(
    session: Session, action: str, *, by: int, now: datetime, day: date, reason: str
) -> None:
    details = {"day": day, "reason": reason}
    audit.record(session, action=action, subject="calendar", actor=by, now=now, details=details)
