"""The steps and cases behind a number, as far as the person who asks may read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Task
from workflows.inbox import MOST_COUNTED, PAGE_SIZE
from workflows.status.filters import Filters, Place, late
from workflows.status.pace import done_at
from workflows.status.trend import Month

Row = TypeVar("Row", Case, Task)


@dataclass(frozen=True)
class WaitingSteps:
    """Which of the waiting steps somebody wants to see; None and False narrow nothing."""

    place: Place | None = None
    duty: str | None = None
    party: str | None = None
    holder: int | None = None
    overdue: bool = False


@dataclass(frozen=True)
class Cases:
    """Which cases somebody wants to see: open or ended ones, or those of a month.

    `done` are cases in which this step was done, with `ending` as its outcome where it is given.
    """

    state: Literal["open", "overdue", "ended", "started"] = "open"
    month: Month | None = None
    done: Place | None = None
    ending: str | None = None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows that may be read, how many those are, and how many there are in all.

    Both totals stop at MOST_COUNTED.
    """

    rows: list[Row]
    number: int
    total: int
    all: int


def steps(
    session: Session,
    asked: Filters,
    wanted: WaitingSteps,
    scope: ColumnElement[bool],
    *,
    page: int,
    now: datetime,
) -> Page[Task]:
    """Give one page of the waiting steps of cases in `scope`, those due first on top."""
    found = select(Task).join(Task.case).where(*asked.waiting_steps(now), *_narrow(wanted, now))
    rows = (
        found.where(scope)
        .options(
            joinedload(Task.case).joinedload(Case.unit),
            joinedload(Task.claimed_by),
        )
        .order_by(Task.due_at, Task.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Page(
        list(session.scalars(rows)),
        page,
        _count(session, found.where(scope), Task.id),
        _count(session, found, Task.id),
    )


def cases(
    session: Session,
    asked: Filters,
    wanted: Cases,
    scope: ColumnElement[bool],
    *,
    page: int,
    now: datetime,
) -> Page[Case]:
    """Give one page of cases in `scope`: open ones from the oldest on, others from the newest."""
    found = select(Case).where(*_state(asked, wanted, now))
    if wanted.done is not None:
        done = select(Task.case_id).where(Task.id.in_(done_at(wanted.done, asked)))
        if wanted.ending is not None:
            done = done.where(Task.outcome == wanted.ending)
        found = found.where(Case.id.in_(done))
    is_open = wanted.done is None and wanted.state in ("open", "overdue")
    rows = (
        found.where(scope)
        .options(
            joinedload(Case.unit),
            joinedload(Case.version).joinedload(DiagramVersion.process),
        )
        .order_by(*((Case.started_at, Case.id) if is_open else (Case.id.desc(),)))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Page(
        list(session.scalars(rows)),
        page,
        _count(session, found.where(scope), Case.id),
        _count(session, found, Case.id),
    )


def _narrow(wanted: WaitingSteps, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.place is not None:
        found += [Task.diagram == wanted.place.diagram, Task.element == wanted.place.element]
    if wanted.duty is not None:
        found.append(Task.duty == wanted.duty)
    if wanted.party is not None:
        found.append(Task.party == wanted.party)
    if wanted.holder is not None:
        found.append(func.coalesce(Task.claimed_by_id, Task.person_id) == wanted.holder)
    if wanted.overdue:
        found += late(now)
    return found


def _state(asked: Filters, wanted: Cases, now: datetime) -> list[ColumnElement[bool]]:
    if wanted.done is not None:
        return asked.cases()
    if wanted.month is not None:
        moment: Any = Case.started_at if wanted.state == "started" else Case.ended_at
        days = [moment >= wanted.month.since, moment < wanted.month.until]
        return [*asked.without_days().cases(), *days]
    if wanted.state == "ended":
        return asked.ended_cases()
    found = asked.open_cases(now)
    if wanted.state == "overdue":
        overdue = select(Task.case_id).join(Task.case)
        found.append(Case.id.in_(overdue.where(*asked.late_steps(now))))
    return found


def _count(session: Session, found: Select[Any], key: Any) -> int:
    limited = found.with_only_columns(key).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(limited)) or 0
