"""Pools below each other, the lines between them, and notes and groups outside of them."""

from workflows.diagrams.geometry import Box, Point, Segment, segments
from workflows.diagrams.layout.labels import Room, along, best, thick
from workflows.diagrams.layout.levels import lay_out
from workflows.diagrams.layout.messages import End, Sheet, lead
from workflows.diagrams.layout.parts import Level, Node, Plane
from workflows.diagrams.layout.places import TITLE

TOP = 80
_LEFT = 160
_BAND = 60
_BETWEEN = 50
_NARROWEST = 600


def set_plane(plane: Plane, top: float) -> float:
    """Place everything of a picture below a line; gives where the next picture may begin."""
    _meet_messages(plane)
    for pool in plane.pools:
        if pool.level is not None:
            lay_out(pool.level, TITLE * pool.level.depth + 10)
    wide = [pool.level.width for pool in plane.pools if pool.level is not None]
    width = max(wide, default=_NARROWEST)
    y = top
    for pool in plane.pools:
        strip = TITLE if pool.id else 0
        height = _BAND if pool.level is None else max(_BAND, pool.level.height)
        pool.box = Box(_LEFT, y, width + TITLE, height)
        if pool.level is not None:
            pool.level.width = width
            pool.level.shift(_LEFT + strip, y)
        y += height + _BETWEEN
    _set_loose(plane, y)
    _lead_messages(plane, _shapes(plane))
    lowest = max((note.box.bottom for note in plane.notes), default=y)
    return max(y, lowest) + TOP


def _meet_messages(plane: Plane) -> None:
    """Note on each shape whether messages will meet it above or below."""
    nodes = {node.id: node for level in levels(plane) for node in level.nodes.values()}
    pool_of = {pool.id: number for number, pool in enumerate(plane.pools)}
    for number, pool in enumerate(plane.pools):
        for level in pool.level.walk() if pool.level else ():
            pool_of.update(dict.fromkeys(level.nodes, number))
    for message in plane.messages:
        for end, other in ((message.source, message.target), (message.target, message.source)):
            if end in nodes and other in pool_of:
                nodes[end].is_met_below |= pool_of[other] > pool_of[end]
                nodes[end].is_met_above |= pool_of[other] < pool_of[end]


def _shapes(plane: Plane) -> dict[str, Box]:
    shapes = {pool.id: pool.box for pool in plane.pools if pool.id}
    for level in levels(plane):
        for node in (*level.nodes.values(), *level.notes):
            shapes.setdefault(node.id, node.box)
    for note in plane.notes:
        shapes.setdefault(note.id, note.box)
    return shapes


def levels(plane: Plane) -> list[Level]:
    """Give all levels of a picture, opened subprocesses too."""
    return [level for pool in plane.pools if pool.level for level in pool.level.walk()]


def _set_loose(plane: Plane, y: float) -> None:
    """Notes that stand beside the pools go below them all."""
    x: float = _LEFT
    for note in plane.notes:
        note.x, note.y = x, y
        x += note.width + 40


def _lead_messages(plane: Plane, shapes: dict[str, Box]) -> None:
    """Draw the messages from shape to shape, or to the border of a pool; the shortest first."""
    pools = {pool.id for pool in plane.pools}
    sheet = _sheet(plane)
    drawn = [one for one in plane.messages if {one.source, one.target} <= shapes.keys()]
    for message in sorted(drawn, key=lambda one: _apart(shapes[one.source], shapes[one.target])):
        ends = [End(shapes[end], end in pools) for end in (message.source, message.target)]
        if ends[0].box != ends[1].box:
            lead(message, ends[0], ends[1], sheet)
    if any(message.name for message in drawn):
        room = Room()
        for box in (*sheet.shapes, *sheet.words, *(_border(pool.box) for pool in plane.pools)):
            room.add(box)
        for line in sheet.lines:
            room.add(thick(line))
        for message in drawn:
            if message.name and message.points:
                message.label = best(along(message, []), room)


def _apart(one: Box, other: Box) -> tuple[float, float]:
    return abs(one.y - other.y), abs(one.x - other.x)


