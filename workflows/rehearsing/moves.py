"""The moves of a rehearsal, as they are kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from workflows import engine

# The engine tells calls of one diagram apart by numbers that are others each time it is played.
_CALL = re.compile(r"\.[0-9a-f]{8}(?=/|#|$)")


@dataclass(frozen=True)
class Place:
    """Where something waits, the same each time the same moves are made.

    `scope` names the calls around it, without numbers; `nth` tells alike ones apart, from 0, in the
    order in which they wait.
    """

    diagram: str
    element: str
    scope: str = ""
    nth: int = 0

    @classmethod
    def of(cls, waiting: engine.Waiting, nth: int = 0) -> "Place":
        """Give the place of what waits in the engine."""
        return cls(waiting.diagram, waiting.element, _CALL.sub("", waiting.scope), nth)

    @property
    def text(self) -> str:
        """The place as one text, for forms and addresses; `parse` reads it again."""
        return f"{self.diagram} {self.element} {self.nth} {self.scope}".strip()

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Read what `text` gave, None for anything else."""
        parts = text.split(" ")
        if len(parts) not in (3, 4) or not parts[2].isdecimal() or len(parts[2]) > 3:
            return None
        return cls(parts[0], parts[1], parts[3] if len(parts) == 4 else "", int(parts[2]))


@dataclass(frozen=True)
class Begin:
    """A case of the process is started, by the invented person with this key or whoever usually does."""

    process: str
    by: str = ""


@dataclass(frozen=True)
class Answer:
    """Somebody does a step, or sends a message; `by` is the key of an invented person.

    `title` is what the step was called then, to name it where it is gone.
    """

    place: Place
    by: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Ring:
    """The clock is moved to when a deadline comes; what is due before it comes before it."""

    place: Place
    title: str = ""


@dataclass(frozen=True)
class Days:
    """The clock is moved by so many business days, to the close of office."""

    number: int


@dataclass(frozen=True)
class Until:
    """The clock is moved to a moment (aware)."""

    moment: datetime


Move: TypeAlias = Begin | Answer | Ring | Days | Until


def as_json(moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Give moves as they are kept in the database; `read` reads them again."""
    return [_as_json(move) for move in moves]


def _as_json(move: Move) -> dict[str, Any]:
    match move:
        case Begin(process, by):
            return {"kind": "begin", "process": process, "by": by}
        case Answer(place, by, answers, title):
            said = {"by": by, "answers": dict(answers), "title": title}
            return {"kind": "answer", "place": place.text, **said}
        case Ring(place, title):
            return {"kind": "ring", "place": place.text, "title": title}
        case Days(number):
            return {"kind": "days", "number": number}
        case Until(moment):
            return {"kind": "until", "moment": moment.isoformat()}


def read(kept: Sequence[Mapping[str, Any]]) -> tuple[Move, ...]:
    """Read moves from what `as_json` gave."""
    return tuple(_read(move) for move in kept)


def _read(move: Mapping[str, Any]) -> Move:
    match move["kind"]:
        case "begin":
            return Begin(move["process"], move["by"])
        case "days":
            return Days(move["number"])
        case "until":
            return Until(datetime.fromisoformat(move["moment"]))
    place = Place.parse(move["place"]) or Place("", "")
    if move["kind"] == "ring":
        return Ring(place, move["title"])
    return Answer(place, move["by"], move["answers"], move["title"])
