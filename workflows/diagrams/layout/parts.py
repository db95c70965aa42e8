"""What a file has to be drawn: pools, lanes, nodes, flows and notes, read from its XML."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from workflows.diagrams.document import BPMN, child, children, local, text_of
from workflows.diagrams.geometry import Box, Point
from workflows.diagrams.layout.lettering import note_size

TASK = (120, 80)
GATEWAY = (50, 50)
EVENT = (36, 36)
_NODES = ("task", "process", "transaction", "gateway", "activity", "event", "choreography")
_OPENED = ("subProcess", "transaction", "adHocSubProcess")
_DATA = {"dataObjectReference": (36, 50), "dataStoreReference": (50, 50)}
_CUT_SHORT = ("errorEventDefinition", "terminateEventDefinition", "cancelEventDefinition")
_DATA_FLOWS = ("dataInputAssociation", "dataOutputAssociation")


@dataclass(eq=False)
class Node:
    """A shape of a level: a step, a gateway, an event, or a note or data shape beside them.

    `column` and `row` are its place in the grid of its level (rows counted over all lanes), x and y
    the upper left corner. `host` is what a boundary event sits on, `turn` its place among those there;
    messages meet it above or below.
    """

    id: str
    tag: str
    name: str
    width: float
    height: float
    host: str | None = None
    turn: int = 0
    inner: "Level | None" = None
    is_normal_end: bool = False
    is_met_above: bool = False
    is_met_below: bool = False
    lane: int = 0
    column: int = 0
    row: int = 0
    x: float = 0
    y: float = 0
    label: Box | None = None

    @property
    def box(self) -> Box:
        """The rectangle it takes."""
        return Box(self.x, self.y, self.width, self.height)

    @property
    def middle(self) -> Point:
        """The centre."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    @property
    def is_gateway(self) -> bool:
        """Whether it is a diamond."""
        return self.tag.endswith("Gateway")

    @property
    def is_event(self) -> bool:
        """Whether it is a circle."""
        return self.tag.lower().endswith("event")


@dataclass(eq=False)
class Flow:
    """A line from one shape to another; of `tag` association and the like when it is not run along."""

    id: str
    source: str
    target: str
    name: str = ""
    tag: str = "sequenceFlow"
    points: list[Point] = field(default_factory=list)
    label: Box | None = None


@dataclass(eq=False)
class Lane:
    """A lane without lanes inside. `members` are the ids that it lists."""

    id: str | None
    depth: int
    members: frozenset[str] = frozenset()
    rows: int = 1
    top: float = 0
    bottom: float = 0


