"""Lists of tasks and cases: what waits for whom, in the same order for everyone.

The lists stay fast whatever waits: each duty is read from its own end of an index, no more rows
than the page shows, and counts stop at a number that nobody would count beyond.

Whoever stands in for somebody sees what waits for the absent person among their own work.

A step of a confidential case stands here for those to whom it is offered and those on the list of
the case. Task.offered is true of every step of an ordinary case, so that these are not looked up.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload, load_only

from models.cases import Case, CaseSeries, DiagramVersion, Process, Task, TaskKind
from models.confidence import CaseAccess
from models.database import UTCDateTime
from models.people import Person, Unit
from workflows import confidence
from workflows.errors import NotFoundError
from workflows.people import Duties
from workflows.reading import numbered

PAGE_SIZE = 25
# Counts end here: "999+" tells as much, and counting 200,000 rows at each look would not.
MOST_COUNTED = 1000

Rows: TypeAlias = Select[int, datetime | None, datetime, datetime | None, int]
Tab = Literal["mine", "roles", "others", "done"]
Sort = Literal["due", "opened", "case"]
TABS: tuple[Tab, ...] = ("mine", "roles", "others", "done")


class Place(NamedTuple):
    """Where a duty is held: for the city itself (None), one unit, or any; by whom, and in what.

    `absent` is the person in whose place it is done, `processes` those that this is limited to.
    """

    unit: int | Literal["any"] | None
    absent: int | None = None
    processes: tuple[str, ...] | None = None


class Hats(NamedTuple):
    """Somebody's duties with their places, and the absent people in whose place they act."""

    held: tuple[tuple[str, Place], ...]
    absent: tuple[Place, ...] = ()
    personal: tuple[str, ...] = ()


