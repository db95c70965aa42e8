"""Parties: the lanes of the process, known by their names."""

from lxml import etree

from workflows.diagrams.document import child, children
from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import inner_text
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.lanes import lane_name, lane_named
from workflows.diagrams.editing.naming import new_id
from workflows.diagrams.editing.sheet import Sheet, edit
from workflows.diagrams.editing.spacing import arrange, make, put, take
from workflows.diagrams.editing.traces import lanes, undraw
from workflows.diagrams.editing.wiring import level_of, title

_NAMED = 5


@edit
def add(sheet: Sheet, *, name: str, after: str = "") -> str:
    """Add a party's lane below that of the party `after`, else last; gives the lane's id.

    The first lane of a process takes all steps, and the process a pool. Fields: name, after.
    """
    given = _free(sheet, name, None)
    above = lane_named(sheet, after, "after") if after else None
    is_first = not lanes(sheet)
    if above is not None:
        lane = etree.Element(above.tag)
        put(level_of(above), lane, after=above)
    else:
        lane = make(_lane_set(sheet), "lane")
    lane.set("id", new_id(sheet, f"{given} lane", "Lane"))
    lane.set("name", given)
    if is_first:
        _pool(sheet)
        for node in sheet.nodes():
            if level_of(node) is sheet.process:
                make(lane, "flowNodeRef").text = node.get("id")
    return lane.get("id", "")


def _lane_set(sheet: Sheet) -> etree._Element:
    found = child(sheet.process, "laneSet")
    if found is None:
        found = make(sheet.process, "laneSet")
        found.set("id", new_id(sheet, f"{sheet.process.get('id', '')} lanes", "Lanes"))
    return found


def _pool(sheet: Sheet) -> None:
    """Give the process a pool where it has none: lanes are drawn in one."""
    process = sheet.process
    if any(pool.get("processRef") == process.get("id") for pool in sheet.pools()):
        return
    collaboration = child(sheet.root, "collaboration")
    key = process.get("id", "")
    if collaboration is None:
        collaboration = etree.Element(process.tag.replace("}process", "}collaboration"))
        put(sheet.root, collaboration, after=process.getprevious())
        collaboration.set("id", new_id(sheet, f"{key} collaboration", "Collaboration"))
    pool = make(collaboration, "participant")
    pool.set("id", new_id(sheet, f"{key} pool", "Pool"))
    if process.get("name"):
        pool.set("name", process.get("name", ""))
    pool.set("processRef", key)


@edit
def rename(sheet: Sheet, *, party: str, name: str) -> None:
    """Rename a lane. Fields: party, name."""
    lane = lane_named(sheet, party)
    lane.set("name", _free(sheet, name, lane))


def _free(sheet: Sheet, name: str, lane: etree._Element | None) -> str:
    given = words.needed(name, "name", "the party")
    if any(lane_name(other) == given for other in lanes(sheet) if other is not lane):
        raise EditError(
            "name", f'The diagram has the party "{given}" already. Use it, or another name.'
        )
    return given


@edit
def move(sheet: Sheet, *, party: str, by: int) -> None:
    """Move a lane up (-1) or down (1). Fields: party, by."""
    lane = lane_named(sheet, party)
    order = list(children(level_of(lane), "lane"))
    place = order.index(lane)
    if not 0 <= place + by < len(order):
        raise EditError("by", "The party cannot be moved further that way.")
    order.insert(place + by, order.pop(place))
    arrange(order)


@edit
def remove(sheet: Sheet, *, party: str) -> None:
    """Take an empty lane out; with steps in it EditError names them. Field: party."""
    lane = lane_named(sheet, party)
    held = {inner_text(member) for member in children(lane, "flowNodeRef")}
    steps = [title(node) for node in sheet.nodes() if node.get("id") in held]
    if steps:
        more = f" and {len(steps) - _NAMED} more" if len(steps) > _NAMED else ""
        raise EditError(
            "party",
            f'"{lane_name(lane)}" still has steps: {", ".join(steps[:_NAMED])}{more}. Hand them to '
            "another party first.",
        )
    lane_set = level_of(lane)
    undraw(sheet, {lane.get("id", "")})
    take(lane)
    if child(lane_set, "lane") is None:
        take(lane_set)
