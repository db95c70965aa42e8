"""What waits now: cases by process, steps by place, by duty and by person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from models.cases import Case, DiagramVersion, Task
from models.people import Person
from workflows.status.filters import Filters, Place, late

# Fewer confidential cases than this are not told apart: a number would speak of people.
SMALLEST_TOLD = 5
MOST_PEOPLE = 50


@dataclass(frozen=True)
class Stage:
    """A step that cases wait at: how many tokens, in how many cases, how many of them overdue.

    `since` is when the oldest of them opened.
    """

    process_id: int
    place: Place
    waiting: int
    cases: int
    overdue: int
    since: datetime


@dataclass(frozen=True)
class Standing:
    """The open cases of a process: all, those with an overdue step, and the oldest one's start."""

    open: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True)
class Load:
    """What waits for one duty or is with one person. `taken` is held by somebody."""

    waiting: int
    overdue: int
    taken: int
    since: datetime


@dataclass(frozen=True)
class DutyLoad(Load):
    """What waits for the holders of a duty, with the party that it belongs to."""

    duty: str
    act: str | None
    party: str


@dataclass(frozen=True)
class PersonLoad(Load):
    """What a person has taken, or what waits for this person alone."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Heap:
    """What waits at one step of one process for one duty, as the database groups it."""

    process_id: int
    place: Place
    duty: str
    waiting: int
    cases: int
    overdue: int
    taken: int
    since: datetime


def heaps(session: Session, asked: Filters, *, now: datetime) -> list[Heap]:
    """Give what waits for people, grouped so that both `stages` and `by_duty` follow from it."""
    by = (Case.version_id, DiagramVersion.process_id, Task.diagram, Task.element, Task.duty)
    rows = session.execute(
        select(
            *by,
            Task.party,
            func.max(Task.name).label("name"),
            func.max(Task.act).label("act"),
            func.count().label("waiting"),
            func.count(Task.case_id.distinct()).label("cases"),
            _overdue(now).label("overdue"),
            func.count(Task.claimed_by_id).label("taken"),
            func.min(Task.opened_at).label("since"),
        )
        .join(Task.case)
        .join(Case.version)
        .where(*_anywhere(asked).waiting_steps(now))
        .group_by(*by, Task.party)
    ).all()
    return [
        Heap(
            row.process_id,
            Place(row.diagram, row.element, row.name, row.party or "", row.act),
            row.duty,
            row.waiting,
            row.cases,
            row.overdue,
            row.taken,
            row.since,
        )
        for row in rows
        if asked.versions is None or row.version_id in asked.versions
    ]


def stages(found: Iterable[Heap]) -> list[Stage]:
    """Give the steps that cases wait at, with what waits there, the longest rows first."""
    together: dict[tuple[int, tuple[str, str]], list[Heap]] = defaultdict(list)
    for heap in found:
        together[heap.process_id, heap.place.key].append(heap)
    steps = [
        Stage(
            heaps[0].process_id,
            heaps[0].place,
            sum(heap.waiting for heap in heaps),
            sum(heap.cases for heap in heaps),
            sum(heap.overdue for heap in heaps),
            min(heap.since for heap in heaps),
        )
        for heaps in together.values()
    ]
    return sorted(steps, key=lambda stage: (-stage.waiting, stage.place.key, stage.process_id))


def standings(session: Session, asked: Filters, *, now: datetime) -> dict[int, Standing]:
    """Give how many cases of each process are open and overdue, by the id of the process."""
    version, process = Case.version_id, DiagramVersion.process_id
    opened = session.execute(
        select(version, process, func.count().label("cases"), func.min(Case.started_at))
        .select_from(Case)
        .join(Case.version)
        .where(*_anywhere(asked).open_cases(now))
        .group_by(version, process)
    )
    late = session.execute(
        select(version, process, func.count(Task.case_id.distinct()).label("cases"))
        .select_from(Task)
        .join(Task.case)
        .join(Case.version)
        .where(*_anywhere(asked).late_steps(now))
        .group_by(version, process)
    )
    overdue = {row.version_id: row.cases for row in late}
    by_process: dict[int, list[Standing]] = defaultdict(list)
    for row in opened:
        if asked.versions is None or row.version_id in asked.versions:
            standing = Standing(row.cases, overdue.get(row.version_id, 0), row[-1])
            by_process[row.process_id].append(standing)
    return {process_id: total(found) for process_id, found in by_process.items()}


def by_duty(found: Iterable[Heap]) -> list[DutyLoad]:
    """Give what waits for the holders of each duty, the longest rows first."""
    together: dict[tuple[str, str], list[Heap]] = defaultdict(list)
    for heap in found:
        together[heap.duty, heap.place.party].append(heap)
    loads = [
        DutyLoad(
            sum(heap.waiting for heap in heaps),
            sum(heap.overdue for heap in heaps),
            sum(heap.taken for heap in heaps),
            min(heap.since for heap in heaps),
            duty,
            heaps[0].place.act,
            party,
        )
        for (duty, party), heaps in together.items()
    ]
    return sorted(loads, key=lambda load: (-load.waiting, load.duty, load.party))


def by_person(session: Session, asked: Filters, *, now: datetime) -> list[PersonLoad]:
    """Give what is with each person, taken or for this person alone: at most MOST_PEOPLE, most first."""
    holder = func.coalesce(Task.claimed_by_id, Task.person_id)
    held = (
        select(
            holder.label("holder"),
            func.count().label("waiting"),
            _overdue(now).label("overdue"),
            func.count(Task.claimed_by_id).label("taken"),
            func.min(Task.opened_at).label("since"),
        )
        .join(Task.case)
        .where(holder.is_not(None), *asked.waiting_steps(now))
        .group_by(holder)
        .order_by(func.count().desc(), holder)
        .limit(MOST_PEOPLE)
        .subquery()
    )
    rows = session.execute(
        select(Person.given_name, Person.family_name, held).join(held, held.c.holder == Person.id)
    ).all()
    found = [
        PersonLoad(
            row.waiting,
            row.overdue,
            row.taken,
            row.since,
            row.holder,
            f"{row.given_name} {row.family_name}",
        )
        for row in rows
    ]
    return sorted(found, key=lambda load: (-load.waiting, load.name, load.person_id))


def outcomes(session: Session, asked: Filters) -> list[tuple[str, int]]:
    """Give how cases ended, and how many of them, most first."""
    rows = session.execute(
        select(Case.outcome, func.count()).where(*asked.ended_cases()).group_by(Case.outcome)
    )
    return sorted(((row[0] or "Ended", row[1]) for row in rows), key=lambda pair: (-pair[1], pair))


def confidential(session: Session) -> dict[int, int | None]:
    """Count the open confidential cases of each process; None where there are fewer than five.

    No filter narrows this number, and no other number contains these cases: from two answers
    nobody can work out a third one. A process without such cases is not in it; whoever shows it
    must treat that as None.
    """
    rows = session.execute(
        select(DiagramVersion.process_id, func.count())
        .select_from(Case)
        .join(Case.version)
        .where(Case.confidential.is_(True), Case.ended_at.is_(None))
        .group_by(DiagramVersion.process_id)
    )
    return {row[0]: row[1] if row[1] >= SMALLEST_TOLD else None for row in rows}


def _anywhere(asked: Filters) -> Filters:
    """Give the same for all processes, to be sorted out by the version afterwards.

    Named in the statement, the versions would lead SQLite to all steps of their cases and not to
    the index of those that wait.
    """
    return replace(asked, versions=None)


def _overdue(now: datetime) -> ColumnElement[int]:
    return func.sum(case((and_(*late(now)), 1), else_=0))


def total(numbers: Iterable[Standing]) -> Standing:
    """Give the standing of several processes together."""
    found = list(numbers)
    oldest = [one.oldest for one in found if one.oldest is not None]
    return Standing(
        sum(one.open for one in found),
        sum(one.overdue for one in found),
        min(oldest, default=None),
    )
