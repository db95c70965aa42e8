"""The rules of the policy on every way through a diagram, each with the shortest way that breaks it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workflows.diagrams.lint.known import Automaton, Known, KnownPart, KnownRule
from workflows.diagrams.proof.exploring import Budget, Graph
from workflows.diagrams.proof.flattening import Step
from workflows.diagrams.proof.forms import Atoms, act_of
from workflows.diagrams.proof.net import Net
from workflows.diagrams.proof.offers import Happening

RuleVerdict = Literal["holds", "violated", "vacuous", "not-proved", "not-applicable"]
# Of several parts of a rule the gravest verdict counts.
GRAVEST: tuple[RuleVerdict, ...] = ("violated", "not-proved", "holds", "vacuous", "not-applicable")
# What happens here is in nobody's hands who stands in the lane.
_BROKEN = -1
_IN_NO_LANE = ("boundaryMessage", "messageCatch", "boundaryTimer")


@dataclass(frozen=True)
class Judgement:
    """The verdict on a rule; where it is violated with the part, the step and the way there."""

    rule: KnownRule
    verdict: RuleVerdict
    part: KnownPart | None = None
    step: int = -1
    path: tuple[Happening, ...] = ()
    at_end: bool = False


@dataclass
class Judge:
    """Judges the rules on one exploration. `certain`: nothing was left out of it.

    `alone`: whether the diagram is judged from its first step on; a called one only for its lanes.
    """

    net: Net
    graph: Graph
    known: Known
    budget: Budget
    certain: bool
    alone: bool

    def judge(self, rule: KnownRule) -> Judgement:
        """Give the verdict on one rule."""
        if not rule.proved:
            return Judgement(rule, "not-applicable")
        parts = [self._part(rule, part) for part in rule.parts]
        return min(
            parts,
            key=lambda one: GRAVEST.index(one.verdict),
            default=Judgement(rule, "not-applicable"),
        )

    def _part(self, rule: KnownRule, part: KnownPart) -> Judgement:
        if part.automaton is not None and self.alone:
            return self._over_time(rule, part, part.automaton)
        if part.acts and part.parties:
            return self._lane(rule, part)
        return Judgement(rule, "not-applicable")

    # -- who does it --------------------------------------------------------------------------

    def _lane(self, rule: KnownRule, part: KnownPart) -> Judgement:
        steps = [s for s in self.net.flat.steps if act_of(s.node, self.known) in part.acts]
        steps = [step for step in steps if step.kind not in _IN_NO_LANE]
        for step in steps:
            if step.node.lane not in part.parties or self._is_machine(step):
                return Judgement(rule, "violated", part, step.index, tuple(self._way_to(step)))
        return Judgement(rule, "holds" if steps else "not-applicable")

    def _is_machine(self, step: Step) -> bool:
        act = self.known.acts.get(act_of(step.node, self.known) or "")
        return step.kind == "serviceTask" and act is not None and not act.operation

    def _way_to(self, step: Step) -> list[Happening]:
        place = self.net.at[step.index]
        for number, (marking, _values) in enumerate(self.graph.states):
            if marking & place:
                return self.graph.path(number)
        return []

    # -- in which order -----------------------------------------------------------------------

    def _over_time(self, rule: KnownRule, part: KnownPart, automaton: Automaton) -> Judgement:
        drawn = {act_of(step.node, self.known) for step in self.net.flat.steps}
        about = automaton.triggers or automaton.reads
        if not any(atom.partition(":")[0] in drawn for atom in about):
            return Judgement(rule, "not-applicable")
        run = Run(self.graph, automaton, self.budget)
        broken = run.find()
        if broken is not None:
            path, at_end = broken
            step = self._blamed(path, about, at_end=at_end)
            return Judgement(rule, "violated", part, step, path, at_end)
        if not self.certain or not run.complete:
            return Judgement(rule, "not-proved")
        return Judgement(rule, "holds" if run.is_met or not automaton.triggers else "vacuous")

    def _blamed(self, path: tuple[Happening, ...], about: Atoms, *, at_end: bool) -> int:
        """Find the step that broke the rule: the last, or the one that was never answered."""
        if not at_end:
            return path[-1].step
        asking = [one.step for one in path if one.atoms and one.atoms & about]
        return asking[-1] if asking else path[-1].step


@dataclass
class Run:
    """One automaton along every way of an exploration, breadth first."""

    graph: Graph
    automaton: Automaton
    budget: Budget
    is_met: bool = False
    complete: bool = True

    def find(self) -> tuple[tuple[Happening, ...], bool] | None:
        """Give the shortest way that breaks the rule, and whether it does so by ending; or None."""
        ends = set(self.graph.over)
        begin = [(state, self.automaton.start) for state in self.graph.first]
        before: dict[tuple[int, int], tuple[tuple[int, int], Happening] | None] = dict.fromkeys(
            begin
        )
        queue = list(begin)
        moves: dict[tuple[int, Atoms], int] = {}
        for here in queue:
            if self.budget.is_spent():
                self.complete = False
                return None
            if here[0] in ends and self.automaton.open(here[1]):
                return self._path(before, here), True
            for happening, after in self.graph.happenings(here[0]):
                state = here[1]
                if happening.atoms is not None:
                    key = (state, happening.atoms)
                    state = moves[key] if key in moves else moves.setdefault(key, self._move(*key))
                    if state == _BROKEN:
                        return (*self._path(before, here), happening), False
                there = (after, state)
                if after >= 0 and there not in before:
                    before[there] = (here, happening)
                    queue.append(there)
        return None

    def _move(self, state: int, atoms: Atoms) -> int:
        """Give the state after a step, or say that the step breaks the rule."""
        if atoms & self.automaton.triggers:
            self.is_met = True
            if self.automaton.breaks(state, atoms):
                return _BROKEN
        return self.automaton.step(state, atoms)

    def _path(
        self,
        before: dict[tuple[int, int], tuple[tuple[int, int], Happening] | None],
        here: tuple[int, int],
    ) -> tuple[Happening, ...]:
        found: list[Happening] = []
        while (way := before[here]) is not None:
            here = way[0]
            found.append(way[1])
        return (*self.graph.path(here[0]), *reversed(found))


def heard(rules: Iterable[KnownRule]) -> Atoms:
    """Give the atoms that move or break the rules over time."""
    automata = [part.automaton for rule in rules if rule.proved for part in rule.parts]
    return frozenset[str]().union(*(one.reads | one.triggers for one in automata if one))


def minds_other_steps(rules: Iterable[KnownRule]) -> Iterator[Automaton]:
    """Give the automata that a step without an act moves too, such as "immediately before"."""
    for rule in rules:
        for part in rule.parts:
            if rule.proved and part.automaton is not None and _minds(part.automaton):
                yield part.automaton


def _minds(automaton: Automaton) -> bool:
    """Try a step without an act in every state that can be reached."""
    atoms = [frozenset({atom}) for atom in sorted(automaton.reads)]
    seen, waiting = {automaton.start}, [automaton.start]
    while waiting:
        state = waiting.pop()
        if automaton.step(state, frozenset()) != state:
            return True
        following = {automaton.step(state, one) for one in atoms} - seen
        seen |= following
        waiting += following
    return False
