"""The laws of our drawings: sizes, straight flows, labels beside lines. Faults are findings (info)."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from lxml import etree

from workflows.diagrams.document import (
    BPMN,
    BPMNDI,
    DC,
    DI,
    Findings,
    child,
    children,
    line_of,
    local,
    namespace,
    parse_document,
)
from workflows.diagrams.geometry import Box, Point, Segment, segments, straightened
from workflows.diagrams.graph import Finding

COLUMN_GAP = 60
LANE_HEIGHT = 140
MAXIMUM_BENDS = 2
_TASK = (120, 80)
_GATEWAY = (50, 50)
_EVENT = (36, 36)
_CONTAINERS = ("lane", "participant", "group", "textAnnotation")
# Lines that touch a border, or a label whose box is drawn a little large, are no fault.
_TOLERANCE = 1.0


@dataclass(frozen=True)
class Shape:
    """A drawn element: its tag and id in the process, its box, its label's box."""

    id: str
    tag: str
    box: Box
    label: Box | None
    host: str | None
    is_expanded: bool
    line: int | None


@dataclass(frozen=True)
class Edge:
    """A drawn sequence flow."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]
    label: Box | None
    line: int | None

    @cached_property
    def pieces(self) -> tuple[Segment, ...]:
        """The straight pieces of the line."""
        return tuple(segments(self.points))

    @cached_property
    def frame(self) -> Box:
        """The box around the whole line, a pixel wider on each side."""
        xs, ys = (
            [point.x for point in self.points] or [0],
            [point.y for point in self.points] or [0],
        )
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).shrunk(-1)


@dataclass
class Drawing:
    """What a file draws, and what it forgot to draw."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    undrawn: list[etree._Element] = field(default_factory=list)

    def solid(self) -> Iterator[Shape]:
        """Walk the shapes that nothing may run through: no lanes, pools or opened subprocesses."""
        return (
            shape
            for shape in self.shapes.values()
            if shape.tag not in _CONTAINERS and not shape.is_expanded
        )

    def labels(self) -> Iterator[tuple[str, Box, int | None]]:
        """Walk the boxes of labels drawn beside their elements."""
        for shape in self.shapes.values():
            if shape.label is not None and shape.tag not in _CONTAINERS:
                yield shape.id, shape.label, shape.line
        for edge in self.edges.values():
            if edge.label is not None:
                yield edge.id, edge.label, edge.line


def drawing_faults(data: bytes) -> list[Finding]:
    """Check the drawing (BPMN DI) of a file; a file that cannot be read has no drawing to check."""
    root = parse_document(data, Findings())
    if root is None:
        return []
    drawing = read_drawing(root)
    faults = [
        _fault(
            "not-drawn",
            element.get("id") or "",
            "is in the process but not in the drawing.",
            line_of(element),
        )
        for element in drawing.undrawn
    ]
    for check in (_sizes, _lanes, _columns, _overlaps, _flows, _through, _crossings, _labels):
        faults += check(drawing)
    return faults


def read_drawing(root: etree._Element) -> Drawing:
    """Read the shapes and sequence flows that a file draws."""
    elements = {
        element.get("id", ""): element for element in root.iter() if namespace(element) == BPMN
    }
    drawing = Drawing()
    for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        element = elements.get(shape.get("bpmnElement", ""))
        box = _box(child(shape, "Bounds", DC))
        if element is not None and box is not None:
            drawing.shapes[element.get("id", "")] = _shape(shape, element, box)
    for line in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        element = elements.get(line.get("bpmnElement", ""))
        if element is not None and local(element) == "sequenceFlow":
            drawing.edges[element.get("id", "")] = _edge(line, element)
    for identity, element in elements.items():
        if (
            identity
            and _should_be_drawn(element)
            and identity not in {**drawing.shapes, **drawing.edges}
        ):
            drawing.undrawn.append(element)
    return drawing