# What differs each time that somebody looks.
ME = bindparam("me", type_=Integer)
NOW = bindparam("now", type_=UTCDateTime)
REACH, BEFORE = bindparam("reach", type_=Integer), bindparam("before", type_=Integer)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to. `duty` is an act id, `held` says who works on it."""

    overdue: bool = False
    duty: str | None = None
    held: Literal["nobody", "somebody"] | None = None
    sort: Sort = "due"
    descending: bool = False

    @property
    def narrow(self) -> bool:
        """Whether some rows of the tab are left out."""
        return self.overdue or bool(self.duty) or bool(self.held)


@dataclass(frozen=True)
class Page:
    """One page of a list, its total (at most MOST_COUNTED) and where it stands."""

    rows: list[Task]
    number: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Inbox:
    """What somebody sees who looks at their tasks: the tabs with their counts, one of them open."""

    tab: Tab
    counts: dict[Tab, int]
    page: Page


def look(
    session: Session, tab: Tab | None, duties: Duties, filters: Filters, *, page: int, now: datetime
) -> Inbox:
    """Give the inbox of the person with these duties; without a tab, the first with work in it."""
    counted = counts(session, duties, now=now)
    shown: Tab = tab or ("mine" if counted["mine"] or not counted["roles"] else "roles")
    known = None if filters.narrow else counted[shown]  # nothing is counted twice
    reach = page * PAGE_SIZE
    told = {"me": duties.person_id, "now": now, "reach": reach, "before": reach - PAGE_SIZE}
    found = _list(shown, _hats(duties), filters)
    return Inbox(shown, counted, _page(session, found, told, known))


def _page(session: Session, found: "_List | None", told: dict[str, Any], known: int | None) -> Page:
    number = told["reach"] // PAGE_SIZE
    if found is None:
        return Page([], number, 0)
    rows = list(session.scalars(found.rows, told))
    if number == 1 and len(rows) < PAGE_SIZE:
        return Page(rows, number, len(rows))
    return Page(rows, number, session.scalar(found.total, told) or 0 if known is None else known)


def counts(session: Session, duties: Duties, *, now: datetime) -> dict[Tab, int]:
    """Give the number of rows of each tab, at most MOST_COUNTED, in one query."""
    statement = _counts(_hats(duties))
    told = {"me": duties.person_id, "now": now}
    row: Mapping[Any, Any] = session.execute(statement, told).mappings().one()
    return {tab: row.get(tab, 0) for tab in TABS}


@dataclass(frozen=True)
class _List:
    """The statements of a list, whoever looks at it, whenever and at which page."""

    rows: Select[Task]
    total: Select[Any]


# A row needs few of the columns, and least of all what was answered.
_SHOWN = (
    load_only(
        Task.case_id,
        Task.name,
        Task.duty,
        Task.unit_id,
        Task.party,
        Task.person_id,
        Task.opened_at,
        Task.due_at,
        Task.closed_at,
        Task.claimed_by_id,
        Task.acting_for_id,
        Task.offered,
    ),
    contains_eager(Task.case).options(
        load_only(
            Case.series,
            Case.number,
            Case.title,
            Case.confidential,
            Case.version_id,
            Case.suspended_at,
        ),
        joinedload(Case.started_by, innerjoin=True).load_only(
            Person.given_name, Person.family_name
        ),
        joinedload(Case.unit, innerjoin=True).load_only(Unit.name),
    ),
    joinedload(Task.claimed_by).load_only(Person.given_name, Person.family_name),
)


# Building a statement of a part for each duty takes longer than asking it: people with the same
# duties share it.
@lru_cache(maxsize=128)
def _list(tab: Tab, hats: Hats, filters: Filters) -> _List | None:
    parts = [_narrowed(part, filters) for part in _sources(tab, hats)]
    if not parts:
        return None
    order = _order(tab, filters)
    nearest = union_all(
        *(select(part.order_by(*order).limit(REACH).subquery()) for part in parts)
    ).subquery()
    # A task may stand in several parts: two of one's own hats, or taken and for oneself alone.
    found = select(nearest.c.id).distinct().subquery()
    rows = (
        select(Task)
        .join(found, found.c.id == Task.id)
        .join(Task.case)
        .options(*_SHOWN)
        .order_by(*order)
        .limit(PAGE_SIZE)
        .offset(BEFORE)
    )
    return _List(rows, select(_count(parts)))


@lru_cache(maxsize=64)
def _counts(hats: Hats) -> Select[Any]:
    tabs = {tab: _sources(tab, hats) for tab in TABS}
    return select(*(_count(parts).label(tab) for tab, parts in tabs.items() if parts))


def _count(parts: list[Rows]) -> Any:
    limited = [select(part.limit(MOST_COUNTED).subquery().c.id) for part in parts]
    together = union_all(*limited).subquery()
    most = select(together.c.id).distinct().limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(most).scalar_subquery()


def _sources(tab: Tab, hats: Hats) -> list[Rows]:
    """Give the queries whose rows together are the tab; each can be read from an index."""
    rows = select(Task.id, Task.due_at, Task.opened_at, Task.closed_at, Task.case_id)
    waits = rows.where(Task.closed_at.is_(None), Task.kind == TaskKind.USER)
    is_running = confidence.running(NOW)
    listed = confidence.listed(_any_of(hats, CaseAccess), ME, is_running)
    may_know = or_(Task.offered, Task.person_id == ME, Task.case_id.in_(listed))
    if tab == "mine":
        return [
            waits.where(Task.person_id == ME),
            waits.where(Task.claimed_by_id == ME, may_know),
            *_of_the_absent(waits, hats),
        ]
    if tab == "done":
        return [rows.where(Task.completed_by_id == ME, may_know)]
    if tab == "others":
        mine = or_(Task.person_id == ME, Task.claimed_by_id == ME)
        started = waits.join(Task.case).where(
            Case.started_by_id == ME, or_(Case.confidential.is_(False), Case.id.in_(listed))
        )
        return [started.where(or_(Task.person_id.is_(None), Task.person_id != ME), ~_known(mine))]
    # What one has taken stands under "mine" alone; what others have taken shows who works on it.
    taken = or_(*(Task.claimed_by_id == who for who in _hands(hats)))
    not_mine = waits.where(~_known(taken), Task.person_id.is_(None))
    open_to_me = not_mine.where(Task.offered, Task.case_id.not_in(confidence.closed_to(ME)))
    known = not_mine.where(Task.offered.is_(False), Task.case_id.in_(listed))
    return [
        *(open_to_me.where(Task.duty == duty, _of(place)) for duty, place in hats.held),
        *([known.where(_any_of(hats, Task))] if hats.held else []),
    ]


def _of_the_absent(waits: Rows, hats: Hats) -> list[Rows]:
    """Give what waits for absent people alone, and what they had taken, in ordinary cases.

    What one person alone must do in a confidential case, nobody does in their place.
    """
    secret = select(Case.id).where(Case.series == CaseSeries.CONFIDENTIAL)
    found = []
    for place in hats.absent:
        theirs = waits.where(Task.case_id.not_in(secret), *_in_place_of(place, Task.case_id))
        named = theirs.where(Task.person_id == place.absent, Task.duty.not_in(hats.personal))
        held = [(duty, where) for duty, where in hats.held if where.absent == place.absent]
        taken = theirs.where(Task.claimed_by_id == place.absent, Task.person_id.is_(None))
        found += [named, taken.where(_any_of(Hats(tuple(held)), Task))]
    return found


def _hands(hats: Hats) -> list[Any]:
    """Give whose claims are one's own: what one took, and what those took for whom one acts."""
    return [ME, *(place.absent for place in hats.absent if place.processes is None)]


