"""Circles that would turn for ever by themselves, because nothing in them waits."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from workflows.diagrams.graph import ENDS, Diagram, Finding, Node
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted

# A service task does not wait for anybody: the worker does it at once.
_WAITING = frozenset(
    {
        "userTask",
        "manualTask",
        "receiveTask",
        "timerCatch",
        "messageCatch",
        "boundaryTimer",
        "boundaryMessage",
        "eventBasedGateway",
    }
)


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Report a circle of steps in which no person is asked and no event is waited for."""
    before: dict[str, set[str]] = {}
    for node in diagram.nodes.values():
        for place, next_place in _moves(diagram, node, known):
            before.setdefault(next_place, set()).add(place)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as circle:
        ids = list(dict.fromkeys(place.removesuffix(_AFTER) for place in reversed(circle.args[1])))
        nodes = [diagram.nodes[identity] for identity in ids]
        yield error(
            nodes[0],
            "automatic-cycle",
            f"The circle of {quoted(node.title for node in nodes)} would turn for ever: nobody is asked "
            "in it and nothing is waited for. Put a user task or a timer into it.",
        )


# A subprocess has two places: entered, and (with this ending) left.
_AFTER = "\0after"


def _moves(diagram: Diagram, node: Node, known: Known) -> Iterator[tuple[str, str]]:
    """Walk the moves that a run makes from this node without waiting."""
    if _waits(node, known):
        return
    leaves = node.id + _AFTER if node.kind == "subProcess" else node.id
    for flow in diagram.outgoing(node.id):
        if flow.target in diagram.nodes:
            yield leaves, flow.target
    for start in diagram.starts(node.id):
        yield node.id, start.id
    for boundary in diagram.boundaries(node.id):
        yield node.id, boundary.id
    if node.kind in ENDS and node.parent in diagram.nodes:
        yield node.id, f"{node.parent}{_AFTER}"


def _waits(node: Node, known: Known) -> bool:
    if node.kind == "callActivity":
        called = known.diagrams.get(node.called or "")
        return called is None or called.waits
    return node.kind in _WAITING
