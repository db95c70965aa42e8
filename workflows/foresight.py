"""Which rules would refuse what, if a case went on from somewhere: read from diagrams and deeds.

The guard decides when an act is attempted. This says it before, to somebody who is about to skip
a step or to place a token: what can be reached from there without what a rule asks for first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workflows.diagrams.graph import ENDS, Diagram, Node
from workflows.policy.automata import Atoms, ImmediatelyBefore, Precedence, run
from workflows.policy.guard import Deed
from workflows.policy.pack import Pack
from workflows.policy.rules import AtOnce, Constraint, Part, Rule

# A diagram by the id of its process, and an element in it.
Place: TypeAlias = tuple[str, str]
Diagrams: TypeAlias = Mapping[str, Diagram]

# What the policy says itself, or the law; the rest the City derived or chose.
BINDING = frozenset({"policy", "law"})


@dataclass(frozen=True)
class Foreseen:
    """A rule that would refuse an act further on; `text` says which, why, and what would help."""

    rule: Rule
    act: str
    text: str


def after(diagrams: Diagrams, place: Place) -> list[Place]:
    """Give where a token goes on from an element when its step is over."""
    diagram, element = place
    return [(diagram, flow.target) for flow in diagrams[diagram].outgoing(element)]


def acts_at(pack: Pack, diagrams: Diagrams, place: Place) -> frozenset[str]:
    """Give the act of an element, or of everything inside a subprocess or a called diagram."""
    diagram, element = place
    node = diagrams[diagram].nodes[element]
    own = _act(pack, node)
    if node.called is not None:
        inside = [(node.called, step.id) for step in diagrams[node.called].inside(None)]
    else:
        inside = [(diagram, step.id) for step in diagrams[diagram].inside(element)]
    found = frozenset({own} if own else ())
    return found.union(*(acts_at(pack, diagrams, step) for step in inside))


def touched(pack: Pack, acts: Iterable[str]) -> list[Rule]:
    """Give the rules of the policy itself, and of the law, that read one of these acts."""
    wanted = frozenset(acts)
    return [
        rule
        for rule in pack.rules.values()
        if rule.level in BINDING and any(_reads(part.constraint) & wanted for part in rule.parts)
    ]


def foresee(
    pack: Pack, past: Sequence[Deed], diagrams: Diagrams, places: Iterable[Place]
) -> list[Foreseen]:
    """Give the rules that would refuse an act that can be reached from these places.

    Counted are acts to which a way leads that passes by everything that would satisfy the rule.
    """
    starts = list(places)
    found: dict[tuple[str, str], Foreseen] = {}
    for rule, part, constraint in _orders(pack):
        if not constraint.breaks(run(constraint, (d.atoms for d in past)), constraint.then):
            continue
        reached = _reached(pack, diagrams, starts, _acts(constraint.first))
        for act in sorted(_acts(constraint.then) & reached):
            text = (
                f"“{pack.acts[act].title}” would be refused by rule {rule.id} "
                f"({', '.join(rule.clauses)}): {part.says}. {part.next}"
            )
            found.setdefault((rule.id, act), Foreseen(rule, act, text))
    return list(found.values())


def _orders(pack: Pack) -> Iterator[tuple[Rule, Part, Precedence | ImmediatelyBefore]]:
    """Walk the rules that refuse an act at work because something did not come before it."""
    for rule in pack.rules.values():
        if rule.severity == "error" and "run" in rule.enforced:
            for part in rule.parts:
                if isinstance(part.constraint, Precedence | ImmediatelyBefore):
                    yield rule, part, part.constraint


def _reads(constraint: Constraint) -> frozenset[str]:
    return constraint.acts if isinstance(constraint, AtOnce) else _acts(constraint.reads)


def _acts(atoms: Atoms) -> frozenset[str]:
    return frozenset(atom.partition(":")[0] for atom in atoms)


def _act(pack: Pack, node: Node) -> str | None:
    by_itself = pack.act_of(node.topic) if node.topic else None
    return by_itself.id if by_itself else node.act


def _reached(
    pack: Pack, diagrams: Diagrams, starts: Sequence[Place], around: frozenset[str]
) -> frozenset[str]:
    """Give the acts on all ways from these places that go around some acts."""
    seen, acts = set(starts), set[str]()
    queue = list(starts)
    while queue:
        diagram, element = queue.pop()
        node = diagrams[diagram].nodes[element]
        act = _act(pack, node)
        if act in around:
            continue
        if act is not None:
            acts.add(act)
        fresh = set(onward(diagrams, diagram, node)) - seen
        seen |= fresh
        queue += fresh
    return frozenset(acts)


def onward(diagrams: Diagrams, diagram: str, node: Node) -> Iterator[Place]:
    """Walk where a token may be next: inside an activity, behind a node, or behind its caller."""
    here = diagrams[diagram]
    yield from ((diagram, event.id) for event in here.boundaries(node.id))
    if node.called is not None:
        called = diagrams[node.called]
        yield from ((called.process_id, start.id) for start in called.starts())
    elif node.kind == "subProcess":
        yield from ((diagram, start.id) for start in here.starts(node.id))
    elif node.kind not in ENDS:
        yield from after(diagrams, (diagram, node.id))
    elif node.parent is not None:
        yield from after(diagrams, (diagram, node.parent))
    else:
        yield from _behind_calls(diagrams, diagram)


def _behind_calls(diagrams: Diagrams, called: str) -> Iterator[Place]:
    for caller in diagrams.values():
        for call in caller.of_kind("callActivity"):
            if call.called == called:
                yield from after(diagrams, (caller.process_id, call.id))
