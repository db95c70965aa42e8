"""Gateways: which way is taken, and whether what was split is joined the same way."""

from collections.abc import Iterator

from workflows.diagrams.graph import CATCHES, ENDS, GATEWAYS, Diagram, Finding, Flow, Node
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted, warning

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape of check
    """Check every gateway, and conditions and splits that need one."""
    for node in diagram.nodes.values():
        if node.kind in GATEWAYS:
            yield from _gateway(diagram, node)
        elif node.kind not in ENDS and node.kind != "unsupported":
            yield from _plain(diagram, node)
        yield from _mismatch(diagram, node)


def _gateway(diagram: Diagram, node: Node) -> Iterator[Finding]:
    incoming, outgoing = diagram.incoming(node.id), diagram.outgoing(node.id)
    if len(incoming) > 1 and len(outgoing) > 1:
        yield warning(
            node,
            "joins-and-splits",
            f'The gateway "{node.title}" joins and splits at once. Draw two gateways, one after the other.',
        )
    if len(incoming) == 1 and len(outgoing) == 1:
        yield warning(
            node,
            "needless-gateway",
            f'The gateway "{node.title}" has one way in and one way out. Delete it.',
        )
    if node.kind in _CHOOSING:
        yield from _choice(diagram, node, outgoing)
    else:
        yield from _ignored(node, outgoing)
    if node.kind == "eventBasedGateway":
        yield from _race(diagram, node, outgoing)


def _choice(diagram: Diagram, node: Node, outgoing: tuple[Flow, ...]) -> Iterator[Finding]:
    for flow in outgoing:
        is_default = flow.id == node.default_flow
        if is_default and flow.condition is not None:
            yield warning(
                flow,
                "condition-on-default",
                "The default flow has a condition, which is ignored. Remove the condition.",
            )
        if not is_default and flow.condition is None and len(outgoing) > 1:
            target = diagram.nodes.get(flow.target)
            yield error(
                flow,
                "flow-without-condition",
                f'Nothing says when "{node.title}" goes on to "{target.title if target else flow.id}". Give that way a '
                "condition, or let it be the one that is taken where no other fits.",
            )
    if len(outgoing) == 1 and outgoing[0].condition is not None:
        yield error(
            outgoing[0],
            "condition-ignored",
            f'The only flow from "{node.title}" has a condition; were it false, the case would be '
            "stuck. Remove the condition or draw the other way.",
        )


def _ignored(node: Node, outgoing: tuple[Flow, ...]) -> Iterator[Finding]:
    for flow in outgoing:
        if flow.condition is not None:
            yield error(
                flow,
                "condition-ignored",
                f'The condition on the flow from "{node.title}" would be ignored. Only exclusive and '
                "inclusive gateways choose; put one there.",
            )


def _race(diagram: Diagram, node: Node, outgoing: tuple[Flow, ...]) -> Iterator[Finding]:
    if len(outgoing) < 2:
        yield error(
            node,
            "event-gateway-alone",
            f'The event-based gateway "{node.title}" needs at least two events to wait for.',
        )
    for flow in outgoing:
        target = diagram.nodes.get(flow.target)
        if target is None:
            continue
        if target.kind not in CATCHES | {"receiveTask"} or len(diagram.incoming(target.id)) > 1:
            yield error(
                flow,
                "event-gateway-target",
                f'After the event-based gateway "{node.title}" only catching events or receive tasks '
                f'may stand, each reached from it alone; "{target.title}" is none.',
            )


def _plain(diagram: Diagram, node: Node) -> Iterator[Finding]:
    outgoing = diagram.outgoing(node.id)
    yield from _ignored(node, outgoing)
    if len(outgoing) > 1:
        yield error(
            node,
            "split-without-gateway",
            f'{len(outgoing)} flows leave "{node.title}". Put a gateway behind it: parallel to do them '
            "all, exclusive to choose one.",
        )


def _mismatch(diagram: Diagram, node: Node) -> Iterator[Finding]:
    """Compare a join with the split that its flows come from, where that is plain to see."""
    origins: dict[str, list[Flow]] = {}
    incoming = diagram.incoming(node.id)
    for flow in incoming if len(incoming) > 1 else ():
        origin = _origin(diagram, flow)
        if origin is not None:
            origins.setdefault(origin.id, []).append(flow)
    for identity, flows in origins.items():
        if len(flows) < 2:
            continue
        origin = diagram.nodes[identity]
        if node.kind == "parallelGateway" and origin.kind in (
            "exclusiveGateway",
            "eventBasedGateway",
        ):
            yield error(
                node,
                "waits-for-ever",
                f'The parallel gateway "{node.title}" waits for {len(flows)} branches of "{origin.title}", '
                "but only one of them happens. Join them with an exclusive gateway.",
            )
        if origin.kind == "parallelGateway" and node.kind not in (
            "parallelGateway",
            "inclusiveGateway",
        ):
            yield _twice(node, origin, flows)


def _twice(node: Node, origin: Node, flows: list[Flow]) -> Finding:
    names = quoted(flow.name or flow.id for flow in flows)
    return error(
        node,
        "done-twice",
        f'"{node.title}" would happen {len(flows)} times: the branches of the parallel gateway '
        f'"{origin.title}" arrive there one by one ({names}). Join them with a parallel gateway first.',
    )


def _origin(diagram: Diagram, flow: Flow) -> Node | None:
    """Follow a branch back over plain steps to the gateway that it comes from."""
    seen: set[str] = set()
    node = diagram.nodes.get(flow.source)
    while node is not None and node.id not in seen:
        seen.add(node.id)
        if node.kind in GATEWAYS and len(diagram.outgoing(node.id)) > 1:
            return node
        incoming = diagram.incoming(node.id)
        if len(incoming) != 1 or len(diagram.outgoing(node.id)) != 1:
            return None
        node = diagram.nodes.get(incoming[0].source)
    return None
