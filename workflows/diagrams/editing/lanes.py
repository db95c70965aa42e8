"""Which lane an element stands in."""

from lxml import etree

from workflows.diagrams.document import children
from workflows.diagrams.editing.containers import enlist, inner_text
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.spacing import take
from workflows.diagrams.editing.traces import lanes


def lane_named(sheet: Sheet, party: str, field: str = "party") -> etree._Element:
    """Find a lane by its name; EditError names those that there are."""
    wanted = " ".join(party.split())
    for lane in lanes(sheet):
        if lane_name(lane) == wanted:
            return lane
    names = ", ".join(map(lane_name, lanes(sheet)))
    known = f"There are: {names}." if names else "The diagram has none yet; add it first."
    raise EditError(field, f'The diagram has no party "{wanted[:80]}". {known}')


def lane_name(lane: etree._Element) -> str:
    """Give the party of a lane."""
    return " ".join((lane.get("name") or "").split())


def lane_of(sheet: Sheet, node: etree._Element) -> etree._Element | None:
    """Find the lane of a node: its own, that of the step it is on, or of the subprocess it is in."""
    seat: etree._Element | None = node
    while seat is not None and seat is not sheet.process:
        if (lane := own_lane(sheet, seat)) is not None:
            return lane
        host = seat.get("attachedToRef")
        seat = sheet.node(host) if host else seat.getparent()
    return None


def own_lane(sheet: Sheet, node: etree._Element) -> etree._Element | None:
    """Find the lane that lists a node itself."""
    identity = node.get("id", "")
    for lane in lanes(sheet):
        if any(inner_text(member) == identity for member in children(lane, "flowNodeRef")):
            return lane
    return None


def seat(sheet: Sheet, node: etree._Element, lane: etree._Element) -> None:
    """Put a node into a lane, and out of any other; in the order in which the steps are written."""
    identity = node.get("id", "")
    former = own_lane(sheet, node)
    if former is lane:
        return
    if former is not None:
        for member in list(children(former, "flowNodeRef")):
            if inner_text(member) == identity:
                take(member)
    enlist(lane, "flowNodeRef", identity, [other.get("id", "") for other in sheet.nodes()])
