"""Two versions of a process as pictures: each change numbered at its elements, on both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workflows.diagrams.comparing import Change

WORDS = {"added": "New", "removed": "Gone", "changed": "Changed"}


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, where its BPMN is, and what is painted on it.

    `changes` has by element id the kind of its mark and the words in it: "Changed 2, 5".
    """

    name: str
    xml_url: str
    changes: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Named:
    """A diagram that is compared: its name and where its BPMN is."""

    name: str
    xml_url: str


def sides(before: Named, after: Named, changes: Sequence[Change]) -> tuple[Side, Side]:
    """Paint the changes on both; their numbers are those of the list, from 1."""
    pairs = [(change.before, change.after) for change in changes]
    return (
        Side(before.name, before.xml_url, _marks(pairs, "removed")),
        Side(after.name, after.xml_url, _marks([pair[::-1] for pair in pairs], "added")),
    )


def grouped(changes: Sequence[Change]) -> list[tuple[str, list[tuple[int, Change]]]]:
    """Give the changes under their headings, numbered through: the numbers stand on the drawings."""
    numbered = list(enumerate(changes, 1))
    return [
        (topic.value, list(some)) for topic, some in groupby(numbered, lambda pair: pair[1].topic)
    ]


def _marks(
    pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]], alone: str
) -> dict[str, dict[str, str]]:
    """Give the marks of one side; `alone` is the kind of what only this side has."""
    numbers: dict[str, list[str]] = {}
    on_both: set[str] = set()
    for number, (here, there) in enumerate(pairs, 1):
        for element in here:
            numbers.setdefault(element, []).append(str(number))
            if there:
                on_both.add(element)
    marks = {}
    for element, found in numbers.items():
        kind = "changed" if element in on_both else alone
        marks[element] = {"kind": kind, "text": f"{WORDS[kind]} {', '.join(found)}"}
    return marks