def _sheet(plane: Plane) -> Sheet:
    """Give what messages run around; bands that they pass count as words do."""
    shapes, words, lines = [note.box for note in plane.notes], list[Box](), list[Segment]()
    words += [pool.box for pool in plane.pools if pool.level is None]
    for level in levels(plane):
        nodes = [*level.nodes.values(), *level.notes]
        shapes += [node.box for node in nodes if node.inner is None]
        words += [node.label for node in nodes if node.label is not None]
        words += [flow.label for flow in level.flows if flow.label is not None]
        lines += [piece for flow in level.flows for piece in segments(flow.points)]
    tops = sorted(pool.box.y for pool in plane.pools)[1:]
    gaps = [top - _BETWEEN + at for top in tops for at in range(10, _BETWEEN, 10)]
    return Sheet(shapes, words, gaps, lines)


def _border(pool: Box) -> Box:
    return Box(pool.x, pool.y - 1, pool.width, 2)


def set_lines(plane: Plane) -> None:
    """Draw the lines to notes and data shapes straight from border to border."""
    shapes = _shapes(plane)
    for level in levels(plane):
        for flow in level.flows:
            if flow.points:
                middle = flow.points[len(flow.points) // 2]
                shapes.setdefault(flow.id, Box(middle.x, middle.y, 0, 0))
    for message in plane.messages:
        if message.points:
            shapes.setdefault(message.id, Box(message.points[0].x, message.points[0].y, 0, 0))
    sheet = _sheet(plane)
    for line in (*plane.lines, *(line for level in levels(plane) for line in level.lines)):
        one, other = shapes.get(line.source), shapes.get(line.target)
        if one is not None and other is not None:
            line.points = _straight(one, other, sheet)


def _straight(one: Box, other: Box, sheet: Sheet) -> list[Point]:
    """Give the line between the middles of two sides that runs through least; short and level."""
    near = Box(
        min(one.x, other.x), min(one.y, other.y),
        max(one.right, other.right) - min(one.x, other.x),
        max(one.bottom, other.bottom) - min(one.y, other.y),
    )  # fmt: skip
    shapes = [box for box in sheet.shapes if box.overlaps(near)]
    words = [box for box in sheet.words if box.overlaps(near)]

    def cost(line: Segment) -> tuple[float, float]:
        met = sum(1_000 for box in shapes if line.crosses(box.shrunk(1)))
        met += sum(120 for box in words if line.crosses(box))
        across, down = abs(line.begin.x - line.end.x), abs(line.begin.y - line.end.y)
        met += 1_000 * (not _leaves(line.begin, one, line.end))
        met += 1_000 * (not _leaves(line.end, other, line.begin))
        return met + (across**2 + down**2) ** 0.5, across

    line = min((Segment(a, b) for a in _sides(one) for b in _sides(other)), key=cost)
    return [line.begin, line.end]


def _leaves(side: Point, box: Box, to: Point) -> bool:
    """Whether a line from a side of the box leads away from it, not along it or back through it."""
    if side.x in (box.x, box.right):
        return (to.x > side.x) if side.x == box.right else (to.x < side.x)
    return (to.y > side.y) if side.y == box.bottom else (to.y < side.y)


def _sides(box: Box) -> list[Point]:
    """Give the middles of the sides; lower and upper one first."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return [Point(x, box.bottom), Point(x, box.y), Point(box.right, y), Point(box.x, y)]


def set_groups(plane: Plane, old: dict[str, Box]) -> None:
    """Draw each group around the shapes that it was drawn around; an empty one is left out."""
    shapes = _shapes(plane)
    for group in (*plane.groups, *(one for level in levels(plane) for one in level.groups)):
        before = old.get(group.id)
        held = [
            box
            for identity, box in shapes.items()
            if before is not None and identity in old and before.contains(old[identity])
        ]
        _surround(group, held)


def _surround(group: Node, held: list[Box]) -> None:
    if not held:
        return
    left, top = min(box.x for box in held) - 12, min(box.y for box in held) - 12
    group.x, group.y = left, top
    group.width = max(box.right for box in held) + 12 - left
    group.height = max(box.bottom for box in held) + 12 - top
