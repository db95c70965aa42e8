"""What people typed, made fit to stand in XML."""

import re
from collections.abc import Iterable

from workflows.diagrams.conditions import ConditionError, compile_condition
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.lint.lengths import LONGEST_NAME, LONGEST_TEXT
from workflows.diagrams.profile import words as kind_words
from workflows.diagrams.timers import Timer, TimerError, parse_timer

# Everything that XML cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(typed: str, field: str, longest: int = LONGEST_TEXT) -> str:
    """Give the text without white space around it, lines kept."""
    if (found := _FORBIDDEN.search(typed)) is not None:
        raise EditError(
            field,
            f"The text holds a character that a file cannot hold (number {ord(found[0])}). Type it "
            "again instead of pasting it.",
        )
    plain = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > longest:
        raise EditError(
            field,
            f"The text has {len(plain):,} characters; at most {longest:,} fit. Make it shorter.",
        )
    return plain


def name(typed: str, field: str = "name") -> str:
    """Give a name: one line, at most 200 characters."""
    return " ".join(text(typed, field, LONGEST_NAME).split())


def needed(typed: str, field: str, what: str) -> str:
    """Give a name that must not be empty; `what` says whose, as in "the step"."""
    given = name(typed, field)
    if not given:
        raise EditError(field, f"Give {what} a name.")
    return given


def word(typed: str, field: str) -> str:
    """Give an identifier, such as an act or an operation: one word."""
    given = text(typed, field, LONGEST_NAME)
    if given.split() != [given][: len(given)]:
        raise EditError(field, f'"{given[:80]}" has white space in it. Write one word.')
    return given


def several(typed: Iterable[str], field: str) -> str:
    """Give identifiers as an attribute holds them, with spaces between, each once."""
    return " ".join(dict.fromkeys(filter(None, (word(one, field) for one in typed))))


def condition(typed: str, field: str = "condition") -> str:
    """Give a condition that can be read, "" for none."""
    given = text(typed, field)
    if given:
        try:
            compile_condition(given)
        except ConditionError as error:
            raise EditError(field, str(error)) from error
    return given


def timer(typed: str, field: str = "timer") -> Timer:
    """Give a timer that can be read: P5BD, PT4H, a date, a repetition."""
    try:
        return parse_timer(text(typed, field))
    except TimerError as error:
        raise EditError(field, str(error)) from error


def length(typed: str, field: str = "due") -> str:
    """Give a length of time that can be read, "" for none."""
    given = text(typed, field)
    if given and timer(given, field).kind != "duration":
        raise EditError(
            field,
            f'"{given}" is not a length of time. Write "P5BD" for five business days or "PT4H" for four '
            "hours.",
        )
    return given


def one(kind: str) -> str:
    """Give a BPMN tag as one of its kind: exclusiveGateway is "an exclusive gateway"."""
    said = kind_words(kind)
    return f"{'an' if said[:1] in 'aeio' else 'a'} {said}"
