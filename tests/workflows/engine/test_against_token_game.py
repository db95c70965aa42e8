"""The engine against a token game that was written separately, over random processes.

ENGINE_SEED moves the seeds; ENGINE_PROCESSES asks for more processes than the normal run plays.
"""

import os

import pytest

from tests.workflows.engine.random_processes import Anywhere, Process, random_process
from tests.workflows.engine.sketch import do, names
from tests.workflows.engine.token_game import Marking
from workflows.engine import Run, load, parse, start

SEED = int(os.environ.get("ENGINE_SEED", "1"))
PROCESSES = int(os.environ.get("ENGINE_PROCESSES", "40"))
LONG_STEPS = 20_000
EVERYTHING = ("sequence", "and", "xor", "or", "loop", "sub", "race", "boundary", "many")
FAMILIES = {
    "blocks": (("sequence", "and", "xor", "loop"), 0),
    "blocks with or": (("sequence", "and", "xor", "or", "loop"), 0),
    "everything in blocks": (
        EVERYTHING,
        0,
    ),
    "jumps": (("sequence", "and", "xor", "loop"), 3),
    "jumps with or": (("sequence", "and", "xor", "or", "loop"), 2),
    "jumps with everything": (
        EVERYTHING,
        2,
    ),
}


class Play:
    """One engine run beside every marking that the game thinks possible."""

    def __init__(self, process: Process) -> None:
        """Start both."""
        self.process = process
        self.chance = process.chance
        self.given = Anywhere()
        self.specs = parse(process.diagrams(), "main")
        choices = self._decide()
        self.run: Run = start(self.specs, self.given)
        self.possible = process.settle(process.opening(None), choices)
        self.steps = 0

    def _decide(self) -> dict[str, tuple[str, ...]]:
        choices = dict(self.process.choices())
        self.given.answers = self.process.answers(choices).answers
        return choices

    def agree(self) -> bool:
        """Keep the markings that look like the engine's; false when there is none."""
        self.possible = {marking for marking in self.possible if self._looks_alike(marking)}
        return bool(self.possible)

    def _looks_alike(self, marking: Marking) -> bool:
        is_over = marking == ()
        return self.process.waiting(marking) == names(self.run) and is_over == self.run.ended

    def step(self) -> None:
        """Let one thing happen in both; now and then the engine is saved and loaded anew."""
        name = self.chance.choice(names(self.run))
        choices = self._decide()
        if self.chance.random() < 0.3:
            specs = parse(self.process.diagrams(), "main")
            self.run = load(specs, self.run.save(), self.given)
        do(self.run, name)
        following: set[Marking] = set()
        for marking in self.possible:
            for happening, after in self.process.happenings(marking):
                if happening == name:
                    following |= self.process.settle(after, choices)
        self.possible = following
        self.steps += 1

    @property
    def may_go_on(self) -> bool:
        """Whether something waits, and not so much that the game becomes slow."""
        return 0 < len(names(self.run)) <= 9 and len(self.possible) <= 20


def play(seed: int, family: str, most: int) -> int:
    """Play one process from the start until it ends, or for so many steps; count the steps."""
    kinds, jumps = FAMILIES[family]
    process = random_process(seed, kinds, jumps)
    try:
        game = Play(process)
        assert game.agree(), f"seed {seed}, {family}: {names(game.run)}"
        while game.steps < most and game.may_go_on:
            game.step()
            assert game.agree(), f"seed {seed}, {family}, step {game.steps}: {names(game.run)}"
    except OverflowError:
        return 0
    return game.steps


@pytest.mark.parametrize("family", FAMILIES)
def test_engine_and_token_game_agree_after_every_step(family: str) -> None:
    steps = sum(play(SEED * 1_000_000 + number, family, 30) for number in range(PROCESSES))
    assert steps > 3 * PROCESSES


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_engine_and_token_game_agree_over_many_steps(family: str) -> None:
    steps, seed = 0, SEED * 1_000_000
    while steps < LONG_STEPS:
        seed += 1
        steps += play(seed, family, 60)
