"""The rows of a case that goes back to the version it was moved from, and who is told of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.cases import Case, Draft, Task, TaskKind
from models.trust import Job
from workflows.migrating.moving import SAID, say
from workflows.moves import DEADLINE_JOB

_AGAIN = "the case runs on its former version again."
# Whom to tell, and what.
_News: TypeAlias = tuple[int | None, str]


def restore(
    session: Session, case: Case, changes: Mapping[str, Any], *, by: int, now: datetime
) -> None:
    """Put rows, drafts and deadlines back as they were; what the move opened was never needed.

    Those whose work the move changed, and so were told of it, are told of this too, but for `by`.
    """
    was = {one["id"]: _read(one) for one in changes["rows"]}
    typed = {one["task_id"]: one for one in changes["drafts"]}
    opened = set(changes["opened"])
    rows = select(Task).where(Task.id.in_([*was, *opened])).order_by(Task.id)
    news: list[_News] = []
    for task in session.scalars(rows.with_for_update()):
        if task.id in opened:
            news.append(
                (task.person_id or task.claimed_by_id, f"“{task.name}” is no longer needed")
            )
            task.closed_at, task.closed_in, task.passed = now, case.revision, None
            continue
        news += _news(task, was[task.id])
        is_closed = task.closed_at is not None
        _say_again(task, was[task.id], with_claim=is_closed or task.claimed_by_id is None)
        if is_closed and task.id in typed:
            session.add(Draft(**_read(typed[task.id])))
    session.execute(delete(Draft).where(Draft.task_id.in_(opened)))
    session.execute(delete(Job).where(Job.case_id == case.id, Job.kind == DEADLINE_JOB))
    kept = [{"kind": DEADLINE_JOB, "case_id": case.id, **_read(job)} for job in changes["jobs"]]
    if kept:
        session.execute(insert(Job), kept)
    # Of a confidential case it is said that there is news, and once.
    for person, what in dict(news).items() if case.confidential else news:
        if person not in (None, by):
            say(session, case, [person], f"{what}: {_AGAIN}", now=now)


def _news(task: Task, was: Mapping[str, Any]) -> Iterator[_News]:
    """Say what a step that the move changed is to those who have it, or had it, in their hands."""
    if task.kind != TaskKind.USER:
        return
    name, former = was["name"], was["person_id"] or was["claimed_by_id"]
    if task.closed_at is not None:
        yield former, f"“{name}” is needed again"
    elif any(getattr(task, each) != was[each] for each in SAID):
        # Whoever took it meanwhile keeps it.
        holder = was["person_id"] or task.claimed_by_id or was["claimed_by_id"]
        yield holder, f"“{name}” is as it was before"
        for other in {former, task.person_id or task.claimed_by_id} - {holder}:
            yield other, f"“{name}” is done by others"


def _say_again(task: Task, was: Mapping[str, Any], *, with_claim: bool) -> None:
    task.closed_at = task.closed_in = None
    for name in SAID:
        setattr(task, name, was[name])
    if with_claim:  # whoever took it meanwhile keeps it
        task.claimed_by_id, task.claimed_at = was["claimed_by_id"], was["claimed_at"]


def _read(written: Mapping[str, Any]) -> dict[str, Any]:
    times = ("due_at", "claimed_at", "saved_at", "run_at")
    return {
        name: datetime.fromisoformat(value) if name in times and value else value
        for name, value in written.items()
    }
