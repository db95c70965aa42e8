"""Edits that change nothing that matters: the verdict on each rule stays."""

import re
from collections.abc import Iterator

from tests.workflows.diagrams.outside.changes import before, wrapped
from tests.workflows.diagrams.outside.drawing import LANES, Drawing
from tests.workflows.diagrams.outside.writing import Hand, written

HANDS = {
    "Camunda Modeler": Hand(
        definitions='xmlns:modeler="http://camunda.org/schema/modeler/1.0" exporter="Camunda Modeler" exporterVersion="5.20.0" modeler:executionPlatform="Camunda Platform" modeler:executionPlatformVersion="7.20.0"',
        picture=True,
    ),
    "bpmn.io": Hand(
        prefix="bpmn2",
        definitions='exporter="bpmn-js (https://demo.bpmn.io)" exporterVersion="17.0.2" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0"',
        picture=True,
    ),
    "no prefix": Hand(prefix=""),
    "another prefix": Hand(prefix="semantic"),
    "backwards": Hand(backwards=True),
    "no references": Hand(refs=False),
}


def renamed(drawn: Drawing) -> Drawing:
    copy = drawn.copy()
    new = {node: f"Activity_{number:x}0k{number}" for number, node in enumerate(copy.nodes, 1)}
    copy.nodes = {}
    for node in drawn.copy().nodes.values():
        node.id, node.host, node.scope = (
            new[node.id],
            new.get(node.host, ""),
            new.get(node.scope, ""),
        )
        copy.nodes[node.id] = node
    for number, flow in enumerate(copy.flows, 1):
        flow.id, flow.source, flow.target = f"Flow_{number}", new[flow.source], new[flow.target]
        for old, name in new.items():
            flow.condition = re.sub(rf"\b{old}\.", f"{name}.", flow.condition)
    return copy


def in_words(drawn: Drawing) -> Drawing:
    copy = drawn.copy()
    for number, node in enumerate(copy.nodes.values()):
        node.name = f"Ein Schritt, \u201c{number}\u201d & <mehr>, überprüfen"
    return copy


def shuffled(drawn: Drawing) -> Drawing:
    copy = drawn.copy()
    copy.nodes = dict(sorted(copy.nodes.items(), key=lambda item: item[0][::-1]))
    copy.flows = sorted(copy.flows, key=lambda flow: flow.id[::-1])
    return copy


def merged(drawn: Drawing) -> Drawing:
    """Where several flows meet at a step or an end, a gateway is drawn before it."""
    copy = drawn.copy()
    for node in list(copy.nodes.values()):
        into = copy.into(node.id)
        if len(into) > 1 and node.word in {"task", "service", "end"}:
            copy.add(f"xor Before{node.id}" + (f" in {node.scope}" if node.scope else ""))
            for flow in into:
                flow.target = f"Before{node.id}"
            copy.connect(f"Before{node.id}", node.id)
    return copy


def said_otherwise(drawn: Drawing) -> Drawing:
    copy = drawn.copy()
    for flow in copy.flows:
        found = re.fullmatch(r'(\w+\.\w+) = "([\w-]+)"', flow.condition)
        if found:
            flow.condition = f'not({found[1]} != "{found[2]}")'
        elif flow.condition not in ("", "else"):
            flow.condition = f"not(not({flow.condition}))"
    return copy


def other_default(drawn: Drawing) -> Drawing:
    """Of two ways the other one is the default."""
    copy = drawn.copy()
    for node in copy.nodes.values():
        ways = copy.out_of(node.id)
        if node.word == "xor" and len(ways) == 2:
            asked, other = sorted(ways, key=lambda flow: flow.condition == "else")
            if other.condition == "else":
                asked.condition, other.condition = "else", f"not({asked.condition})"
    return copy


def steps_more(drawn: Drawing) -> Drawing:
    """Untagged steps before everything that people do; but nothing may come between check and destruction."""
    for number, node in enumerate(list(drawn.nodes.values())):
        if node.word == "task" and drawn.into(node.id):
            key = next(key for key, name in LANES.items() if name == node.lane)
            drawn = before(node.id, f"task More{number} @{key} text=string")(drawn)
    return drawn


def reminded(drawn: Drawing) -> Drawing:
    for number, node in enumerate(list(drawn.nodes.values())):
        if node.word == "task":
            inside = f" in {node.scope}" if node.scope else ""
            drawn = drawn.copy().add(
                f"reminder Slow{number} on {node.id} P3D{inside}\nservice Remind{number} topic:remind{inside}\n"
                f"end Reminded{number}{inside}\nSlow{number} > Remind{number} > Reminded{number}"
            )
    return drawn


def parted(drawn: Drawing) -> Drawing:
    """Each step with an act stands in a subprocess of its own."""
    for number, node in enumerate(list(drawn.nodes.values())):
        if node.word == "task" and not [one for one in drawn.nodes.values() if one.host == node.id]:
            drawn = wrapped(node.id, name=f"Piece{number}")(drawn)
    return drawn


def through_gateways(drawn: Drawing) -> Drawing:
    """A parallel pair with an untagged step beside each step of people."""
    drawn = merged(drawn)
    for number, node in enumerate(list(drawn.nodes.values())):
        # What calls off a step does not call off the one beside it.
        hosts = {one.host for one in drawn.nodes.values()}
        if node.word == "task" and node.id not in hosts:
            key = next(key for key, name in LANES.items() if name == node.lane)
            inside = f" in {node.scope}" if node.scope else ""
            copy = drawn.copy()
            copy.add(
                f"and Fork{number}{inside}\nand Meet{number}{inside}\ntask Side{number} @{key}{inside}"
            )
            for flow in copy.into(node.id):
                flow.target = f"Fork{number}"
            (on,) = copy.out_of(node.id)
            on.source = f"Meet{number}"
            copy.add(
                f"Fork{number} > {node.id} > Meet{number}\nFork{number} > Side{number} > Meet{number}"
            )
            drawn = copy
    return drawn


EDITS = {
    f.__name__: f
    for f in (
        renamed,
        in_words,
        shuffled,
        merged,
        said_otherwise,
        other_default,
        steps_more,
        reminded,
        parted,
        through_gateways,
    )
}


def harmless(drawn: Drawing) -> Iterator[tuple[str, bytes]]:
    for name, hand in HANDS.items():
        yield name, written(drawn, hand)
    for name, edit in EDITS.items():
        yield name, written(edit(drawn))
    yield "all at once", written(renamed(merged(other_default(in_words(drawn)))), HANDS["bpmn.io"])
