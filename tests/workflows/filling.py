"""Whole forms made up from their fields, around the answers that a test is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests import city
from workflows.diagrams.conditions import Unset, Value, compile_condition
from workflows.diagrams.graph import Field, Node

# Questions that ask for more when the answer is yes.
NOT_TICKED = {"needs_retention_advice", "needs_law_advice", "public_body_site"}


@dataclass(frozen=True)
class Hand:
    """Whoever fills in a form: knows people and a platform, what day it is, and attaches documents."""

    people: city.Cast
    platform: int
    now: datetime
    attach: Callable[[], int]

    def fill(self, node: Node, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Fill in a form as far as it must be, the first choice taken where none is given."""
        assert set(answers) <= {field.id for field in node.fields}, f"{node.id} does not ask that"
        whole: dict[str, Any] = {}
        for asked in node.fields:
            if asked.id in answers:
                whole[asked.id] = answers[asked.id]
            elif not _is_asked(asked, node, whole):
                continue
            elif asked.required or _holds(asked.required_when, node, whole):
                whole[asked.id] = self._answer(asked)
        return {name: answer for name, answer in whole.items() if answer is not None}

    def _answer(self, asked: Field) -> Any:
        if asked.type == "file":
            return self.attach()
        if asked.type == "table":
            return [{column.id: self._answer(column) for column in asked.columns}]
        return self._simple(asked)

    def _simple(self, asked: Field) -> Any:
        people = self.people
        if asked.options:
            first = asked.options[0].id
            return [first] if asked.type == "multi-enum" else first
        return {
            "boolean": asked.id not in NOT_TICKED,
            "person": {"backup_admin": people.nora, "delegate": people.nora}.get(
                asked.id, people.rosa
            ),
            "platform": self.platform,
            "unit": people.parks,
            "site": 1,
            "date": (self.now.date() + timedelta(days=30)).isoformat(),
            "datetime": self.now.isoformat(),
            "url": "https://social.example/northwater-parks",
            "email": "parks@northwater.example",
            "long": 1,
            "decimal": 1.5,
        }.get(asked.type, "Northwater Parks")


class _Own:
    """The answers of one form, for its own conditions."""

    def __init__(self, element: str, answers: Mapping[str, Value]) -> None:
        self.element, self.answers = element, answers

    def value(self, element: str, name: str) -> Value:
        if element != self.element or name not in self.answers:
            raise Unset(element, name)
        return self.answers[name]

    def values(self, element: str, name: str) -> list[Value]:
        return [self.value(element, name)]


def _is_asked(asked: Field, node: Node, answers: Mapping[str, Any]) -> bool:
    return asked.shown_when is None or _holds(asked.shown_when, node, answers)


def _holds(condition: str | None, node: Node, answers: Mapping[str, Any]) -> bool:
    if condition is None:
        return False
    try:
        return compile_condition(condition).evaluate(_Own(node.id, answers))
    except Unset:
        return False
