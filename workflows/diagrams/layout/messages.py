"""The lines of messages between pools: around shapes and words, apart from each other."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workflows.diagrams.geometry import Box, Point, Segment, segments
from workflows.diagrams.layout.parts import Flow

_BEND = 30.0
_SHAPE = 2_000.0
_WORDS = 90.0
_CROSSING = 12.0
_ALONG = 250.0
_PORT = 60.0
# Lines nearer than this lie on each other.
_APART = 5.0
_ASIDE = 12.0
_FAR = 400.0
_PORTS = (0.0, -24.0, 24.0, -40.0, 40.0)
_WIDE = 100


@dataclass(frozen=True)
class End:
    """Where a message begins or ends: a shape, or a pool without steps, which it meets anywhere."""

    box: Box
    is_band: bool


@dataclass
class Sheet:
    """What is drawn already. `gaps` are the heights between pools where lines may run level."""

    shapes: list[Box]
    words: list[Box]
    gaps: list[float]
    lines: list[Segment] = field(default_factory=list)
    ports: dict[Point, int] = field(default_factory=lambda: defaultdict(int))

    def draw(self, points: Iterable[Point]) -> None:
        """Add a line."""
        self.lines += segments(list(points))


def lead(message: Flow, one: End, other: End, sheet: Sheet) -> None:
    """Give the message its points: from border to border, up or down out of both shapes."""
    is_down = one.box.y < other.box.y
    upper, lower = (one, other) if is_down else (other, one)
    points = _Search(upper, lower, sheet).way()
    message.points = points if is_down else points[::-1]
    sheet.draw(points)
    for point in (points[0], points[-1]):
        sheet.ports[point] += 1


class _Search:
    """Looks for the cheapest way from the lower border of one shape to the upper one of another."""

    def __init__(self, upper: End, lower: End, sheet: Sheet) -> None:
        self.sheet = sheet
        self.begin, self.end = upper.box.bottom, lower.box.y
        self.ends = (upper.box, lower.box)
        starts, goals = list(_ports(upper)), list(_ports(lower))
        across = sorted({*starts, *goals} or {upper.box.x + 60.0})
        self.xs = sorted({*across, *self._beside(across)})
        self.starts = set(starts or [x for x in self.xs if _meets(upper.box, x)])
        self.goals = set(goals or [x for x in self.xs if _meets(lower.box, x)])
        level = [self.begin + _ASIDE, self.end - _ASIDE]
        level += [words.bottom + 6 for words in sheet.words if _is_under(upper.box, words)]
        self.level = {y for y in (*level, *sheet.gaps) if self.begin < y < self.end}
        self.ys = sorted({self.begin, self.end, *self.level})
        self._upright = {x: self._met(x, is_upright=True) for x in self.xs}
        self._flat = {y: self._met(y, is_upright=False) for y in self.level}

    def _beside(self, across: list[float]) -> Iterator[float]:
        for box in self.sheet.shapes:
            for x in (box.x - _ASIDE, box.right + _ASIDE):
                if across[0] - _FAR < x < across[-1] + _FAR:
                    yield x

    def _met(self, at: float, *, is_upright: bool) -> list[tuple[float, float, float]]:
        """Give what lies on a line over the whole sheet: from where to where, and what it costs."""
        sides = [(box.shrunk(-_APART), _SHAPE) for box in self.sheet.shapes if box not in self.ends]
        sides += [(box, _WORDS) for box in self.sheet.words]
        found = [
            (*_extent(box, is_upright=is_upright), cost)
            for box, cost in sides
            if _is_across(box, at, is_upright=is_upright)
        ]
        for line in self.sheet.lines:
            box = _frame(line)
            if _is_across(box.shrunk(-_APART), at, is_upright=is_upright):
                begin, end = _extent(box, is_upright=is_upright)
                cost = _CROSSING if end - begin < 1 else _ALONG
                found.append((begin - 1, end + 1, cost))
        return found

    def way(self) -> list[Point]:
        """Give the points, bends only."""
        # Cost, place across, place down, whether it came along a level line, and the way there.
        open_: list[tuple[float, float, float, bool, tuple[tuple[float, float], ...]]] = []
        for x in self.starts:
            point = Point(x, self.begin)
            cost = _PORT * self.sheet.ports[point] + self._off(x, self.ends[0])
            heapq.heappush(open_, (cost, x, self.begin, False, ((x, self.begin),)))
        seen: set[tuple[float, float, bool]] = set()
        while open_:
            cost, x, y, is_flat, way = heapq.heappop(open_)
            if y == self.end:
                return _bends([Point(*place) for place in way])
            if (x, y, is_flat) in seen:
                continue
            seen.add((x, y, is_flat))
            for more, to_x, to_y, turns in self._steps(x, y):
                bend = _BEND if turns != is_flat else 0
                step = cost + more + bend, to_x, to_y, turns, (*way, (to_x, to_y))
                heapq.heappush(open_, step)
        middles = [Point(box.x + box.width / 2, box.y) for box in self.ends]
        return [Point(middles[0].x, self.begin), Point(middles[1].x, self.end)]

    def _steps(self, x: float, y: float) -> Iterator[tuple[float, float, float, bool]]:
        """Walk the next places down, left and right, with what it costs to get there."""
        down = self.ys[self.ys.index(y) + 1]
        if down != self.end or x in self.goals:
            cost = _cost(self._upright[x], y, down)
            if down == self.end:
                cost += _PORT * self.sheet.ports[Point(x, down)] + self._off(x, self.ends[1])
            yield cost, x, down, False
        if y in self.level:
            at = self.xs.index(x)
            for number in (at - 1, at + 1):
                if 0 <= number < len(self.xs):
                    to_x = self.xs[number]
                    yield _cost(self._flat[y], *sorted((x, to_x))), to_x, y, True

    def _off(self, x: float, box: Box) -> float:
        """The middle of a step is the best place for a line."""
        return abs(x - box.x - box.width / 2) / 4 if box.width <= 2 * _WIDE else 0


def _ports(end: End) -> Iterator[float]:
    """Give where lines meet a shape; of a band, nowhere in particular."""
    if not end.is_band:
        middle = end.box.x + end.box.width / 2
        yield from (middle + by for by in (_PORTS if end.box.width >= _WIDE else (0.0,)))


def _meets(band: Box, x: float) -> bool:
    return band.x + 50 <= x <= band.right - 20


def _is_under(box: Box, words: Box) -> bool:
    return 0 <= words.y - box.bottom < 40 and words.x < box.right and box.x < words.right


def _is_across(box: Box, at: float, *, is_upright: bool) -> bool:
    return box.x < at < box.right if is_upright else box.y < at < box.bottom


def _extent(box: Box, *, is_upright: bool) -> tuple[float, float]:
    return (box.y, box.bottom) if is_upright else (box.x, box.right)


def _frame(line: Segment) -> Box:
    x, y = min(line.begin.x, line.end.x), min(line.begin.y, line.end.y)
    return Box(x, y, abs(line.begin.x - line.end.x), abs(line.begin.y - line.end.y))


def _cost(met: list[tuple[float, float, float]], begin: float, end: float) -> float:
    """Give the length, in tens of pixels, and what the stretch meets, each once where it begins."""
    total = (end - begin) / 10
    for low, high, cost in met:
        if low < end and high > begin:
            # A stretch along a line costs by its length, anything else once.
            share = min(end, high) - max(begin, low)
            total += cost if high - low < 3 else cost * share / (high - low)
    return total


def _bends(way: list[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in way:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and (
            kept[-2].x == kept[-1].x == point.x or kept[-2].y == kept[-1].y == point.y
        ):
            kept.pop()
        kept.append(point)
    return kept
