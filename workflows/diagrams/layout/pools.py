"""Pools below each other, the lines between them, and notes and groups outside of them."""

from workflows.diagrams.geometry import Box, Point
from workflows.diagrams.layout.lettering import size_of
from workflows.diagrams.layout.levels import lay_out
from workflows.diagrams.layout.parts import Flow, Level, Node, Plane
from workflows.diagrams.layout.places import TITLE

TOP = 80
_LEFT = 160
_BAND = 60
_BETWEEN = 50
_NARROWEST = 600


def set_plane(plane: Plane, top: float) -> float:
    """Place everything of a picture below a line; gives where the next picture may begin."""
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
    shapes = _shapes(plane)
    for number, message in enumerate(plane.messages):
        _lead(message, number, shapes, plane)
    lowest = max((note.box.bottom for note in plane.notes), default=y)
    return max(y, lowest) + TOP


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


def _lead(message: Flow, number: int, shapes: dict[str, Box], plane: Plane) -> None:
    """Draw a message from shape to shape, or to the border of a pool."""
    one, other = shapes.get(message.source), shapes.get(message.target)
    if one is None or other is None:
        return
    bands = {pool.id for pool in plane.pools}
    swapped = message.source in bands and message.target not in bands
    if swapped:
        one, other = other, one
    ends = (
        message.target if swapped else message.source,
        message.source if swapped else message.target,
    )
    turn = _gap(other, one.y < other.y, number, plane)
    points = _line(one, other, ends, bands, turn)
    message.points = points[::-1] if swapped else points
    if message.name:
        width, height = size_of(message.name)
        message.label = Box(points[-1].x + 6, turn - height - 3, width, height)


def _gap(other: Box, is_down: bool, number: int, plane: Plane) -> float:
    """Give where between two pools a message turns on its way to a shape or pool."""
    here = Point(other.x + 1, other.y + 1)
    pool = next((pool.box for pool in plane.pools if pool.box.holds(here)), other)
    away = 14 + 7 * (number % 5)
    return pool.y - away if is_down else pool.bottom + away


def _line(
    one: Box, other: Box, ends: tuple[str, str], bands: set[str | None], turn: float
) -> list[Point]:
    x = one.x + one.width / 2
    is_down = one.y < other.y
    y = one.bottom if is_down else one.y
    to_y = other.y if is_down else other.bottom
    to_x = x if ends[1] in bands and other.x <= x <= other.right else other.x + other.width / 2
    # From band to band it goes down where nothing else does: at its own place from the left.
    if ends[0] in bands:
        x = to_x = one.x + 60 + abs(turn - y)
    if x == to_x:
        return [Point(x, y), Point(x, to_y)]
    return [Point(x, y), Point(x, turn), Point(to_x, turn), Point(to_x, to_y)]


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
    for line in (*plane.lines, *(line for level in levels(plane) for line in level.lines)):
        one, other = shapes.get(line.source), shapes.get(line.target)
        if one is not None and other is not None:
            line.points = [_nearest(one, other), _nearest(other, one)]


def _nearest(box: Box, other: Box) -> Point:
    """Give the middle of the side that faces the other."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if other.bottom <= box.y:
        return Point(x, box.y)
    if other.y >= box.bottom:
        return Point(x, box.bottom)
    return Point(box.x if other.right <= box.x else box.right, y)


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
