"""The picture in a BPMN file as boxes and lines, for tests that judge it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lxml import etree

BPMN = Path(__file__).parents[2] / "bpmn"
FILES = sorted(BPMN.glob("*.bpmn"))

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
TASKS = frozenset({"userTask", "serviceTask", "callActivity"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"})

Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A rectangle; x and y are its left and upper edge, y grows downward."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return self.x + self.width // 2, self.y + self.height // 2

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True)
class Segment:
    """A straight piece of a flow."""

    start: Point
    end: Point

    @property
    def is_orthogonal(self) -> bool:
        return (self.start[0] == self.end[0]) != (self.start[1] == self.end[1])

    @property
    def box(self) -> Box:
        """The piece as a rectangle one pixel thick."""
        (x1, y1), (x2, y2) = self.start, self.end
        return Box(min(x1, x2), min(y1, y2), abs(x1 - x2) + 1, abs(y1 - y2) + 1)


@dataclass(frozen=True)
class Shape:
    """A node of the process as drawn; `host` is what a boundary event sits on."""

    id: str
    tag: str
    box: Box
    label: Box | None
    lane: str
    host: str | None


@dataclass(frozen=True)
class Line:
    """A sequence flow as drawn."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]
    label: Box | None

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(Segment(start, end) for start, end in pairwise(self.points))


@dataclass(frozen=True)
class Drawing:
    """A diagram's picture. Lanes are from top to bottom."""

    pool: Box
    lanes: Mapping[str, Box]
    shapes: Mapping[str, Shape]
    lines: Mapping[str, Line]

    def labels(self) -> Iterator[tuple[str, Box]]:
        """Walk the labels outside of shapes, with the id of what they name."""
        things: tuple[Shape | Line, ...] = (*self.shapes.values(), *self.lines.values())
        for thing in things:
            if thing.label is not None:
                yield thing.id, thing.label


def read_drawing(data: bytes) -> Drawing:
    """Read the picture; a KeyError names a node or flow that is not drawn."""
    root = etree.fromstring(data)
    boxes, labels, points = _drawn(root)
    lanes = {_of(lane, "id"): boxes[_of(lane, "id")] for lane in _all(root, "//bpmn:lane")}
    lane_of = {
        (reference.text or "").strip(): _of(lane, "id")
        for lane in _all(root, "//bpmn:lane")
        for reference in lane.iterchildren("{*}flowNodeRef")
    }
    (pool,) = _all(root, "//bpmn:participant")
    shapes = {
        _of(node, "id"): Shape(
            _of(node, "id"),
            tag,
            boxes[_of(node, "id")],
            labels.get(_of(node, "id")),
            lane_of[_of(node, "id")],
            node.get("attachedToRef"),
        )
        for tag in sorted(TASKS | GATEWAYS | EVENTS)
        for node in _all(root, f"//bpmn:{tag}")
    }
    lines = {
        _of(flow, "id"): Line(
            _of(flow, "id"),
            _of(flow, "sourceRef"),
            _of(flow, "targetRef"),
            points[_of(flow, "id")],
            labels.get(_of(flow, "id")),
        )
        for flow in _all(root, "//bpmn:sequenceFlow")
    }
    return Drawing(boxes[_of(pool, "id")], lanes, shapes, lines)


def _of(element: etree._Element, name: str) -> str:
    return str(element.attrib[name])


def _all(root: etree._Element, path: str) -> list[etree._Element]:
    found = root.xpath(path, namespaces=NAMESPACES)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, etree._Element)]


def _drawn(
    root: etree._Element,
) -> tuple[dict[str, Box], dict[str, Box], dict[str, tuple[Point, ...]]]:
    boxes, labels, points = {}, {}, {}
    for drawn in _all(root, "//bpmndi:BPMNShape | //bpmndi:BPMNEdge"):
        about = _of(drawn, "bpmnElement")
        for label in _all(drawn, "bpmndi:BPMNLabel/dc:Bounds"):
            labels[about] = _box(label)
        for bounds in _all(drawn, "dc:Bounds"):
            boxes[about] = _box(bounds)
        if waypoints := _all(drawn, "di:waypoint"):
            points[about] = tuple((int(_of(at, "x")), int(_of(at, "y"))) for at in waypoints)
    return boxes, labels, points


def _box(bounds: etree._Element) -> Box:
    x, y, width, height = (int(_of(bounds, name)) for name in ("x", "y", "width", "height"))
    return Box(x, y, width, height)
