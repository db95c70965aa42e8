"""Retiring a process: no new case of it begins, those that run go on. And bringing it back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Process
from models.database import transaction
from models.people import Person
from workflows import audit, notices
from workflows.business_time import Calendar
from workflows.errors import ConflictError, NotFoundError
from workflows.publication.family import callers_of, diagrams_of, reach
from workflows.publication.in_force import published
from workflows.publication.owners import holders_of
from workflows.publication.taking_effect import refuse_reason
from workflows.publication.versions import contents, wait_for_turn
from workflows.publication.wording import on_day
from workflows.runtime import Runtime


def retire(
    runtime: Runtime, key: str, reason: str, *, by: int, owners: Collection[str], now: datetime
) -> Process:
    """Let no new case of a process begin. Refused while a process in force calls it."""
    refuse_reason(reason)
    with transaction() as session:
        wait_for_turn(session)
        process = _locked(session, key)
        refuse_retired(session, process, runtime.calendar)
        files = contents(session, published(session, now=now).values())
        callers = _names(session, callers_of([key], diagrams_of(files)), retired=False)
        if callers:
            raise ConflictError(
                f"{process.name} is called by {', '.join(callers)}. Nothing was changed. Publish "
                "versions of them that do not call it, or retire them first."
            )
        process.retired_at, process.retired_by_id = now, by
        process.retired_why = reason.strip()
        text = f"“{process.name}” is retired: {process.retired_why} No new case of it begins."
        _tell(runtime, session, text, by=by, owners=owners, now=now)
        session.flush()
        _record(session, "process:retired", process, by, now, reason=process.retired_why)
        return process


def bring_back(
    runtime: Runtime, key: str, reason: str, *, by: int, owners: Collection[str], now: datetime
) -> Process:
    """Let cases of a retired process begin again. Refused while what it calls is retired."""
    refuse_reason(reason)
    with transaction() as session:
        wait_for_turn(session)
        process = _locked(session, key)
        if process.retired_at is None:
            raise ConflictError(f"{process.name} is not retired. Nothing was changed.")
        files = contents(session, published(session, now=now).values())
        called = _names(session, set(reach(key, diagrams_of(files))) - {key}, retired=True)
        if called:
            raise ConflictError(
                f"{process.name} calls what is retired: {', '.join(called)}. Nothing was changed. "
                "Bring that back first."
            )
        process.retired_at = process.retired_by_id = process.retired_why = None
        text = f"“{process.name}” is no longer retired: {reason.strip()}"
        _tell(runtime, session, text, by=by, owners=owners, now=now)
        session.flush()
        _record(session, "process:brought-back", process, by, now, reason=reason.strip())
        return process


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


def _locked(session: Session, key: str) -> Process:
    process = session.scalar(select(Process).where(Process.key == key).with_for_update())
    if process is None:
        raise NotFoundError(f'There is no process "{key}".')
    return process


def _names(session: Session, keys: Collection[str], *, retired: bool) -> list[str]:
    is_retired = Process.retired_at.is_not(None)
    wanted = is_retired if retired else ~is_retired
    return sorted(session.scalars(select(Process.name).where(Process.key.in_(keys), wanted)))


def _tell(
    runtime: Runtime,
    session: Session,
    text: str,
    *,
    by: int,
    owners: Collection[str],
    now: datetime,
) -> None:
    told = holders_of(session, owners, runtime.calendar.day_of(now))
    notices.tell(session, told - {by}, text, now=now)


def _record(
    session: Session, action: str, process: Process, by: int, now: datetime, *, reason: str
) -> None:
    audit.record(
        session,
        action=action,
        subject=f"diagram {process.key}",
        actor=by,
        now=now,
        details={"process": process.key, "reason": reason},
    )
