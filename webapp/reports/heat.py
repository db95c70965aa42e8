"""What the picture of a diagram shows of its cases: open and overdue steps, and where time is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from webapp.reports.tables import shortly
from workflows.diagrams.graph import Diagram
from workflows.status.counts import Stage
from workflows.status.pace import Key

LEVELS = 5


@dataclass(frozen=True)
class Picture:
    """A diagram to be drawn, with its marks as viewer.js wants them."""

    key: str
    name: str
    url: str
    state: dict[str, Any]
    open: int


def picture(
    diagram: Diagram, url: str, stages: Sequence[Stage], medians: Mapping[Key, float]
) -> Picture:
    """Mark the steps of a diagram: how many are open and overdue, how long each takes, how hot it is.

    A step that calls another diagram says what waits inside that one. `medians` are of all
    diagrams of the process, so that a colour means the same in each of them.
    """
    key = diagram.process_id
    here = [stage for stage in stages if stage.place.diagram == key]
    called = {
        node.id: [stage for stage in stages if stage.place.diagram == node.called]
        for node in diagram.of_kind("callActivity")
    }
    groups = {stage.place.element: [stage] for stage in here} | called
    mine = {element: seconds for (of, element), seconds in medians.items() if of == key}
    state = {
        "notes": {
            element: _words(sum(s.waiting for s in found), "open", inside=element in called)
            for element, found in groups.items()
            if found
        },
        "late": {
            element: f"{late} overdue"
            for element, found in groups.items()
            if (late := sum(stage.overdue for stage in found))
        },
        "times": {element: shortly(seconds) for element, seconds in mine.items()},
        "heat": {element: level(seconds, medians.values()) for element, seconds in mine.items()},
    }
    return Picture(key, diagram.name or key, url, state, sum(stage.waiting for stage in here))


def level(seconds: float, all_of: Iterable[float]) -> int:
    """Give how hot a step is, from 1 to LEVELS, beside the slowest one."""
    most = max(all_of)
    return max(1, ceil(LEVELS * seconds / most)) if most > 0 else 1


def _words(count: int, word: str, *, inside: bool) -> str:
    return f"{count} {word} inside" if inside else f"{count} {word}"
