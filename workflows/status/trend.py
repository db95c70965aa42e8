"""How it changes by the month: cases started and ended, and how long they took."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.cases import Case, Task
from workflows.diagrams.graph import Diagram
from workflows.policy.pack import Pack
from workflows.status.filters import Filters, Place, places_of
from workflows.status.spans import seconds_between

MONTHS = 12
# How many cases of each month are looked at for its medians.
LATEST = 200
# The register key of the answer that decides on a request.
DECISION = "decision.outcome"
# An outcome with this tag decides nothing: the request comes again.
RETURNED = "RET"


@dataclass(frozen=True)
class Month:
    """A month of the city's calendar: its first day, its first moment, the first one after it."""

    first: date
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Monthly:
    """What happened in a month. Times are medians in seconds, of the latest cases of the month."""

    month: Month
    started: int
    ended: int
    to_decision: float | None
    to_end: float | None


@dataclass(frozen=True)
class Decisions:
    """The steps that decide on requests, with the outcomes that do."""

    place: Place
    outcomes: tuple[str, ...]


def month(zone: ZoneInfo, first: date) -> Month:
    """Give the month in the city that begins on this day."""
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    since, until = (datetime.combine(day, time(), zone) for day in (first, following))
    return Month(first, since.astimezone(UTC), until.astimezone(UTC))


def months(zone: ZoneInfo, now: datetime, count: int = MONTHS) -> list[Month]:
    """Give the latest months in the city, the oldest first, this one last."""
    today = now.astimezone(zone).date()
    this = today.year * 12 + today.month - 1
    return [month(zone, date(n // 12, n % 12 + 1, 1)) for n in range(this - count + 1, this + 1)]


def decisions(pack: Pack, diagrams: Iterable[Diagram]) -> list[Decisions]:
    """Give the steps whose form asks for the decision, without the outcomes that return a request."""
    found = []
    nodes = {(d.process_id, node.id): node for d in diagrams for node in d.nodes.values()}
    for place in places_of(diagrams):
        asked = [field for field in nodes[place.key].fields if field.register == DECISION]
        act = pack.acts.get(place.act or "")
        if asked and act is not None:
            tags = dict(act.outcome_tags)
            decided = [outcome for outcome in act.possible if tags.get(outcome) != RETURNED]
            found.append(Decisions(place, tuple(sorted(decided))))
    return found


def by_month(
    session: Session, asked: Filters, steps: Sequence[Decisions], latest: Sequence[Month]
) -> list[Monthly]:
    """Give what happened in each of these months, with four statements.

    Of what was asked for, the period and the age of open cases do not count here.
    """
    asked = asked.without_days()
    started = _counted(session, asked, latest, Case.started_at)
    ended = _counted(session, asked, latest, Case.ended_at)
    to_end = _medians(session, [_ended(number, asked, one) for number, one in enumerate(latest)])
    decided = [
        _decided(number, asked, step, one) for number, one in enumerate(latest) for step in steps
    ]
    to_decision = _medians(session, decided)
    return [
        Monthly(month, started[number], ended[number], to_decision.get(number), to_end.get(number))
        for number, month in enumerate(latest)
    ]


def _counted(
    session: Session, asked: Filters, latest: Sequence[Month], moment: InstrumentedAttribute[Any]
) -> Mapping[int, int]:
    ended = [Case.ended_at.is_not(None)] if moment is Case.ended_at else []
    parts = [
        select(literal(number), func.count())
        .select_from(Case)
        .where(*asked.cases(), *ended, *_during(moment, one))
        for number, one in enumerate(latest)
    ]
    return {row[0]: row[1] for row in session.execute(union_all(*parts))}


def _ended(number: int, asked: Filters, month: Month) -> Select[int, float]:
    return (
        select(
            literal(number).label("month"),
            seconds_between(Case.started_at, Case.ended_at).label("span"),
        )
        .where(*asked.cases(), Case.ended_at.is_not(None), *_during(Case.ended_at, month))
        .order_by(Case.ended_at.desc())
        .limit(LATEST)
    )


def _decided(number: int, asked: Filters, step: Decisions, month: Month) -> Select[int, float]:
    return (
        select(
            literal(number).label("month"),
            seconds_between(Case.started_at, Task.closed_at).label("span"),
        )
        .join(Task.case)
        .where(
            Task.diagram == step.place.diagram,
            Task.element == step.place.element,
            Task.completed_by_id.is_not(None),
            Task.outcome.in_(step.outcomes),
            *_during(Task.closed_at, month),
            *asked.cases(),
        )
        .order_by(Task.closed_at.desc())
        .limit(LATEST)
    )


def _during(moment: InstrumentedAttribute[Any], month: Month) -> tuple[ColumnElement[bool], ...]:
    return moment >= month.since, moment < month.until


def _medians(session: Session, parts: Sequence[Select[int, float]]) -> dict[int, float]:
    """Give the median span of each month, of rows with `month` and `span`."""
    if not parts:
        return {}
    spans: dict[int, list[float]] = defaultdict(list)
    asked = union_all(*(select(part.subquery()) for part in parts))
    for month_number, span in session.connection().execute(asked).all():
        spans[month_number].append(span)
    return {number: median(found) for number, found in spans.items()}
