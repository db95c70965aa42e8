"""What those who lead do for the steps of a list: remind, move the due date, hand over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.cases import Case, Task
from models.database import db
from webapp import access, clock
from webapp.incoming import row_number
from webapp.reports.blueprint import bp
from webapp.reports.lists import gather_steps, steps_page
from webapp.runtime import runtime
from workflows import task_care, tasks
from workflows.errors import InvalidAnswersError, NotFoundError, PolicyError
from workflows.inbox import PAGE_SIZE

ACTS = {"nudge": "Reminded", "due": "Moved the due date", "reassign": "Handed over"}


@dataclass(frozen=True)
class Done:
    """What came of one step: its case and name as far as one may know, and why not where it failed."""

    case: str
    name: str
    why_not: str = ""


@bp.post("/steps/care")
def care() -> ResponseReturnValue:
    """Do the same for each chosen step, each in a transaction of its own; show what came of it."""
    typed = {name: request.form.get(name, "").strip() for name in ("act", "reason", "day", "to")}
    chosen = [row_number(text) for text in request.form.getlist("task")][:PAGE_SIZE]
    ids = [task_id for task_id in dict.fromkeys(chosen) if task_id is not None]
    errors = _errors(typed, ids)
    if errors and not access.may(access.me(), "reports.read"):
        raise InvalidAnswersError(errors)  # sent from the page of one step, not from the list
    if errors:
        return steps_page(gather_steps(), 422, errors=errors, typed=typed, chosen=frozenset(ids))
    done = [_one(task_id, _deed(typed)) for task_id in ids]
    return render_template(
        "reports/care.html",
        act=ACTS[typed["act"]],
        went=[one for one in done if not one.why_not],
        failed=[one for one in done if one.why_not],
    )


def _errors(typed: dict[str, str], ids: list[int]) -> dict[str, str]:
    errors = {}
    if not ids:
        errors["task"] = "Choose at least one step of the list."
    if typed["act"] not in ACTS:
        errors["act"] = "Choose what to do with the steps."
    if typed["act"] in ("due", "reassign") and not typed["reason"]:
        errors["reason"] = "Say why, for the record."
    if typed["act"] == "due" and _day(typed) is None:
        errors["day"] = "Give the new due date, a day from today on."
    if typed["act"] == "reassign" and row_number(typed["to"]) is None:
        errors["to"] = "Choose who shall do it."
    return errors


def _day(typed: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(typed["day"])
    except ValueError:
        return None


def _deed(typed: dict[str, str]) -> Callable[[int], object]:
    """Give the use case that was chosen, ready for the id of a step."""
    by, now, reason = access.me().id, clock.now(), typed["reason"]
    if typed["act"] == "nudge":
        return lambda task_id: task_care.nudge(runtime(), task_id, by=by, now=now)
    if typed["act"] == "due":
        day = _day(typed) or clock.today()
        return lambda task_id: task_care.move_due(
            runtime(), task_id, day=day, reason=reason, by=by, now=now
        )
    to = row_number(typed["to"]) or 0
    return lambda task_id: tasks.reassign(runtime(), task_id, to=to, reason=reason, by=by, now=now)


def _one(task_id: int, deed: Callable[[int], object]) -> Done:
    task = db.session.scalar(
        select(Task)
        .join(Task.case)
        .where(Task.id == task_id, Case.confidential.is_(False))
        .options(joinedload(Task.case))
    )
    if task is None:
        return Done("", "A step", str(NotFoundError("There is no such step.")))
    case, name = task.case.label, task.name
    try:
        deed(task_id)
    except PolicyError as error:
        return Done(case, name, str(error))
    return Done(case, name)
