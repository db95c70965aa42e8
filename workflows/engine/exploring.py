"""One step at a time on the real engine, from saved state to saved state, for those who walk every way.

Each action loads a state, acts and saves it, as every click of a case does. Where an answer may be
one of several, the action is done again for each of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workflows.diagrams.conditions import Value
from workflows.engine.errors import EngineError
from workflows.engine.run import Marking, Run, Waiting, load, start
from workflows.engine.scopes import Passed, PassedKind
from workflows.engine.specs import Specs

# In how many ways one action may come out before the rest is left out.
MOST_WAYS = 2_000

Calls: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A field that a condition reads: in which call (the calling elements, outermost first).

    `times`: the answers of all instances of a step are asked for, as one list.
    """

    calls: Calls
    element: str
    field: str
    times: bool = False


# Every answer that the field may have, at least one; raises conditions.Unset where it has none.
Possible: TypeAlias = Callable[[Asked], Sequence[Value]]


@dataclass(frozen=True)
class Spot:
    """Where a token rests: inside which calls, at which element; at a join also which flow it came by."""

    calls: Calls
    element: str
    flow: str = ""


@dataclass(frozen=True)
class Situation:
    """A case at rest: its saved state, what is equal for equal situations, and where its tokens are."""

    state: bytes
    marking: Marking
    spots: tuple[Spot, ...]
    waiting: tuple[tuple[Spot, Waiting], ...]
    ended: bool


@dataclass(frozen=True)
class Passage:
    """A node that completed or a flow that was taken; `instance` numbers one of several times."""

    calls: Calls
    element: str
    kind: PassedKind
    instance: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one action led to: a situation, or the error that stopped the engine."""

    passed: tuple[Passage, ...]
    situation: Situation | None
    error: EngineError | None = None


class Explorer:
    """Does one thing at a time on one set of diagrams. `complete`: no way was left out so far."""

    def __init__(self, specs: Specs) -> None:
        """Explore parsed diagrams."""
        self.specs = specs
        self.complete = True

    def begin(self, at: str, possible: Possible) -> list[Outcome]:
        """Start a case at a start event; give everything that this can lead to."""
        return self._all_ways(possible, lambda answers: start(self.specs, answers, at=at))

    def act(self, situation: Situation, identity: str, possible: Possible) -> list[Outcome]:
        """Complete, deliver or fire what waits under an id; give everything that this can lead to."""

        def acted(answers: _Answers) -> Run:
            run = load(self.specs, situation.state, answers)
            (waiting,) = (one for _, one in situation.waiting if one.id == identity)
            happen = {"message": run.deliver, "deadline": run.fire}
            happen.get(waiting.kind, run.complete)(identity)
            return run

        return self._all_ways(possible, acted)

    def _all_ways(self, possible: Possible, action: "Callable[[_Answers], Run]") -> list[Outcome]:
        found: dict[object, Outcome] = {}
        answers: _Answers | None = _Answers(possible, [])
        for _way in range(MOST_WAYS):
            if answers is None:
                return list(found.values())
            outcome = self._outcome(action, answers)
            at_rest = outcome.situation
            key = str(outcome.error) if at_rest is None else (at_rest.marking, outcome.passed)
            found.setdefault(key, outcome)
            answers = answers.next()
        self.complete = False
        return list(found.values())

    def _outcome(self, action: "Callable[[_Answers], Run]", answers: "_Answers") -> Outcome:
        try:
            run = action(answers)
            return Outcome(_passages(run.passed), self.situation(run))
        except EngineError as error:
            return Outcome((), None, error)
        except Exception as error:  # noqa: BLE001 - a fault of the engine is what is looked for
            message = f"The engine broke down ({type(error).__name__}: {error})."
            return Outcome((), None, EngineError(None, message))

    def situation(self, run: Run) -> Situation:
        """Give the situation that a run is in."""
        marking = run.marking()
        waiting = tuple((Spot(calls_of(one.scope), one.element), one) for one in run.waiting())
        spots = tuple(self._spots(marking, self.specs.main, ()))
        return Situation(run.save(), marking, spots, waiting, run.ended)

    def _spots(self, marking: Marking, diagram: str, calls: Calls) -> Iterator[Spot]:
        nodes = self.specs.drawings[diagram].nodes
        for name, remembered, below, inner in marking:
            if name not in nodes:
                # A host stands for nothing by itself.
                yield from self._spots(below, diagram, calls)
                continue
            yield Spot(calls, name, dict(remembered).get("flow", ""))
            called = nodes[name].called
            if called is None:
                yield from self._spots(inner, diagram, calls)
            else:
                yield from self._spots(inner, called, (*calls, name))


class _Answers:
    """Answers one of the possible answers at each reading, by their numbers in `picks`, else the first."""

    def __init__(self, possible: Possible, picks: list[int]) -> None:
        self._possible = possible
        self._picks = picks
        self._sizes: list[int] = []

    def value(self, scope: str, element: str, field: str) -> Value:
        """Give the answer picked for this reading."""
        return self._pick(Asked(calls_of(scope), element, field))

    def values(self, scope: str, element: str, field: str) -> list[Value]:
        """Give the list picked for this reading."""
        found = self._pick(Asked(calls_of(scope), element, field, times=True))
        return list(found) if isinstance(found, list | tuple) else [found]

    def _pick(self, asked: Asked) -> Value:
        options = self._possible(asked)
        place = len(self._sizes)
        self._sizes.append(len(options))
        return options[self._picks[place] if place < len(self._picks) else 0]

    def next(self) -> "_Answers | None":
        """Give the next combination of picks, None after the last."""
        picks = [*self._picks, *[0] * (len(self._sizes) - len(self._picks))]
        while picks:
            last = picks.pop()
            if last + 1 < self._sizes[len(picks)]:
                return _Answers(self._possible, [*picks, last + 1])
        return None


def calls_of(scope: str) -> Calls:
    """Give the calling elements of a scope of answers, without what tells two calls apart."""
    path = scope.partition("#")[0]
    return tuple(part.rpartition(".")[0] for part in path.split("/")) if path else ()


def _passages(passed: Iterable[Passed]) -> tuple[Passage, ...]:
    return tuple(
        Passage(calls_of(one.scope), one.element, one.kind, one.scope.partition("#")[2])
        for one in passed
    )
