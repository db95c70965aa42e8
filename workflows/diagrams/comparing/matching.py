"""Which step of the newer diagram is which of the older one."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from workflows.diagrams.condition_tree import Name
from workflows.diagrams.graph import Diagram, Field, Node
from workflows.diagrams.wording import condition_words


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

    def means_the_same(self, was: str, now: str) -> bool:
        """Whether a condition is as it was, whatever the steps that it reads are called by now."""
        return condition_words(was, _Meaning(self.now)) == condition_words(now, _Meaning({}))

    def told(self, was: str, now: str) -> tuple[str, str]:
        """Say two conditions that differ: with the steps that they read where all else is alike."""
        plain = [
            condition_words(text, own) for text, own in zip((was, now), self.labels, strict=True)
        ]
        if plain[0] != plain[1]:
            return plain[0], plain[1]
        then, today = (replace(labels, with_steps=True) for labels in self.labels)
        return condition_words(was, then), condition_words(now, today)

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
    with_steps: bool = False

    def field(self, name: Name) -> Field | None:
        node = self._node(name)
        fields = node.fields if node else ()
        return next((field for field in fields if field.id == name.field), None)

    def label(self, name: Name) -> str:
        field, node = self.field(name), self._node(name)
        label = f'"{field.label if field else name.field}"'
        return f'{label} of "{node.title if node else name.element}"' if self.with_steps else label

    def _node(self, name: Name) -> Node | None:
        return self.diagram.nodes.get(name.element) or self.other.nodes.get(name.element)


@dataclass(frozen=True)
class _Meaning:
    """No words for people: the steps by their ids in the newer diagram, the answers as written."""

    now: Mapping[str, str]

    def field(self, _name: Name) -> None:
        return None

    def label(self, name: Name) -> str:
        return f"{self.now.get(name.element, name.element)}.{name.field}"


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
