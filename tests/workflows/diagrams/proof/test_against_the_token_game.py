"""The proof's states against those of a token game that was written separately, over random processes.

PROOF_SEED moves the seeds; PROOF_PROCESSES asks for more processes than the normal run plays.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import cast

import pytest

from tests.workflows.diagrams.proof.data import Asking, Deciding
from tests.workflows.engine.random_processes import Process, random_process
from tests.workflows.engine.token_game import Choices, Game, Marking, Token
from workflows.diagrams.graph import Diagram
from workflows.diagrams.lint import Known
from workflows.diagrams.proof.exploring import Budget, Graph, explore
from workflows.diagrams.proof.flattening import flatten
from workflows.diagrams.proof.game import Game as Proving
from workflows.diagrams.proof.handlers import handlers
from workflows.diagrams.proof.net import Net
from workflows.diagrams.proof.variables import Variables
from workflows.diagrams.reading import read

SEED = int(os.environ.get("PROOF_SEED", "1"))
PROCESSES = int(os.environ.get("PROOF_PROCESSES", "24"))
LONG_PROCESSES = 1_000
EVERYTHING = ("sequence", "and", "xor", "or", "loop", "sub", "race", "boundary")
FAMILIES = {
    "blocks": (("sequence", "and", "xor", "loop"), 0),
    "blocks with or": (("sequence", "and", "xor", "or", "loop"), 0),
    "everything in blocks": (EVERYTHING, 0),
    "jumps": (("sequence", "and", "xor", "loop"), 2),
    "jumps with or": (("sequence", "and", "xor", "or", "loop"), 2),
    "jumps with everything": (EVERYTHING, 2),
}
MOST_MARKINGS = 200
# A process that is not safe may gather tokens without end.
MOST_STATES = 150
MOST_UNQUIET = 150
MOST_MOVES = 5_000

# A token: (diagram node or flow), with the events that are still armed counted as tokens of their own.
Places = frozenset[str]


class AnyChoice(Game):
    """The token game in which every gateway may decide in every way at any time."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.nodes, process.flows)
        self.moves = 0

    def _enter(
        self, marking: Marking, rest: Marking, flow: str, choices: Choices
    ) -> Iterator[Marking]:
        self.moves += 1
        if self.moves > MOST_MOVES:
            raise OverflowError
        node = self.flows[flow][1]
        kind, out = self.nodes[node].kind, self.out(node)
        if kind == "xor":
            for taken in out:
                yield from super()._enter(marking, rest, flow, {node: (taken,)})
        elif kind == "or":
            for number in range(1, len(out) + 1):
                for some in combinations(out, number):
                    yield from super()._enter(marking, rest, flow, {node: some})
        else:
            yield from super()._enter(marking, rest, flow, choices)

    def markings(self) -> set[Marking]:
        """Give every quiet marking that can be reached."""
        seen = self.settle(self.opening(None), {}, MOST_UNQUIET)
        waiting = list(seen)
        while waiting:
            for _name, after in self.happenings(waiting.pop()):
                fresh = self.settle(after, {}, MOST_UNQUIET) - seen
                seen |= fresh
                waiting += fresh
                if len(seen) > MOST_MARKINGS:
                    raise OverflowError
        return seen

    def places(self, marking: Marking) -> list[str]:
        """Name everything that a marking holds."""
        return [name for token in marking for name in self._named(token)]

    def _named(self, token: Token) -> Iterator[str]:
        if token[0] == "on":
            yield str(token[1])
            return
        _in, node, armed, inner = token
        yield str(node)
        yield from (str(event) for event in armed if not self.nodes[event].interrupting)
        yield from self.places(inner)


def explored(process: Process) -> tuple[Proving, Graph]:
    """Explore a process with the proof, nothing left out."""
    return walked({name: cast(Diagram, read(data)[0]) for name, data in process.diagrams().items()})


def walked(diagrams: dict[str, Diagram]) -> tuple[Proving, Graph]:
    """Explore diagrams with the proof, nothing left out."""
    flat = flatten(diagrams["main"], diagrams)
    found = {event: one for one in handlers(flat) for event in one.copies}
    uncounted = frozenset(index for one in found.values() for index in one.steps)
    net = Net(flat, handlers=found, uncounted=uncounted)
    game = Proving(net, Variables(flat, {}), Known(), is_called=False)
    return game, explore(game, game.beginnings(), Budget())


