"""Answers made up for a form, so that nobody has to type a whole request to try a step."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from workflows.diagrams.conditions import Unset, Value, compile_condition
from workflows.diagrams.graph import Diagram, Field, Node
from workflows.rehearsing.cast import Cast

# Of a class of signs in a pattern the first one is tried.
_A_CLASS = re.compile(r"\[(.)[^\]]*\]")
_DOMAIN = re.compile(r"@([\w.-]*\w)")
TEXT = "Invented for the rehearsal"

_SIMPLE = {
    "unit": 1,
    "site": 1,
    "platform": 1,
    "file": 1,
    "url": "https://www.example.org/invented",
    "email": "invented@example.org",
}


def invented_answers(
    node: Node,
    cast: Cast,
    diagrams: Sequence[Diagram],
    *,
    now: datetime,
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Fill in a form as far as it must be: the first choice that is not refused, different people.

    What is `given` stays, and the rest is filled in around it.
    """
    hand = _Hand(node, cast, diagrams, now, dict(given or {}))
    for asked in node.fields:
        if asked.id not in hand.given and hand.is_wanted(asked):
            hand.fill(asked)
    return {name: answer for name, answer in hand.given.items() if answer is not None}


@dataclass
class _Hand:
    node: Node
    cast: Cast
    diagrams: Sequence[Diagram]
    now: datetime
    given: dict[str, Any]

    def __post_init__(self) -> None:
        numbers = [number for number, _ in self.cast.choices("person", self.diagrams)]
        self.people: Iterator[int] = cycle(numbers or [1])

    def is_wanted(self, asked: Field) -> bool:
        if asked.shown_when is not None and not self._holds(asked.shown_when):
            return False
        return asked.required or (
            asked.required_when is not None and self._holds(asked.required_when)
        )

    def fill(self, asked: Field) -> None:
        for answer in self._tried(asked):
            self.given[asked.id] = answer
            if asked.refuse_when is None or not self._holds(asked.refuse_when):
                return

    def _tried(self, asked: Field) -> list[Any]:
        """Give the answers to try, the best first."""
        if asked.type == "boolean":
            return [True, False]
        if asked.type == "enum":
            return [option.id for option in asked.options]
        return [self._answer(asked)]

    def _answer(self, asked: Field) -> Any:
        match asked.type:
            case "table":
                return [{column.id: self._tried(column)[0] for column in asked.columns}]
            case "multi-enum":
                return [asked.options[0].id]
            case "person":
                return next(self.people)
        return self._plain(asked)

    def _plain(self, asked: Field) -> Any:
        if asked.type in ("long", "decimal"):
            return _number(asked)
        if asked.type in ("date", "datetime"):
            return self._day(asked)
        return _fitting(asked, _SIMPLE.get(asked.type) or _text(asked))

    def _day(self, asked: Field) -> str:
        if asked.type == "datetime":
            return self.now.isoformat(timespec="minutes")
        day = (self.now + timedelta(days=30)).date().isoformat()
        return min(max(day, asked.minimum or day), asked.maximum or day)

    def _holds(self, condition: str) -> bool:
        try:
            return compile_condition(condition).evaluate(_Own(self.node.id, self.given))
        except Unset:
            return False


def _fitting(asked: Field, answer: Any) -> Any:
    """Give an answer written as its pattern asks, where that only names a mail domain."""
    pattern = asked.pattern or ".*"
    domains = _DOMAIN.findall(_A_CLASS.sub(r"\1", pattern.replace("\\.", ".")))
    tried = [answer, *(f"invented@{domain}" for domain in domains)]
    return next((one for one in tried if re.fullmatch(pattern, str(one))), answer)


def _number(asked: Field) -> int | float:
    least = float(asked.minimum) if asked.minimum else 1.0
    return int(least) if least == int(least) else least


def _text(asked: Field) -> str:
    least, most = asked.min_length or 0, asked.max_length or len(TEXT) + (asked.min_length or 0)
    text = TEXT
    while len(text) < least:
        text = f"{text}, {TEXT.lower()}"
    return text[:most]


@dataclass(frozen=True)
class _Own:
    """The answers of one form, for its own conditions."""

    element: str
    given: Mapping[str, Any]

    def value(self, element: str, field: str) -> Value:
        if element != self.element or self.given.get(field) is None:
            raise Unset(element, field)
        answer: Value = self.given[field]
        return answer

    def values(self, element: str, field: str) -> list[Value]:
        return [self.value(element, field)]
