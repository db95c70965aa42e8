"""What a careful drawing keeps to. Each law gives the complaints about a drawing; none is good."""

from collections.abc import Callable, Iterator
from itertools import combinations

from tests.bpmn.drawing import EVENTS, GATEWAYS, TASKS, Box, Drawing, Line, Segment, Shape

Complaints = Iterator[str]

SIZES = {**dict.fromkeys(TASKS, (120, 80)), **dict.fromkeys(GATEWAYS, (50, 50))}
SIZES |= dict.fromkeys(EVENTS, (36, 36))
# The strip at the left of a lane in which its name stands.
LANE_TITLE = 30


def nodes_have_their_size(drawing: Drawing) -> Complaints:
    for shape in drawing.shapes.values():
        if (shape.box.width, shape.box.height) != SIZES[shape.tag]:
            yield f"{shape.id} is {shape.box.width} x {shape.box.height}"


def lanes_fill_the_pool(drawing: Drawing) -> Complaints:
    top = drawing.pool.y
    for name, lane in drawing.lanes.items():
        if lane.height < 140:
            yield f"{name} is only {lane.height} high"
        if (lane.x, lane.right) != (drawing.pool.x + LANE_TITLE, drawing.pool.right):
            yield f"{name} is not as wide as its pool"
        if lane.y != top:
            yield f"{name} does not begin where the lane above ends"
        top = lane.bottom
    if top != drawing.pool.bottom:
        yield "the lanes do not fill the pool"


def nodes_stand_in_their_lane(drawing: Drawing) -> Complaints:
    for shape in drawing.shapes.values():
        if not _inner(drawing.lanes[shape.lane]).contains(shape.box):
            yield f"{shape.id} leaves {shape.lane}"


def nodes_keep_apart(drawing: Drawing) -> Complaints:
    for one, other in combinations(drawing.shapes.values(), 2):
        if one.box.overlaps(other.box) and one.id != other.host and other.id != one.host:
            yield f"{one.id} lies on {other.id}"


def boundary_events_hang_below_their_host(drawing: Drawing) -> Complaints:
    for event in drawing.shapes.values():
        if event.host is None:
            continue
        host = drawing.shapes[event.host].box
        x, y = event.box.middle
        if y != host.bottom or not host.x <= x <= host.right:
            yield f"{event.id} is not on the lower edge of {event.host}"
        for line in drawing.lines.values():
            if line.source == event.id and line.points[0] != (x, event.box.bottom):
                yield f"{line.id} does not leave downward"


def flows_are_orthogonal(drawing: Drawing) -> Complaints:
    for line in drawing.lines.values():
        if not all(segment.is_orthogonal for segment in line.segments):
            yield f"{line.id} is slanted"
        if len(line.points) > 4:
            yield f"{line.id} has more than two bends"


def flows_begin_and_end_on_an_edge(drawing: Drawing) -> Complaints:
    for line in drawing.lines.values():
        for end, point in ((line.source, line.points[0]), (line.target, line.points[-1])):
            if not _on_edge(drawing.shapes[end], point):
                yield f"{line.id} does not touch {end}"


def flows_cross_no_node(drawing: Drawing) -> Complaints:
    for line in drawing.lines.values():
        for shape in drawing.shapes.values():
            if shape.id in (line.source, line.target):
                continue
            if any(
                segment.box.overlaps(shape.box) for segment in _away_from_host(line, shape, drawing)
            ):
                yield f"{line.id} runs through {shape.id}"


def flows_cross_no_flow(drawing: Drawing) -> Complaints:
    for one, other in combinations(drawing.lines.values(), 2):
        if one.points[-1] == other.points[-1]:
            continue
        if any(a.box.overlaps(b.box) for a in one.segments for b in other.segments):
            yield f"{one.id} crosses {other.id}"


def labels_lie_on_no_flow(drawing: Drawing) -> Complaints:
    for about, label in drawing.labels():
        for line in drawing.lines.values():
            if any(segment.box.overlaps(label) for segment in line.segments):
                yield f"the label of {about} lies on {line.id}"


def labels_lie_on_no_node(drawing: Drawing) -> Complaints:
    for about, label in drawing.labels():
        for shape in drawing.shapes.values():
            if _covers(shape, label):
                yield f"the label of {about} lies on {shape.id}"


def labels_stay_in_one_lane(drawing: Drawing) -> Complaints:
    for about, label in drawing.labels():
        if not any(_inner(lane).contains(label) for lane in drawing.lanes.values()):
            yield f"the label of {about} lies on the edge of a lane"


def labels_keep_apart(drawing: Drawing) -> Complaints:
    for (one, label), (other, its) in combinations(drawing.labels(), 2):
        if label.overlaps(its):
            yield f"the labels of {one} and {other} lie on each other"


LAWS: tuple[Callable[[Drawing], Complaints], ...] = (
    nodes_have_their_size,
    lanes_fill_the_pool,
    nodes_stand_in_their_lane,
    nodes_keep_apart,
    boundary_events_hang_below_their_host,
    flows_are_orthogonal,
    flows_begin_and_end_on_an_edge,
    flows_cross_no_node,
    flows_cross_no_flow,
    labels_lie_on_no_flow,
    labels_lie_on_no_node,
    labels_stay_in_one_lane,
    labels_keep_apart,
)


def _inner(lane: Box) -> Box:
    return Box(lane.x + LANE_TITLE, lane.y, lane.width - LANE_TITLE, lane.height)


def _on_edge(shape: Shape, point: tuple[int, int]) -> bool:
    (cx, cy), box = shape.box.middle, shape.box
    across, down = abs(point[0] - cx), abs(point[1] - cy)
    if shape.tag in GATEWAYS:
        return across + down == box.width // 2
    if shape.tag in EVENTS:
        return sorted((across, down)) == [0, box.width // 2]
    return (across == box.width // 2 and down <= box.height // 2) or (
        down == box.height // 2 and across <= box.width // 2
    )


def _away_from_host(line: Line, shape: Shape, drawing: Drawing) -> tuple[Segment, ...]:
    """The pieces that must not touch the shape: a flow from a boundary event begins at its host."""
    if drawing.shapes[line.source].host == shape.id:
        return line.segments[1:]
    return line.segments


def _covers(shape: Shape, label: Box) -> bool:
    """Whether the label touches what is painted: of a gateway that is the diamond only."""
    if shape.tag not in GATEWAYS:
        return shape.box.overlaps(label)
    cx, cy = shape.box.middle
    nearest = max(label.x, min(cx, label.right)), max(label.y, min(cy, label.bottom))
    return abs(nearest[0] - cx) + abs(nearest[1] - cy) < shape.box.width // 2
