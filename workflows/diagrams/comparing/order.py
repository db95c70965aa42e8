"""What is always done before a step of the policy, and no longer, or from now on.

Judged by the shape alone: every decision may go either way, and what happens at a step's border may
happen. What the conditions exclude is the proof's business.
"""

from collections.abc import Iterator

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair
from workflows.diagrams.graph import BOUNDARIES, ENDS, Diagram, Node
from workflows.diagrams.wording import listed


def order_changes(both: Pair) -> Iterator[Change]:
    """Walk the steps of the policy that others could be done without and now cannot, or the reverse."""
    was, now = required_before(both.before), required_before(both.after)
    kept = [
        (old, new)
        for old, new in both.kept()
        if old.act and new.act and old.id not in was[old.id] and new.id not in now[new.id]
    ]
    # Those before the same others, of one party, are told together.
    found: dict[tuple[bool, tuple[str, ...], str | None], list[tuple[Node, Node]]] = {}
    for old, new in kept:
        lost, won = [], []
        for other, newer in kept:
            then, today = old.id in was[other.id], new.id in now[newer.id]
            if then and not today:
                lost.append(newer.id)
            if today and not then:
                won.append(newer.id)
        for is_won, others in ((False, lost), (True, won)):
            if others:
                found.setdefault((is_won, tuple(others), new.lane), []).append((old, new))
    for (is_won, later, lane), pairs in found.items():
        sentence = _sentence([new for _, new in pairs], _nodes(both, later), is_won=is_won)
        marked = (*(new.id for _, new in pairs), *later)
        yield Change(Topic.ORDER, sentence, tuple(old.id for old, _ in pairs), marked, lane)


def _nodes(both: Pair, ids: tuple[str, ...]) -> list[Node]:
    return [both.after.nodes[identity] for identity in ids]


def _sentence(first: list[Node], last: list[Node], *, is_won: bool) -> str:
    steps, later = ([*dict.fromkeys(f'"{one.title}"' for one in held)] for held in (first, last))
    verb = "is" if len(steps) == 1 else "are"
    words = "now always" if is_won else "no longer always"
    return f"{listed(steps)} {verb} {words} done before {listed(later)}."


def required_before(diagram: Diagram) -> dict[str, frozenset[str]]:
    """Give for each node those that are done before it on every way to it; all, where none leads to it.

    The largest solution: a loop back never takes away what came before the loop. A node that no way
    leads to is in its own set; no other one is.
    """
    everything = frozenset(diagram.nodes)
    found = dict.fromkeys(diagram.nodes, everything)
    changing = True
    while changing:
        changing = False
        for node in diagram.nodes.values():
            ways = list(_ways_to(diagram, node, found))
            joined = _joined(node, ways, everything)
            if joined != found[node.id]:
                found[node.id] = joined
                changing = True
    return found


def _joined(node: Node, ways: list[frozenset[str]], everything: frozenset[str]) -> frozenset[str]:
    if not ways:
        return frozenset() if node.kind not in BOUNDARIES and node.parent is None else everything
    if node.kind == "parallelGateway":
        return frozenset.union(*ways)
    return frozenset.intersection(*ways)


def _ways_to(
    diagram: Diagram, node: Node, found: dict[str, frozenset[str]]
) -> Iterator[frozenset[str]]:
    """Walk what is done on each way to a node."""
    for flow in diagram.incoming(node.id):
        if flow.source in diagram.nodes:
            yield found[flow.source] | _done(diagram, diagram.nodes[flow.source], found)
    if node.kind in BOUNDARIES and node.attached_to in diagram.nodes:
        yield found[node.attached_to]
    elif not diagram.incoming(node.id) and node.parent in diagram.nodes:
        yield found[node.parent]


def _done(diagram: Diagram, node: Node, found: dict[str, frozenset[str]]) -> frozenset[str]:
    """Give what is done once a node is: itself, and in a subprocess what leads to all of its ends."""
    ends = [inner for inner in diagram.inside(node.id) if inner.kind in ENDS]
    inside = [found[end.id] for end in ends]
    return frozenset({node.id}).union(frozenset.intersection(*inside) if inside else frozenset())