def quiet(game: Proving, graph: Graph) -> set[Places]:
    """Give the states in which nothing moves by itself, as the game names them."""
    net = game.net
    names = {place: net.flat.steps[index].node.id for index, place in enumerate(net.at) if place}
    names |= {place: net.flat.wires[index].flow.id for index, place in net.waiting_at.items()}
    names |= {place: net.flat.steps[index].node.id for index, place in net.armed.items()}
    return {
        frozenset(name for place, name in names.items() if state[0] & place)
        for state in graph.states
        if not any(happening.kind == "pass" for happening, _ in game.after(state))
    }


def compare(process: Process) -> str:
    """Compare both; say how it went."""
    other = AnyChoice(process)
    try:
        theirs = [other.places(marking) for marking in other.markings()]
    except OverflowError:
        return "too many"
    game, graph = explored(process)
    if any(handler.rejoins is not None for handler in game.net.handlers.values()):
        return "refused"  # an error whatever its tokens do
    flaws = {broken.flaw for _, _, broken in graph.broken} - {"no-branch"}
    ours = quiet(game, graph)
    unsafe = [names for names in theirs if len(set(names)) < len(names)]
    if flaws:
        # Behind what goes wrong nothing is explored; what is explored is right all the same.
        assert ours <= {frozenset(names) for names in theirs}
        return "unsound"
    if unsafe:
        # Only a second copy of a handler is not a flaw by the chosen reading.
        assert game.net.handlers
        return "second copy"
    assert ours == {frozenset(names) for names in theirs}
    return "same"


def compare_with_answers(process: Process, seed: int) -> str:
    """Compare both where gateways read what steps have asked; say how it went."""
    asking = Asking(process, seed)
    other = Deciding(asking)
    namer = AnyChoice(process)
    try:
        states = other.explore(MOST_STATES, MOST_UNQUIET)
    except OverflowError:
        return "too many"
    theirs = [namer.places(marking) for marking, _answers in states]
    game, graph = walked(asking.diagrams())
    if any(handler.rejoins is not None for handler in game.net.handlers.values()):
        return "refused"
    flaws = {broken.flaw for _, _, broken in graph.broken}
    if not asking.all_read:
        flaws -= {"no-branch"}
    ours = quiet(game, graph)
    assert ours <= {frozenset(names) for names in theirs}
    unsafe = any(len(set(names)) < len(names) for names in theirs)
    assert bool(flaws & {"unanswered", "no-branch"}) <= other.is_stuck
    if flaws:
        return "unsound"
    if unsafe:
        assert game.net.handlers
        return "second copy"
    assert not other.is_stuck
    assert ours == {frozenset(names) for names in theirs}
    return "same"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_proof_and_the_token_game_reach_the_same_markings(family: str) -> None:
    kinds, jumps = FAMILIES[family]
    results = []
    for number in range(PROCESSES):
        process = random_process(SEED * 1_000_000 + number, kinds, jumps)
        results.append(compare(process))
    assert results.count("same") > PROCESSES // 6, results


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_they_reach_the_same_markings_over_many_processes(family: str) -> None:
    kinds, jumps = FAMILIES[family]
    for number in range(LONG_PROCESSES):
        compare(random_process(SEED * 2_000_000 + number, kinds, jumps))


@pytest.mark.parametrize("family", FAMILIES)
def test_they_reach_the_same_markings_where_answers_decide(family: str) -> None:
    kinds, jumps = FAMILIES[family]
    results = Counter[str]()
    for number in range(PROCESSES // 3):
        seed = SEED * 3_000_000 + number
        results[compare_with_answers(random_process(seed, kinds, jumps), seed)] += 1
    assert results["same"] > PROCESSES // 12 or jumps, results


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_they_reach_the_same_markings_where_answers_decide_over_many_processes(family: str) -> None:
    kinds, jumps = FAMILIES[family]
    results = Counter[str]()
    for number in range(LONG_PROCESSES // 3):
        seed = SEED * 4_000_000 + number
        results[compare_with_answers(random_process(seed, kinds, jumps), seed)] += 1
    print(family, dict(results))  # noqa: T201 - for the figures of the long proofs
