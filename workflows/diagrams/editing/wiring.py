"""Sequence flows as drawn: both ends always name the flow that they have."""

from lxml import etree

from workflows.diagrams.document import children, local
from workflows.diagrams.editing.containers import enlist, inner_text
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.naming import flow_id
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import make, take
from workflows.diagrams.editing.traces import forget


def draw(sheet: Sheet, source: etree._Element, target: etree._Element) -> etree._Element:
    """Draw a flow between two nodes of a level."""
    level = level_of(source)
    flows = list(children(level, "sequenceFlow"))
    flow = make(level, "sequenceFlow", after=flows[-1] if flows else None)
    begin, end = source.get("id", ""), target.get("id", "")
    flow.set("id", flow_id(sheet, begin, end))
    flow.set("sourceRef", begin)
    flow.set("targetRef", end)
    _name(sheet, source, "outgoing", flow)
    _name(sheet, target, "incoming", flow)
    return flow


def lead_to(sheet: Sheet, flow: etree._Element, target: etree._Element) -> None:
    """Let a flow end at another node."""
    _unname(_node(sheet, flow.get("targetRef", "")), "incoming", flow)
    flow.set("targetRef", target.get("id", ""))
    _name(sheet, target, "incoming", flow)


def begin_at(sheet: Sheet, flow: etree._Element, source: etree._Element) -> None:
    """Let a flow begin at another node; it is no default any more."""
    former = _node(sheet, flow.get("sourceRef", ""))
    _unname(former, "outgoing", flow)
    _undefault(former, flow)
    flow.set("sourceRef", source.get("id", ""))
    _name(sheet, source, "outgoing", flow)


def erase(sheet: Sheet, flow: etree._Element) -> None:
    """Take a flow out, with every mention of it."""
    source = _node(sheet, flow.get("sourceRef", ""))
    _unname(source, "outgoing", flow)
    _undefault(source, flow)
    _unname(_node(sheet, flow.get("targetRef", "")), "incoming", flow)
    forget(sheet, {flow.get("id", "")})
    take(flow)


def level_of(node: etree._Element) -> etree._Element:
    """Give the process or subprocess that a node stands in."""
    level = node.getparent()
    if level is None:
        raise EditError("", "The element stands nowhere. Open the diagram again.")
    return level


def way_on(sheet: Sheet, after: str) -> tuple[etree._Element, etree._Element | None]:
    """Give the node and the flow behind which something is put, by the id of either.

    The flow is None where nothing follows the node yet. EditError (after) behind an end, and where
    several ways lead on.
    """
    for flow in sheet.flows():
        if flow.get("id") == after:
            return sheet.node(flow.get("sourceRef", ""), "after"), flow
    node = sheet.node(after, "after")
    if local(node) == "endEvent":
        raise EditError("after", "Nothing follows an end. Choose the step before it.")
    ways = sheet.outgoing(node)
    if len(ways) > 1:
        raise EditError(
            "after",
            f'Several ways lead on from "{title(node)}". Choose one of the ways instead.',
        )
    return node, ways[0] if ways else None


def title(node: etree._Element) -> str:
    """Give what people call an element."""
    return " ".join((node.get("name") or "").split()) or node.get("id", "")


def _node(sheet: Sheet, identity: str) -> etree._Element | None:
    return next((node for node in sheet.nodes() if node.get("id") == identity), None)


def _name(sheet: Sheet, node: etree._Element, end: str, flow: etree._Element) -> None:
    order = [other.get("id", "") for other in sheet.flows()]
    enlist(node, end, flow.get("id", ""), order)


def _unname(node: etree._Element | None, end: str, flow: etree._Element) -> None:
    for part in [] if node is None else list(children(node, end)):
        if inner_text(part) == flow.get("id"):
            take(part)


def _undefault(node: etree._Element | None, flow: etree._Element) -> None:
    if node is not None and node.get("default") == flow.get("id"):
        del node.attrib["default"]
