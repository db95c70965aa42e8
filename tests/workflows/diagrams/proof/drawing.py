"""Diagrams for tests of the proof from a few lines of text, and what is proved of them.

One line per node, `kind Id key=value ...`, and one per way, `A -> B -> C`, perhaps with ` : condition`
of its first flow after it. `sub Id {` opens a subprocess that `}` closes. A flow's id is `A-B`. Fields of a form are
`field=choice|choice` (enum), `field=?` (yes or no), `field=` (a text); with `!` behind the name required.
"""

import shlex
from dataclasses import replace
from itertools import pairwise
from typing import Any

from workflows.diagrams.graph import Diagram, Field, Finding, Flow, Node, Option
from workflows.diagrams.lint import Automaton, Known, KnownAct, KnownPart, KnownRule
from workflows.diagrams.proof import Budget, Proof, prove

KINDS = {
    "user": "userTask",
    "service": "serviceTask",
    "receive": "receiveTask",
    "manual": "manualTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "race": "eventBasedGateway",
    "call": "callActivity",
    "sub": "subProcess",
    "terminate": "terminateEnd",
    "error": "errorEnd",
    "rings": "boundaryTimer",
    "hears": "boundaryMessage",
    "fails": "boundaryError",
    "timer": "timerCatch",
    "message": "messageCatch",
    "throw": "messageThrow",
    "says": "messageEnd",
    "hear": "messageStart",
    "clock": "timerStart",
}
MARKS = {"on": "attached_to", "default": "default_flow", "to": "called", "times": "loop"}
KNOWN_MARKS = {"act", "lane", "error", "message", "topic", "timer"}

KNOWN = Known(
    acts={
        "ask": KnownAct("Ask", default="asked"),
        "approve": KnownAct("Approve", outcomes=("yes", "no"), may_offer=("back",)),
        "advise": KnownAct("Advise", default="advised"),
        "launch": KnownAct("Launch", operation=True, default="launched"),
        "withdraw": KnownAct("Withdraw", default="withdrawn"),
    },
    topics={"launch": "launch", "remind": None},
)


def draw(text: str, name: str = "main", **marks: Any) -> Diagram:
    """Draw a diagram that cases may begin with, unless `starters=()` is among the marks."""
    nodes: dict[str, Node] = {}
    flows: dict[str, Flow] = {}
    inside: list[str] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line == "}":
            inside.pop()
        elif " -> " in line:
            _flows(line, flows, nodes)
        else:
            node = _node(line.removesuffix("{"), inside[-1] if inside else None)
            nodes[node.id] = node
            if line.endswith("{"):
                inside.append(node.id)
    return Diagram(name, nodes=nodes, flows=flows, **{"starters": ("requester",), **marks})


def _flows(line: str, flows: dict[str, Flow], nodes: dict[str, Node]) -> None:
    way, _, condition = line.partition(" : ")
    for source, target in pairwise(way.split(" -> ")):
        identity = f"{source}-{target}"
        while identity in flows:
            identity += "'"
        parent = nodes[source].parent
        flows[identity] = Flow(identity, source, target, condition=condition or None, parent=parent)
        condition = ""


def _node(line: str, parent: str | None) -> Node:
    kind, identity, *pairs = shlex.split(line)
    marks = dict(pair.split("=", 1) for pair in pairs)
    facts: dict[str, Any] = {MARKS[key]: marks.pop(key) for key in MARKS if key in marks}
    facts |= {key: marks.pop(key) for key in KNOWN_MARKS if key in marks}
    if marks.pop("beside", ""):
        facts["interrupting"] = False
    facts["timer_kind"] = "cycle" if facts.get("timer", "").startswith("R") else "duration"
    fields = tuple(_field(key, value) for key, value in marks.items())
    return Node(identity, KINDS.get(kind, kind), parent=parent, fields=fields, **facts)


def _field(key: str, value: str) -> Field:
    name, required = key.removesuffix("!"), key.endswith("!")
    value, _, shown = value.partition(" when ")
    field = Field(name, name, required=required, shown_when=shown or None)
    if value == "?":
        return replace(field, type="boolean")
    if not value:
        return field
    options = tuple(Option(one, one.capitalize()) for one in value.split("|"))
    return replace(field, type="enum", options=options)


def proved(text: str, *rules: KnownRule, called: tuple[Diagram, ...] = (), **marks: Any) -> Proof:
    """Prove a drawn diagram."""
    known = replace(KNOWN, rules=rules)
    library = {diagram.process_id: diagram for diagram in called}
    return prove(draw(text, **marks), library, known, Budget())


def wrong(text: str, **options: Any) -> list[tuple[str, str | None, str]]:
    """Give kind, element and path of everything that is unsound."""
    return [told(finding) for finding in proved(text, **options).findings()]


def told(finding: Finding) -> tuple[str, str | None, str]:
    """Give kind, element and path of a finding."""
    return finding.code, finding.element, " ".join(finding.path)


def rule(*automata: Automaton, severity: Any = "error", proved: bool = True) -> KnownRule:
    """Give a rule of these parts."""
    parts = tuple(KnownPart("it is not so", automaton) for automaton in automata)
    return KnownRule("K1", severity, "It must be so.", ("C-1",), proved, parts)
