"""Forms: choices, limits and columns that can be asked and answered."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from workflows.diagrams.forms import CHOICES, RESERVED, suggestion
from workflows.diagrams.graph import UNSAID, Diagram, Field, Finding, Node
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, warning
from workflows.diagrams.timers import TimerError, parse_timer

_NUMBERS = ("long", "decimal")
_DATES = ("date", "datetime")
_TEXTS = ("string", "long-text", "url", "email")
_PATTERN_LENGTH = 200
# A repeated group that repeats inside can take for ever on a long answer.
_SLOW = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check the form of every user task."""
    for node in diagram.of_kind("userTask"):
        for field in node.fields:
            yield from _field(node, field, known)
            for column in field.columns:
                yield from _choices(node, column)


def _field(node: Node, field: Field, known: Known) -> Iterator[Finding]:
    if field.id in RESERVED or field.id.startswith("_"):
        what = f'has the id "{field.id}", which the form keeps for itself. Give it another id.'
        yield _wrong(node, field, "reserved-field-id", what)
    yield from _choices(node, field)
    yield from _limits(node, field)
    yield from _lengths(node, field)
    yield from _pattern(node, field)
    yield from _default(node, field)
    yield from _refusal(node, field)
    if field.type == "table" and not field.columns:
        yield _wrong(
            node,
            field,
            "table-without-columns",
            "has no columns. Give it at least one.",
        )
    if field.columns and field.type != "table":
        yield _wrong(
            node,
            field,
            "columns-without-table",
            "has columns; make it a table of rows, or take them out.",
        )
    if field.classification not in known.classifications | {UNSAID}:
        yield warning(
            node,
            "unknown-classification",
            f'The field "{field.label}" is classified "{field.classification}", which is not known'
            f"{suggestion(field.classification, known.classifications)}; it is treated as not public.",
        )


def _refusal(node: Node, field: Field) -> Iterator[Finding]:
    if field.refuse_when and not field.refuse_message:
        yield _wrong(
            node,
            field,
            "refusal-without-words",
            "refuses answers without a word. Say what is wrong and what helps.",
        )
    if field.refuse_message and not field.refuse_when:
        yield _wrong(
            node,
            field,
            "refusal-never",
            "has words for a refusal, but nothing says when it is refused. Say when, or take the words out.",
        )


def _wrong(node: Node, field: Field, code: str, what: str) -> Finding:
    return error(node, code, f'The field "{field.label}" of "{node.title}" {what}')


def _choices(node: Node, field: Field) -> Iterator[Finding]:
    if field.type in CHOICES and not field.options:
        yield _wrong(node, field, "no-choices", "offers no choices. Give it at least two.")
    if field.options and field.type not in CHOICES:
        yield _wrong(
            node, field, "choices-ignored", "has choices but is not a list. Make it an enum."
        )
    if any(not option.id for option in field.options):
        yield _wrong(node, field, "bad-option", "has a choice without an id.")


def _limits(node: Node, field: Field) -> Iterator[Finding]:
    limits = [limit for limit in (field.minimum, field.maximum) if limit is not None]
    values = [_measured(field, limit) for limit in limits]
    if limits and field.type not in _NUMBERS + _DATES:
        yield _wrong(
            node, field, "bad-limit", "has min or max, which only numbers and dates may have."
        )
    elif None in values:
        kind = "a number" if field.type in _NUMBERS else "a date such as 2027-01-31"
        yield _wrong(node, field, "bad-limit", f"has a min or max that is not {kind}.")
    elif len(values) == 2 and values[0] > values[1]:  # type: ignore[operator]
        yield _wrong(node, field, "bad-limit", "has a min above its max: no answer would do.")


def _measured(field: Field, limit: str) -> Decimal | None:
    try:
        if field.type in _NUMBERS:
            number = Decimal(limit)
            return number if number.is_finite() else None
        moment = parse_timer(limit).at
        return None if moment is None else Decimal(str(moment.timestamp()))
    except (InvalidOperation, TimerError):
        return None


def _lengths(node: Node, field: Field) -> Iterator[Finding]:
    least, most = field.min_length, field.max_length
    if (least is not None or most is not None) and field.type not in _TEXTS:
        yield _wrong(node, field, "bad-limit", "has a length, which only texts may have.")
    if least is not None and most is not None and least > most:
        yield _wrong(node, field, "bad-limit", "has minlength above maxlength: no answer would do.")


def _pattern(node: Node, field: Field) -> Iterator[Finding]:
    if field.pattern is None:
        return
    if not _is_usable(field.pattern):
        yield _wrong(
            node,
            field,
            "bad-pattern",
            f"has a pattern that is not a regular expression, is longer than {_PATTERN_LENGTH} signs, or "
            "repeats a repetition, which could take for ever. Write a simpler one.",
        )


def _is_usable(pattern: str) -> bool:
    if len(pattern) > _PATTERN_LENGTH or _SLOW.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError, Warning):
        return False
    return True


def _default(node: Node, field: Field) -> Iterator[Finding]:
    text = field.default
    if text is None:
        return
    ids = {option.id for option in field.options}
    if field.type == "enum" and text not in ids:
        yield _wrong(
            node,
            field,
            "bad-default",
            f'begins with "{text}", which is not a choice{suggestion(text, ids)}.',
        )
    if field.type == "boolean" and text not in ("true", "false"):
        yield _wrong(node, field, "bad-default", 'may begin with "true" or "false" only.')
    if field.type in _NUMBERS and _measured(field, text) is None:
        yield _wrong(node, field, "bad-default", f'begins with "{text}", which is not a number.')
    if text.startswith(("${", "#{")):
        yield _wrong(node, field, "expression", "begins with an expression. Write the plain value.")