@dataclass(eq=False)
class Level:
    """Everything directly inside a process or an opened subprocess.

    There is always a lane; one without an id is not drawn. `around` are lanes around others: their
    id, depth, and the first and last lane in them. `lines` are what is drawn beside the flows.
    """

    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    notes: list[Node] = field(default_factory=list)
    lines: list[Flow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    around: list[tuple[str, int, int, int]] = field(default_factory=list)
    groups: list[Node] = field(default_factory=list)
    width: float = 0
    height: float = 0

    @property
    def depth(self) -> int:
        """How many lanes' names stand beside each other at the left; 0 where none is drawn."""
        return max((lane.depth + 1 for lane in self.lanes if lane.id), default=0)

    def walk(self) -> Iterator["Level"]:
        """Walk this level and those inside."""
        yield self
        for node in self.nodes.values():
            if node.inner is not None:
                yield from node.inner.walk()

    def shift(self, across: float, down: float) -> None:
        """Move everything on it, and inside."""
        for node in (*self.nodes.values(), *self.notes, *self.groups):
            node.x, node.y = node.x + across, node.y + down
            node.label = _moved(node.label, across, down)
            if node.inner is not None:
                node.inner.shift(across, down)
        for flow in (*self.flows, *self.lines):
            flow.points = [Point(point.x + across, point.y + down) for point in flow.points]
            flow.label = _moved(flow.label, across, down)
        for lane in self.lanes:
            lane.top, lane.bottom = lane.top + down, lane.bottom + down


def host_offset(level: Level, node: Node) -> float:
    """Give how far right of its host's middle an event on its lower border sits, in pixels."""
    siblings = [one for one in level.nodes.values() if one.host == node.host]
    number = sum(one.turn < node.turn for one in siblings)
    width = level.nodes[node.host or ""].width
    if len(siblings) == 1:
        return 0
    step = min(60.0 if len(siblings) == 2 else 42.0, width / (len(siblings) - 1))
    return (number - (len(siblings) - 1) / 2) * step


def place_across(level: Level, node: Node) -> float:
    """Give where lines to and from the node run up and down, in places of the grid."""
    middle = 2 * node.column + 1
    if node.host is None:
        return middle
    return middle + host_offset(level, node) / (2 * level.nodes[node.host].width)


def _moved(box: Box | None, across: float, down: float) -> Box | None:
    return None if box is None else Box(box.x + across, box.y + down, box.width, box.height)


@dataclass(eq=False)
class Pool:
    """A participant; without a level it is a band. A level without a pool has no id here."""

    id: str | None
    name: str
    level: Level | None
    box: Box = field(default_factory=lambda: Box(0, 0, 0, 0))


@dataclass(eq=False)
class Plane:
    """One picture: of a collaboration, or of a process that is in none."""

    id: str
    pools: list[Pool] = field(default_factory=list)
    messages: list[Flow] = field(default_factory=list)
    notes: list[Node] = field(default_factory=list)
    lines: list[Flow] = field(default_factory=list)
    groups: list[Node] = field(default_factory=list)


def planes_of(root: etree._Element) -> list[Plane]:
    """Read all that is to be drawn: a picture for each collaboration, then for other processes."""
    processes = {one.get("id", ""): one for one in children(root, "process") if one.get("id")}
    planes = []
    for collaboration in children(root, "collaboration"):
        plane = _collaboration(collaboration, processes)
        if plane.id and plane.pools:
            planes.append(plane)
    # The one that is run comes first where there are several.
    rest = sorted(processes.values(), key=lambda one: one.get("isExecutable") not in ("true", "1"))
    return planes + [
        Plane(one.get("id", ""), [Pool(None, "", read_level(one))]) for one in rest if len(one)
    ]


def _collaboration(collaboration: etree._Element, processes: dict[str, etree._Element]) -> Plane:
    """Read one, and take the processes that its pools show out of those that are left."""
    plane = Plane(collaboration.get("id", ""))
    for part in children(collaboration, "participant"):
        process = processes.pop(_plain(part.get("processRef", "")), None)
        level = None if process is None or not _has_nodes(process) else read_level(process)
        if part.get("id"):
            plane.pools.append(Pool(part.get("id"), part.get("name") or "", level))
    plane.messages = [
        Flow(part.get("id", ""), *_ends(part), part.get("name") or "", "messageFlow")
        for part in children(collaboration, "messageFlow")
        if part.get("id")
    ]
    beside = Level("")
    _read_beside(collaboration, beside)
    plane.notes, plane.lines, plane.groups = beside.notes, beside.lines, beside.groups
    return plane


def _has_nodes(process: etree._Element) -> bool:
    return any(_is_node(part) or local(part) == "laneSet" for part in _parts(process))


def _parts(element: etree._Element) -> Iterator[etree._Element]:
    return element.iterchildren(f"{{{BPMN}}}*")


def _is_node(element: etree._Element) -> bool:
    return bool(element.get("id")) and local(element).lower().endswith(_NODES)


def _ends(element: etree._Element) -> tuple[str, str]:
    return _plain(element.get("sourceRef", "")), _plain(element.get("targetRef", ""))


def _plain(reference: str) -> str:
    """Give an id without the prefix that some tools write before it."""
    return reference.strip().rpartition(":")[2]


def read_level(container: etree._Element) -> Level:
    """Read a process or subprocess with everything inside."""
    level = Level(container.get("id", ""))
    flows = []
    for part in _parts(container):
        if _is_node(part):
            level.nodes.setdefault(part.get("id", ""), _node(part))
        elif local(part) == "sequenceFlow" and part.get("id"):
            flows.append(Flow(part.get("id", ""), *_ends(part), part.get("name") or ""))
        elif local(part) == "laneSet":
            _lanes(part, 0, level)
    _read_beside(container, level)
    known = level.nodes
    _settle_hosts(level)
    # What an event on a border leads to that undoes its step is joined to it by an association.
    flows += [line for line in level.lines if line.source in known and known[line.source].host]
    level.flows = [flow for flow in flows if flow.source in known and flow.target in known]
    level.lines = [line for line in level.lines if line not in level.flows]
    if not level.lanes:
        level.lanes.append(Lane(None, 0))
    _settle_lanes(level)
    return level


def _node(element: etree._Element) -> Node:
    tag, identity = local(element), element.get("id", "")
    width, height = EVENT if tag.lower().endswith("event") else TASK
    if tag.endswith("Gateway"):
        width, height = GATEWAY
    node = Node(identity, tag, " ".join((element.get("name") or "").split()), width, height)
    node.host = _plain(element.get("attachedToRef", "")) or None
    node.is_normal_end = tag == "endEvent" and not any(
        local(part) in _CUT_SHORT for part in _parts(element)
    )
    if tag in _OPENED and any(_is_node(part) for part in _parts(element)):
        node.inner = read_level(element)
    return node


def _settle_hosts(level: Level) -> None:
    """An event whose host is not there, or is such an event itself, stands alone."""
    for turn, node in enumerate(level.nodes.values()):
        node.turn = turn
        host = level.nodes.get(node.host or "")
        if host is None or host.host is not None:
            node.host = None


def _settle_lanes(level: Level) -> None:
    """What no lane lists stands with its host, or with what leads to it, or on top."""
    lane_of = {member: number for number, lane in enumerate(level.lanes) for member in lane.members}
    for flow in level.flows:
        source = level.nodes[flow.source]
        if (known := lane_of.get(source.host or source.id)) is not None:
            lane_of.setdefault(flow.target, known)
    for node in level.nodes.values():
        node.lane = lane_of.get(node.host or node.id, 0)


def _lanes(lane_set: etree._Element, depth: int, level: Level) -> None:
    for part in children(lane_set, "lane"):
        if not part.get("id"):
            continue
        inside = child(part, "childLaneSet")
        members = frozenset(_plain(text_of(one)) for one in children(part, "flowNodeRef"))
        first = len(level.lanes)
        if inside is not None:
            _lanes(inside, depth + 1, level)
        if len(level.lanes) == first:
            level.lanes.append(Lane(part.get("id", ""), depth, members))
        else:
            # What only the lane around names stands in the first one inside.
            level.lanes[first].members |= members
            level.around.append((part.get("id", ""), depth, first, len(level.lanes) - 1))


def _read_beside(container: etree._Element, level: Level) -> None:
    """Read notes, data shapes, groups, and the lines to them."""
    for part in _parts(container):
        tag, identity = local(part), part.get("id", "")
        if tag in _DATA and identity:
            name = " ".join((part.get("name") or "").split())
            level.notes.append(Node(identity, tag, name, *_DATA[tag]))
        elif tag == "textAnnotation" and identity:
            text = text_of(child(part, "text"))
            level.notes.append(Node(identity, tag, text, *note_size(text)))
        elif tag == "group" and identity:
            level.groups.append(Node(identity, tag, "", *TASK))
        elif tag == "association" and identity:
            level.lines.append(Flow(identity, *_ends(part), tag=tag))
        level.lines += _data_flows(part) if _is_node(part) else ()


def _data_flows(element: etree._Element) -> Iterator[Flow]:
    for part in children(element, *_DATA_FLOWS):
        here = element.get("id", "")
        source = _plain(text_of(child(part, "sourceRef")))
        target = _plain(text_of(child(part, "targetRef")))
        ends = (source, here) if local(part) == _DATA_FLOWS[0] else (here, target)
        if part.get("id") and all(ends):
            yield Flow(part.get("id", ""), *ends, tag=local(part))
