"""What each choice in a step leads to, read from the diagrams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.diagrams.conditions import Unset, Value, compile_condition
from workflows.diagrams.graph import ENDS, GATEWAYS, Diagram, Flow, Node

# Gateways, calls and ends of called diagrams in a row; a longer chain is a riddle, not a consequence.
MOST_TURNS = 6

ALONE: Mapping[str, Diagram] = {}


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


def consequences(
    diagram: Diagram, element: str, *, among: Mapping[str, Diagram] = ALONE
) -> list[Consequence]:
    """Say what follows a step: for each option of the field that the next gateway asks about.

    A step that no gateway follows has one consequence, without a choice. Flows whose conditions
    depend on other answers are all given: what follows then is not known yet. `among` are the
    diagrams of the case by their key: the end of a called one goes on in those that call it, and a
    call is told by its first step, where there is one.
    """
    step = diagram.nodes[element]
    field = next((f for f in step.fields if f.id in _asked_next(diagram, element)), None)
    if field is None or not field.options:
        return [Consequence(None, _said(diagram, element, _OneAnswer(element, None, None), among))]
    return [
        Consequence(
            option.label, _said(diagram, element, _OneAnswer(element, field.id, option.id), among)
        )
        for option in field.options
    ]


def operations_after(
    diagram: Diagram, element: str, *, among: Mapping[str, Diagram] = ALONE
) -> list[Node]:
    """Give the operations that may run at once when the step is done, whatever is chosen in it."""
    nodes = _reached(diagram, element, _OneAnswer(element, None, None), among)
    return [node for node in nodes if node.kind == "serviceTask"]


def _asked_next(diagram: Diagram, element: str) -> set[str]:
    return {
        name
        for flow in diagram.outgoing(element)
        for branch in diagram.outgoing(flow.target)
        if branch.condition
        for owner, name in compile_condition(branch.condition).names
        if owner == element
    }


def _said(
    diagram: Diagram, element: str, world: _OneAnswer, among: Mapping[str, Diagram]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_in_words, _reached(diagram, element, world, among))))


def _reached(
    diagram: Diagram, element: str, world: _OneAnswer, among: Mapping[str, Diagram]
) -> Iterator[Node]:
    seen: set[tuple[str, str]] = set()
    queue = [(diagram, flow.target, 0) for flow in diagram.outgoing(element)]
    while queue:
        here, target, turns = queue.pop(0)
        if (here.process_id, target) in seen:
            continue
        seen.add((here.process_id, target))
        node = here.nodes[target]
        on = _onward(here, node, world, among)
        if not on and node.kind not in GATEWAYS:
            yield node
        elif turns < MOST_TURNS:
            queue += [(where, flow.target, turns + 1) for where, flow in on]


def _onward(
    diagram: Diagram, node: Node, world: _OneAnswer, among: Mapping[str, Diagram]
) -> list[tuple[Diagram, Flow]]:
    """Give the flows on which a token goes on from here without waiting; none where it stays."""
    if node.kind in GATEWAYS:
        return [(diagram, flow) for flow in _taken(diagram, node, world)]
    if node.kind == "callActivity":
        return _entered(among.get(node.called or ""))
    if node.kind not in ENDS:
        return []
    if node.parent is not None:
        return [(diagram, flow) for flow in diagram.outgoing(node.parent)]
    return [
        (caller, flow)
        for caller in among.values()
        for call in caller.of_kind("callActivity")
        if call.called == diagram.process_id
        for left in _left_by(caller, call, node)
        for flow in caller.outgoing(left)
    ]


def _entered(called: Diagram | None) -> list[tuple[Diagram, Flow]]:
    """Give the flow to the first step of a called diagram; none where it begins with a question."""
    if called is None:
        return []
    return [
        (called, flow)
        for start in called.starts()
        for flow in called.outgoing(start.id)
        if called.nodes[flow.target].kind not in GATEWAYS
    ]


def _left_by(caller: Diagram, call: Node, end: Node) -> list[str]:
    """Give what a call is left by when the called diagram ends here: itself, or an error event."""
    if end.kind != "errorEnd":
        return [call.id]
    return [
        event.id
        for event in caller.boundaries(call.id)
        if event.kind == "boundaryError" and event.error in (None, end.error)
    ]


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
