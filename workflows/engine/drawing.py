"""A BPMN file as the engine needs it: nodes and flows, and nothing that another vendor added.

This is a second, separate reading of the file beside workflows/diagrams: the proof and the engine
check each other, so they must not share a mistake.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from lxml import etree

from workflows.engine.errors import EngineError

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OURS = "{urn:siteward:bpmn:1}"
MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_ELEMENTS = 5_000

TASKS = frozenset({"userTask", "manualTask", "serviceTask", "receiveTask"})
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
ACTIVITIES = TASKS | {"subProcess", "callActivity"}
# Which event may carry which definition; "none" is a plain circle.
EVENTS = {
    "startEvent": frozenset({"none", "timer", "message"}),
    "endEvent": frozenset({"none", "terminate", "error", "message"}),
    "boundaryEvent": frozenset({"timer", "message", "error"}),
    "intermediateCatchEvent": frozenset({"timer", "message"}),
    "intermediateThrowEvent": frozenset({"message"}),
}
NODES = ACTIVITIES | GATEWAYS | frozenset(EVENTS)
# Drawn for the reader; the engine has no data and no lanes.
IGNORED = frozenset(
    {
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "laneSet",
        "textAnnotation",
        "association",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "ioSpecification",
        "property",
    }
)
_ID = re.compile(r"[A-Za-z_][\w.-]{0,127}", re.ASCII)
_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}

EventKind = Literal["none", "timer", "message", "error", "terminate"]


@dataclass(frozen=True)
class Event:
    """What an event throws or waits for: a message's name, an error's code, a timer's text."""

    kind: EventKind = "none"
    text: str | None = None
    timer_kind: str | None = None


@dataclass(frozen=True)
class Node:
    """A flow node as drawn; `parent` is the embedded subprocess that holds it."""

    id: str
    tag: str
    parent: str | None
    event: Event = Event()
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None
    called: str | None = None
    cardinality: str | None = None
    sequential: bool = False


@dataclass(frozen=True)
class Flow:
    """A sequence flow as drawn."""

    id: str
    source: str
    target: str
    condition: str | None
    parent: str | None


@dataclass(frozen=True)
class Drawing:
    """One process; `inputs` are the elements of a caller whose answers it may read.

    `starters` are the roles that may start it; what nobody starts is there to be called.
    """

    process: str
    inputs: frozenset[str]
    starters: frozenset[str]
    nodes: dict[str, Node]
    flows: dict[str, Flow]

    def inside(self, parent: str | None) -> Iterator[Node]:
        """Walk the nodes that lie directly in a subprocess, or in the process for None."""
        return (node for node in self.nodes.values() if node.parent == parent)

    def outgoing(self, element: str) -> list[Flow]:
        """Give the flows that leave a node, in the order of the file."""
        return self._by_source.get(element, [])

    def attached(self, element: str) -> list[Node]:
        """Give the boundary events of an activity."""
        return self._by_host.get(element, [])

    @cached_property
    def _by_source(self) -> dict[str, list[Flow]]:
        found: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows.values():
            found[flow.source].append(flow)
        return dict(found)

    @cached_property
    def _by_host(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            if node.attached_to is not None:
                found[node.attached_to].append(node)
        return dict(found)


def draw(data: bytes, process: str) -> Drawing:
    """Read one process out of a BPMN file; raise EngineError where the profile ends."""
    root = _parse(data, process)
    _check_ids(root)
    element = next((p for p in root.iter(f"{BPMN}process") if p.get("id") == process), None)
    if element is None:
        raise EngineError(process, "The file holds no process of this id.")
    if element.get("isExecutable") == "false":
        raise EngineError(process, "The process is marked as not executable.")
    ours = element.find(f"{BPMN}extensionElements/{OURS}process")
    inputs, starters = (
        frozenset(ours.get(mark, "").split() if ours is not None else ())
        for mark in ("inputs", "starters")
    )
    nodes: dict[str, Node] = {}
    flows: dict[str, Flow] = {}
    _read_scope(element, None, nodes, flows)
    return Drawing(process, inputs, starters, nodes, flows)


def _parse(data: bytes, process: str) -> etree._Element:
    if len(data) > MAXIMUM_BYTES:
        raise EngineError(process, "The file is larger than 1 MiB.")
    # A new parser for each file: lxml's parsers are not shared between threads. Comments go, so
    # that a comment inside a condition cannot hide the rest of it.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_pis=True,
        remove_comments=True,
        encoding="utf-8",
    )
    try:
        data.decode("utf-8")
        root = etree.fromstring(data, parser)
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        raise EngineError(process, f"The file is not well-formed UTF-8 XML ({error}).") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise EngineError(process, "The file has a DOCTYPE.")
    if root.tag != f"{BPMN}definitions":
        raise EngineError(process, "The file is not BPMN 2.0.")
    if sum(1 for _ in root.iter()) > MAXIMUM_ELEMENTS:
        raise EngineError(process, f"The file has more than {MAXIMUM_ELEMENTS} elements.")
    return root


