"""Steps: add, name, document, move, hand to another party, remove."""

from lxml import etree

from workflows.diagrams.document import children, local
from workflows.diagrams.editing import ends, words
from workflows.diagrams.editing.building import Place, build, prepare
from workflows.diagrams.editing.clearing import (
    carry_condition,
    clear,
    clear_cut_off,
    close,
    cut_off,
)
from workflows.diagrams.editing.containers import set_or_drop
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.lanes import lane_named, lane_of, own_lane, seat
from workflows.diagrams.editing.marks import write_documentation
from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.reach import Reach
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import Sheet, edit
from workflows.diagrams.editing.wiring import draw, erase, lead_to, level_of, title, way_on
from workflows.diagrams.graph import ENDS
from workflows.diagrams.lint.lengths import LONGEST_NAME

_FIXED = ("startEvent", "endEvent", "boundaryEvent")


@edit
def add(sheet: Sheet, *, block: Block | Plain, after: str, name: str = "", party: str = "") -> str:
    """Put a new step behind an element or on a flow, which then leads to it; gives its id.

    Without `name` it is the block's; without `party` that of the element before it. An element from
    which several ways lead on wants the flow named. A subprocess comes with a start and an end; an
    end is added as `ends.add` does. Fields: block, after, name, party, and of a Plain topic, called,
    timer, message, error.
    """
    if isinstance(block, Plain) and block.kind in ENDS:
        return ends.add(sheet, end=block, after=after, name=name, party=party)
    prepare(sheet, block)
    source, flow = way_on(sheet, after)
    made = build(sheet, block, Place(source.get("id", ""), party), name)
    source, flow = way_on(sheet, after)
    if flow is None:
        draw(sheet, source, made)
    else:
        target = sheet.node(flow.get("targetRef", ""), "after")
        lead_to(sheet, flow, made)
        draw(sheet, made, target)
    return made.get("id", "")


@edit
def rename(sheet: Sheet, *, element: str, name: str) -> None:
    """Name a step, gateway or event; its id stays. Fields: element, name."""
    given = words.text(name, "name", LONGEST_NAME)
    set_or_drop(sheet.node(element), "name", given)


@edit
def document(sheet: Sheet, *, element: str, documentation: str) -> None:
    """Say what a step is for, "" for nothing. Fields: element, documentation."""
    write_documentation(sheet.node(element), documentation)


@edit
def move(sheet: Sheet, *, element: str, after: str) -> None:
    """Move a step behind another element or onto a flow; its place is closed.

    Flows keep their ids and conditions: what led to the step leads to what followed it. The party
    stays. Fields: element, after.
    """
    node = sheet.node(element)
    source, flow = way_on(sheet, after)
    if flow is not None and flow.get("targetRef") == element:
        return
    way = _only_way(sheet, node)
    if source is node or source.get("attachedToRef") == element:
        raise EditError("after", "A step cannot stand behind itself. Choose another place.")
    if level_of(source) is not level_of(node):
        raise EditError(
            "after",
            f'"{title(node)}" and "{title(source)}" are not in the same group of steps. Choose a place '
            "in its group.",
        )
    if close(sheet, node, way)[1]:
        raise EditError(
            "element",
            f'Without "{title(node)}" the way before it would lead nowhere. Add a step first.',
        )
    _settle(sheet, node, way, (source, flow))


def _settle(
    sheet: Sheet,
    node: etree._Element,
    way: etree._Element | None,
    place: tuple[etree._Element, etree._Element | None],
) -> None:
    """Put a node, whose place is closed, onto the flow or behind the node of a place."""
    source, flow = place
    if flow is None:
        draw(sheet, source, node)
        if way is not None:
            # Nothing followed there, so nothing follows the step now.
            erase(sheet, way)
        return
    target = sheet.node(flow.get("targetRef", ""), "after")
    lead_to(sheet, flow, node)
    if way is None:
        draw(sheet, node, target)
    else:
        lead_to(sheet, way, target)


def _only_way(sheet: Sheet, node: etree._Element) -> etree._Element | None:
    if local(node) in _FIXED:
        raise EditError("element", "Starts, ends and events on a border stay where they are.")
    ways = sheet.outgoing(node)
    if len(ways) > 1:
        raise EditError(
            "element",
            f'Several ways lead on from "{title(node)}". Move the steps behind it one by one.',
        )
    return ways[0] if ways else None


@edit
def to_party(sheet: Sheet, *, element: str, party: str) -> None:
    """Hand a step, with the events on its border, to another party. Fields: element, party."""
    node, lane = sheet.node(element), lane_named(sheet, party)
    former = lane_of(sheet, node)
    if former is lane:
        return
    borders = [event for event in sheet.boundaries(node) if own_lane(sheet, event) is former]
    seat(sheet, node, lane)
    for event in borders:
        seat(sheet, event, lane)


@edit
def remove(sheet: Sheet, *, element: str, keep: str = "", and_cut_off: bool = False) -> Removal:
    """Take out a step, gateway or event, with the events on its border; its flows are joined.

    Of several ways on, `keep` is the flow that stays. Conditions stay on the flows that arrived. With
    `and_cut_off` steps that nothing leads to afterwards go too. Fields: element, keep.
    """
    node = sheet.node(element)
    if local(node) == "startEvent" and len(list(children(level_of(node), "startEvent"))) == 1:
        raise EditError("element", "This is where it begins. A process cannot do without a start.")
    before = Reach.of(sheet)
    way = _staying(sheet, node, keep)
    joined, erased = close(sheet, node, way)
    if way is not None and len(sheet.outgoing(node)) == 1:
        for flow in joined:
            carry_condition(sheet, way, sheet.flow(flow))
    gone = Removal(flows=tuple(erased)).with_more(clear(sheet, node))
    if and_cut_off:
        return gone.with_more(clear_cut_off(sheet, before))
    return gone.with_more(Removal(cut_off=cut_off(sheet, before)))


def _staying(sheet: Sheet, node: etree._Element, keep: str) -> etree._Element | None:
    ways = sheet.outgoing(node)
    if keep:
        for way in ways:
            if way.get("id") == keep:
                return way
        raise EditError("keep", f'This way does not lead on from "{title(node)}". Choose another.')
    if len(ways) > 1 and not node.get("attachedToRef") and sheet.incoming(node):
        raise EditError(
            "keep", f'Several ways lead on from "{title(node)}". Say which of them stays.'
        )
    return ways[0] if ways else None
