"""Closing the rows of steps that a move has ended: the step itself, and those that it took back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, inspect, literal, null, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.cases import Draft, Task


def drop_drafts(session: Session, case_id: int, tokens: Sequence[str], record: Task | None) -> None:
    """Drop what was typed into the open steps of these tokens, and into the step of `record`.

    Who types holds the step: into one that nobody ever took nothing was typed.
    """
    where: list[ColumnElement[bool]] = []
    if tokens:
        left = Task.case_id == case_id, Task.closed_at.is_(None), Task.token.in_(tokens)
        where.append(Draft.task_id.in_(select(Task.id).where(*left)))
    if record is not None and record.claimed_at is not None:
        where.append(Draft.task_id == record.id)
    if where:
        drafts = delete(Draft).where(or_(*where))
        session.execute(drafts.execution_options(synchronize_session=False))


def take_back(
    session: Session,
    case_id: int,
    tokens: Sequence[str],
    record: Task | None,
    *,
    now: datetime,
    revision: int,
) -> None:
    """Close the open rows of these tokens; what `record` holds is written by the same statement.

    `record` is the row of the step itself, closed at the same time. One that is not in the
    database yet is left to the session.
    """
    left = Task.case_id == case_id, Task.closed_at.is_(None), Task.token.in_(tokens)
    closed: dict[str, Any] = {"closed_at": now, "closed_in": revision}
    written = {} if record is None or record.closed_at != now else _unwritten(record)
    if record is None or not written:
        rows = update(Task).where(*left)
    else:
        is_own = Task.id == record.id
        rows = update(Task).where(Task.case_id == case_id, is_own | left[1] & left[2])
        own = {key: _only(is_own, key, value) for key, value in written.items()}
        closed = own | closed
    session.execute(rows.values(closed).execution_options(synchronize_session=False))
    for key, value in written.items():
        set_committed_value(record, key, value)


def _unwritten(record: Task) -> dict[str, Any]:
    """Give the columns of a row that differ from what the database holds of it."""
    state = inspect(record)
    if not state.persistent:
        return {}
    changed = (attr.key for attr in state.mapper.column_attrs)
    return {key: getattr(record, key) for key in changed if state.attrs[key].history.has_changes()}


def _only(is_own: ColumnElement[bool], key: str, value: Any) -> ColumnElement[Any]:
    """Give the value for the one row, and to every other what it has."""
    column = getattr(Task, key)
    new = null() if value is None else literal(value, column.type)
    return case((is_own, new), else_=column)
