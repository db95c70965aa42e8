"""What each choice in a step leads to, read from the diagram."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflows.diagrams.conditions import Unset, Value, compile_condition
from workflows.diagrams.graph import ENDS, GATEWAYS, Diagram, Flow, Node

# Gateways in a row; a longer chain of them is a riddle, not a consequence.
MOST_GATEWAYS = 6


@dataclass(frozen=True)
class Consequence:
    """What comes next: the choice's label (None where there is no choice) and the next steps."""

    choice: str | None
    steps: tuple[str, ...]


class _OneAnswer:
    """A world in which only one field is answered."""

    def __init__(self, element: str, field: str | None, answer: Value) -> None:
        self._known = (element, field)
        self._answer = answer

    def value(self, element: str, field: str) -> Value:
        if (element, field) != self._known:
            raise Unset(element, field)
        return self._answer

    def values(self, element: str, field: str) -> list[Value]:
        return [self.value(element, field)]


def consequences(diagram: Diagram, element: str) -> list[Consequence]:
    """Say what follows a step: for each option of the field that the next gateway asks about.

    A step that no gateway follows has one consequence, without a choice. Flows whose conditions
    depend on other answers are all given: what follows then is not known yet.
    """
    step = diagram.nodes[element]
    field = next((f for f in step.fields if f.id in _asked_next(diagram, element)), None)
    if field is None or not field.options:
        return [Consequence(None, tuple(_reached(diagram, element, None, None)))]
    return [
        Consequence(option.label, tuple(_reached(diagram, element, field.id, option.id)))
        for option in field.options
    ]


def _asked_next(diagram: Diagram, element: str) -> set[str]:
    return {
        name
        for flow in diagram.outgoing(element)
        for branch in diagram.outgoing(flow.target)
        if branch.condition
        for owner, name in compile_condition(branch.condition).names
        if owner == element
    }


def _reached(
    diagram: Diagram, element: str, field: str | None, answer: str | None
) -> Iterator[str]:
    world = _OneAnswer(element, field, answer)
    seen: set[str] = set()
    queue = [(flow.target, 0) for flow in diagram.outgoing(element)]
    while queue:
        target, depth = queue.pop(0)
        node = diagram.nodes[target]
        if target in seen:
            continue
        seen.add(target)
        if node.kind not in GATEWAYS:
            yield _in_words(node)
        elif depth < MOST_GATEWAYS:
            queue += [(flow.target, depth + 1) for flow in _taken(diagram, node, world)]


def _taken(diagram: Diagram, gateway: Node, world: _OneAnswer) -> list[Flow]:
    """Give the flows that this answer takes out of a gateway, or may take."""
    flows = list(diagram.outgoing(gateway.id))
    if gateway.kind != "exclusiveGateway" or len(flows) == 1:
        return flows
    possible: list[Flow] = []
    for flow in flows:
        if flow.condition is None or flow.id == gateway.default_flow:
            continue
        try:
            if compile_condition(flow.condition).evaluate(world):
                return [*possible, flow]
        except Unset:
            possible.append(flow)
    return possible + [flow for flow in flows if flow.id == gateway.default_flow]


def _in_words(node: Node) -> str:
    if node.kind in ENDS:
        return f"the case ends: {node.title}"
    if node.kind == "callActivity":
        return f"{node.title} begins"
    if node.lane and node.kind in ("userTask", "manualTask", "receiveTask"):
        return f"{node.title} ({node.lane})"
    return node.title
