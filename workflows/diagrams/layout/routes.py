"""The way of each flow over the grid: few bends, no shape in it, few crossings."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from workflows.diagrams.layout.grid import Grid, Place
from workflows.diagrams.layout.parts import Flow, Level, Node

Route = tuple[Place, ...]
Stretch = tuple[float, float, int]

_BEND = 10.0
_CROSSING = 15.0
_OVERLAP = 120.0
_SHARED_EXIT = 9.0
# Each bend beyond two.
_TWISTED = 5.0
# To run left of both its ends.
_DETOUR = 12.0
_DRAWN_TWICE = 2


class Lines:
    """The lines that are drawn already, to count crossings and overlaps with them."""

    def __init__(self, flows: list[Flow]) -> None:
        """Begin with none of the flows drawn."""
        self._flows = flows
        self._level: dict[float, list[Stretch]] = defaultdict(list)
        self._upright: dict[int, list[tuple[float, Stretch]]] = defaultdict(list)

    def add(self, number: int, route: Route) -> None:
        """Draw a flow, by its number."""
        for one, other in pairwise(route):
            if one[1] == other[1]:
                low, high = sorted((one[0], other[0]))
                self._level[one[1]].append((low, high, number))
            else:
                low, high = sorted((one[1], other[1]))
                self._upright[round(one[0])].append((one[0], (low, high, number)))

    def remove(self, number: int, route: Route) -> None:
        """Wipe a flow out again."""
        for one, other in pairwise(route):
            if one[1] == other[1]:
                held = self._level[one[1]]
                held[:] = [stretch for stretch in held if stretch[2] != number]
            else:
                upright = self._upright[round(one[0])]
                upright[:] = [stretch for stretch in upright if stretch[1][2] != number]

    def cost(self, number: int, route: Route, grid: Grid) -> float:
        """Give how much the route would disturb those that are drawn."""
        total = 0.0
        for one, other in pairwise(route):
            if one[1] == other[1]:
                total += self._cost_level(number, one, other, grid)
            else:
                total += self._cost_upright(number, one, other)
        return total

    def _cost_level(self, number: int, one: Place, other: Place, grid: Grid) -> float:
        (low, high), y = sorted((one[0], other[0])), one[1]
        total = 0.0
        for column in range(round(low), round(high) + 1):
            total += _CROSSING * self._bundles(
                other
                for x, (top, bottom, other) in self._upright.get(column, ())
                if low < x < high and top < y < bottom
            )
        if y in grid.rows:
            total += self._along(number, low, high, self._level.get(y, ()))
        return total

    def _cost_upright(self, number: int, one: Place, other: Place) -> float:
        (low, high), x = sorted((one[1], other[1])), one[0]
        total = 0.0
        for y in range(int(low) + 1, int(high)):
            total += _CROSSING * self._bundles(
                other for left, right, other in self._level.get(y, ()) if left < x < right
            )
        if round(x) % 2 == 1:
            beside = self._upright.get(round(x), ())
            total += self._along(
                number, low, high, [part for at, part in beside if abs(at - x) < 0.01]
            )
        return total

    def _bundles(self, numbers: Iterable[int]) -> int:
        """Count lines, those that run together to or from one shape as one."""
        crossed = [self._flows[number] for number in numbers]
        if len(crossed) < 2:
            return len(crossed)
        return min(len({flow.target for flow in crossed}), len({flow.source for flow in crossed}))

    def _along(
        self, number: int, low: float, high: float, others: list[Stretch] | tuple[()]
    ) -> float:
        flow, total, exit_ = self._flows[number], 0.0, 0.0
        for begin, end, other in others:
            if min(high, end) - max(low, begin) <= 0:
                continue
            drawn = self._flows[other]
            if drawn.source == flow.source:
                exit_ = min(exit_ + _SHARED_EXIT, 2 * _SHARED_EXIT)
            elif drawn.target != flow.target:
                total += _OVERLAP
        return total + exit_


class _Choices:
    """The routes that a flow may take, found as they are asked for: those with fewer bends first."""

    def __init__(self, grid: Grid, level: Level, flow: Flow, *, is_back: bool) -> None:
        """Begin with none found."""
        self._found: list[tuple[float, Route, float]] = []
        self._more = _ways(grid, level, flow, is_back=is_back)

    def __iter__(self) -> Iterator[tuple[float, Route, float]]:
        """Walk the least that this and later ones cost, the route, and what it costs by itself."""
        yield from self._found
        for choice in self._more:
            self._found.append(choice)
            yield choice


def lead_flows(
    level: Level, grid: Grid, back: set[str], limit: float = math.inf
) -> tuple[dict[str, Route], float]:
    """Choose the route of every flow, and say what they cost together.

    Each flow is drawn, then once more knowing all the others. It is given up, with some routes only,
    as soon as they cost `limit`.
    """
    flows = sorted(level.flows, key=lambda flow: _length(level, flow, back))
    lines = Lines(flows)
    routes: dict[str, Route] = {}
    choices = [_Choices(grid, level, flow, is_back=flow.id in back) for flow in flows]
    total = 0.0
    for _ in range(_DRAWN_TWICE):
        total = 0.0
        for number, flow in enumerate(flows):
            if flow.id in routes:
                lines.remove(number, routes[flow.id])
            routes[flow.id], cost = _cheapest(number, choices[number], lines, grid)
            lines.add(number, routes[flow.id])
            total += cost
            if total >= limit:
                return routes, total
    return routes, total


def _cheapest(number: int, choices: _Choices, lines: Lines, grid: Grid) -> tuple[Route, float]:
    best: tuple[float, Route] | None = None
    for least, route, looks in choices:
        if best is not None and best[0] <= least:
            break
        if not route or (best is not None and looks >= best[0]):
            continue
        cost = looks + lines.cost(number, route, grid)
        if best is None or cost < best[0]:
            best = cost, route
    if best is None:
        raise LookupError(number)
    return best[1], best[0]


def _length(level: Level, flow: Flow, back: set[str]) -> tuple[bool, int, int, int]:
    source, target = level.nodes[flow.source], level.nodes[flow.target]
    return (
        flow.id in back,
        abs(source.row - target.row),
        abs(source.column - target.column),
        source.column,
    )


def _ways(
    grid: Grid, level: Level, flow: Flow, *, is_back: bool
) -> Iterator[tuple[float, Route, float]]:
    """Walk all routes to choose from that run through no shape; there is always one.

    Between those with fewer and with more bends there is an empty one, to stop at.
    """
    source, target = level.nodes[flow.source], level.nodes[flow.target]
    begin = grid.x(source), float(grid.y(source))
    end = grid.x(target), float(grid.y(target))
    # No route is shorter than this.
    far = abs(begin[0] - end[0]) + abs(begin[1] - end[1])
    seen: set[Route] = set()
    least = 0
    for bends, route in _shapes(grid, begin, end, source, target):
        if bends > least:
            least = bends
            yield _BEND * bends + far, (), math.inf
        clean = _clean(route)
        if clean not in seen and _fits(clean, grid, source, target):
            seen.add(clean)
            yield _BEND * bends + far, clean, _looks(clean, grid, level, flow, is_back)


def _shapes(
    grid: Grid, begin: Place, end: Place, source: Node, target: Node
) -> Iterator[tuple[int, Route]]:
    """Walk from the plainest lines to the crookedest, with the number of bends."""
    (x, y), (to_x, to_y) = begin, end
    if source.host and target.width > 100 and x != to_x and abs(x - to_x) < 1:
        yield 0, (begin, (x, to_y))
    yield 0, (begin, end)
    yield 1, (begin, (x, to_y), end)
    yield 1, (begin, (to_x, y), end)
    outer, inner = round(x) + 1.0, round(to_x) - 1.0
    behind = inner + 2
    for channel in _between(outer, inner):
        yield 2, (begin, (channel, y), (channel, to_y), end)
    channels = _channels(grid, source, target)
    for down in channels:
        yield 2, (begin, (x, down), (to_x, down), end)
    for down in channels:
        yield 3, (begin, (x, down), (inner, down), (inner, to_y), end)
        yield 3, (begin, (outer, y), (outer, down), (to_x, down), end)
        yield 3, (begin, (x, down), (behind, down), (behind, to_y), end)
    for down in channels:
        yield 4, (begin, (outer, y), (outer, down), (inner, down), (inner, to_y), end)


def _between(outer: float, inner: float) -> list[float]:
    low, high = int(min(outer, inner)), int(max(outer, inner))
    return [float(x) for x in dict.fromkeys([int(outer), int(inner), *range(low, high + 1, 2)])]


def _channels(grid: Grid, source: Node, target: Node) -> list[float]:
    """Give the channels around both rows and between, and those on top of their lanes."""
    rows = sorted((grid.y(source), grid.y(target)))
    found = {rows[0] - 1, rows[0] + 1, rows[1] - 1, rows[1] + 1}
    for lane in {source.lane, target.lane}:
        found |= {grid.lane_channels[lane][0], grid.lane_channels[lane][-1]}
    between = [y for y in range(rows[0], rows[1]) if y not in grid.rows]
    found |= {*between[:4], *between[-4:]}
    return [float(y) for y in sorted(found) if 0 <= y < grid.height]


def _clean(route: Route) -> Route:
    """Leave out places that are named twice or lie on a straight piece."""
    kept: list[Place] = []
    for place in route:
        if kept and kept[-1] == place:
            continue
        while len(kept) >= 2 and (
            kept[-2][0] == kept[-1][0] == place[0] or kept[-2][1] == kept[-1][1] == place[1]
        ):
            kept.pop()
        kept.append(place)
    return tuple(kept)


def _fits(route: Route, grid: Grid, source: Node, target: Node) -> bool:
    """Whether the route is orthogonal, leaves as it must and runs through no shape."""
    if len(route) < 2 or (len(route) < 4 and source is target):
        return False
    leaves, arrives = _direction(route[0], route[1]), _direction(route[-2], route[-1])
    if source.host and leaves != (0, 1):
        return False
    # The lower border of a host belongs to its events.
    if source.id in grid.hosts and leaves[1] > 0:
        return False
    if target.id in grid.hosts and arrives[1] < 0:
        return False
    return _is_clear(route, grid)


def _is_clear(route: Route, grid: Grid) -> bool:
    """Whether each piece is level or upright, none runs back on the one before, and nothing is met."""
    before = (0, 0)
    for one, other in pairwise(route):
        across, down = _direction(one, other)
        if (across and down) or (across, down) == (-before[0], -before[1]):
            return False
        if (before != (0, 0) and grid.is_taken(*one)) or not grid.is_free(one, other):
            return False
        before = across, down
    return True


def _direction(one: Place, other: Place) -> tuple[int, int]:
    return (other[0] > one[0]) - (other[0] < one[0]), (other[1] > one[1]) - (other[1] < one[1])


def _looks(route: Route, grid: Grid, level: Level, flow: Flow, is_back: bool) -> float:
    """Give what a route costs by itself: its bends, its length, its manners at both ends."""
    source, target = level.nodes[flow.source], level.nodes[flow.target]
    cost = _BEND * (len(route) - 2)
    cost += sum(abs(one[0] - two[0]) + abs(one[1] - two[1]) for one, two in pairwise(route))
    leaves, arrives = _direction(*route[:2]), _direction(*route[-2:])
    if is_back:
        cost += 6 * (leaves[1] > 0 or arrives[1] < 0) + 4 * (arrives[0] != 0)
        return cost + 4 * (leaves[0] != 0)
    cost += _TWISTED * max(0, len(route) - 4)
    cost += 14 * (leaves[0] < 0) + 14 * (arrives[0] < 0)
    cost += _DETOUR * (min(place[0] for place in route) < min(route[0][0], route[-1][0]))
    cost += (3 * (leaves[1] < 0) + (0 if source.is_gateway or source.host else 8)) * (
        leaves[1] != 0
    )
    if arrives[1] != 0 and not source.host:
        cost += 2 if target.is_gateway or target.is_event else 7
    highest = min(place[1] for place in route)
    return cost + 6 * (highest < min(grid.y(source), grid.y(target)))
