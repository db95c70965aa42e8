"""Answers as people read them: labels for choices, names for people, days for dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from models.cases import File, Task
from models.database import db
from models.people import Person, Unit
from models.sites import Platform, Site
from workflows.diagrams.graph import Diagram, Field
from workflows.reading import Sight

# The types whose answers are ids, and the rows that they are ids of.
REFERRED: Mapping[str, Any] = {
    "person": Person,
    "unit": Unit,
    "site": Site,
    "platform": Platform,
    "file": File,
}


@dataclass(frozen=True)
class Answer:
    """A question with what was answered; a document has the id to fetch it by, a table its rows.

    `register` is the key under which the register keeps it, where it does.
    """

    label: str
    text: str
    register: str | None = None
    file_id: int | None = None
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class StepAnswers:
    """The answers of one completed step that the reader may see; `hidden` says how many not."""

    task: Task
    answers: list[Answer]
    hidden: int


Names = Mapping[str, Mapping[int, str]]


def answers_of(
    tasks: Iterable[Task], diagrams: Mapping[str, Diagram], sees: Sight
) -> list[StepAnswers]:
    """Give the answers of those of the tasks that are completed, as far as the reader sees them."""
    asked = [(task, _fields(task, diagrams)) for task in tasks if task.completed_by_id]
    names = _names_in(asked)
    return [_shown(task, fields, sees, names) for task, fields in asked if task.answers]


def latest_of(steps: Iterable[StepAnswers]) -> list[StepAnswers]:
    """Give what holds now: of a step that was done again, only the last time."""
    latest = {(s.task.diagram, s.task.element, s.task.scope): s for s in steps}
    return sorted(latest.values(), key=lambda step: (step.task.closed_in or 0, step.task.id))


def in_brief(steps: Iterable[StepAnswers]) -> list[Answer]:
    """Give what the register would say of the site, in the order in which it was asked."""
    return [
        answer
        for step in steps
        for answer in step.answers
        if answer.text and (answer.register or "").startswith("site.")
    ]


def _fields(task: Task, diagrams: Mapping[str, Diagram]) -> tuple[Field, ...]:
    node = diagrams[task.diagram].nodes.get(task.element)
    return node.fields if node else ()


def _shown(task: Task, fields: tuple[Field, ...], sees: Sight, names: Names) -> StepAnswers:
    given = task.answers or {}
    known = [field for field in fields if given.get(field.id) is not None]
    seen = [field for field in known if sees(field, task)]
    answers = [_answer(field, given[field.id], names) for field in seen]
    if not fields and given.get("reason"):
        answers.append(Answer("Reason", str(given["reason"])))
    return StepAnswers(task, answers, len(known) - len(seen))


def _answer(field: Field, value: Any, names: Names) -> Answer:
    label = field.label or field.id
    if field.type == "table":
        rows = tuple(
            tuple(_text(column, row.get(column.id), names) for column in field.columns)
            for row in value
        )
        heads = tuple(c.label or c.id for c in field.columns)
        return Answer(label, "", field.register, heads=heads, rows=rows)
    file_id = value if field.type == "file" else None
    return Answer(label, _text(field, value, names), field.register, file_id)


def _text(field: Field, value: Any, names: Names) -> str:
    if value is None:
        return ""
    if field.type in REFERRED:
        return names[field.type].get(value, "no longer known")
    if field.type == "boolean":
        return "Yes" if value else "No"
    if field.type in ("date", "datetime"):
        kind, filter_name = (date, "day") if field.type == "date" else (datetime, "moment")
        return str(current_app.jinja_env.filters[filter_name](kind.fromisoformat(value)))
    labels = {option.id: option.label for option in field.options}
    several = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(item), str(item)) for item in several)


def _names_in(asked: Iterable[tuple[Task, tuple[Field, ...]]]) -> Names:
    wanted: dict[str, set[int]] = {kind: set() for kind in REFERRED}
    for task, fields in asked:
        for field in fields:
            _collect(field, (task.answers or {}).get(field.id), wanted)
    return {kind: _names(kind, ids) for kind, ids in wanted.items()}


def _collect(field: Field, value: Any, wanted: dict[str, set[int]]) -> None:
    if field.type in wanted and isinstance(value, int):
        wanted[field.type].add(value)
    for row in value if field.type == "table" and isinstance(value, list) else ():
        for column in field.columns:
            _collect(column, row.get(column.id), wanted)


def _names(kind: str, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    model = REFERRED[kind]
    rows = db.session.execute(
        select(model.id, *_name_columns(kind, model)).where(model.id.in_(ids))
    )
    return {row[0]: " ".join(row[1:]) for row in rows}


def _name_columns(kind: str, model: Any) -> tuple[Any, ...]:
    return (model.given_name, model.family_name) if kind == "person" else (model.name,)
