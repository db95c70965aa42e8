"""Conditions and timers in plain English, with the labels that people see on their forms."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Protocol

from workflows.diagrams.condition_tree import (
    And,
    Comparison,
    ConditionError,
    Contains,
    Count,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
)
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import Field
from workflows.diagrams.timers import Duration, Timer, TimerError, parse_timer

_OPERATORS = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_DATES = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}


class Labels(Protocol):
    """What people read on their forms for the names in a condition."""

    def field(self, name: Name) -> Field | None:
        """Give the field, None where it is not known."""

    def label(self, name: Name) -> str:
        """Give the words for it."""


def condition_words(text: str, labels: Labels) -> str:
    """Say a condition as the part of a sentence after "if"; one that cannot be read, as written."""
    try:
        return _words(compile_condition(text).tree, labels)
    except ConditionError:
        return f"({text})"


def _words(node: Node, labels: Labels) -> str:
    match node:
        case And(operands):
            return " and ".join(_inner(operand, labels) for operand in operands)
        case Or(operands):
            return " or ".join(_inner(operand, labels) for operand in operands)
        case Not(operand):
            return f"it is not so that {_inner(operand, labels)}"
        case Comparison():
            return _comparison(node, labels)
        case _:
            return _single(node, labels)


def _single(node: Literal | Name | Count | In | Contains, labels: Labels) -> str:
    match node:
        case In(name, options):
            choices = [_value(option, labels.field(name)) for option in options]
            return f"{labels.label(name)} is {listed(choices, 'or')}"
        case Contains(name, item):
            return f"{labels.label(name)} includes {_value(item, labels.field(name))}"
        case Name():
            return f"{labels.label(node)} is yes"
        case Literal(bool() as value):
            return "always" if value else "never"
        case _:
            return f"{_operand(node, labels, None)} times"


def _inner(node: Node, labels: Labels) -> str:
    words = _words(node, labels)
    return f"({words})" if isinstance(node, And | Or) else words


def _comparison(node: Comparison, labels: Labels) -> str:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Literal):
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        left, right, operator = right, left, mirrored.get(operator, operator)  # type: ignore[assignment]
    field = labels.field(left) if isinstance(left, Name) else None
    if right == Literal(None):
        return (
            f"{_operand(left, labels, None)} is {'not answered' if operator == '=' else 'answered'}"
        )
    verb = _OPERATORS[operator]
    if field is not None and field.type in ("date", "datetime"):
        verb = _DATES.get(operator, verb)
    return f"{_operand(left, labels, None)} {verb} {_operand(right, labels, field)}"


def _operand(node: Literal | Name | Count, labels: Labels, field: Field | None) -> str:
    match node:
        case Literal():
            return _value(node, field)
        case Count(_, condition):
            return f"the number of answers where {_words(condition, labels)}"
    return labels.label(node)


def _value(literal: Literal, field: Field | None) -> str:
    value = literal.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    labels = {option.id: option.label for option in field.options} if field else {}
    return f'"{labels.get(value, value)}"' if isinstance(value, str) else str(value)


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words for a sentence: a, b and c."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def timer_words(text: str) -> str:
    """Say a timer: "after 5 business days", "every 2 hours, 3 times", "on 2027-01-31"; else as written."""
    try:
        timer = parse_timer(text)
    except TimerError:
        return f"at {text}"
    if timer.kind == "cycle":
        times = f", {_number(timer.repetitions, 'time')}" if timer.repetitions else ""
        return f"every {_length(timer)}{times}"
    return f"after {_length(timer)}" if timer.at is None else _date_words(timer.at)


def length_words(text: str) -> str:
    """Say a length of time: "5 business days"; what is none, as written."""
    words = timer_words(text)
    return words.removeprefix("after ").removeprefix("at ")


def _date_words(at: datetime) -> str:
    moment = f"{at.day} {at:%B %Y}"
    return (
        f"on {moment}"
        if at.timetz().replace(tzinfo=None) == time()
        else f"on {moment} at {at:%H:%M} UTC"
    )


def _length(timer: Timer) -> str:
    if timer.business_days is not None:
        return _number(timer.business_days, "business day")
    duration = timer.duration or Duration()
    years, months = divmod(duration.months, 12)
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    counted = (
        (years, "year"),
        (months, "month"),
        (duration.days, "day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
    )
    return listed([_number(number, unit) for number, unit in counted if number])


def _number(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