def _shape(shape: etree._Element, element: etree._Element, box: Box) -> Shape:
    tag = local(element)
    return Shape(
        id=element.get("id", ""),
        tag=tag,
        box=box,
        label=_label(shape),
        host=element.get("attachedToRef"),
        is_expanded=tag == "subProcess" and shape.get("isExpanded", "true") != "false",
        line=line_of(shape),
    )


def _edge(line: etree._Element, element: etree._Element) -> Edge:
    points = (_point(point) for point in children(line, "waypoint", ns=DI))
    return Edge(
        id=element.get("id", ""),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        points=tuple(point for point in points if point is not None),
        label=_label(line),
        line=line_of(line),
    )


def _should_be_drawn(element: etree._Element) -> bool:
    tag = local(element)
    return tag in ("lane", "participant", "sequenceFlow") or tag.endswith(
        ("Task", "task", "Event", "Gateway", "subProcess", "callActivity")
    )


def _label(part: etree._Element) -> Box | None:
    label = child(part, "BPMNLabel", BPMNDI)
    return None if label is None else _box(child(label, "Bounds", DC))


def _box(bounds: etree._Element | None) -> Box | None:
    if bounds is None:
        return None
    numbers = [_number(bounds.get(name)) for name in ("x", "y", "width", "height")]
    known = [number for number in numbers if number is not None]
    return Box(*known) if len(known) == 4 else None


def _point(waypoint: etree._Element) -> Point | None:
    x, y = _number(waypoint.get("x")), _number(waypoint.get("y"))
    return None if x is None or y is None else Point(x, y)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e6 else None


def _fault(code: str, identity: str, words: str, line: int | None) -> Finding:
    return Finding("info", code, identity or None, line, f'"{identity}" {words}')


def _sizes(drawing: Drawing) -> Iterator[Finding]:
    for shape in drawing.solid():
        wanted = _wanted(shape)
        if wanted is not None and (shape.box.width, shape.box.height) != wanted:
            yield _fault(
                "shape-size",
                shape.id,
                f"is {shape.box.width:g} x {shape.box.height:g}; draw it {wanted[0]} x {wanted[1]}.",
                shape.line,
            )


def _wanted(shape: Shape) -> tuple[int, int] | None:
    if shape.tag.endswith(("Task", "task")) or shape.tag in ("callActivity", "subProcess"):
        return _TASK
    if shape.tag.endswith("Gateway"):
        return _GATEWAY
    return _EVENT if shape.tag.endswith("Event") else None


def _lanes(drawing: Drawing) -> Iterator[Finding]:
    for lane in drawing.shapes.values():
        if lane.tag == "lane" and lane.box.height < LANE_HEIGHT:
            yield _fault(
                "lane-height",
                lane.id,
                f"is {lane.box.height:g} high; a lane is at least {LANE_HEIGHT}.",
                lane.line,
            )
    lanes = [shape.box for shape in drawing.shapes.values() if shape.tag == "lane"]
    for shape in drawing.solid():
        if lanes and shape.host is None and not any(lane.contains(shape.box) for lane in lanes):
            yield _fault("outside-lane", shape.id, "is not wholly inside one lane.", shape.line)


def _columns(drawing: Drawing) -> Iterator[Finding]:
    """Neighbours that a flow joins from left to right stand at least a column's gap apart."""
    for edge in drawing.edges.values():
        source, target = drawing.shapes.get(edge.source), drawing.shapes.get(edge.target)
        if source is None or target is None or source.host is not None:
            continue
        gap = target.box.x - source.box.right
        if -_TOLERANCE <= gap < COLUMN_GAP - _TOLERANCE:
            yield _fault(
                "column-gap",
                edge.id,
                f'is {gap:g} px long between "{source.id}" and "{target.id}"; leave {COLUMN_GAP}.',
                edge.line,
            )


