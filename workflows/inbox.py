"""Lists of tasks and cases: what waits for whom, in the same order for everyone.

The lists stay fast whatever waits: each duty is read from its own end of an index, no more rows
than the page shows, and counts stop at a number that nobody would count beyond.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, Task, TaskKind
from workflows.people import Duties

PAGE_SIZE = 25
# Counts end here: "999+" tells as much, and counting 200,000 rows at each look would not.
MOST_COUNTED = 1000

Rows: TypeAlias = Select[int, datetime | None, datetime, datetime | None, int]
Tab = Literal["mine", "roles", "others", "done"]
Sort = Literal["due", "opened", "case"]
TABS: tuple[Tab, ...] = ("mine", "roles", "others", "done")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to. `duty` is an act id, `held` says who works on it."""

    overdue: bool = False
    duty: str | None = None
    held: Literal["nobody", "somebody"] | None = None
    sort: Sort = "due"
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list, its total (at most MOST_COUNTED) and where it stands."""

    rows: list[Task]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def tasks(
    session: Session, tab: Tab, duties: Duties, filters: Filters, *, page: int, now: datetime
) -> Page:
    """Give one page of a tab of the inbox of the person with these duties."""
    reach = page * PAGE_SIZE
    parts = [_narrowed(part, filters, now) for part in _sources(tab, duties)]
    if not parts:
        return Page([], page, 0)
    order = _order(tab, filters)
    nearest = union_all(
        *(select(part.order_by(*order).limit(reach).subquery()) for part in parts)
    ).subquery()
    # A task may stand in several parts: two of one's own hats, or taken and for oneself alone.
    found = select(nearest.c.id).distinct().subquery()
    statement = (
        select(Task)
        .join(found, found.c.id == Task.id)
        .join(Task.case)
        .options(
            joinedload(Task.case).joinedload(Case.started_by),
            joinedload(Task.case).joinedload(Case.unit),
            joinedload(Task.claimed_by),
        )
        .order_by(*order)
        .limit(PAGE_SIZE)
        .offset(reach - PAGE_SIZE)
    )
    total = session.scalar(select(_count(parts)))
    return Page(list(session.scalars(statement)), page, total or 0)


def counts(session: Session, duties: Duties) -> dict[Tab, int]:
    """Give the number of rows of each tab, at most MOST_COUNTED, in one query."""
    tabs = {tab: _sources(tab, duties) for tab in TABS}
    columns = {tab: _count(parts) for tab, parts in tabs.items() if parts}
    row: Mapping[Any, Any] = (
        session.execute(select(*(c.label(t) for t, c in columns.items()))).mappings().one()
    )
    return {tab: row.get(tab, 0) for tab in TABS}


def _count(parts: list[Rows]) -> Any:
    limited = [select(part.limit(MOST_COUNTED).subquery().c.id) for part in parts]
    together = union_all(*limited).subquery()
    most = select(together.c.id).distinct().limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(most).scalar_subquery()


def _sources(tab: Tab, duties: Duties) -> list[Rows]:
    """Give the queries whose rows together are the tab; each can be read from an index."""
    rows = select(Task.id, Task.due_at, Task.opened_at, Task.closed_at, Task.case_id)
    waits = rows.where(Task.closed_at.is_(None), Task.kind == TaskKind.USER)
    me = duties.person_id
    if tab == "mine":
        return [waits.where(Task.person_id == me), waits.where(Task.claimed_by_id == me)]
    if tab == "done":
        return [rows.where(Task.completed_by_id == me)]
    if tab == "others":
        mine = or_(Task.person_id == me, Task.claimed_by_id == me)
        started = waits.join(Task.case).where(Case.started_by_id == me)
        return [started.where(or_(Task.person_id.is_(None), Task.person_id != me), ~_known(mine))]
    # What one has taken stands under "mine" alone; what others have taken shows who works on it.
    not_mine = waits.where(~_known(Task.claimed_by_id == me))
    return [not_mine.where(condition) for condition in _eligible(duties)]


def _known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition with "unknown" read as no: a task that nobody holds is not mine."""
    return func.coalesce(condition, False)


def _eligible(duties: Duties) -> list[ColumnElement[bool]]:
    city = [and_(Task.duty == duty, Task.unit_id.is_(None)) for duty in sorted(duties.city)]
    units = [
        and_(Task.duty == duty, Task.unit_id == unit)
        for unit, held in sorted(duties.units.items())
        for duty in sorted(held)
    ]
    anywhere = [
        and_(Task.duty == duty, Task.unit_id.is_not(None)) for duty in sorted(duties.every_unit)
    ]
    return [and_(condition, Task.person_id.is_(None)) for condition in (*city, *units, *anywhere)]


def _narrowed(part: Rows, filters: Filters, now: datetime) -> Rows:
    if filters.overdue:
        part = part.where(Task.due_at < now)
    if filters.duty:
        part = part.where(Task.act == filters.duty)
    if filters.held:
        held = Task.claimed_by_id.is_not(None)
        part = part.where(held if filters.held == "somebody" else ~held)
    return part


def _order(tab: Tab, filters: Filters) -> tuple[Any, ...]:
    if tab == "done":
        return (Task.closed_at.desc(), Task.id.desc())
    column = {"due": Task.due_at, "opened": Task.opened_at, "case": Task.case_id}[filters.sort]
    return (column.desc(), Task.id.desc()) if filters.descending else (column, Task.id)


def search_cases(
    session: Session,
    scope: ColumnElement[bool],
    text: str,
    *,
    page: int,
    state: Literal["open", "ended"] | None = None,
) -> tuple[list[Case], int]:
    """Find cases by number ("R-1042" or "1042") or by words of the title, newest first.

    `scope` says which cases the person may read at all. Gives one page, and how many there are.
    """
    matching = select(Case).where(scope, *_wanted(text))
    if state is not None:
        ended = Case.ended_at.is_not(None)
        matching = matching.where(ended if state == "ended" else ~ended)
    limited = matching.with_only_columns(Case.id).limit(MOST_COUNTED).subquery()
    total = session.scalar(select(func.count()).select_from(limited)) or 0
    found = session.scalars(
        matching.options(joinedload(Case.unit), joinedload(Case.started_by))
        .order_by(Case.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return list(found), total


def _wanted(text: str) -> list[ColumnElement[bool]]:
    number = text.strip().upper().removeprefix("R-")
    if number.isdigit() and len(number) < 10:
        return [Case.number == int(number)]
    return [Case.title.icontains(word, autoescape=True) for word in text.split()]
