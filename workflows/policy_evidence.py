"""What was done in cases of late for a part of the policy: how many steps, and which cases."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select
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
    session: Session,
    places: Iterable[Place],
    acts: Collection[str],
    scope: ColumnElement[bool],
    *,
    now: datetime,
) -> Evidence:
    """Count what was done at these steps, or by these acts wherever it was; `scope` may be read."""
    done = (_at(places, acts), Task.closed_at >= now - LATELY, _was_done())
    counts = session.execute(
        select(Case.confidential, func.count(), func.count(Case.id.distinct()))
        .select_from(Task)
        .join(Task.case)
        .where(*done)
        .group_by(Case.confidential)
    )
    steps = {row[0]: (row[1], row[2]) for row in counts}
    kept = steps.get(True, (0, 0))[1]
    return Evidence(
        *steps.get(False, (0, 0)),
        kept if kept >= SMALLEST_TOLD else None,
        _latest(session, done, scope),
    )


def _at(places: Iterable[Place], acts: Collection[str]) -> ColumnElement[bool]:
    at = [and_(Task.diagram == place.process, Task.element == place.element) for place in places]
    return or_(Task.act.in_(acts), *at) if acts or at else false()


def _was_done() -> ColumnElement[bool]:
    return or_(Task.completed_by_id.is_not(None), Task.kind == TaskKind.OPERATION)


def _latest(
    session: Session, done: Collection[ColumnElement[bool]], scope: ColumnElement[bool]
) -> list[tuple[Case, datetime]]:
    last = func.max(Task.closed_at).label("last")
    found = (
        select(Task.case_id, last)
        .join(Task.case)
        .where(*done, scope)
        .group_by(Task.case_id)
        .order_by(last.desc(), Task.case_id.desc())
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
