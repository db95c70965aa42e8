"""From drawings to the specs that tokens move over, with every check that needs no case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from workflows.engine import drawing, joins, nodes
from workflows.engine.drawing import Drawing, Flow, Node, draw
from workflows.engine.errors import EngineError
from workflows.engine.script import compiled

_CLASSES: dict[str, type[nodes.FlowNode]] = {
    "userTask": nodes.Stop,
    "manualTask": nodes.Stop,
    "serviceTask": nodes.Stop,
    "receiveTask": nodes.Catch,
    "exclusiveGateway": nodes.ExclusiveGateway,
    "parallelGateway": joins.ParallelGateway,
    "inclusiveGateway": joins.InclusiveGateway,
    "eventBasedGateway": nodes.EventGateway,
    "startEvent": nodes.FlowNode,
    "endEvent": nodes.FlowNode,
    "boundaryEvent": nodes.Boundary,
    "intermediateCatchEvent": nodes.Catch,
    "intermediateThrowEvent": nodes.FlowNode,
}
_ENDS = {"terminate": nodes.TerminateEnd, "error": nodes.ErrorEnd}
# What an event-based gateway may lead to.
_EVENTS = frozenset({"intermediateCatchEvent", "receiveTask"})
_Errors: TypeAlias = frozenset[tuple[str, str | None]]
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


@dataclass(frozen=True)
class Specs:
    """Parsed diagrams, ready to run; one object serves any number of cases and threads at once.

    `specs` has one entry per scope: a process under its id, an embedded subprocess under
    `process/subprocess`.
    """

    main: str
    drawings: Mapping[str, Drawing]
    specs: Mapping[str, Any]
    as_called: bool = False


def parse(files: Mapping[str, bytes], process: str, *, as_called: bool | None = None) -> Specs:
    """Read a process and all that it calls.

    `files` maps process ids to BPMN files. `as_called` reads a diagram that others call as if it
    were alone: an error end that its caller would catch then ends it. By default that is one which
    nobody, no message and no clock may start. Raises EngineError with the element and what is
    wrong with it.
    """
    drawings: dict[str, Drawing] = {}
    _draw_all(files, process, drawings, ())
    specs: dict[str, Any] = {}
    for each in drawings.values():
        _check(each)
        _build(each, None, specs)
        for node in each.nodes.values():
            if node.tag == "subProcess":
                _build(each, node.id, specs)
    if as_called is None:
        as_called = _is_only_called(drawings[process])
    if not as_called:
        _check_errors_are_caught(drawings, process)
    return Specs(process, drawings, specs, as_called)


def _is_only_called(each: Drawing) -> bool:
    starts = [node for node in each.inside(None) if node.tag == "startEvent"]
    return not each.starters and all(node.event.kind == "none" for node in starts)


def _draw_all(
    files: Mapping[str, bytes], process: str, drawings: dict[str, Drawing], callers: tuple[str, ...]
) -> None:
    if process in callers:
        raise EngineError(process, "The diagram calls itself: " + " -> ".join((*callers, process)))
    if process in drawings:
        return
    if process not in files:
        raise EngineError(process, "The diagram is not among the files.")
    drawings[process] = draw(files[process], process)
    for node in drawings[process].nodes.values():
        if node.tag == "callActivity":
            if not node.called:
                raise EngineError(node.id, "It does not say which diagram it calls.")
            _draw_all(files, node.called, drawings, (*callers, process))


def _check(each: Drawing) -> None:
    for flow in each.flows.values():
        _check_flow(each, flow)
    for node in each.nodes.values():
        _check_node(each, node)
        if node.cardinality is not None:
            _check_condition(each, node.id, node.cardinality)
    for scope in (None, *(n.id for n in each.nodes.values() if n.tag == "subProcess")):
        starts = [node.id for node in each.inside(scope) if node.tag == "startEvent"]
        if not starts:
            raise EngineError(scope or each.process, "It has no start event.")
        if scope is not None and (len(starts) > 1 or each.nodes[starts[0]].event.kind != "none"):
            raise EngineError(scope, "A subprocess starts at one plain start event.")


def _check_flow(each: Drawing, flow: Flow) -> None:
    source, target = each.nodes.get(flow.source), each.nodes.get(flow.target)
    if source is None or target is None:
        raise EngineError(flow.id, "The flow is not connected at both ends.")
    if not source.parent == target.parent == flow.parent:
        raise EngineError(flow.id, "The flow crosses the border of a subprocess.")
    if source.tag == "endEvent" or target.tag in ("startEvent", "boundaryEvent"):
        raise EngineError(
            flow.id, "No flow leaves an end event or enters a start or boundary event."
        )
    if flow.condition is not None:
        if source.tag not in _CHOOSING or source.default == flow.id:
            raise EngineError(flow.id, "A condition has no effect on this flow.")
        _check_condition(each, flow.id, flow.condition)


def _check_condition(each: Drawing, element: str, text: str) -> None:
    for name, field in sorted(compiled(element, text).names):
        if name not in each.nodes and name not in each.inputs:
            raise EngineError(
                element, f"{name}.{field}: {name} is neither in this diagram nor among its inputs."
            )


def _check_node(each: Drawing, node: Node) -> None:
    outgoing = each.outgoing(node.id)
    if node.tag == "boundaryEvent":
        _check_boundary(each, node)
    if node.default is not None and node.default not in [flow.id for flow in outgoing]:
        raise EngineError(node.id, "Its default flow does not leave it.")
    if node.tag in drawing.GATEWAYS:
        _check_gateway(each, node, outgoing)
    elif len(outgoing) > 1 and node.tag != "startEvent":
        raise EngineError(node.id, "More than one flow leaves it; put a gateway there.")


def _check_gateway(each: Drawing, node: Node, outgoing: list[Flow]) -> None:
    if not outgoing:
        raise EngineError(node.id, "No flow leaves the gateway.")
    for flow in outgoing:
        is_open = not flow.condition and flow.id != node.default and len(outgoing) > 1
        if node.tag in _CHOOSING and is_open:
            raise EngineError(flow.id, "The flow has no condition and is not the default.")
        if node.tag == "eventBasedGateway" and each.nodes[flow.target].tag not in _EVENTS:
            raise EngineError(flow.id, "An event-based gateway leads to events only.")


def _check_boundary(each: Drawing, node: Node) -> None:
    host = each.nodes.get(node.attached_to or "")
    if host is None or host.tag not in drawing.ACTIVITIES or host.parent != node.parent:
        raise EngineError(node.id, "The boundary event is not on an activity.")
    if node.event.kind == "error" and host.tag not in ("subProcess", "callActivity"):
        raise EngineError(node.id, "Only a subprocess or a called diagram can end with an error.")


def _build(each: Drawing, scope: str | None, specs: dict[str, Any]) -> None:
    key = each.process if scope is None else f"{each.process}/{scope}"
    process = BpmnProcessSpec(name=key)
    # Only its root is used; ends are ours, and "Start" and "End" are ids like any other.
    process.start.name = " "
    process.task_specs = {" ": process.start}
    made = {node.id: _spec(process, each, node) for node in each.inside(scope)}
    hosts = {
        node.id: _host(process, each, node, made)
        for node in each.inside(scope)
        if each.attached(node.id)
    }
    for flow in each.flows.values():
        if flow.parent == scope:
            made[flow.source].lead(flow, hosts.get(flow.target) or made[flow.target])
    process.entry = _entry(each, scope)
    specs[key] = process


def _spec(process: Any, each: Drawing, node: Node) -> nodes.FlowNode:
    if node.tag == "subProcess":
        return nodes.Inner(process, node, f"{each.process}/{node.id}")
    if node.tag == "callActivity":
        return nodes.Inner(process, node, str(node.called))
    if node.cardinality is not None:
        return nodes.Instances(process, node)
    kind = _CLASSES[node.tag]
    if node.tag == "endEvent":
        kind = _ENDS.get(node.event.kind, kind)
    return kind(process, node)


def _host(
    process: Any, each: Drawing, node: Node, made: Mapping[str, nodes.FlowNode]
) -> nodes.Host:
    host = nodes.Host(process, node)
    host.main = made[node.id]
    host.main.host = host
    host.connect(host.main)
    for event in each.attached(node.id):
        boundary = made[event.id]
        boundary.host = host
        host.boundaries.append(boundary)
        host.connect(boundary)
    return host


def _entry(each: Drawing, scope: str | None) -> str:
    """Choose the start event that a person, rather than a message or a clock, sets off."""
    starts = [node for node in each.inside(scope) if node.tag == "startEvent"]
    return min(starts, key=lambda node: node.event.kind != "none").id


def _check_errors_are_caught(drawings: Mapping[str, Drawing], process: str) -> None:
    """Raise where an error end has no boundary event around it, by any way of calling."""
    known: dict[tuple[str, str | None], _Errors] = {}
    for element, code in sorted(_escaping(drawings, process, None, known), key=str):
        raise EngineError(element, f'No boundary event catches the error "{code or ""}".')


def _escaping(
    drawings: Mapping[str, Drawing],
    process: str,
    scope: str | None,
    known: dict[tuple[str, str | None], _Errors],
) -> _Errors:
    """Find the error ends, as element and code, that leave a process or subprocess."""
    if (process, scope) in known:
        return known[process, scope]
    each, escaping = drawings[process], set[tuple[str, str | None]]()
    for node in each.inside(scope):
        if node.tag == "endEvent" and node.event.kind == "error":
            escaping.add((node.id, node.event.text))
        elif node.tag in ("subProcess", "callActivity"):
            caught = {e.event.text for e in each.attached(node.id) if e.event.kind == "error"}
            inner = (
                _escaping(drawings, process, node.id, known)
                if node.tag == "subProcess"
                else _escaping(drawings, str(node.called), None, known)
            )
            escaping |= {error for error in inner if not caught & {None, error[1]}}
    known[process, scope] = frozenset(escaping)
    return known[process, scope]
