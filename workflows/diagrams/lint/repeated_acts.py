"""The same act on two steps of one way: a rule that asks for it is content with either."""

from collections.abc import Iterator
from itertools import permutations

from workflows.diagrams.graph import TASKS, Diagram, Finding, Node
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import warning


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Warn of two steps that tell or do different things and carry one act, one after the other.

    Of an act that can be decided one way or another, the later step is another decision, which the
    rules tell apart.
    """
    same: dict[str, list[Node]] = {}
    for node in diagram.nodes.values():
        act = known.acts.get(node.act or "")
        if node.kind in TASKS and act is not None and not (act.outcomes or act.may_offer):
            same.setdefault(node.act or "", []).append(node)
    for act_id, nodes in same.items():
        for first, second in permutations(nodes, 2):
            if first.title != second.title and second.id in _after(diagram, first.id):
                yield warning(
                    second,
                    "same-act",
                    f'"{second.title}" has the act "{known.acts[act_id].title}", and so has '
                    f'"{first.title}" before it: a rule that asks for the act is content with '
                    "either. Give each an act of its own if both have to happen.",
                )


def _after(diagram: Diagram, start: str) -> set[str]:
    """Give what can be reached from a step without coming back to it."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        reached = [flow.target for flow in diagram.outgoing(node)]
        reached += [event.id for event in diagram.boundaries(node)]
        reached += [begin.id for begin in diagram.starts(node)]
        parent = diagram.nodes[node].parent
        if parent in diagram.nodes and not diagram.outgoing(node):
            reached += [flow.target for flow in diagram.outgoing(str(parent))]
        fresh = {one for one in reached if one in diagram.nodes and one != start} - found
        found |= fresh
        waiting += fresh
    return found
