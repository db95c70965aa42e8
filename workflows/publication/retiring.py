"""Retiring a process: no new case of it begins, those that run go on."""

from sqlalchemy.orm import Session

from models.cases import Process
from models.people import Person
from workflows.business_time import Calendar
from workflows.errors import ConflictError
from workflows.publication.wording import on_day


def refuse_retired(session: Session, process: Process, calendar: Calendar) -> None:
    """Raise ConflictError that says who retired the process, when and why, where somebody has."""
    if process.retired_at is None:
        return
    by = session.get(Person, process.retired_by_id) if process.retired_by_id else None
    raise ConflictError(
        f"{process.name} was retired {on_day(process.retired_at, calendar)}"
        f"{f' by {by.name}' if by else ''}: {process.retired_why} No new case of it begins; those "
        "that run go on."
    )
