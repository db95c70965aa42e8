"""What a step's form takes: the one check of answers, for whoever hands them in.

The web form asks it while somebody types, the use case that completes a task asks it again, so that
no other caller can put into a case what a form could not yield. The proof counts on that.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from email_validator import EmailNotValidError, validate_email

from workflows.diagrams.conditions import Unset, Value, compile_condition
from workflows.diagrams.graph import Field, Node
from workflows.errors import InvalidAnswersError

LONGEST_TEXT = 4000
MOST_ROWS = 50
# Neither beyond what both databases keep exactly, nor so far off that no clock could tell it.
LARGEST_NUMBER = 10**12
FIRST_DAY, LAST_DAY = "1900-01-01", "2199-12-31"

_REFERENCES = ("person", "unit", "site", "platform")
_CHOSEN = ("enum", "multi-enum", "boolean", *_REFERENCES)
_ADDRESS = re.compile(r"https?://[^\s/\"<>]+\.[^\s\"<>]+", re.IGNORECASE)
_NOT_OFFERED = "Choose one of the answers that are offered."

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """Why the answer to a question is not taken; `row` (from 0) and `column` where it is in a table."""

    field: str
    message: str
    row: int | None = None
    column: str | None = None

    @property
    def sentence(self) -> str:
        """The fault in words that stand alone."""
        return self.message if self.row is None else f"Row {self.row + 1}: {self.message}"


def sent(step: Node, answers: Answers) -> dict[str, Any]:
    """Give the answers to a step's form as they are kept; raises InvalidAnswersError.

    The error has the first fault of each question. What was left empty is left out; a box that was
    asked for and is not ticked says no.
    """
    given = {name: answer for name, answer in answers.items() if not _is_empty(answer)}
    boxes = {spec.id: False for spec in step.fields if spec.type == "boolean" and not spec.required}
    shown = asked(step, boxes | given)
    kept = given | {name: False for name in boxes if name in shown and name not in given}
    errors: dict[str, str] = {}
    for fault in faults(step, kept):
        errors.setdefault(fault.field, fault.sentence)
    if errors:
        raise InvalidAnswersError(errors)
    return kept


def faults(step: Node, answers: Answers) -> Iterator[Fault]:
    """Walk what the form of a step refuses in these answers (JSON values by field id), in its order."""
    comparable = _comparable(step, answers)
    for spec in step.fields:
        answer = answers.get(spec.id)
        if holds(spec.shown_when, step, comparable):
            yield from _faults_of(spec, answer, step, comparable)
        elif not _is_empty(answer):
            yield Fault(spec.id, f"Leave “{_label(spec)}” empty: it is not asked here.")
    yield from _one_person_twice(step, answers)
    known = {spec.id for spec in step.fields}
    for name in answers:
        if name not in known:
            yield Fault(name, f"“{name}” is no question of “{step.title}”.")


def _faults_of(spec: Field, answer: Any, step: Node, comparable: Answers) -> Iterator[Fault]:
    if _is_open(spec, answer) and _is_required(spec, step, comparable):
        yield Fault(spec.id, missing(spec))
    elif not _is_empty(answer) and (found := list(_wrong_in(spec, answer))):
        yield from found
    elif spec.refuse_when and holds(spec.refuse_when, step, comparable):
        yield Fault(spec.id, spec.refuse_message)


def asked(step: Node, given: Answers) -> frozenset[str]:
    """Give the ids of the questions that are asked once what is not asked counts for nothing."""
    comparable = _comparable(step, given)
    shown = frozenset(spec.id for spec in step.fields)
    for _ in step.fields:
        now_shown = _shown(step, {name: comparable[name] for name in comparable if name in shown})
        if now_shown == shown:
            break
        shown = now_shown
    return shown


def holds(condition: str | None, step: Node, answers: Answers) -> bool:
    """Decide whether a question is asked; one that depends on an open question is not, yet."""
    if condition is None:
        return True
    try:
        return compile_condition(condition).evaluate(_Given(step.id, answers))
    except Unset:
        return False


def missing(spec: Field) -> str:
    """Say what to do about a required question that was left open."""
    label = _label(spec)
    if spec.type == "boolean" and not spec.required:
        return f"Tick “{label}” to go on."
    if spec.type in _CHOSEN:
        return f"Choose an answer for “{label}”."
    if spec.type == "file":
        return f"Attach a document for “{label}”."
    if spec.type == "table":
        return f"Add at least one row to “{label}”."
    return f"Fill in “{label}”."


def misfit(spec: Field, answer: Any) -> str | None:
    """Say why an answer is none to such a question, whatever the others are; None where it fits.

    A row of a table is judged column by column: see `faults`.
    """
    return _JUDGES[spec.type](spec, answer)


def _label(spec: Field) -> str:
    return spec.label or spec.id


def _shown(step: Node, answers: Answers) -> frozenset[str]:
    return frozenset(spec.id for spec in step.fields if holds(spec.shown_when, step, answers))


def _comparable(step: Node, answers: Answers) -> dict[str, Any]:
    """Give the answers that conditions can compare: those that are of their question's type."""
    return {
        spec.id: answers[spec.id]
        for spec in step.fields
        if not _is_empty(answers.get(spec.id)) and misfit(spec, answers[spec.id]) is None
    }


def _is_empty(answer: Any) -> bool:
    return answer is None or answer in ("", [])


def _is_open(spec: Field, answer: Any) -> bool:
    """Say whether a question is unanswered; a box that must be ticked is, until it is ticked."""
    if spec.type == "boolean" and not spec.required and answer is False:
        return True
    return _is_empty(answer)


