"""Which nodes a way leads to, before an edit and after."""

from dataclasses import dataclass

from workflows.diagrams.document import local
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.editing.wiring import level_of


@dataclass(frozen=True)
class Reach:
    """Ids of the nodes where ways begin, and of all to which they lead."""

    beginnings: frozenset[str]
    nodes: frozenset[str]

    @classmethod
    def of(cls, sheet: Sheet) -> "Reach":
        """Look from every node to which no way leads."""
        arrived = {flow.get("targetRef", "") for flow in sheet.flows()}
        begin = frozenset(
            node.get("id", "")
            for node in sheet.nodes()
            if node.get("id") not in arrived
            and not node.get("attachedToRef")
            and (local(node) != "startEvent" or level_of(node) is sheet.process)
        )
        return cls(begin, _reached(sheet, begin))

    def again(self, sheet: Sheet) -> "Reach":
        """Look from the same beginnings after an edit."""
        return Reach(self.beginnings, _reached(sheet, self.beginnings))


def _reached(sheet: Sheet, beginnings: frozenset[str]) -> frozenset[str]:
    nodes = {node.get("id", ""): node for node in sheet.nodes()}
    following: dict[str, list[str]] = {}
    for flow in sheet.flows():
        following.setdefault(flow.get("sourceRef", ""), []).append(flow.get("targetRef", ""))
    for identity, node in nodes.items():
        if node.get("attachedToRef"):
            following.setdefault(node.get("attachedToRef", ""), []).append(identity)
        elif local(node) == "startEvent":
            following.setdefault(level_of(node).get("id", ""), []).append(identity)
    seen: set[str] = set()
    queue = list(beginnings)
    while queue:
        identity = queue.pop()
        if identity in nodes and identity not in seen:
            seen.add(identity)
            queue += following.get(identity, ())
    return frozenset(seen)
