"""The proof: every way that cases of a diagram can take, whether each comes to an end, and the rules on it.

One exploration of all states (markings and the answers that are still read) serves everything; each
rule's automaton is then run along it. What was not explored is not proved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.lint.known import Known
from workflows.diagrams.proof.exploring import MOST_STATES, Budget, Graph, explore
from workflows.diagrams.proof.flattening import Flat, Unplayable, flatten
from workflows.diagrams.proof.forms import act_of
from workflows.diagrams.proof.game import Game
from workflows.diagrams.proof.handlers import Handler, handlers
from workflows.diagrams.proof.judging import (
    Judge,
    Judgement,
    RuleVerdict,
    heard,
    minds_other_steps,
)
from workflows.diagrams.proof.net import Net
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.proof.reduction import Reduction
from workflows.diagrams.proof.soundness import Wrong, dead, unsound
from workflows.diagrams.proof.telling import WAY, rule_finding, wrong_finding
from workflows.diagrams.proof.variables import Variables

__all__ = [
    "MOST_STATES",
    "WAY",
    "Budget",
    "Judgement",
    "Proof",
    "RuleVerdict",
    "Unplayable",
    "Wrong",
    "is_called_only",
    "prove",
]

_FOR_EXPLORING = 0.7
# The same where leaving out orders is likely to help afterwards.
_FOR_THE_WHOLE = 0.3
_REDUCED = (
    "There are too many ways to walk them one by one, because so many branches run side by side. Orders that "
    "make no difference to any rule, decision or end were left out. Drawing fewer branches side by side "
    "lets the whole walk be made."
)


@dataclass
class Proof:
    """What is known of a diagram once all its ways have been walked.

    `wrong` and `judged` hold the shortest ways that show it; `complete`: all ways were walked. `alone`:
    its cases are no parts of other diagrams' cases. `is_reduced`: there were too many ways, so that orders
    that make no difference were left out. What was walked and by which moves (`game`,
    `graphs`) is kept for whoever walks it again.
    """

    flat: Flat
    states: int
    complete: bool
    wrong: list[Wrong]
    judged: list[Judgement]
    game: Game
    graphs: list[Graph]
    known: Known
    alone: bool
    is_reduced: bool = False

    @property
    def sound(self) -> bool | None:
        """Whether every case can come to a proper end; None where that is not known."""
        if self.wrong:
            return False
        return True if self.complete else None

    @property
    def rules(self) -> dict[str, RuleVerdict]:
        """Give the verdict on each rule, by its id."""
        return {one.rule.id: one.verdict for one in self.judged}

    def findings(self, caller: Diagram | None = None) -> list[Finding]:
        """Say what is wrong, each with its way; `caller` where this is the proof of one that calls it."""
        found = [wrong_finding(self.flat, wrong, caller) for wrong in self.wrong]
        broken = (one for one in self.judged if one.verdict == "violated")
        found += [rule_finding(self.flat, one, caller) for one in broken]
        return found + (
            [Finding("info", "reduced", None, None, _REDUCED)] if self.is_reduced else []
        )


def is_called_only(diagram: Diagram) -> bool:
    """Whether no case can begin with this diagram: nobody may start it, and no event does."""
    events = (start for start in diagram.starts() if start.kind != "start")
    return not diagram.starters and not any(True for _ in events)


def prove(
    diagram: Diagram,
    called: Mapping[str, Diagram],
    known: Known,
    budget: Budget,
    *,
    alone: bool = True,
) -> Proof:
    """Walk all ways of a diagram, with what it calls inlined, and judge soundness and rules.

    `alone` False: its cases are parts of other diagrams' cases, so the rules over time are judged
    there. Raises Unplayable for a diagram that makes no sense; the lint says the same in detail.
    """
    return _Attempt(diagram, called, known, budget, alone).proof()


@dataclass
class _Attempt:
    diagram: Diagram
    called: Mapping[str, Diagram]
    known: Known
    budget: Budget
    alone: bool
    others: dict[int, Graph] = field(default_factory=dict)
    is_reduced: bool = False

    def proof(self) -> Proof:
        game = self._game
        graph = self._main()
        wrong = [
            Wrong("handler-rejoins", event, ())
            for handler in self._handlers
            if handler.rejoins is not None
            for event in list(handler.copies)[:1]
        ]
        wrong += unsound(game, graph)
        wrong += self._beside(graph)
        graphs = [graph, *self.others.values()]
        complete = all(one.complete for one in graphs)
        if complete and not wrong:
            own = [step.index for step in self._flat.steps if step.scope == 0]
            wrong += dead(game, graphs, own)
        certain = complete and not any(wrong_here.what != "dead-step" for wrong_here in wrong)
        judge = Judge(game.net, graph, self.known, self.budget, certain, self.alone)
        judged = [judge.judge(rule) for rule in self.known.rules]
        states = sum(len(one.states) for one in graphs)
        found = (wrong, judged, game, graphs, self.known, self.alone)
        return Proof(self._flat, states, complete, *found, self.is_reduced)

    def _main(self) -> Graph:
        """Walk every way; only where there are too many, without orders that make no difference."""
        game = self._game
        reduction = Reduction(game, heard(self.known.rules))
        is_of_use = reduction.is_of_use and not self._minds_other_steps
        graph = Graph(complete=False)
        if not (is_of_use and self.budget.is_reduced):
            share = _FOR_THE_WHOLE if is_of_use else _FOR_EXPLORING
            graph = explore(game, game.beginnings(), self.budget.part(share))
        if graph.complete or graph.broken or not is_of_use:
            return graph
        rest = self.budget.part(_FOR_EXPLORING)
        reduced = explore(game, game.beginnings(), rest, reduction.first)
        self.is_reduced = reduced.complete
        # What was explored in time can still be judged: it may show a way that breaks a rule.
        return reduced if reduced.complete else graph

    @cached_property
    def _flat(self) -> Flat:
        return flatten(self.diagram, self.called)

    @cached_property
    def _handlers(self) -> list[Handler]:
        return handlers(self._flat)

    @cached_property
    def _game(self) -> Game:
        variables = Variables(self._flat, self.known.caller_fields)
        apart = [handler for handler in self._handlers if self._stays_apart(handler, variables)]
        net = Net(
            self._flat,
            hidden=frozenset(event for handler in apart for event in handler.copies),
            handlers={event: one for one in self._handlers for event in one.copies},
            uncounted=frozenset(index for one in self._handlers for index in one.steps),
        )
        return Game(net, variables, self.known, is_called=is_called_only(self.diagram))

    def _stays_apart(self, handler: Handler, variables: Variables) -> bool:
        """Whether a handler can be walked by itself, because nothing outside can tell that it runs."""
        steps = {*handler.steps, *handler.copies}
        nodes = [self._flat.steps[index].node for index in steps]
        return (
            handler.rejoins is None
            # Where several events share a handler, its joins wait for what the others may begin.
            and not (len(handler.copies) > 1 and any(self._flat.steps[i].is_join for i in steps))
            and not any(act_of(node, self.known) for node in nodes)
            and not handler.stops
            and not any(variable.writer in steps for variable in variables.all)
            and not any(readers & steps for readers in variables.readers.values())
            and not self._minds_other_steps
        )

    @cached_property
    def _minds_other_steps(self) -> bool:
        drawn = {act_of(step.node, self.known) for step in self._flat.steps}
        return any(
            atom.partition(":")[0] in drawn
            for automaton in minds_other_steps(self.known.rules)
            for atom in automaton.triggers
        )

    def _beside(self, main: Graph) -> list[Wrong]:
        """Walk the handlers that were left out, each by itself."""
        found = []
        for event in sorted(self._game.net.hidden):
            graph = explore(self._game, [self._game.at_event(event)], self.budget)
            self.others[event] = graph
            way = self._way_to(self._flat.steps[event].host, main)
            for wrong in unsound(self._game, graph):
                path = (*way, *wrong.path)
                found.append(Wrong(wrong.what, wrong.step, path, wrong.detail))
        return found

    def _way_to(self, host: int, graph: Graph) -> tuple[Happening, ...]:
        place = self._game.net.at[host]
        for number, (marking, _values) in enumerate(graph.states):
            if marking & place:
                return tuple(graph.path(number))
        return ()
