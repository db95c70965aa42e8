"""Write a drawing into the bytes of a file: the old one goes, every other byte stays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from lxml import etree

from workflows.diagrams.document import BPMNDI, DC, DI, child, local, namespace
from workflows.diagrams.geometry import Box, Point
from workflows.diagrams.layout.parts import Flow, Level, Node, Plane
from workflows.diagrams.layout.pools import levels

_PREFIXES = {BPMNDI: "bpmndi", DC: "dc", DI: "di"}
_XML = "http://www.w3.org/XML/1998/namespace"
# What the new drawing says itself; every other attribute of an old shape is kept.
_OURS = frozenset({"id", "bpmnElement", "isExpanded", "isHorizontal", "isMarkerVisible"})
_MARKED = "exclusiveGateway"


@dataclass
class Old:
    """What the old drawing says of each element beside where it stands."""

    ids: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    labels: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    extensions: dict[str, list[str]] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    diagrams: list[etree._Element] = field(default_factory=list)
    spaces: dict[str, str] = field(default_factory=dict)


def read_old(root: etree._Element) -> Old:
    """Read it."""
    old = Old(diagrams=list(root.iterchildren(f"{{{BPMNDI}}}BPMNDiagram")))
    for diagram in old.diagrams:
        for one in diagram.iter("*"):
            old.spaces.update({uri: prefix for prefix, uri in one.nsmap.items() if prefix})
    for part in root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
        element = part.get("bpmnElement", "").rpartition(":")[2]
        if not element or element in old.ids:
            continue
        old.ids[element] = part.get("id", "")
        old.attributes[element] = _kept(part)
        label = child(part, "BPMNLabel", BPMNDI)
        old.labels[element] = [] if label is None else _kept(label)
        old.extensions[element] = [
            etree.tostring(one, encoding="unicode", with_tail=False)
            for one in part.iterchildren("*")
            if namespace(one) not in (BPMNDI, DC) and local(one) != "waypoint"
        ]
        box = _bounds(part)
        if box is not None:
            old.boxes[element] = box
    return old


def _kept(part: etree._Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in part.attrib.items() if name not in _OURS]


def _bounds(part: etree._Element) -> Box | None:
    bounds = child(part, "Bounds", DC)
    if bounds is None:
        return None
    try:
        return Box(*(float(bounds.get(name, "")) for name in ("x", "y", "width", "height")))
    except ValueError:
        return None


def _similar(usual: str) -> Iterator[str]:
    yield usual
    yield from (f"{usual}{number}" for number in count(2))


class Writer:
    """Writes pictures as XML, with the prefixes that the file has."""

    def __init__(self, root: etree._Element, old: Old) -> None:
        """Take prefixes and ids from the file."""
        self._old = old
        self._spaces = {uri: prefix for prefix, uri in root.nsmap.items()}
        self._prefixed = {uri: prefix for prefix, uri in root.nsmap.items() if prefix}
        self._prefixed[_XML] = "xml"
        self._ids = {
            one.get("id", "")
            for one in root.iter()
            if not any(part in old.diagrams for part in (one, *one.iterancestors()))
        }
        self._declared: dict[str, str] = {}
        self._lines: list[str] = []
        self._taken = set(root.nsmap)
        for uri, usual in _PREFIXES.items():
            if uri not in self._spaces:
                self._spaces[uri] = self._declare(uri, usual)
        for uri, usual in old.spaces.items():
            if uri not in self._prefixed:
                self._declare(uri, usual)

    def _declare(self, uri: str, usual: str) -> str:
        """Give a namespace a prefix on the drawing, one that the file has no other use for."""
        prefix = next(one for one in _similar(usual) if one not in self._taken)
        self._taken.add(prefix)
        self._declared[prefix] = uri
        self._prefixed[uri] = prefix
        return prefix

    def write(self, planes: list[Plane]) -> str:
        """Give the text of all pictures."""
        return "\n".join(self._diagram(number, plane) for number, plane in enumerate(planes))

    def _diagram(self, number: int, plane: Plane) -> str:
        self._lines = []
        old = self._old.diagrams[number] if number < len(self._old.diagrams) else None
        old_plane = None if old is None else child(old, "BPMNPlane", BPMNDI)
        spaces = "".join(
            f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in self._declared.items()
        )
        first = self._own(old, f"{plane.id}_diagram")
        self._open(0, BPMNDI, "BPMNDiagram", spaces + first)
        about = f" bpmnElement={quoteattr(plane.id)}"
        self._open(1, BPMNDI, "BPMNPlane", self._own(old_plane, f"{plane.id}_plane") + about)
        self._pools(plane)
        for level in levels(plane):
            self._level(level)
        for one in (*plane.groups, *plane.notes):
            self._shape(one.id, one.box, "")
        for flow in (*plane.messages, *plane.lines):
            self._edge(flow)
        self._close(1, BPMNDI, "BPMNPlane")
        for style in () if old is None else old.iterchildren(f"{{{BPMNDI}}}BPMNLabelStyle"):
            text = etree.tostring(style, encoding="unicode", with_tail=False)
            self._lines.append("    " + text)
        self._close(0, BPMNDI, "BPMNDiagram")
        return "\n".join(self._lines)

    def _own(self, old: etree._Element | None, fallback: str) -> str:
        identity = "" if old is None else old.get("id", "")
        kept = [] if old is None else _kept(old)
        text = f" id={quoteattr(self._free(identity or fallback))}"
        return text + "".join(self._attribute(name, value) for name, value in kept)

    def _free(self, wanted: str) -> str:
        while wanted in self._ids:
            wanted += "_"
        self._ids.add(wanted)
        return wanted

    def _attribute(self, name: str, value: str) -> str:
        qualified = etree.QName(name)
        if qualified.namespace is None:
            return f" {qualified.localname}={quoteattr(value)}"
        prefix = self._prefixed[str(qualified.namespace)]
        return f" {prefix}:{qualified.localname}={quoteattr(value)}"

    def _pools(self, plane: Plane) -> None:
        for pool in plane.pools:
            if pool.id:
                self._shape(pool.id, pool.box, ' isHorizontal="true"')
            if pool.level is not None:
                x = pool.box.x + (30 if pool.id else 0)
                self._lanes(pool.level, x, pool.level.width)

    def _lanes(self, level: Level, x: float, width: float) -> None:
        for identity, depth, first, last in level.around:
            top, bottom = level.lanes[first].top, level.lanes[last].bottom
            box = Box(x + 30 * depth, top, width - 30 * depth, bottom - top)
            self._shape(identity, box, ' isHorizontal="true"')
        for lane in level.lanes:
            if lane.id:
                across = 30 * lane.depth
                box = Box(x + across, lane.top, width - across, lane.bottom - lane.top)
                self._shape(lane.id, box, ' isHorizontal="true"')

    def _level(self, level: Level) -> None:
        for node in (*level.groups, *level.nodes.values(), *level.notes):
            self._shape(node.id, node.box, _marks(node), node.label)
        for flow in (*level.flows, *level.lines):
            self._edge(flow)

    def _shape(self, identity: str, box: Box, marks: str, label: Box | None = None) -> None:
        self._begin("BPMNShape", identity, marks)
        self._lines.append("        " + self._bounds(box))
        self._end("BPMNShape", identity, label)

    def _edge(self, flow: Flow) -> None:
        if not flow.points:
            return
        self._begin("BPMNEdge", flow.id, "")
        self._lines += ["        " + self._waypoint(point) for point in flow.points]
        self._end("BPMNEdge", flow.id, flow.label)

    def _begin(self, tag: str, identity: str, marks: str) -> None:
        own = self._free(self._old.ids.get(identity) or f"{identity}_di")
        kept = "".join(
            self._attribute(name, value) for name, value in self._old.attributes.get(identity, ())
        )
        about = f" id={quoteattr(own)} bpmnElement={quoteattr(identity)}"
        self._open(2, BPMNDI, tag, about + marks + kept)

    def _end(self, tag: str, identity: str, label: Box | None) -> None:
        kept = "".join(
            self._attribute(name, value) for name, value in self._old.labels.get(identity, ())
        )
        if label is not None:
            self._open(3, BPMNDI, "BPMNLabel", kept)
            self._lines.append("          " + self._bounds(label))
            self._close(3, BPMNDI, "BPMNLabel")
        elif kept:
            self._lines.append(f"        <{self._name(BPMNDI, 'BPMNLabel')}{kept} />")
        self._lines += ["        " + text for text in self._old.extensions.get(identity, ())]
        self._close(2, BPMNDI, tag)

    def _bounds(self, box: Box) -> str:
        name = self._name(DC, "Bounds")
        return (
            f'<{name} x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
            f'height="{_number(box.height)}" />'
        )

    def _waypoint(self, point: Point) -> str:
        return f'<{self._name(DI, "waypoint")} x="{_number(point.x)}" y="{_number(point.y)}" />'

    def _name(self, uri: str, tag: str) -> str:
        prefix = self._spaces[uri]
        return f"{prefix}:{tag}" if prefix else tag

    def _open(self, depth: int, uri: str, tag: str, attributes: str) -> None:
        self._lines.append(f"{'  ' * (depth + 1)}<{self._name(uri, tag)}{attributes}>")

    def _close(self, depth: int, uri: str, tag: str) -> None:
        self._lines.append(f"{'  ' * (depth + 1)}</{self._name(uri, tag)}>")


def _marks(node: Node) -> str:
    if node.tag == _MARKED:
        return ' isMarkerVisible="true"'
    return ' isExpanded="true"' if node.inner is not None else ""


def _number(value: float) -> str:
    return f"{round(value):d}"


def spliced(data: bytes, drawing: str) -> bytes:
    """Put the drawing where the file's first one stood, or at its end; others are taken out."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    places, end = _places(data[start:])
    newline = "\r\n" if b"\r\n" in data else "\n"
    text = drawing.replace("\n", newline).encode("ascii", "xmlcharrefreplace")
    parts: list[bytes] = []
    at = 0
    for number, (begin, after) in enumerate(_offset(places, start)):
        if number:
            parts.append(data[at:begin].rstrip())
        else:
            parts += [data[at:begin].rstrip(b" \t"), text]
        at = after
    if places:
        return b"".join(parts) + data[at:]
    end += start
    head = data[:end].rstrip(b" \t")
    return head + text + newline.encode() + data[end:]


def _offset(places: list[tuple[int, int]], start: int) -> Iterator[tuple[int, int]]:
    return ((begin + start, after + start) for begin, after in places)


def _places(data: bytes) -> tuple[list[tuple[int, int]], int]:
    """Give from where to where each drawing stands, and where the last tag of the file begins."""
    parser = expat.ParserCreate(namespace_separator=" ")
    depth, begin, end = 0, 0, 0
    places: list[tuple[int, int]] = []

    def opened(name: str, _: dict[str, str]) -> None:
        nonlocal depth, begin
        depth += 1
        if depth == 2 and name == f"{BPMNDI} BPMNDiagram":
            begin = parser.CurrentByteIndex

    def closed(name: str) -> None:
        nonlocal depth, end
        if depth == 2 and name == f"{BPMNDI} BPMNDiagram":
            places.append((begin, _after(data, parser.CurrentByteIndex)))
        depth -= 1
        if depth == 0:
            end = parser.CurrentByteIndex

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.Parse(data, True)
    return places, end


def _after(data: bytes, at: int) -> int:
    """Give where the tag that begins there ends; an empty element's end is found after it."""
    return (
        at if data[at - 1 : at] == b">" and data[at : at + 2] != b"</" else data.index(b">", at) + 1
    )