def _check_ids(root: etree._Element) -> None:
    seen: set[str] = set()
    for element in root.iter(f"{BPMN}*"):
        identity = element.get("id")
        if identity is None:
            if _local(element) in NODES | {"sequenceFlow"}:
                raise EngineError(None, f"A {_local(element)} has no id.")
            continue
        if identity in seen:
            raise EngineError(identity, "The id is given to more than one element.")
        if not _ID.fullmatch(identity):
            raise EngineError(identity[:140], "The id is not a plain name.")
        seen.add(identity)


def _read_scope(
    scope: etree._Element, parent: str | None, nodes: dict[str, Node], flows: dict[str, Flow]
) -> None:
    for element in scope.iterchildren(f"{BPMN}*"):
        tag, identity = _local(element), element.get("id", "")
        if tag == "sequenceFlow":
            flows[identity] = _flow(element, parent)
        elif tag in NODES:
            nodes[identity] = _node(element, parent)
            if tag == "subProcess":
                _read_scope(element, identity, nodes, flows)
        elif tag not in IGNORED and tag != "multiInstanceLoopCharacteristics":
            raise EngineError(identity or parent, f"A {tag} is not run here.")


def _flow(element: etree._Element, parent: str | None) -> Flow:
    condition = element.find(f"{BPMN}conditionExpression")
    return Flow(
        element.get("id", ""),
        element.get("sourceRef", ""),
        element.get("targetRef", ""),
        None if condition is None else _text(condition),
        parent,
    )


def _node(element: etree._Element, parent: str | None) -> Node:
    tag, identity = _local(element), element.get("id", "")
    if element.get("triggeredByEvent") == "true":
        raise EngineError(identity, "An event subprocess is not run here.")
    _check_inner(element, tag, identity)
    cardinality, sequential = _instances(element, tag)
    return Node(
        id=identity,
        tag=tag,
        parent=parent,
        event=_event(element, tag, identity),
        attached_to=element.get("attachedToRef"),
        interrupting=element.get("cancelActivity", "true") != "false",
        default=element.get("default"),
        called=element.get("calledElement"),
        cardinality=cardinality,
        sequential=sequential,
    )


def _check_inner(element: etree._Element, tag: str, identity: str) -> None:
    if tag == "subProcess":
        return
    for part in element.iterchildren(f"{BPMN}*"):
        name = _local(part)
        is_marker = name == "multiInstanceLoopCharacteristics" and tag == "userTask"
        is_definition = name.endswith("EventDefinition") and tag in EVENTS
        if name not in IGNORED and not is_marker and not is_definition:
            raise EngineError(identity, f"A {tag} with {name} is not run here.")


def _instances(element: etree._Element, tag: str) -> tuple[str | None, bool]:
    marker = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if marker is None:
        return None, False
    identity = element.get("id")
    inner = [part for part in marker.iterchildren(f"{BPMN}*") if _local(part) not in IGNORED]
    if tag != "userTask" or [_local(part) for part in inner] != ["loopCardinality"]:
        raise EngineError(
            identity, "Only a user task is done several times, and only by a loop cardinality."
        )
    return _text(inner[0]), marker.get("isSequential") == "true"


def _event(element: etree._Element, tag: str, identity: str) -> Event:
    if tag not in EVENTS:
        return _message(element, identity) if tag == "receiveTask" else Event()
    parts = [p for p in element.iterchildren(f"{BPMN}*") if _local(p).endswith("EventDefinition")]
    if len(parts) > 1:
        raise EngineError(identity, "The event has more than one definition.")
    kind = _local(parts[0]).removesuffix("EventDefinition") if parts else "none"
    if kind not in EVENTS[tag]:
        raise EngineError(identity, f"A {tag} of kind {kind} is not run here.")
    reader = _READERS.get(kind)
    if reader is None:
        return Event("terminate") if kind == "terminate" else Event()
    return reader(parts[0], identity)


def _message(reference: etree._Element, identity: str) -> Event:
    message = _find(reference, "message", reference.get("messageRef"))
    if message is None or not message.get("name"):
        raise EngineError(identity, "The message it refers to is not in the file, or has no name.")
    return Event("message", message.get("name"))


def _error(reference: etree._Element, identity: str) -> Event:
    if reference.get("errorRef") is None:
        return Event("error")
    error = _find(reference, "error", reference.get("errorRef"))
    if error is None:
        raise EngineError(identity, "The error it refers to is not in the file.")
    return Event("error", error.get("errorCode") or error.get("name") or error.get("id"))


def _timer(definition: etree._Element, identity: str) -> Event:
    parts = [part for part in definition.iterchildren(f"{BPMN}*") if _local(part) in _TIMERS]
    if len(parts) != 1 or not _text(parts[0]):
        raise EngineError(identity, "The timer needs one date, duration or cycle.")
    return Event("timer", _text(parts[0]), _TIMERS[_local(parts[0])])


_READERS = {"message": _message, "error": _error, "timer": _timer}


def _find(element: etree._Element, tag: str, identity: str | None) -> etree._Element | None:
    root = element.getroottree().getroot()
    return next((e for e in root.iterchildren(f"{BPMN}{tag}") if e.get("id") == identity), None)


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _text(element: etree._Element) -> str:
    if len(element):
        owner = next(part.get("id") for part in element.iterancestors() if part.get("id"))
        raise EngineError(owner, f"The {_local(element)} holds more than text.")
    return (element.text or "").strip()
