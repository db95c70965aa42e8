"""A BPMN process as plain data: nodes, flows, forms, lanes; and what was found wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Severity = Literal["error", "warning", "info"]

STARTS = frozenset({"start", "messageStart", "timerStart"})
ENDS = frozenset({"end", "terminateEnd", "errorEnd", "messageEnd"})
TASKS = frozenset({"userTask", "manualTask", "serviceTask", "receiveTask"})
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
BOUNDARIES = frozenset({"boundaryTimer", "boundaryMessage", "boundaryError"})
CATCHES = frozenset({"timerCatch", "messageCatch"})
ACTIVITIES = TASKS | {"subProcess", "callActivity"}
KINDS = STARTS | ENDS | GATEWAYS | BOUNDARIES | CATCHES | ACTIVITIES | {"messageThrow"}
# Where a run stops until somebody, some operation or some event moves it on.
WAITING = TASKS | CATCHES | {"eventBasedGateway"}

# The class of data of an answer of a confidential process whose field names none.
UNSAID = ""
# What everybody may see who may read the case; all other classes are the policy pack's.
PUBLIC = "public"

FIELD_TYPES = frozenset(
    {
        "string",
        "long-text",
        "long",
        "decimal",
        "boolean",
        "date",
        "datetime",
        "enum",
        "multi-enum",
        "url",
        "email",
        "person",
        "unit",
        "site",
        "platform",
        "file",
        "table",
    }
)


@dataclass(frozen=True)
class Waiting:
    """A step that waits while another one is done; a join without a name has no title.

    `visit` counts from 1 how often its diagram was entered. `is_around`: what waits stands inside it.
    """

    diagram: str
    visit: int
    element: str
    title: str
    party: str | None = None
    is_around: bool = False


@dataclass(frozen=True)
class WayStep:
    """One step of a way through a diagram and those that it calls, told in a sentence.

    `diagram` is the process id of the diagram that the step stands in, `name` what people call that
    diagram; `element` the id in it, `flows` those of its flows that were taken to get there. `visit`
    counts from 1 how often that diagram was entered; `waits` is what waits meanwhile.
    """

    diagram: str
    name: str
    element: str
    flows: tuple[str, ...]
    sentence: str
    visit: int = 1
    waits: tuple[Waiting, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something wrong or worth knowing, in a policy owner's words, with how to mend it.

    `code` is a stable kebab-case name; `element` the id in the diagram; `line` the line in the file,
    from 1; `rule` the policy rule it is about; `path` the element and flow ids from the start; `way`
    the same step by step for people, the last step saying what is wrong there.
    """

    severity: Severity
    code: str
    element: str | None
    line: int | None
    message: str
    rule: str | None = None
    path: tuple[str, ...] = ()
    way: tuple[WayStep, ...] = ()


@dataclass(frozen=True)
class Option:
    """One choice of an enum field: the stored id and what people read."""

    id: str
    label: str


@dataclass(frozen=True)
class Field:
    """One question of a form; `columns` are the fields of a table's rows.

    The form is refused with `refuse_message` at this field where `refuse_when`, a condition over the
    answers of the same form, holds.
    """

    id: str
    label: str
    type: str = "string"
    required: bool = False
    required_when: str | None = None
    shown_when: str | None = None
    refuse_when: str | None = None
    refuse_message: str = ""
    options: tuple[Option, ...] = ()
    columns: tuple["Field", ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    help: str = ""
    classification: str = PUBLIC
    default: str | None = None
    register: str | None = None
    shown_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Node:
    """One flow node. `parent` is the embedded subprocess it stands in, None at the top.

    `timer_kind` is duration, date or cycle as the diagram's element says. `message` and `error` are
    names, not the ids of the definitions. `due` and `timer` are the texts as written.
    """

    id: str
    kind: str
    name: str = ""
    documentation: str = ""
    lane: str | None = None
    act: str | None = None
    clauses: tuple[str, ...] = ()
    due: str | None = None
    fields: tuple[Field, ...] = ()
    topic: str | None = None
    called: str | None = None
    message: str | None = None
    error: str | None = None
    timer: str | None = None
    timer_kind: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    default_flow: str | None = None
    loop: str | None = None
    sequential: bool = False
    parent: str | None = None
    line: int | None = None

    @property
    def title(self) -> str:
        """What people call it: its name, or its id where it has none."""
        return " ".join(self.name.split()) or self.id


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `condition` is the text as written."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    parent: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Diagram:
    """One executable process of a file. Nodes and flows keep the order of the file."""

    process_id: str
    name: str = ""
    documentation: str = ""
    executable: bool = True
    owner: str = ""
    starters: tuple[str, ...] = ()
    subject: str = "none"
    confidential: bool = False
    inputs: tuple[str, ...] = ()
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    line: int | None = None

    def __hash__(self) -> int:
        """Hash by identity of the process: the dictionaries are never changed after reading."""
        return hash((self.process_id, len(self.nodes), len(self.flows)))

    @cached_property
    def _leaving(self) -> dict[str, tuple[Flow, ...]]:
        return _grouped([(flow.source, flow) for flow in self.flows.values()])

    @cached_property
    def _arriving(self) -> dict[str, tuple[Flow, ...]]:
        return _grouped([(flow.target, flow) for flow in self.flows.values()])

    @cached_property
    def _within(self) -> dict[str | None, tuple[Node, ...]]:
        levels: dict[str | None, list[Node]] = {}
        for node in self.nodes.values():
            levels.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in levels.items()}

    @cached_property
    def _attached(self) -> dict[str | None, tuple[Node, ...]]:
        hosts: dict[str | None, list[Node]] = {}
        for node in self.of_kind(*BOUNDARIES):
            hosts.setdefault(node.attached_to, []).append(node)
        return {host: tuple(nodes) for host, nodes in hosts.items()}

    def outgoing(self, node_id: str) -> tuple[Flow, ...]:
        """Give the sequence flows that leave the node, in the order of the file."""
        return self._leaving.get(node_id, ())

    def incoming(self, node_id: str) -> tuple[Flow, ...]:
        """Give the sequence flows that arrive at the node, in the order of the file."""
        return self._arriving.get(node_id, ())

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        """Walk the nodes of these kinds, in the order of the file."""
        return (node for node in self.nodes.values() if node.kind in kinds)

    def inside(self, parent: str | None) -> tuple[Node, ...]:
        """Give the nodes directly inside an embedded subprocess, or at the top (None)."""
        return self._within.get(parent, ())

    def starts(self, parent: str | None = None) -> tuple[Node, ...]:
        """Give the start events of a level."""
        return tuple(node for node in self.inside(parent) if node.kind in STARTS)

    def boundaries(self, host: str) -> tuple[Node, ...]:
        """Give the boundary events on a node."""
        return self._attached.get(host, ())

    def first_user_task(self) -> Node | None:
        """Give the user task nearest to a start: the one that starting a case opens."""
        seen: set[str] = set()
        queue = [start.id for start in self.starts()]
        while queue:
            node = self.nodes[queue.pop(0)]
            if node.kind == "userTask":
                return node
            if node.id in seen:
                continue
            seen.add(node.id)
            queue += [start.id for start in self.starts(node.id)]
            queue += [flow.target for flow in self.outgoing(node.id) if flow.target in self.nodes]
        return None


def _grouped(pairs: list[tuple[str, Flow]]) -> dict[str, tuple[Flow, ...]]:
    groups: dict[str, list[Flow]] = {}
    for key, flow in pairs:
        groups.setdefault(key, []).append(flow)
    return {key: tuple(flows) for key, flows in groups.items()}
