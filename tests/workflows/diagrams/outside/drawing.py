"""A few lines of text become a BPMN diagram, and can be changed before they do.

    start Begin @R
    task Ask @R request-site
    task Decide @C approve-site decision=approve|reject
    xor Decided
    service Launch @C launch-site
    end Live
    Begin > Ask > Decide > Decided
    Decided > Launch if Decide.decision = "approve"
    Decided > Refused else

Events on a step: `timer Late on Decide P5BD`, `reminder …` (does not interrupt), `message Told on Decide name`,
`catch Wrong on Part Code`; a message start is `begin Told name`. Inside a subprocess: `… in Part`. Order of the lines is order in the file.
"""

import copy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

LANES = {
    "R": "Requester",
    "D": "Department",
    "C": "Communications",
    "IT": "Information Technology",
    "CC": "City Clerk",
    "CA": "City Attorney",
    "HR": "Human Resources",
    "G": "Delegate",
    "S": "Subject",
    "P": "Public",
}


@dataclass
class Node:
    """One element; `word` is the first word of its line."""

    id: str
    word: str
    lane: str = ""
    act: str = ""
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    value: str = ""
    host: str = ""
    scope: str = ""
    topic: str = ""
    name: str = ""
    times: str = ""


@dataclass
class Flow:
    """A sequence flow; `condition` is "else" on the default."""

    id: str
    source: str
    target: str
    condition: str = ""


@dataclass
class Drawing:
    """A process that is not yet a file."""

    key: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    subject: str = "none"
    confidential: bool = False
    starters: str = "requester"
    inputs: str = ""
    data: str = ""

    def copy(self) -> "Drawing":
        return copy.deepcopy(self)

    def connect(self, source: str, target: str, condition: str = "") -> Flow:
        known = {flow.id for flow in self.flows}
        identity = base = f"{source}_to_{target}"
        number = 1
        while identity in known:
            number += 1
            identity = f"{base}_{number}"
        flow = Flow(identity, source, target, condition)
        self.flows.append(flow)
        return flow

    def into(self, node: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == node]

    def out_of(self, node: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == node]

    def way(self, source: str, target: str) -> Flow:
        (flow,) = [one for one in self.flows if (one.source, one.target) == (source, target)]
        return flow

    def add(self, line: str) -> "Drawing":
        """Add what one line, or several, say."""
        for each in filter(None, (one.strip() for one in line.splitlines())):
            if each.startswith("#"):
                continue
            if ">" in each.split(" if ")[0] and each.split()[1] == ">":
                self._flow_line(each)
            else:
                self._node_line(each)
        return self

    def _flow_line(self, line: str) -> None:
        way, _, condition = line.partition(" if ")
        if way.endswith(" else"):
            way, condition = way.removesuffix(" else"), "else"
        stops = [stop.strip() for stop in way.split(">")]
        for source, target in pairwise(stops):
            self.connect(source, target, condition)

    def _node_line(self, line: str) -> None:
        word, identity, *rest = line.split()
        node = self.nodes[identity] = Node(identity, word)
        parts = iter(rest)
        for part in parts:
            if part in {"on", "in"}:
                setattr(node, "host" if part == "on" else "scope", next(parts))
            elif part.startswith("@"):
                node.lane = LANES[part[1:]]
            elif part.startswith("topic:"):
                node.topic = part[6:]
            elif "=" in part:
                name, _, choices = part.partition("=")
                node.fields[name] = tuple(choices.split("|"))
            else:
                self._act_or_value(node, part)

    def _act_or_value(self, node: Node, part: str) -> None:
        """Of an event the name or time comes first, and then perhaps an act."""
        if node.word in {"task", "service"} or node.value:
            node.act = part
        else:
            node.value = part


def drawing(key: str, text: str, **options: Any) -> Drawing:
    """Read a drawing."""
    return Drawing(key, **options).add(text)