def _is_required(spec: Field, step: Node, answers: Answers) -> bool:
    if spec.required or spec.required_when is None:
        return spec.required
    return holds(spec.required_when, step, answers)


def _wrong_in(spec: Field, answer: Any) -> Iterator[Fault]:
    """Walk what is wrong with an answer that was given; for a table row by row."""
    if (message := misfit(spec, answer)) is not None:
        yield Fault(spec.id, message)
        return
    for number, row in enumerate(answer if spec.type == "table" else ()):
        for column in spec.columns:
            message = _wrong_cell(column, row.get(column.id))
            if message is not None:
                yield Fault(spec.id, message, number, column.id)


def _wrong_cell(column: Field, cell: Any) -> str | None:
    if _is_empty(cell):
        return missing(column) if column.required else None
    return misfit(column, cell)


def _one_person_twice(step: Node, answers: Answers) -> Iterator[Fault]:
    """Ask for different people where several fields name who will run a site (K14)."""
    named: dict[Any, Field] = {}
    for spec in step.fields:
        person = answers.get(spec.id)
        if spec.type != "person" or not (spec.register or "").startswith("site-role:"):
            continue
        if isinstance(person, int) and (first := named.setdefault(person, spec)) is not spec:
            yield Fault(spec.id, f"Choose somebody else than for “{first.label}”.")


class _Given:
    """The answers of one form as what a condition reads."""

    def __init__(self, element: str, answers: Answers) -> None:
        self._element = element
        self._answers = answers

    def value(self, element: str, field: str) -> Value:
        if element != self._element or self._answers.get(field) in (None, ""):
            raise Unset(element, field)
        answer: Value = self._answers[field]
        return answer

    def values(self, element: str, field: str) -> list[Value]:
        return [self.value(element, field)]


def _text(spec: Field, answer: Any) -> str | None:
    if not isinstance(answer, str):
        return "Write this as text."
    least, most = spec.min_length or 0, spec.max_length or LONGEST_TEXT
    if not least <= len(answer) <= most:
        span = f"between {least} and {most}" if least else f"at most {most}"
        return f"Write {span} characters."
    if spec.pattern and not re.match(f"(?:{spec.pattern})$", answer):
        return f"This is not written as expected. {spec.help}"
    return None


def _web_address(spec: Field, answer: Any) -> str | None:
    if isinstance(answer, str) and not _ADDRESS.fullmatch(answer):
        return "Write the whole web address, such as https://www.example.org/page."
    return _text(spec, answer)


def _mail_address(spec: Field, answer: Any) -> str | None:
    if isinstance(answer, str):
        try:
            validate_email(answer, check_deliverability=False)
        except EmailNotValidError:
            return "Write an e-mail address, such as name@city.example."
    return _text(spec, answer)


def _number(spec: Field, answer: Any) -> str | None:
    kinds = int if spec.type == "long" else (int, float, Decimal)
    if isinstance(answer, bool) or not isinstance(answer, kinds):
        return "Give a whole number." if spec.type == "long" else "Give a number."
    number = Decimal(str(answer))
    least = Decimal(spec.minimum or -LARGEST_NUMBER)
    most = Decimal(spec.maximum or LARGEST_NUMBER)
    if number.is_finite() and least <= number <= most:
        return None
    lowest = f"at least {least:,}" if spec.minimum or not spec.maximum else ""
    highest = f"at most {most:,}" if spec.maximum or not spec.minimum else ""
    return f"Give a number of {' and '.join(filter(None, (lowest, highest)))}."


def _day(spec: Field, answer: Any) -> str | None:
    read: Callable[[str], object] = (
        date.fromisoformat if spec.type == "date" else datetime.fromisoformat
    )
    try:
        read(answer)
    except (TypeError, ValueError):
        return "Give a date, such as 2026-12-01."
    first, last = (spec.minimum or FIRST_DAY)[:10], (spec.maximum or LAST_DAY)[:10]
    if first <= answer[:10] <= last:
        return None
    earliest = f"from {first}" if spec.minimum or not spec.maximum else ""
    latest = f"to {last}" if spec.maximum or not spec.minimum else ""
    return f"Give a date {' and '.join(filter(None, (earliest, latest)))}."


def _choice(spec: Field, answer: Any) -> str | None:
    offered = [option.id for option in spec.options]
    return None if answer in offered else _NOT_OFFERED


def _choices(spec: Field, answer: Any) -> str | None:
    if not isinstance(answer, list):
        return _NOT_OFFERED
    return next(filter(None, (_choice(spec, one) for one in answer)), None)


def _truth(_spec: Field, answer: Any) -> str | None:
    return None if isinstance(answer, bool) else "Say yes or no."


def _reference(_spec: Field, answer: Any) -> str | None:
    is_id = isinstance(answer, int) and not isinstance(answer, bool) and answer > 0
    return None if is_id else _NOT_OFFERED


def _rows(spec: Field, answer: Any) -> str | None:
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        return "Give this as rows."
    if len(answer) > MOST_ROWS:
        return f"Give at most {MOST_ROWS} rows; more were sent."
    unknown = {name for row in answer for name in row} - {column.id for column in spec.columns}
    if unknown:
        return f"“{min(unknown)}” is no column of “{_label(spec)}”."
    return None


_JUDGES: dict[str, Callable[[Field, Any], str | None]] = {
    "string": _text,
    "long-text": _text,
    "url": _web_address,
    "email": _mail_address,
    "long": _number,
    "decimal": _number,
    "date": _day,
    "datetime": _day,
    "enum": _choice,
    "multi-enum": _choices,
    "boolean": _truth,
    **dict.fromkeys(_REFERENCES, _reference),
    "file": _reference,
    "table": _rows,
}
