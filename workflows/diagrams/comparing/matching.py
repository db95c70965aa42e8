"""Which step of the newer diagram is which of the older one."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from workflows.diagrams.condition_tree import Name
from workflows.diagrams.graph import Diagram, Field, Node


@dataclass(frozen=True)
class Pair:
    """Two versions of a diagram. `now` maps ids of the older one to those of the newer one."""

    before: Diagram
    after: Diagram
    now: Mapping[str, str]

    @cached_property
    def then(self) -> dict[str, str]:
        """The ids of the older diagram, by those of the newer one."""
        return {new: old for old, new in self.now.items()}

    def kept(self) -> Iterator[tuple[Node, Node]]:
        """Walk the nodes that both have, as they were and as they are, in the order of the newer file."""
        for identity, node in self.after.nodes.items():
            if identity in self.then:
                yield self.before.nodes[self.then[identity]], node

    @cached_property
    def labels(self) -> "tuple[Labels, Labels]":
        """The words for the conditions of the older and of the newer diagram."""
        return Labels(self.before, self.after), Labels(self.after, self.before)

    def added(self) -> list[Node]:
        """Give the nodes that only the newer diagram has."""
        return [node for node in self.after.nodes.values() if node.id not in self.then]

    def removed(self) -> list[Node]:
        """Give the nodes that only the older diagram has."""
        return [node for node in self.before.nodes.values() if node.id not in self.now]


@dataclass(frozen=True)
class Labels:
    """The words of a diagram's forms, for its conditions; of the other one's for what it lacks."""

    diagram: Diagram
    other: Diagram

    def field(self, name: Name) -> Field | None:
        node = self.diagram.nodes.get(name.element) or self.other.nodes.get(name.element)
        fields = node.fields if node else ()
        return next((field for field in fields if field.id == name.field), None)

    def label(self, name: Name) -> str:
        field = self.field(name)
        return f'"{field.label if field else name.field}"'


def match(before: Diagram, after: Diagram) -> Pair:
    """Find each node of the older diagram in the newer one: by id, else by act, else by kind and name."""
    now = {identity: identity for identity in before.nodes if identity in after.nodes}
    for sort in (_by_act, _by_name):
        old = _only_ones([n for n in before.nodes.values() if n.id not in now], sort)
        new = _only_ones([n for n in after.nodes.values() if n.id not in now.values()], sort)
        now |= {old[key].id: new[key].id for key in old if key in new}
    return Pair(before, after, now)


def _by_act(node: Node) -> Hashable | None:
    return (node.act, node.kind) if node.act else None


def _by_name(node: Node) -> Hashable | None:
    words = " ".join(node.name.split()).lower()
    return (node.kind, words) if words else None


def _only_ones(nodes: list[Node], sort: Callable[[Node], Hashable | None]) -> dict[Hashable, Node]:
    found: dict[Hashable, list[Node]] = {}
    for node in nodes:
        if (key := sort(node)) is not None:
            found.setdefault(key, []).append(node)
    return {key: several[0] for key, several in found.items() if len(several) == 1}
