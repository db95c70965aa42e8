"""How long steps take: until somebody takes one, and from then until it is done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from models.cases import Case, Task
from workflows.policy.pack import Pack
from workflows.status.filters import Filters, Place
from workflows.status.spans import Typical, seconds_between, typical

# How many completions of each step, or where cases are narrowed how many cases, are looked at:
# older ones say little about today, and the page answers as fast with a million.
LATEST = 300

# What an outcome does to a request, by the tag that the policy pack gives it.
SENT_BACK = {"RET": "returned", "REJ": "rejected", "DECL": "declined"}

Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Pace:
    """How long a step took in the completions looked at, and how often it ended in which outcome.

    `waiting` is from opening to being taken, or to being done where nobody took it; `working` from
    being taken to being done.
    """

    done: int
    waiting: Typical | None
    working: Typical | None
    outcomes: Mapping[str, int]


def paces(session: Session, places: Sequence[Place], asked: Filters) -> dict[Key, Pace]:
    """Give the pace of each of these steps that somebody has done, with one statement."""
    if not places:
        return {}
    taken = Task.claimed_at
    columns = (
        seconds_between(Task.opened_at, func.coalesce(taken, Task.closed_at)).label("wait"),
        case((taken.is_not(None), seconds_between(taken, Task.closed_at)), else_=null()).label(
            "work"
        ),
        Task.outcome,
    )
    rows: dict[Key, list[tuple[float, float | None, str | None]]] = defaultdict(list)
    # Thousands of plain rows: the session would make objects of each first.
    found = session.connection().execute(
        _sampled(places, asked, (Task.diagram, Task.element, *columns))
    )
    for diagram, element, *times in found.all():
        rows[diagram, element].append((times[0], times[1], times[2]))
    return {place.key: _pace(rows[place.key]) for place in places if place.key in rows}


def done_at(place: Place, asked: Filters) -> Select[Any]:
    """Give the ids of the completions of a step that `paces` looks at, for the list behind them."""
    found = _sampled([place], asked, (Task.id.label("id"),)).subquery()
    return select(found.c.id)


def sent_back(
    pack: Pack, places: Iterable[Place], found: Mapping[Key, Pace]
) -> list[tuple[Place, str, str, int, int]]:
    """Give how often steps returned, rejected or declined: place, outcome, word, times, of how many.

    What an outcome does is data of the policy pack: the tag of the outcome, else of the act.
    """
    rows = []
    for place in places:
        act, pace = pack.acts.get(place.act or ""), found.get(place.key)
        if act is None or pace is None:
            continue
        tags = dict(act.outcome_tags)
        for outcome, times in sorted(pace.outcomes.items()):
            word = SENT_BACK.get(tags.get(outcome, act.tag))
            if word:
                rows.append((place, outcome, word, times, pace.done))
    return sorted(rows, key=lambda row: (-row[3], row[0].key, row[1]))


def can_send_back(pack: Pack, place: Place) -> bool:
    """Say whether a step can return, reject or decline anything at all."""
    act = pack.acts.get(place.act or "")
    return act is not None and not SENT_BACK.keys().isdisjoint(
        {act.tag, *(tag for _, tag in act.outcome_tags)}
    )


def _pace(rows: Sequence[tuple[float, float | None, str | None]]) -> Pace:
    waits, works, outcomes = zip(*rows, strict=True)
    return Pace(
        len(rows),
        typical([max(wait, 0.0) for wait in waits]),
        typical([max(work, 0.0) for work in works if work is not None]),
        Counter(outcome for outcome in outcomes if outcome is not None),
    )


def _sampled(places: Sequence[Place], asked: Filters, columns: tuple[Any, ...]) -> Any:
    """Give the latest completions of each step, from its own end of an index.

    Where some cases are left out, that end could be far away: then those of the latest cases.
    """
    if asked.narrows_cases:
        done = select(*columns).where(*asked.done_steps())
        if len(places) == 1:
            done = done.where(*_at(places[0]))
        return done.where(Task.case_id.in_(_latest_cases(asked)))
    return union_all(
        *(
            select(
                select(*columns)
                .join(Task.case)
                .where(*_at(place), *asked.done_steps(), *asked.cases())
                .order_by(Task.closed_at.desc(), Task.id.desc())
                .limit(LATEST)
                .subquery()
            )
            for place in places
        )
    )


def _at(place: Place) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Task.diagram == place.diagram, Task.element == place.element


def _latest_cases(asked: Filters) -> Select[int]:
    """Give the ids of the latest cases that match, and had steps in the period."""
    order = Case.ended_at if asked.by_end else Case.started_at
    found = select(Case.id).where(*asked.cases())
    if asked.period == "done" and asked.until is not None:
        found = found.where(Case.started_at < asked.until)
    if asked.period == "done" and asked.since is not None:
        found = found.where(or_(Case.ended_at.is_(None), Case.ended_at >= asked.since))
    limited = found.order_by(order.desc(), Case.id.desc()).limit(LATEST).subquery()
    return select(limited.c.id)
