"""Boxes and lines of a drawing, in its own pixels; y grows downward."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Point:
    """A place."""

    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.height

    def shrunk(self, by: float) -> "Box":
        """Give the box with each side moved inward."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)

    def overlaps(self, other: "Box") -> bool:
        """Whether they share an area, not only a border."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        """Whether the other lies wholly inside, borders included."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def holds(self, point: Point) -> bool:
        """Whether the point lies inside or on the border."""
        return self.x <= point.x <= self.right and self.y <= point.y <= self.bottom


@dataclass(frozen=True)
class Segment:
    """A straight piece of a line."""

    begin: Point
    end: Point

    @property
    def is_orthogonal(self) -> bool:
        """Whether it runs level or upright, to within half a pixel."""
        return abs(self.begin.x - self.end.x) <= 0.5 or abs(self.begin.y - self.end.y) <= 0.5

    def crosses(self, box: Box) -> bool:
        """Whether it runs through the inside of the box (Liang-Barsky clipping)."""
        dx, dy = self.end.x - self.begin.x, self.end.y - self.begin.y
        enter, leave = 0.0, 1.0
        for delta, distance in (
            (-dx, self.begin.x - box.x),
            (dx, box.right - self.begin.x),
            (-dy, self.begin.y - box.y),
            (dy, box.bottom - self.begin.y),
        ):
            if delta == 0 and distance <= 0:
                return False
            if delta < 0:
                enter = max(enter, distance / delta)
            elif delta > 0:
                leave = min(leave, distance / delta)
        return enter < leave

    def meets(self, other: "Segment") -> bool:
        """Whether the two cross in the middle of both; touching ends do not count."""
        return (
            _side(self, other.begin) * _side(self, other.end) < 0
            and _side(other, self.begin) * _side(other, self.end) < 0
        )

    def runs_along(self, other: "Segment") -> bool:
        """Whether they lie on each other for more than a pixel."""
        if abs(_side(self, other.begin)) > 0.5 or abs(_side(self, other.end)) > 0.5:
            return False
        is_level = abs(self.begin.x - self.end.x) >= abs(self.begin.y - self.end.y)
        one, two = (
            sorted((place.x if is_level else place.y) for place in (segment.begin, segment.end))
            for segment in (self, other)
        )
        return min(one[1], two[1]) - max(one[0], two[0]) > 1


def _side(segment: Segment, point: Point) -> float:
    """Give on which side of the segment's line the point lies: by sign, 0 on the line."""
    dx, dy = segment.end.x - segment.begin.x, segment.end.y - segment.begin.y
    return dx * (point.y - segment.begin.y) - dy * (point.x - segment.begin.x)


def segments(points: Sequence[Point]) -> Iterator[Segment]:
    """Walk the pieces of a line, pieces without length left out."""
    return (Segment(begin, end) for begin, end in pairwise(points) if begin != end)


def straightened(points: Sequence[Point]) -> list[Point]:
    """Give the line without points that lie on a straight piece."""
    kept: list[Point] = list(points[:1])
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        if point not in (before, after) and abs(_side(Segment(before, after), point)) > 0.5:
            kept.append(point)
    return kept + list(points[-1:] if len(points) > 1 else ())
