"""Nodes taken out of a level with everything that hangs on them."""

from lxml import etree

from workflows.diagrams.document import child, local
from workflows.diagrams.editing.definitions import references, release
from workflows.diagrams.editing.reach import Reach
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import put, take
from workflows.diagrams.editing.traces import forget
from workflows.diagrams.editing.wiring import erase, lead_to

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")


def close(
    sheet: Sheet, node: etree._Element, way: etree._Element | None
) -> tuple[list[str], list[str]]:
    """Join the flows that arrive at a node with the one way on from it, None for nowhere.

    Gives the ids of the flows that go on, and of those that were taken out because they would have
    led nowhere, or back to where they begin, or from an awaited event's gateway to no event.
    """
    target = None if way is None else sheet.node(way.get("targetRef", ""))
    joined, erased = [], []
    for flow in sheet.incoming(node):
        source = sheet.node(flow.get("sourceRef", ""))
        if source is node:
            continue
        if target is None or target is node or target is source or _is_no_event(source, target):
            erased.append(flow.get("id", ""))
            erase(sheet, flow)
            continue
        joined.append(flow.get("id", ""))
        lead_to(sheet, flow, target)
    return joined, erased


def _is_no_event(source: etree._Element, target: etree._Element) -> bool:
    return local(source) == "eventBasedGateway" and local(target) not in (
        "intermediateCatchEvent",
        "receiveTask",
    )


def carry_condition(sheet: Sheet, way: etree._Element, flow: etree._Element) -> None:
    """Let a flow from a choosing gateway have the condition and name of the one that is joined to it."""
    source = sheet.node(flow.get("sourceRef", ""))
    is_default = source.get("default") == flow.get("id")
    if local(source) not in _CHOOSING or is_default:
        return
    condition = child(way, "conditionExpression")
    if condition is not None and child(flow, "conditionExpression") is None:
        take(condition)
        put(flow, condition, after=flow[-1] if len(flow) else None)
        if way.get("name") and not flow.get("name"):
            flow.set("name", way.get("name", ""))


def clear(sheet: Sheet, node: etree._Element) -> Removal:
    """Take out a node, what is inside it and on its border, and every flow from and to them."""
    doomed = [node, *sheet.boundaries(node)]
    nodes = [inner for one in doomed for inner in (one, *sheet.nodes(one))]
    ids = {one.get("id", "") for one in nodes}
    flows = [
        flow
        for flow in sheet.flows()
        if flow.get("sourceRef") in ids or flow.get("targetRef") in ids
    ]
    gone = Removal(
        tuple(one.get("id", "") for one in nodes), tuple(flow.get("id", "") for flow in flows)
    )
    referred = set().union(*(references(one) for one in doomed))
    for flow in flows:
        erase(sheet, flow)
    forget(sheet, {part.get("id", "") for one in doomed for part in one.iter("*")} - {""})
    for one in doomed:
        take(one)
    for reference in sorted(referred):
        release(sheet, reference)
    return gone


def clear_cut_off(sheet: Sheet, before: Reach) -> Removal:
    """Take out every node that could be reached before and cannot be any more."""
    gone = Removal()
    for identity in cut_off(sheet, before):
        node = next((node for node in sheet.nodes() if node.get("id") == identity), None)
        if node is not None:
            gone = gone.with_more(clear(sheet, node))
    return gone


def cut_off(sheet: Sheet, before: Reach) -> tuple[str, ...]:
    """Give the nodes that could be reached before and cannot be any more, as the file has them."""
    lost = before.nodes - before.again(sheet).nodes
    ids = (node.get("id", "") for node in sheet.nodes())
    return tuple(identity for identity in ids if identity in lost)
