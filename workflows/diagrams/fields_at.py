"""Which answers a condition may read at a place of a diagram, and which are there on every way."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from workflows.diagrams.graph import BOUNDARIES, ENDS, STARTS, Diagram, Field, Node
from workflows.diagrams.lint.structure import reachable, successors

Callers = Callable[[str], Sequence[Diagram]]


@dataclass(frozen=True)
class FieldAt:
    """A field that a condition may name as `step.field` at a place.

    `always`: the step lies on every way there; whether an optional field of it was filled in is
    another matter. `counted`: the step is done several times, so that its answers are counted.
    """

    step: str
    step_title: str
    field: Field
    always: bool
    counted: bool = False


def _nobody(_process: str) -> Sequence[Diagram]:
    return ()


def fields_at(diagram: Diagram, element: str, callers: Callers = _nobody) -> tuple[FieldAt, ...]:
    """Give the fields that may be set when a token is at an element, or has come to a flow.

    What was asked last stands first, and the inputs of a called diagram after its own steps; those
    are found in the diagrams that `callers` gives for a process id. A place that is not in the
    diagram has none. The order of the fields is that of their forms.
    """
    place = diagram.nodes.get(element)
    if place is None and element in diagram.flows:
        place = diagram.nodes.get(diagram.flows[element].source)
    if place is None:
        return ()
    own = _asked_before(diagram, place, after=place.id != element)
    return tuple(_fields([*own, *_inputs(diagram, callers, ())]))


def _fields(steps: Sequence[tuple[Node, bool]]) -> Iterator[FieldAt]:
    for step, always in steps:
        for field in step.fields:
            yield FieldAt(step.id, step.title, field, always, step.loop is not None)


def _asked_before(diagram: Diagram, place: Node, *, after: bool) -> list[tuple[Node, bool]]:
    """Walk back from a place to all steps with a form, the nearest first; `after`: itself too."""
    before: dict[str, list[str]] = {}
    for node in diagram.nodes.values():
        for follower in successors(diagram, node):
            before.setdefault(follower, []).append(node.id)
    queue = deque([place.id] if after else before.get(place.id, ()))
    found: dict[str, Node] = {}
    while queue:
        node = diagram.nodes[queue.popleft()]
        if node.id not in found:
            found[node.id] = node
            queue += before.get(node.id, ())
    bits = _bits(diagram)
    there = _passed(diagram).get(place.id, 0) | (bits.get(place.id, 0) if after else 0)
    return [(node, bool(there & bits[node.id])) for node in found.values() if node.fields]


def _passed(diagram: Diagram) -> dict[str, int]:
    """Give for each node that a case can reach the steps that lie on every way to it."""
    bits = _bits(diagram)
    everything = (1 << len(bits)) - 1
    starts = [start.id for start in diagram.starts()]
    # Whatever is not shown to be missed on some way is on every one: it only ever gets less.
    passed = dict.fromkeys(reachable(diagram, starts), everything)
    waiting = deque(passed)
    while waiting:
        node = diagram.nodes[waiting.popleft()]
        there = _arriving(diagram, node, passed, bits)
        if there != passed[node.id]:
            passed[node.id] = there
            waiting += successors(diagram, node)
    return passed


def _bits(diagram: Diagram) -> dict[str, int]:
    """Give each step with a form a bit of its own, so that sets of them are numbers."""
    asking = (node.id for node in diagram.nodes.values() if node.fields)
    return {identity: 1 << place for place, identity in enumerate(asking)}


def _arriving(
    diagram: Diagram, node: Node, passed: Mapping[str, int], bits: Mapping[str, int]
) -> int:
    if node.kind in BOUNDARIES:
        return passed.get(node.attached_to or "", 0)
    if node.kind in STARTS:
        return passed.get(node.parent or "", 0)
    ways = [
        passed[flow.source] | bits.get(flow.source, 0) | _inside(diagram, flow.source, passed)
        for flow in diagram.incoming(node.id)
        if flow.source in passed
    ]
    # Where branches meet again, all of them have been gone; else only one of the ways was.
    return reduce(or_ if node.kind == "parallelGateway" else and_, ways)


def _inside(diagram: Diagram, part: str, passed: Mapping[str, int]) -> int:
    """Give the steps of a subprocess that lie on every way to an end of it; none of another step."""
    ends = (node for node in diagram.inside(part) if node.kind in ENDS and node.kind != "errorEnd")
    ways = [passed[end.id] for end in ends if end.id in passed]
    return reduce(and_, ways) if ways else 0


def _inputs(
    diagram: Diagram, callers: Callers, within: tuple[str, ...]
) -> Iterator[tuple[Node, bool]]:
    """Give the steps of its callers that a called diagram names, going out from call to call."""
    if not diagram.inputs or diagram.process_id in within:
        return
    around = (*within, diagram.process_id)
    offers = [
        dict(_offered(caller, call, callers, around))
        for caller in callers(diagram.process_id)
        for call in caller.of_kind("callActivity")
        if call.called == diagram.process_id
    ]
    for name in diagram.inputs:
        found = [offer[name] for offer in offers if name in offer]
        if found and name not in diagram.nodes:
            steps, certain = zip(*found, strict=True)
            yield steps[0], len(found) == len(offers) and all(certain)


def _offered(
    caller: Diagram, call: Node, callers: Callers, within: tuple[str, ...]
) -> Iterator[tuple[str, tuple[Node, bool]]]:
    for step, always in (
        *_inputs(caller, callers, within),
        *_asked_before(caller, call, after=False),
    ):
        yield step.id, (step, always)
