"""Walk through every state that a diagram can come to, shortest ways first."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from workflows.diagrams.proof.game import Broken, Game, Next, State
from workflows.diagrams.proof.offers import Happening

MOST_STATES = 200_000
# Behind something that goes wrong, such as a second token, there can be ever more states; so many
# more are met in search of rules that are broken too.
AFTER_A_FAULT = 20_000
_LOOK_AT_WATCH_EVERY = 256
Only: TypeAlias = Callable[[State, Collection[State]], Next | None]


@dataclass
class Budget:
    """How much may be explored: so many states in each exploration, and until when in all.

    `until` is a moment of time.perf_counter, a stopwatch that no decision of a case depends on.
    `is_reduced`: orders that make no difference are left out from the start.
    """

    states: int = MOST_STATES
    until: float = float("inf")
    is_reduced: bool = False
    _asked: int = field(default=0, init=False)

    @classmethod
    def of(cls, seconds: float, states: int = MOST_STATES) -> "Budget":
        """Give a budget of so many seconds from now."""
        return cls(states, time.perf_counter() + seconds)

    def part(self, share: float) -> "Budget":
        """Give a share of the time that is left, and all states."""
        now = time.perf_counter()
        return Budget(self.states, now + (self.until - now) * share)

    def is_spent(self, count: int = 0) -> bool:
        """Whether the work has to stop after so many states."""
        self._asked += 1
        if count > self.states:
            return True
        return self._asked % _LOOK_AT_WATCH_EVERY == 1 and time.perf_counter() > self.until


@dataclass
class Graph:
    """All states met, by number, with what can happen in each and how it was first met.

    `begun` are all beginnings, `first` the states after them, `over` those in which all is done.
    `broken` holds what goes wrong: (state before, happening, what), the shortest way to each first;
    `astray` the same happenings by the state before.
    `complete`: nothing was left out; else the first `explored` states were looked into.
    """

    states: list[State] = field(default_factory=list)
    leaving: list[list[tuple[Happening, int]]] = field(default_factory=list)
    before: list[tuple[int, Happening]] = field(default_factory=list)
    begun: list[Happening] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    broken: list[tuple[int, Happening, Broken]] = field(default_factory=list)
    astray: dict[int, list[Happening]] = field(default_factory=dict)
    complete: bool = True
    explored: int = 0

    def happenings(self, state: int) -> list[tuple[Happening, int]]:
        """Give what can happen in a state, with the state after it, -1 where that goes wrong."""
        if state in self.astray:
            return [*((happening, -1) for happening in self.astray[state]), *self.leaving[state]]
        return self.leaving[state]

    def path(self, state: int) -> list[Happening]:
        """Give what happens on the shortest way to a state, the beginning first."""
        found: list[Happening] = []
        while state >= 0:
            state, happening = self.before[state]
            found.append(happening)
        return found[::-1]


def explore(
    game: Game, begin: Iterable[Next], budget: Budget, only: Only = lambda _state, _known: None
) -> Graph:
    """Walk breadth first, so that the first way to a state is a shortest one.

    `only` may name the one thing that need be walked in a state, given all states that were met. What
    goes wrong ends the walk a while later.
    """
    walk = _Walk(game, Graph())
    graph = walk.graph
    for happening, after in begin:
        graph.begun.append(happening)
        number = walk.meet(-1, happening, after)
        if number is not None and number not in graph.first:
            graph.first.append(number)
    for number, state in walk.states():
        if budget.is_spent(len(graph.states)) or walk.is_enough():
            graph.complete = False
            break
        graph.explored = number + 1
        alone = only(state, walk.known)
        for happening, after in game.after(state) if alone is None else [alone]:
            reached = walk.meet(number, happening, after)
            if reached is not None:
                graph.leaving[number].append((happening, reached))
        if not graph.leaving[number] and game.is_over(state[0]):
            graph.over.append(number)
    return graph


@dataclass
class _Walk:
    game: Game
    graph: Graph
    known: dict[State, int] = field(default_factory=dict)
    at_first_fault: int = 0

    def is_enough(self) -> bool:
        """Whether enough was met behind the first thing that goes wrong."""
        if self.graph.broken and not self.at_first_fault:
            self.at_first_fault = len(self.graph.states)
        return bool(self.graph.broken) and (
            len(self.graph.states) > self.at_first_fault + AFTER_A_FAULT
        )

    def states(self) -> Iterator[tuple[int, State]]:
        """Walk the states in the order of their numbers, those found on the way too."""
        number = 0
        while number < len(self.graph.states):
            yield number, self.graph.states[number]
            number += 1

    def meet(self, before: int, happening: Happening, after: "State | Broken") -> int | None:
        """Give the number of a state, a new one where it has not been met; None for what is broken."""
        graph = self.graph
        if isinstance(after, Broken):
            graph.broken.append((before, happening, after))
            graph.astray.setdefault(before, []).append(happening)
            return None
        fresh = len(graph.states)
        number = self.known.setdefault(after, fresh)
        if number == fresh:
            graph.states.append(after)
            graph.leaving.append([])
            graph.before.append((before, happening))
        return number
