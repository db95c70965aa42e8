"""Reading the facts of a case as the register needs them: typed, and refused when missing.

A reader without `required` answers None where nobody has answered; a blank answer is none.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from workflows.operations.occasion import Fact, Occasion, OperationError


def given(occasion: Occasion, key: str) -> Fact | None:
    """The fact with this key, unless it was left blank."""
    fact = occasion.facts.get(key)
    return None if fact is None or fact.value in (None, "", [], {}) else fact


def required(occasion: Occasion, key: str) -> Fact:
    """The fact with this key; raises OperationError where nobody has given it."""
    fact = given(occasion, key)
    if fact is None:
        raise OperationError(
            f"{occasion.case.label} does not say {_in_words(key)} ({key}). "
            "Somebody has to answer it in the case first."
        )
    return fact


def done(occasion: Occasion, act: str) -> Fact | None:
    """The latest time that somebody did this act in the case, with its outcome; None if never.

    What an act decided is what the rules judged it by, so it counts before any field's answer.
    """
    return occasion.acts.get(act)


def person_of(fact: Fact, key: str) -> int:
    """Who gave the fact; raises OperationError where a machine did."""
    if fact.person_id is None:
        raise OperationError(
            f"Nobody stands behind {_in_words(key)} ({key}): a person must say it."
        )
    return fact.person_id


def text(occasion: Occasion, key: str) -> str | None:
    """An answer in words; the rows of a table and several choices become one sentence."""
    fact = given(occasion, key)
    return None if fact is None else in_words(fact.value)


def required_text(occasion: Occasion, key: str) -> str:
    return in_words(required(occasion, key).value)


def number(occasion: Occasion, key: str) -> int | None:
    """The id of a person, platform or file."""
    fact = given(occasion, key)
    return None if fact is None else _number(fact.value, key)


def numbers(occasion: Occasion, key: str) -> list[int]:
    """The ids of one person or several: two fields of a step may carry the same key."""
    fact = given(occasion, key)
    if fact is None:
        return []
    values = fact.value if isinstance(fact.value, list) else [fact.value]
    return [_number(value, key) for value in values]


def required_number(occasion: Occasion, key: str) -> int:
    return _number(required(occasion, key).value, key)


def choices(occasion: Occasion, key: str) -> list[Any] | None:
    """Several choices or rows; a single answer with commas is taken apart."""
    fact = given(occasion, key)
    if fact is None:
        return None
    if isinstance(fact.value, str):
        return [part.strip() for part in fact.value.split(",") if part.strip()]
    return list(fact.value) if isinstance(fact.value, Sequence) else [fact.value]


def rows(occasion: Occasion, key: str) -> list[Mapping[str, Any]]:
    """The rows of a table; none where it was left empty."""
    fact = given(occasion, key)
    return [] if fact is None else [row for row in fact.value if isinstance(row, Mapping)]


def is_yes(occasion: Occasion, key: str) -> bool:
    fact = given(occasion, key)
    return fact is not None and str(fact.value).lower() in {"true", "yes", "1"}


def day(occasion: Occasion, key: str) -> date | None:
    fact = given(occasion, key)
    return None if fact is None else _moment(fact, key).date()


def required_day(occasion: Occasion, key: str) -> date:
    return _moment(required(occasion, key), key).date()


def required_moment(occasion: Occasion, key: str) -> datetime:
    """A time in UTC. A day alone counts from noon, so that it is that day in every office."""
    return _moment(required(occasion, key), key)


def in_words(value: Any) -> str:
    """An answer of any kind as text for a record that people read."""
    if isinstance(value, Mapping):
        return ", ".join(in_words(part) for part in value.values() if part not in (None, ""))
    if isinstance(value, list | tuple):
        return "; ".join(in_words(part) for part in value)
    return str(value).strip()


def _number(value: Any, key: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise OperationError(f"{_in_words(key)} ({key}) is not a choice of its list.") from None


def _moment(fact: Fact, key: str) -> datetime:
    written = str(fact.value)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise OperationError(f"{_in_words(key)} ({key}) is not a date: {written!r}.") from None
    if len(written) <= len("2026-11-16"):
        moment = datetime.combine(moment, time(12))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_words(key: str) -> str:
    subject, _, field = key.replace(":", ".").partition(".")
    return f"the {subject.replace('-', ' ')}'s {field.replace('_', ' ')}" if field else key
