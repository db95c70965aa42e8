"""Beginnings, ends, loose steps and names: what one sees by following the arrows."""

from collections.abc import Iterable, Iterator

from workflows.diagrams.graph import ACTIVITIES, BOUNDARIES, ENDS, STARTS, Diagram, Finding, Node
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, info, warning

MANY = 25


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape of check
    """Check the skeleton of the diagram, each embedded subprocess for itself."""
    for level in (None, *(node.id for node in diagram.of_kind("subProcess"))):
        yield from _level(diagram, level)
    for node in diagram.nodes.values():
        yield from _node(diagram, node)
    yield from _reach(diagram)
    if len(diagram.nodes) > MANY:
        yield info(
            diagram,
            "many-elements",
            f"The diagram has {len(diagram.nodes)} steps, gateways and events; up to {MANY} are easy "
            "to read. Move a part into a called diagram.",
        )


def _level(diagram: Diagram, level: str | None) -> Iterator[Finding]:
    place = diagram if level is None else diagram.nodes[level]
    what = "process" if level is None else f'subprocess "{diagram.nodes[level].title}"'
    starts = diagram.starts(level)
    plain = [start for start in starts if start.kind == "start"]
    if not starts:
        yield error(place, "no-start", f"The {what} has no start event. Draw where it begins.")
    if len(plain) > 1:
        yield error(
            plain[1],
            "several-starts",
            f"The {what} has {len(plain)} plain start events. Keep one; other ways to begin need a "
            "message or a timer.",
        )
    if level is not None and len(starts) > len(plain):
        yield error(place, "start-kind", f"The {what} must begin with a plain start event.")
    if not any(node.kind in ENDS for node in diagram.inside(level)):
        yield error(place, "no-end", f"The {what} has no end event. Draw how it ends.")


def _node(diagram: Diagram, node: Node) -> Iterator[Finding]:
    yield from _arrows(diagram, node)
    if node.kind in BOUNDARIES:
        yield from _host(diagram, node)
    if node.kind in ACTIVITIES and not node.name.strip():
        yield warning(
            node, "no-name", f'"{node.id}" has no name. Say in two or three words what is done.'
        )


def _arrows(diagram: Diagram, node: Node) -> Iterator[Finding]:
    incoming, outgoing = diagram.incoming(node.id), diagram.outgoing(node.id)
    begins = node.kind in STARTS or node.kind in BOUNDARIES
    if begins and incoming:
        yield error(
            node,
            "incoming-at-start",
            f'No flow may lead to "{node.title}", which begins by itself.',
        )
    if not begins and not incoming:
        yield error(
            node,
            "no-incoming",
            f'Nothing leads to "{node.title}". Draw a flow to it, or delete it.',
        )
    if node.kind in ENDS and outgoing:
        yield error(node, "outgoing-at-end", f'No flow may leave the end "{node.title}".')
    if node.kind not in ENDS and not outgoing:
        yield error(
            node,
            "no-outgoing",
            f'Nothing follows "{node.title}". Draw a flow to the next step or to an end event.',
        )


def _host(diagram: Diagram, node: Node) -> Iterator[Finding]:
    host = diagram.nodes.get(node.attached_to or "")
    if host is None or host.kind not in ACTIVITIES or host.parent != node.parent:
        yield error(
            node,
            "boundary-without-host",
            f'The event "{node.title}" is not attached to a step. Drag it onto the border of one.',
        )


def successors(diagram: Diagram, node: Node) -> Iterator[str]:
    """Walk what may come next: along flows, into a subprocess and out of it, over boundary events."""
    yield from (flow.target for flow in diagram.outgoing(node.id) if flow.target in diagram.nodes)
    yield from (boundary.id for boundary in diagram.boundaries(node.id))
    yield from (start.id for start in diagram.starts(node.id))
    if node.kind in ENDS and node.parent in diagram.nodes:
        yield from _out_of(diagram, diagram.nodes[node.parent], is_error=node.kind == "errorEnd")


def _out_of(diagram: Diagram, part: Node, *, is_error: bool) -> Iterator[str]:
    """Walk what may come after an end inside a subprocess; an error may be caught further out."""
    yield from (boundary.id for boundary in diagram.boundaries(part.id))
    if not is_error:
        yield from (
            flow.target for flow in diagram.outgoing(part.id) if flow.target in diagram.nodes
        )
    elif part.parent in diagram.nodes:
        yield from _out_of(diagram, diagram.nodes[part.parent], is_error=True)


def reachable(diagram: Diagram, begin: Iterable[str]) -> set[str]:
    """Give the ids of everything that may come after the given nodes, themselves included."""
    seen: set[str] = set()
    waiting = list(begin)
    while waiting:
        identity = waiting.pop()
        if identity in seen:
            continue
        seen.add(identity)
        waiting += successors(diagram, diagram.nodes[identity])
    return seen


def until_join(diagram: Diagram, begin: str) -> set[str]:
    """Give the ids of what lies behind a node as far as the next gateways that join flows."""
    seen: set[str] = set()
    waiting = [begin]
    while waiting:
        identity = waiting.pop()
        is_join = diagram.nodes[identity].kind in ("parallelGateway", "inclusiveGateway") and (
            len(diagram.incoming(identity)) > 1
        )
        if identity not in seen and not is_join:
            seen.add(identity)
            waiting += successors(diagram, diagram.nodes[identity])
    return seen


def _reach(diagram: Diagram) -> Iterator[Finding]:
    seen = reachable(diagram, [start.id for start in diagram.starts()])
    for node in diagram.nodes.values():
        if node.id not in seen and diagram.incoming(node.id) and diagram.starts():
            yield error(
                node,
                "unreachable",
                f'"{node.title}" can never be reached from a start event. Lead a flow to it or delete it.',
            )
    ending = _leading_to_an_end(diagram)
    for node in diagram.nodes.values():
        if node.id not in ending and diagram.outgoing(node.id):
            yield error(
                node,
                "no-way-out",
                f'From "{node.title}" no end event can be reached. Draw a flow that leads on.',
            )


def _leading_to_an_end(diagram: Diagram) -> set[str]:
    before: dict[str, list[str]] = {}
    for flow in diagram.flows.values():
        before.setdefault(flow.target, []).append(flow.source)
    for boundary in diagram.of_kind(*BOUNDARIES):
        before.setdefault(boundary.id, []).append(boundary.attached_to or "")
    seen: set[str] = set()
    waiting = [node.id for node in diagram.of_kind(*ENDS)]
    while waiting:
        identity = waiting.pop()
        if identity not in seen:
            seen.add(identity)
            waiting += before.get(identity, [])
    return seen
