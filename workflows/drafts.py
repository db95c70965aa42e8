"""What somebody has typed into a task and not sent yet."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, func, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from models.cases import Draft, Task
from models.database import db, transaction
from workflows.people import duties_of
from workflows.runtime import Runtime
from workflows.tasks import Submitted, is_for, process_of


def save_draft(
    runtime: Runtime, task_id: int, *, by: int, answers: Submitted, now: datetime
) -> bool:
    """Keep what has been typed so far; says no when the task is closed or not this person's to do.

    Without the case's lock and without a record: a draft is nobody's act. A task that nobody
    holds is held from now on by who types, so that no two people type at once.
    """
    with transaction() as session:
        task = session.get(Task, task_id, options=[joinedload(Task.case)])
        duties = duties_of(session, by, runtime.pack, runtime.calendar.day_of(now))
        if task is None:
            return False
        process = process_of(runtime, session, task.case) if duties.standing_in else None
        if not is_for(session, duties, task, process, now=now):
            return False
        # This locks the task's row, so that a completion either comes first and closes it, or
        # comes after and finds the draft.
        held = session.execute(
            update(Task)
            .where(
                Task.id == task_id,
                Task.closed_at.is_(None),
                or_(Task.claimed_by_id.is_(None), Task.claimed_by_id.in_(duties.hands(process))),
            )
            .values(claimed_by_id=by, claimed_at=func.coalesce(Task.claimed_at, now))
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", held).rowcount == 0:
            return False
        typed = {"person_id": by, "answers": dict(answers), "saved_at": now}
        is_postgres = session.get_bind().dialect.name == "postgresql"
        upsert = postgresql.insert(Draft) if is_postgres else sqlite.insert(Draft)
        session.execute(
            upsert.values(task_id=task_id, **typed).on_conflict_do_update(
                index_elements=["task_id"], set_=typed
            )
        )
        return True


def draft_of(task_id: int, *, by: Collection[int]) -> Draft | None:
    """Give what one of these people has typed into the task and not sent.

    A substitute goes on with what the absent person has typed.
    """
    draft = db.session.get(Draft, task_id)
    return draft if draft is not None and draft.person_id in by else None
