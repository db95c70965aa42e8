"""What was done in cases of late for a part of the policy: how many steps, and which cases."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Task, TaskKind
from workflows.policy_map import Place

LATELY = timedelta(days=365)
LATEST = 10
# Fewer confidential cases than this are not told apart: a number would speak of people.
SMALLEST_TOLD = 5


@dataclass(frozen=True)
class Evidence:
    """Steps done within a year: `steps` in how many `cases` that are not confidential.

    `confidential` counts the cases that are, None where there are fewer than five or none;
    `latest` are those among the latest cases that the person who asks may read.
    """

    steps: int
    cases: int
    confidential: int | None
    latest: list[tuple[Case, datetime]]


def evidence_of(
    session: Session, places: Collection[Place], scope: ColumnElement[bool], *, now: datetime
) -> Evidence:
    """Count what was done at these steps of diagrams in force; the cases in `scope` may be read."""
    if not places:
        return Evidence(0, 0, None, [])
    done = _done(places, now - LATELY)
    counts = session.execute(
        select(Case.confidential, func.count(), func.count(Case.id.distinct()))
        .join_from(done, Case, Case.id == done.c.case_id)
        .group_by(Case.confidential)
    )
    steps = {row[0]: (row[1], row[2]) for row in counts}
    kept = steps.get(True, (0, 0))[1]
    return Evidence(
        *steps.get(False, (0, 0)),
        kept if kept >= SMALLEST_TOLD else None,
        _latest(session, done, scope),
    )


def _done(places: Iterable[Place], since: datetime) -> Subquery:
    """Give the case and the time of each step that was done.

    People's steps are found by an index of their own, which what machines did is not in.
    """
    steps = select(Task.case_id, Task.closed_at).where(Task.closed_at >= since)
    people: list[ColumnElement[bool]] = []
    machines: list[ColumnElement[bool]] = []
    for place in places:
        at = and_(Task.diagram == place.process, Task.element == place.element)
        (machines if place.operation else people).append(at)
    found = [steps.where(at, Task.completed_by_id.is_not(None)) for at in people]
    if machines:
        found.append(steps.where(or_(*machines), Task.kind == TaskKind.OPERATION))
    return union_all(*found).subquery()


def _latest(
    session: Session, done: Subquery, scope: ColumnElement[bool]
) -> list[tuple[Case, datetime]]:
    last = func.max(done.c.closed_at).label("last")
    found = (
        select(done.c.case_id, last)
        .join(Case, Case.id == done.c.case_id)
        .where(scope)
        .group_by(done.c.case_id)
        .order_by(last.desc(), done.c.case_id.desc())
        .limit(LATEST)
        .subquery()
    )
    rows = session.execute(
        select(Case, found.c.last)
        .join(found, found.c.case_id == Case.id)
        .options(joinedload(Case.version).joinedload(DiagramVersion.process), joinedload(Case.unit))
        .order_by(found.c.last.desc(), Case.id.desc())
    )
    return [(case, at) for case, at in rows]