def _known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition with "unknown" read as no: a task that nobody holds is not mine."""
    return func.coalesce(condition, False)


def _hats(duties: Duties) -> Hats:
    """Give each duty with the place that it is held for, those of absent people last."""
    held = _places(duties, Place(None))
    absent = []
    for one in duties.standing_in:
        limits = None if one.processes is None else tuple(sorted(one.processes))
        absent.append(Place(None, one.person_id, limits))
        passed_on = _places(one.duties, absent[-1])
        held += [(duty, place) for duty, place in passed_on if duty not in one.personal]
    personal = {duty for one in duties.standing_in for duty in one.personal}
    return Hats(tuple(held), tuple(absent), tuple(sorted(personal)))


def _places(duties: Duties, place: Place) -> list[tuple[str, Place]]:
    found = [(duty, place) for duty in sorted(duties.city)]
    for unit, held in sorted(duties.units.items()):
        found += [(duty, place._replace(unit=unit)) for duty in sorted(held)]
    found += [(duty, place._replace(unit="any")) for duty in sorted(duties.every_unit)]
    return found


def _of(place: Place, what: type[Task | CaseAccess] = Task) -> ColumnElement[bool]:
    """A condition on steps, or on entries of a case's list: this is the place they are for."""
    unit: ColumnElement[bool] = what.unit_id == place.unit
    if not isinstance(place.unit, int):
        unit = what.unit_id.is_(None) if place.unit is None else what.unit_id.is_not(None)
    return and_(unit, *_in_place_of(place, what.case_id))


def _in_place_of(place: Place, case_id: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
    """Conditions on cases in which somebody acts for an absent person: none for one's own work.

    Looked up row by row: to list all cases of a process would take longer than the list itself.
    """
    if place.absent is None:
        return []
    conditions: list[ColumnElement[bool]] = [case_id.not_in(confidence.closed_to(place.absent))]
    if place.processes is not None:
        versions = select(DiagramVersion.id).join(Process, Process.id == DiagramVersion.process_id)
        of_process = Case.version_id.in_(versions.where(Process.key.in_(place.processes)))
        conditions.append(exists().where(Case.id == case_id, of_process))
    return conditions


def _any_of(hats: Hats, what: type[Task | CaseAccess]) -> ColumnElement[bool]:
    """A condition on steps, or on entries of a case's list: one of the hats is for them."""
    by_place: dict[Place, list[str]] = defaultdict(list)
    for name, place in hats.held:
        by_place[place].append(name)
    # Steps are found here by their case or by who took them, of which there are few: not by the
    # index of duties, which would read all that ever waits for them.
    duty = Task.duty.concat("") if what is Task else what.duty
    ways = (and_(duty.in_(names), _of(place, what)) for place, names in by_place.items())
    return or_(false(), *ways)


def _narrowed(part: Rows, filters: Filters) -> Rows:
    if filters.overdue:
        suspended = exists().where(Case.id == Task.case_id, Case.suspended_at.is_not(None))
        part = part.where(Task.due_at < NOW, ~suspended)
    if filters.duty:
        # A list shows nothing of what a confidential step is, so it does not tell by leaving out.
        secret = select(Case.id).where(Case.series == CaseSeries.CONFIDENTIAL)
        part = part.where(Task.act == filters.duty, Task.case_id.not_in(secret))
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
    """Find cases by number ("R-1042", "1042", "C-07") or by words of the title, newest first.

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
    try:
        series, number = numbered(text)
    except NotFoundError:
        return [Case.title.icontains(word, autoescape=True) for word in text.split()]
    return [Case.series == series, Case.number == number]
