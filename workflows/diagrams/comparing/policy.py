"""Clauses of the policy that steps fulfil."""

from collections import Counter
from collections.abc import Iterator

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair
from workflows.diagrams.graph import Diagram


def clause_changes(both: Pair, elsewhere: frozenset[str] | None) -> Iterator[Change]:
    """Walk the clauses that lose steps or gain them; `elsewhere` are those of other diagrams, if known."""
    was, now = _counted(both.before), _counted(both.after)
    for clause in sorted(was.keys() | now.keys()):
        if was[clause] == now[clause]:
            continue
        before, after = (_of(diagram, clause) for diagram in (both.before, both.after))
        yield Change(
            Topic.POLICY, _words(clause, was[clause], now[clause], elsewhere), before, after
        )


def _words(clause: str, was: int, now: int, elsewhere: frozenset[str] | None) -> str:
    if now == 0:
        last = "its only step" if was == 1 else "all of its steps"
        if elsewhere is None:
            return f"Clause {clause} loses {last} in this diagram."
        if clause in elsewhere:
            return f"Clause {clause} loses {last} in this diagram; other diagrams still have some."
        return f"Clause {clause} loses {last}: no step of any diagram fulfils it any more."
    if was == 0:
        return f"Clause {clause} is now fulfilled by a step of this diagram."
    return f"Clause {clause} is now fulfilled by {now} step{'s' if now > 1 else ''} of this diagram; before, by {was}."


def _counted(diagram: Diagram) -> Counter[str]:
    return Counter(clause for node in diagram.nodes.values() for clause in node.clauses)


def _of(diagram: Diagram, clause: str) -> tuple[str, ...]:
    return tuple(node.id for node in diagram.nodes.values() if clause in node.clauses)
