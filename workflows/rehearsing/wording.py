"""What happens on the stage, in sentences."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflows.business_time import Calendar
from workflows.diagrams.graph import Field, Node
from workflows.rehearsing.cast import THINGS, Cast, Invented

Said = tuple[tuple[str, str], ...]


def sentence_of(
    node: Node,
    by: Invented,
    answers: Mapping[str, Any],
    outcome: str | None,
    *,
    is_message: bool,
) -> str:
    """Say who did what, with the outcome as the form words it."""
    if is_message:
        return f"{by.name} sent “{node.title}”."
    chosen = [
        option.label
        for field in node.fields
        for option in field.options
        if field.type == "enum" and outcome == answers.get(field.id) == option.id
    ]
    return f"{by.name} did “{node.title}”{': ' + chosen[0] if chosen else ''}."


def answered(node: Node, answers: Mapping[str, Any], cast: Cast, calendar: Calendar) -> Said:
    """Give the questions of a step with what was answered, in words."""
    asked = [field for field in node.fields if answers.get(field.id) not in (None, "", [])]
    said = [
        (field.label or field.id, _words(field, answers[field.id], cast, calendar))
        for field in asked
    ]
    if not node.fields and answers.get("reason"):
        said.append(("Reason", str(answers["reason"])))
    return tuple(said)


def _words(field: Field, value: Any, cast: Cast, calendar: Calendar) -> str:
    if isinstance(value, list):
        return "; ".join(_item(field, item, cast, calendar) for item in value)
    return _item(field, value, cast, calendar)


def _item(field: Field, value: Any, cast: Cast, calendar: Calendar) -> str:
    if isinstance(value, Mapping):
        return ", ".join(
            _words(column, value[column.id], cast, calendar)
            for column in field.columns
            if value.get(column.id) not in (None, "")
        )
    if field.type in ("person", *THINGS):
        return cast.name(field.type, value) if isinstance(value, int) else str(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field.type in ("date", "datetime"):
        return _day(field.type, str(value), calendar)
    return {option.id: option.label for option in field.options}.get(str(value), str(value))


def _day(kind: str, written: str, calendar: Calendar) -> str:
    try:
        moment = date.fromisoformat(written) if kind == "date" else datetime.fromisoformat(written)
    except ValueError:
        return written
    if isinstance(moment, datetime):
        moment = moment.astimezone(calendar.time_zone)
        return f"{moment.day} {moment:%B %Y} at {moment:%H:%M}"
    return f"{moment.day} {moment:%B %Y}"
