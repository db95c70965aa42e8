"""Whether a case can come to its end from where its tokens are put, told by playing the diagram on.

What is published was proved from its start. A case that is put into it in the middle may stand where
none of its own cases ever stands: beside a branch that was never begun, before a question that nobody
has answered in it, or beyond what a rule asks for first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflows import engine
from workflows.answers import History
from workflows.diagrams.conditions import Unset
from workflows.diagrams.graph import Field
from workflows.diagrams.proof import WAY, Budget, Unplayable, prove
from workflows.diagrams.proof.deciding import Answer, Mark
from workflows.diagrams.proof.exploring import Graph, explore
from workflows.diagrams.proof.game import State
from workflows.diagrams.proof.judging import Run as Judged
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.proof.soundness import unsound
from workflows.diagrams.proof.telling import wrong_finding
from workflows.diagrams.proof.variables import Variable
from workflows.engine.exploring import Calls, Explorer, calls_of
from workflows.engine_gate.answers import calls_around
from workflows.engine_gate.places import Places, UnknownSpot
from workflows.library import DiagramSet
from workflows.policy.automata import Atoms, Automaton, run
from workflows.policy.guard import Deed
from workflows.policy.pack import Pack
from workflows.policy.rules import AtOnce, Part, Rule
from workflows.vocabulary import vocabulary

# A published diagram is walked in far less; from one place on there is less to walk than in all.
# What is not walked in time is left to the guard, as at every step.
SECONDS = 5.0
MOST_STATES = 20_000


class WayOn:
    """What can become of cases on one set of diagrams, wherever they stand in it."""

    def __init__(self, pack: Pack, on: DiagramSet) -> None:
        """Get the diagrams ready to be played. Raises Unplayable for one that makes no sense."""
        proof = prove(on.diagrams[on.main], on.diagrams, vocabulary(pack), Budget.of(SECONDS))
        self._game, self._flat = proof.game, proof.flat
        self._places = Places(self._game.net)
        self._explorer = Explorer(on.specs)
        self._alive = self._game.variables.alive(self._game.reach)
        self._rules = list(_orders(pack))
        self._walked: dict[State, tuple[Graph, str | None]] = {}
        self._judged: dict[tuple[State, int, int], str | None] = {}

    def missing(self, run: engine.Run, history: History) -> str | None:
        """Say what will keep a case from its end; None where nothing does."""
        spots = self._explorer.situation(run).spots
        try:
            marking, twice = self._places.marking(spots)
        except UnknownSpot as unknown:
            return f"Nobody knows what would follow from “{unknown.spot.element}”."
        if twice:
            return "It would stand at one step twice at the same time."
        paths = dict(_paths(run))
        values = tuple(
            self._answer(variable, history, paths) if marking & alive else Mark.UNSET
            for variable, alive in zip(self._game.variables.all, self._alive, strict=True)
        )
        state = marking, values
        return self._walk(state)[1] or self._broken(state, history.deeds)

    def _walk(self, state: State) -> tuple[Graph, str | None]:
        """Walk all that can follow from a state, once, and say what goes wrong on the way."""
        if state not in self._walked:
            begun = Happening("begin", self._game.net.flat.starts[0], ())
            graph = explore(self._game, [(begun, state)], Budget.of(SECONDS, MOST_STATES))
            wrong = next(iter(unsound(self._game, graph)), None)
            words = wrong_finding(self._flat, wrong).message.partition(WAY)[0] if wrong else None
            self._walked[state] = graph, words
        return self._walked[state]

    def _broken(self, state: State, deeds: Sequence[Deed]) -> str | None:
        """Say which rule a case with this record would meet on the way from there."""
        for number, (rule, part, automaton) in enumerate(self._rules):
            known = run(automaton, (deed.atoms for deed in deeds))
            key = state, number, known
            if key not in self._judged:
                judged = Judged(self._walk(state)[0], _From(automaton, known), Budget.of(SECONDS))
                found = judged.find()
                self._judged[key] = found and self._told(rule, part, found)
            if (words := self._judged[key]) is not None:
                return words
        return None

    def _told(self, rule: Rule, part: Part, found: tuple[tuple[Happening, ...], bool]) -> str:
        path, at_end = found
        title = self._flat.steps[path[-1].step].node.title
        what = "The case could not be closed" if at_end else f"“{title}” would be refused"
        return f"{what} by rule {rule.id} ({', '.join(rule.clauses)}): {part.says}. {part.next}"

    def _answer(self, variable: Variable, history: History, paths: dict[Calls, str]) -> Answer:
        calls = calls_around(self._flat, variable.scope)
        if calls not in paths:
            return Mark.UNSET
        try:
            value = history.value(paths[calls], variable.element, variable.field)
        except Unset:
            return Mark.UNSET
        if isinstance(value, bool) or (isinstance(value, str) and self._is_choice(variable)):
            return value
        return Mark.ANY

    def _is_choice(self, variable: Variable) -> bool:
        fields: tuple[Field, ...] = self._flat.steps[variable.writer].node.fields
        return any(field.id == variable.field and field.options for field in fields)


@dataclass(frozen=True)
class _From:
    """An automaton that starts where the record of a case has brought it."""

    automaton: Automaton
    start: int

    @property
    def triggers(self) -> Atoms:
        return self.automaton.triggers

    @property
    def reads(self) -> Atoms:
        return self.automaton.reads

    def step(self, state: int, atoms: Atoms) -> int:
        return self.automaton.step(state, atoms)

    def breaks(self, state: int, atoms: Atoms) -> bool:
        return self.automaton.breaks(state, atoms)

    def open(self, state: int) -> bool:
        return self.automaton.open(state)


def _orders(pack: Pack) -> Iterator[tuple[Rule, Part, Automaton]]:
    """Walk the rules over time that refuse a step at work, and are proved of every diagram."""
    for rule in pack.rules.values():
        if rule.severity == "error" and {"run", "publish"} <= rule.enforced:
            for part in rule.parts:
                if not isinstance(part.constraint, AtOnce):
                    yield rule, part, part.constraint


def _paths(run: engine.Run) -> Iterator[tuple[Calls, str]]:
    """Walk the calls that are under way, with the scope in which each keeps its answers."""
    yield (), ""
    for waiting in run.waiting():
        parts = waiting.scope.partition("#")[0].split("/")
        for end in range(1, len(parts) + 1):
            path = "/".join(parts[:end])
            yield calls_of(path), path


__all__ = ["Unplayable", "WayOn"]
