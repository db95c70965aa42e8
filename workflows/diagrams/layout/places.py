"""From the grid to pixels: how wide the columns and how high the rows are, and where all stands."""

from dataclasses import dataclass, field
from itertools import pairwise

from workflows.diagrams.drawing import COLUMN_GAP, LANE_HEIGHT
from workflows.diagrams.geometry import Point
from workflows.diagrams.layout.grid import Grid
from workflows.diagrams.layout.lettering import size_of
from workflows.diagrams.layout.parts import Flow, Level, Node, host_offset
from workflows.diagrams.layout.routes import Route
from workflows.diagrams.layout.tracks import Tracks

TITLE = 30
_TRACK = 16
_BETWEEN_ROWS = 24
_EDGE = 26
_LABEL_GAP = 6


@dataclass
class Rulers:
    """Where columns, rows and channels lie: from where to where, by their place on the grid."""

    across: dict[int, tuple[float, float]] = field(default_factory=dict)
    down: dict[int, tuple[float, float]] = field(default_factory=dict)
    middle: dict[int, float] = field(default_factory=dict)


def set_places(
    level: Level, grid: Grid, routes: dict[str, Route], tracks: Tracks, title: float
) -> None:
    """Give every shape its corner and every flow its points; the level begins at 0, 0.

    `title` is how wide the strip of lanes' names at the left is.
    """
    rulers = Rulers()
    level.width = _columns(level, grid, routes, tracks, rulers, title)
    level.height = _rows(level, grid, tracks, rulers)
    for node in grid.shapes():
        left, right = rulers.across[2 * node.column + 1]
        node.x = (left + right - node.width) / 2
        node.y = rulers.middle[grid.y(node)] - node.height / 2
    for node in level.nodes.values():
        if node.host is not None:
            host = level.nodes[node.host]
            node.x = host.middle.x + host_offset(level, node) - node.width / 2
            node.y = host.box.bottom - node.height / 2
    for flow in level.flows:
        flow.points = _points(flow, routes[flow.id], level, rulers, tracks)


def _columns(
    level: Level, grid: Grid, routes: dict[str, Route], tracks: Tracks, rulers: Rulers, title: float
) -> float:
    widths = [0.0] * grid.columns
    for node in grid.shapes():
        widths[node.column] = max(widths[node.column], node.width)
    words = _words(level, grid, routes, widths)
    aside = _aside(level, widths)
    x = title
    for column, width in enumerate(widths):
        left, right = aside.get((2 * column, 1), 0), aside.get((2 * column, -1), 0)
        number = tracks.number.get((0, 2 * column), 0)
        least = COLUMN_GAP if column else _EDGE
        lines = left + right + ((number + 1) * _TRACK if number else 0) + 8
        gap = round(max(least, lines, words.get(2 * column, 0)))
        rulers.across[2 * column] = x + left, x + gap - right
        rulers.across[2 * column + 1] = x + gap, x + gap + width
        x += gap + width
    last = 2 * grid.columns
    beside = aside.get((last, 1), 0)
    end = round(max(_EDGE + 14, beside + (tracks.number.get((0, last), 0) + 1) * _TRACK))
    rulers.across[last] = x + beside, x + end
    return x + end


def _aside(level: Level, widths: list[float]) -> dict[tuple[int, int], float]:
    """Give how far the words of events and gateways reach into channels.

    By channel and side: 1 for words of the column left of it, -1 for those of the one right of it.
    """
    found: dict[tuple[int, int], float] = {}
    for node in level.nodes.values():
        words = size_of(node.name)[0]
        if not words or not (node.is_event or node.is_gateway):
            continue
        right = left = words / 2 + 4
        if node.host is not None:
            offset = host_offset(level, node)
            right, left = offset + words + 24, words + 24 - offset
            # Words stand right of the last event on a border, left of the others.
            right, left = (right, 0) if offset >= 0 else (0, left)
        half = widths[node.column] / 2
        for side, reach in ((1, right - half), (-1, left - half)):
            key = (2 * node.column + 1 + side, side)
            found[key] = max(found.get(key, 0), round(reach), 0)
    return found


def _words(
    level: Level, grid: Grid, routes: dict[str, Route], widths: list[float]
) -> dict[int, float]:
    """Give how wide channels must be for the words on level lines out of gateways."""
    needed: dict[int, float] = {}
    for flow in level.flows:
        route, source = routes[flow.id], level.nodes[flow.source]
        if not flow.name or route[0][1] != route[1][1] or route[1][0] <= route[0][0]:
            continue
        slack = (widths[source.column] - source.width) / 2
        channel = 2 * source.column + 2
        if len(route) == 2 and source.column + 1 == level.nodes[flow.target].column:
            target = level.nodes[flow.target]
            slack += (widths[target.column] - target.width) / 2
        elif route[1][0] > channel:
            slack += 30
        room = size_of(flow.name)[0] + 2 * _LABEL_GAP + 4 - slack
        if channel <= 2 * grid.columns - 2:
            needed[channel] = max(needed.get(channel, 0), room)
    return needed