def _overlaps(drawing: Drawing) -> Iterator[Finding]:
    for one, other in combinations(drawing.solid(), 2):
        is_attached = one.host == other.id or other.host == one.id
        if not is_attached and one.box.overlaps(other.box):
            yield _fault("shapes-overlap", one.id, f'lies over "{other.id}".', one.line)


def _flows(drawing: Drawing) -> Iterator[Finding]:
    for edge in drawing.edges.values():
        if len(edge.points) < 2:
            yield _fault("flow-without-line", edge.id, "has no line.", edge.line)
            continue
        bends = len(straightened(edge.points)) - 2
        if not all(segment.is_orthogonal for segment in edge.pieces):
            yield _fault(
                "flow-slanted", edge.id, "runs aslant; draw it level or upright.", edge.line
            )
        if bends > MAXIMUM_BENDS:
            yield _fault(
                "flow-bends", edge.id, f"has {bends} bends; at most {MAXIMUM_BENDS}.", edge.line
            )
        for identity, point in ((edge.source, edge.points[0]), (edge.target, edge.points[-1])):
            shape = drawing.shapes.get(identity)
            if shape is not None and not shape.box.shrunk(-2).holds(point):
                yield _fault("flow-loose", edge.id, f'does not touch "{identity}".', edge.line)


def _through(drawing: Drawing) -> Iterator[Finding]:
    solid = list(drawing.solid())
    for edge in drawing.edges.values():
        for shape in solid:
            box = shape.box.shrunk(_TOLERANCE)
            if shape.id in (edge.source, edge.target):
                continue
            if any(segment.crosses(box) for segment in edge.pieces):
                yield _fault(
                    "flow-through-shape", edge.id, f'runs through "{shape.id}".', edge.line
                )


def _crossings(drawing: Drawing) -> Iterator[Finding]:
    for one, other in combinations(drawing.edges.values(), 2):
        # Flows with a common end may share the way to it.
        shares = one.target == other.target or one.source == other.source
        pairs = _pairs(one, other) if one.frame.overlaps(other.frame) else []
        if any(left.meets(right) for left, right in pairs):
            yield _fault("flows-cross", one.id, f'crosses "{other.id}".', one.line)
        elif not shares and any(left.runs_along(right) for left, right in pairs):
            yield _fault("flows-overlap", one.id, f'lies over "{other.id}".', one.line)


def _pairs(one: Edge, other: Edge) -> list[tuple[Segment, Segment]]:
    return [(left, right) for left in one.pieces for right in other.pieces]


def _labels(drawing: Drawing) -> Iterator[Finding]:
    labels = list(drawing.labels())
    for identity, label, line in labels:
        box = label.shrunk(_TOLERANCE)
        for shape in _touching(box, drawing.solid()):
            yield _fault("label-on-shape", identity, f'has its label over "{shape}".', line)
        for edge in drawing.edges.values():
            if any(segment.crosses(box) for segment in edge.pieces):
                yield _fault("label-on-flow", identity, f'has its label on "{edge.id}".', line)
    for (one, label, line), (other, beside, _) in combinations(labels, 2):
        if label.shrunk(_TOLERANCE).overlaps(beside.shrunk(_TOLERANCE)):
            yield _fault("labels-overlap", one, f'has its label over that of "{other}".', line)


def _touching(box: Box, shapes: Iterable[Shape]) -> Iterator[str]:
    return (shape.id for shape in shapes if _covers(shape, box))


def _covers(shape: Shape, box: Box) -> bool:
    """Whether the box lies over the drawn outline: a diamond for gateways, a circle for events."""
    x, y = shape.box.x + shape.box.width / 2, shape.box.y + shape.box.height / 2
    across = max(box.x - x, x - box.right, 0.0) / (shape.box.width / 2 or 1)
    down = max(box.y - y, y - box.bottom, 0.0) / (shape.box.height / 2 or 1)
    if shape.tag.endswith("Gateway"):
        return across + down < 1
    if shape.tag.endswith("Event"):
        return across**2 + down**2 < 1
    return shape.box.overlaps(box)
