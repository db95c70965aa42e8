"""Changes to the shipped diagrams, made by element id or act, so that they survive what is redrawn around them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from config import ROOT
from workflows.diagrams import check
from workflows.diagrams.graph import Diagram, Field, Finding, Flow, Node
from workflows.diagrams.lint import Known, lint
from workflows.diagrams.proof import Budget, Proof, prove
from workflows.diagrams.proof.verdict import prove_with_callers
from workflows.diagrams.reading import read
from workflows.policy.pack import load
from workflows.vocabulary import vocabulary


@cache
def shipped() -> dict[str, Diagram]:
    """Read the shipped diagrams, by process id."""
    read_ones = (read(path.read_bytes())[0] for path in sorted((ROOT / "bpmn").glob("*.bpmn")))
    return {diagram.process_id: diagram for diagram in read_ones if diagram is not None}


@cache
def policy() -> Known:
    """Read what the shipped policy knows."""
    return vocabulary(load(ROOT / "bpmn" / "policy"))


class City:
    """The shipped diagrams, to be changed."""

    def __init__(self) -> None:
        self.diagrams = dict(shipped())

    def proof(self, process: str) -> Proof:
        """Prove one of the processes that cases begin with."""
        return prove(self.diagrams[process], self.diagrams, policy(), Budget.of(20))

    def changed(self) -> list[Diagram]:
        """Give the diagrams that are no longer as shipped."""
        return [one for name, one in self.diagrams.items() if one != shipped().get(name)]

    def findings(self) -> list[Finding]:
        """Say all that is found where somebody wants to publish what was changed: lint, and proof."""
        shelf = check.Shelf(lambda _process: None, given=self.diagrams)
        found: list[Finding] = []
        for diagram in self.changed():
            known = check._known(diagram, policy(), shelf)
            found += lint(diagram, known)
            found += prove_with_callers(diagram, known, shelf, Budget.of(20)).findings
        return found

    # -- finding --------------------------------------------------------------------------------

    def home(self, element: str) -> str:
        """Find the process that has an element."""
        (found,) = [k for k, d in self.diagrams.items() if element in d.nodes or element in d.flows]
        return found

    def steps(self, act: str) -> list[str]:
        """Find the ids of the steps with an act."""
        found = [n.id for d in self.diagrams.values() for n in d.nodes.values() if n.act == act]
        assert found, act
        return found

    def flow(self, source: str, target: str) -> str:
        """Find the flow between two nodes."""
        flows = self.diagrams[self.home(source)].flows.values()
        (found,) = [f.id for f in flows if (f.source, f.target) == (source, target)]
        return found

    # -- changing -------------------------------------------------------------------------------

    def change(self, element: str, **changes: Any) -> None:
        """Change marks of a node or a flow."""
        process = self.home(element)
        nodes, flows = self._parts(process)
        if element in nodes:
            nodes[element] = replace(nodes[element], **changes)
        else:
            flows[element] = replace(flows[element], **changes)
        self._redraw(process, nodes, flows)

    def mark(self, process: str, **changes: Any) -> None:
        """Change marks of a whole process."""
        self.diagrams[process] = replace(self.diagrams[process], **changes)

    def field(self, element: str, name: str, **changes: Any) -> None:
        """Change a field of a form; without changes it is taken out."""
        node = self.diagrams[self.home(element)].nodes[element]
        fields: list[Field] = []
        for one in node.fields:
            if one.id != name:
                fields.append(one)
            elif changes:
                fields.append(replace(one, **changes))
        self.change(element, fields=tuple(fields))

    def drop(self, source: str, target: str) -> None:
        """Take a flow away."""
        process, flow = self.home(source), self.flow(source, target)
        nodes, flows = self._parts(process)
        del flows[flow]
        self._redraw(process, nodes, flows)

    def lead(self, source: str, target: str, to: str, **changes: Any) -> None:
        """Lead the flow between two nodes to another node."""
        self.change(self.flow(source, target), target=to, **changes)

    def untag(self, act: str) -> None:
        """Leave a step what it is called, without its act."""
        for step in self.steps(act):
            self.change(step, act=None)

    def delete(self, element: str) -> None:
        """Take a step away, and lead what led to it to what followed."""
        process = self.home(element)
        nodes, flows = self._parts(process)
        (after,) = [flow for flow in flows.values() if flow.source == element]
        del nodes[element], flows[after.id]
        for flow in list(flows.values()):
            if flow.target == element:
                flows[flow.id] = replace(flow, target=after.target)
        on_it = {node.id for node in nodes.values() if node.attached_to == element}
        nodes = {name: node for name, node in nodes.items() if name not in on_it}
        flows = {name: flow for name, flow in flows.items() if flow.source not in on_it}
        self._redraw(process, nodes, flows)

    def delete_act(self, act: str) -> None:
        for step in self.steps(act):
            self.delete(step)

    def add(self, near: str, node: Node, *ways: tuple[str, str]) -> None:
        """Add a node beside another one, with flows from and to it."""
        process = self.home(near)
        nodes, flows = self._parts(process)
        nodes[node.id] = replace(node, parent=nodes[near].parent, lane=nodes[near].lane)
        for source, target in ways:
            identity = f"{source}-{target}"
            flows[identity] = Flow(identity, source, target, parent=nodes[near].parent)
        self._redraw(process, nodes, flows)

    def event(self, kind: str, host: str, to: str, **marks: Any) -> None:
        """Put an event on a step that leads to another one."""
        marks = {"timer_kind": "duration" if "timer" in marks else None, **marks}
        node = Node("Shortcut", kind, "Shortcut", attached_to=host, **marks)
        self.add(host, node, ("Shortcut", to))

    def swap(self, one: str, other: str) -> None:
        """Let two steps of one diagram change places."""
        process = self.home(one)
        nodes, flows = self._parts(process)
        names = {one: other, other: one}
        for flow in list(flows.values()):
            source, target = (
                names.get(flow.source, flow.source),
                names.get(flow.target, flow.target),
            )
            flows[flow.id] = replace(flow, source=source, target=target)
        self._redraw(process, nodes, flows)

    def _parts(self, process: str) -> tuple[dict[str, Node], dict[str, Flow]]:
        diagram = self.diagrams[process]
        return dict(diagram.nodes), dict(diagram.flows)

    def _redraw(self, process: str, nodes: dict[str, Node], flows: dict[str, Flow]) -> None:
        self.diagrams[process] = replace(self.diagrams[process], nodes=nodes, flows=flows)


Change = Callable[[City], object]


@dataclass(frozen=True)
class Mutant:
    """A careless or sly change: `finds` is the rule or the code that must be named, `why` the argument.

    `at` is the element that must be named; empty where several would be right.
    """

    name: str
    finds: str
    change: Change
    why: str
    at: str = ""


# -- kinds of changes ---------------------------------------------------------------------------


def led(source: str, target: str, to: str) -> Change:
    """Lead a flow elsewhere."""
    return lambda city: city.lead(source, target, to)


def dropped(source: str, target: str) -> Change:
    """Take a flow away."""
    return lambda city: city.drop(source, target)


def deleted(act: str) -> Change:
    """Take the steps with an act out of their ways."""
    return lambda city: city.delete_act(act)


def untagged(act: str) -> Change:
    """Keep the label, not the act."""
    return lambda city: city.untag(act)


def lane(act: str, party: str) -> Change:
    """Let another party do an act."""

    def change(city: City) -> None:
        for step in city.steps(act):
            city.change(step, lane=party)

    return change


def condition(source: str, target: str, text: str | None) -> Change:
    """Write another condition on a flow."""
    return lambda city: city.change(city.flow(source, target), condition=text)


def swapped(one: str, other: str) -> Change:
    """Let two steps change places."""
    return lambda city: city.swap(one, other)


def event(kind: str, host: str, to: str, **marks: object) -> Change:
    """Put an event on a step."""
    return lambda city: city.event(kind, host, to, **marks)


def marked(element: str, **changes: object) -> Change:
    """Change what is marked on a node."""
    return lambda city: city.change(element, **changes)


def kind(element: str, to: str) -> Change:
    """Draw a node as another kind."""
    return marked(element, kind=to)


def asked(element: str, name: str, **changes: object) -> Change:
    """Change a field of a form, or take it out."""
    return lambda city: city.field(element, name, **changes)


def process(name: str, **changes: object) -> Change:
    """Change what is marked on a process."""
    return lambda city: city.mark(name, **changes)


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(city: City) -> None:
        for one in changes:
            one(city)

    return change