def _rows(level: Level, grid: Grid, tracks: Tracks, rulers: Rulers) -> float:
    above, below = _extents(level, grid)
    y = 0.0
    row = 0
    for lane, channels in zip(level.lanes, grid.lane_channels, strict=True):
        lane.top = y
        needed = sum(above[row + at] + below[row + at] for at in range(lane.rows))
        gaps = [
            _gap(tracks, channel, channel in (channels[0], channels[-1])) for channel in channels
        ]
        spare = max(0.0, LANE_HEIGHT - needed - sum(gaps))
        gaps[0], gaps[-1] = gaps[0] + spare / 2, gaps[-1] + spare / 2
        for at, (channel, gap) in enumerate(zip(channels, gaps, strict=True)):
            rulers.down[channel] = y, y + gap
            y += gap
            if at < lane.rows:
                rulers.middle[channel + 1] = y + above[row + at]
                rulers.down[channel + 1] = y, y + above[row + at] + below[row + at]
                y += above[row + at] + below[row + at]
        row += lane.rows
        lane.bottom = y = round(y)
    return y


def _gap(tracks: Tracks, channel: int, is_edge: bool) -> float:
    number = tracks.number.get((1, channel), 0)
    return (_EDGE - 10 if is_edge else _BETWEEN_ROWS) + number * _TRACK


def _extents(level: Level, grid: Grid) -> tuple[list[float], list[float]]:
    """Give how far each row reaches above and below its middle, labels with it."""
    above = [30.0] * len(grid.row_y)
    below = [30.0] * len(grid.row_y)
    for node in grid.shapes():
        half, words = node.height / 2, size_of(node.name)[1]
        up = half + (words + _LABEL_GAP if node.is_gateway and words else 0)
        down = half + (words + _LABEL_GAP if _is_named_below(node) and words else 0)
        above[node.row] = max(above[node.row], up)
        below[node.row] = max(below[node.row], down)
    for node in level.nodes.values():
        if node.host is not None:
            half = level.nodes[node.host].height / 2
            words = max(18.0, size_of(node.name)[1] + 10)
            below[node.row] = max(below[node.row], half + words)
    return [round(part) for part in above], [round(part) for part in below]


def _is_named_below(node: Node) -> bool:
    return node.is_event or node.tag in ("dataObjectReference", "dataStoreReference")


def _points(flow: Flow, route: Route, level: Level, rulers: Rulers, tracks: Tracks) -> list[Point]:
    source, target = level.nodes[flow.source], level.nodes[flow.target]
    xs: list[float | None] = [None] * len(route)
    ys: list[float | None] = [None] * len(route)
    for number, (one, other) in enumerate(pairwise(route)):
        track = tracks.of_piece.get((flow.id, number))
        if one[0] == other[0]:
            xs[number] = xs[number + 1] = _x(one[0], track, rulers, tracks, source)
        else:
            ys[number] = ys[number + 1] = _y(one[1], track, rulers, tracks)
    points = [
        Point(
            x if x is not None else (source if number == 0 else target).middle.x,
            y if y is not None else (source if number == 0 else target).middle.y,
        )
        for number, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]
    points[0] = _border(source, points[0], points[1])
    points[-1] = _border(target, points[-1], points[-2])
    return points


def _x(x: float, track: int | None, rulers: Rulers, tracks: Tracks, source: Node) -> float:
    if track is not None:
        left, right = rulers.across[int(x)]
        return _spread(left, right, track, tracks.number[0, int(x)])
    if x != round(x):
        return source.middle.x
    left, right = rulers.across[int(x)]
    return (left + right) / 2


def _y(y: float, track: int | None, rulers: Rulers, tracks: Tracks) -> float:
    if track is None:
        return rulers.middle[int(y)]
    top, bottom = rulers.down[int(y)]
    return _spread(top, bottom, track, tracks.number[1, int(y)])


def _spread(begin: float, end: float, track: int, number: int) -> float:
    return float(round(begin + (end - begin) * (track + 1) / (number + 1)))


def _border(node: Node, at: Point, towards: Point) -> Point:
    """Give where a line from inside of the shape leaves it."""
    if at.x == towards.x:
        return Point(at.x, node.box.bottom if towards.y > at.y else node.box.y)
    return Point(node.box.right if towards.x > at.x else node.box.x, at.y)
