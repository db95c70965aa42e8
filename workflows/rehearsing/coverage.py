"""How much of a diagram rehearsals have been through."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.diagrams.graph import Diagram, Flow
from workflows.engine import Passed


@dataclass(frozen=True)
class Coverage:
    """The flows of a diagram that were taken, of all, and the others in words."""

    taken: frozenset[str]
    all: int
    missing: tuple[str, ...]


def coverage(diagram: Diagram, passed: Iterable[Passed]) -> Coverage:
    """Say which flows of a diagram were taken by what has been passed, in whatever rehearsal."""
    gone = {
        step.element
        for step in passed
        if step.kind == "flow" and step.diagram == diagram.process_id
    }
    taken = frozenset(gone & diagram.flows.keys())
    missing = tuple(
        _words(diagram, flow) for key, flow in diagram.flows.items() if key not in taken
    )
    return Coverage(taken, len(diagram.flows), missing)


def _words(diagram: Diagram, flow: Flow) -> str:
    source, target = diagram.nodes[flow.source], diagram.nodes[flow.target]
    name = " ".join(flow.name.split())
    way = f"“{source.title}” to “{target.title}”"
    return f"{way} ({name})" if name else way
