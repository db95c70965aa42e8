"""Where words stand: beside what they name, on no line, no shape and no other words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workflows.diagrams.geometry import Box, Point, Segment, segments
from workflows.diagrams.layout.lettering import size_of
from workflows.diagrams.layout.parts import Flow, Level, Node

_CELL = 120
_GAP = 6
_NEAR = 3
_REACH = 40
_OUTSIDE = 120


class Room:
    """What is drawn already, by squares, to see whether a place is free."""

    def __init__(self) -> None:
        """Begin with an empty sheet."""
        self._boxes: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def add(self, box: Box) -> None:
        """Draw a box."""
        for cell in _cells(box):
            self._boxes[cell].append(box)

    def hits(self, box: Box) -> int:
        """Count the boxes that it would lie on."""
        found = {
            id(other)
            for cell in _cells(box)
            for other in self._boxes.get(cell, ())
            if other.overlaps(box)
        }
        return len(found)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for x in range(int(box.x // _CELL), int(box.right // _CELL) + 1):
        for y in range(int(box.y // _CELL), int(box.bottom // _CELL) + 1):
            yield x, y


def set_labels(level: Level, strip: float = 0) -> None:
    """Give every named event, gateway, data shape and flow of the level the box of its words.

    `strip` is how much at the left belongs to the names of lanes.
    """
    room = _drawn(level)
    room.add(Box(-_OUTSIDE, 0, _OUTSIDE + strip, level.height))
    leaving: dict[str, list[Flow]] = defaultdict(list)
    for flow in level.flows:
        leaving[flow.source].append(flow)
    for node in (*level.nodes.values(), *level.notes):
        if node.name and _is_named_beside(node):
            node.label = best(_around(node, leaving[node.id]), room)
    for flow in level.flows:
        if flow.name:
            others = [other for other in leaving[flow.source] if other is not flow]
            flow.label = best(along(flow, others), room)


def _drawn(level: Level) -> Room:
    room = Room()
    for node in (*level.nodes.values(), *level.notes):
        for box in _outline(node):
            room.add(box)
    for flow in level.flows:
        for piece in segments(flow.points):
            room.add(thick(piece))
    for lane in level.lanes:
        for y in (lane.top, lane.bottom):
            room.add(Box(0, y - 1, level.width, 2))
    return room


def _is_named_beside(node: Node) -> bool:
    return node.is_event or node.is_gateway or node.tag.startswith("data")


def _outline(node: Node) -> Iterator[Box]:
    """Give boxes that together cover the shape; of a diamond, three."""
    x, y = node.middle.x, node.middle.y
    if node.is_gateway:
        yield Box(x - 25, y - 8, 50, 16)
        yield Box(x - 8, y - 25, 16, 50)
        yield Box(x - 16, y - 16, 32, 32)
    elif node.inner is None:
        yield node.box
    # A message leaves or arrives here, and is drawn later.
    if node.is_met_above:
        yield Box(x - 3, node.y - _REACH, 6, _REACH)
    if node.is_met_below:
        yield Box(x - 3, node.box.bottom, 6, _REACH)


def thick(piece: Segment) -> Box:
    """Give the box that a line takes, so that words keep off it."""
    x, y = min(piece.begin.x, piece.end.x), min(piece.begin.y, piece.end.y)
    width, height = abs(piece.begin.x - piece.end.x), abs(piece.begin.y - piece.end.y)
    return Box(x - 2, y - 2, width + 4, height + 4)


def best(choices: Iterable[Box], room: Room) -> Box:
    """Take the first that is free, else the one that lies on least."""
    least: tuple[int, Box] | None = None
    for box in choices:
        hits = room.hits(box)
        if least is None or hits < least[0]:
            least = hits, box
        if hits == 0:
            break
    if least is None:
        raise LookupError("no place")
    room.add(least[1])
    return least[1]


def _around(node: Node, leaving: list[Flow]) -> Iterator[Box]:
    width, height = size_of(node.name)
    x, box = node.middle.x, node.box
    above, below = box.y - _GAP - height, box.bottom + _GAP
    if node.host is not None:
        yield Box(box.right + 1, box.bottom - 8, width, height)
        yield Box(box.x - width - 1, box.bottom - 8, width, height)
        yield Box(x + _GAP, below, width, height)
        yield Box(x - width - _GAP, below, width, height)
        # Between others on a border there is room only further down its way.
        for piece in (piece for flow in leaving for piece in segments(flow.points)):
            yield from _beside(piece, width, height)
    first, second = (above, below) if node.is_gateway else (below, above)
    yield Box(x - width / 2, first, width, height)
    for side in (first + (8 if node.is_gateway else 0), first, second):
        yield Box(x - width - 7, side, width, height)
        yield Box(x + 7, side, width, height)
    yield Box(x - width / 2, second, width, height)
    for further in (14, 28):
        yield Box(x - width - 7, first - further, width, height)
        yield Box(x + 7, first - further, width, height)
        yield Box(x + 7, second + further, width, height)
        yield Box(x - width - 7, second + further, width, height)


def along(flow: Flow, others: list[Flow]) -> Iterator[Box]:
    """Beside the first piece that is the flow's alone, near its beginning; then beside the others."""
    width, height = size_of(flow.name)
    pieces = list(segments(flow.points))
    theirs = [piece for other in others for piece in segments(other.points)]
    shared = [any(piece.runs_along(other) for other in theirs) for piece in pieces]
    # What runs beside others for a while is alone at its end.
    own = [piece for piece, is_shared in zip(pieces, shared, strict=True) if not is_shared]
    common = [piece for piece in pieces if piece not in own]
    later: list[Box] = []
    for piece in own:
        boxes = list(_beside(piece, width, height))
        yield from boxes[:2]
        later += boxes[2:]
    for piece in common:
        later += reversed(list(_beside(piece, width, height)))
    yield from later


def _beside(piece: Segment, width: float, height: float) -> Iterator[Box]:
    one, other = piece.begin, piece.end
    length = abs(one.x - other.x) + abs(one.y - other.y)
    for step in (_GAP, length / 2, max(_GAP, length - 40)):
        for side in (-1, 1):
            yield _box(one, other, step, side, (width, height))


def _box(one: Point, other: Point, step: float, side: int, size: tuple[float, float]) -> Box:
    width, height = size
    if one.y == other.y:
        x = one.x + step if other.x > one.x else one.x - step - width
        return Box(x, one.y - height - _NEAR - 1 if side < 0 else one.y + _NEAR + 1, width, height)
    y = one.y + step if other.y > one.y else one.y - step - height
    return Box(one.x + _NEAR + 4 if side < 0 else one.x - width - _NEAR - 4, y, width, height)
