"""Random processes whose steps ask for choices and whose gateways read them; and the token game on them.

The game keeps every answer of every step, and knows nothing of which of them may be forgotten.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias, cast

from tests.workflows.engine.random_processes import Process
from tests.workflows.engine.token_game import Choices, Game, Marking
from workflows.diagrams.graph import Diagram, Field, Option
from workflows.diagrams.reading import read

OPTIONS = ("a", "b")
FIELD = Field("f", "F", "enum", options=tuple(Option(one, one) for one in OPTIONS))
# (step that is asked, choice that is read); without one the gateway decides as it likes.
Condition: TypeAlias = tuple[str, str]
ALWAYS: Condition = ("", "")
Answers: TypeAlias = tuple[tuple[str, str], ...]


class Unanswered(Exception):  # noqa: N818 - it states a fact about the process
    """A gateway reads what has not been answered, or nothing fits."""


class Asking:
    """What the steps of a process ask, and what each flow from a gateway reads."""

    def __init__(self, process: Process, seed: int) -> None:
        chance = random.Random(seed)
        self.process = process
        self.homes = {name: self._home(name) for name in process.nodes}
        self.optional: set[str] = set()
        self.reads: dict[str, Condition] = {}
        for name, place in process.nodes.items():
            flows = process.out(name)
            if place.kind in ("xor", "or") and len(flows) > 1 and chance.random() < 0.8:
                near = self._near(name, chance)
                for flow in flows[:-1] if place.kind == "xor" else flows:
                    if near:
                        self.reads[flow] = (chance.choice(near), chance.choice(OPTIONS))
                if near and place.kind == "or" and chance.random() < 0.7:
                    self.reads[flows[0]] = ALWAYS
        splits = [n for n, p in process.nodes.items() if p.kind == "or" and len(process.out(n)) > 1]
        self.all_read = all(flow in self.reads for name in splits for flow in process.out(name))
        self.asked = {read[0] for read in self.reads.values()} - {""}
        self.optional = {name for name in sorted(self.asked) if chance.random() < 0.15}

    def _home(self, name: str) -> str | None:
        """Give the called diagram that a node stands in."""
        parent = self.process.nodes[name].parent
        while parent is not None and parent not in self.process.called:
            parent = self.process.nodes[parent].parent
        return parent

    def _near(self, gateway: str, chance: random.Random) -> list[str]:
        """Give the steps that it may read; mostly those that every way to it passes."""
        steps = [
            step
            for step, place in self.process.nodes.items()
            if place.kind == "user" and self.homes[step] == self.homes[gateway]
        ]
        if chance.random() < 0.2:
            return steps
        return [step for step in steps if gateway not in self._reached(step)]

    def _reached(self, without: str) -> set[str]:
        """Give the nodes that can be reached past a step."""
        nodes, seen = self.process.nodes, {without}
        waiting = [name for name, place in nodes.items() if place.kind == "start"]
        waiting = [name for name in waiting if self.homes[name] == self.homes[without]][:1]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += [self.process.flows[flow][1] for flow in self.process.out(name)]
                waiting += self.process.boundaries(name)
                waiting += [n for n, p in nodes.items() if p.kind == "start" and p.parent == name]
        return seen - {without}

    def diagrams(self) -> dict[str, Diagram]:
        """Give the process and what it calls, with its forms and conditions."""
        read_ones = {n: cast(Diagram, read(data)[0]) for n, data in self.process.diagrams().items()}
        return {name: self._filled(diagram) for name, diagram in read_ones.items()}

    def _condition(self, flow: str) -> str:
        step, choice = self.reads[flow]
        return f'{step}.f = "{choice}"' if step else "true"

    def _filled(self, diagram: Diagram) -> Diagram:
        nodes = {
            name: replace(node, fields=(replace(FIELD, required=name not in self.optional),))
            if name in self.asked
            else node
            for name, node in diagram.nodes.items()
        }
        flows = {
            name: replace(flow, condition=self._condition(name)) if name in self.reads else flow
            for name, flow in diagram.flows.items()
        }
        return replace(diagram, nodes=nodes, flows=flows)


class _Decided(Mapping[str, tuple[str, ...]]):
    """What gateways decide now, from the answers."""

    def __init__(self, asking: Asking, answers: Answers) -> None:
        self.asking, self.answers = asking, dict(answers)

    def __getitem__(self, gateway: str) -> tuple[str, ...]:
        flows = self.asking.process.out(gateway)
        fitting = (flow for flow in flows if self._fits(flow))
        if self.asking.process.nodes[gateway].kind == "xor":
            return (next(fitting, flows[-1]),)
        taken = tuple(fitting)
        if not taken:
            raise Unanswered
        return taken

    def _fits(self, flow: str) -> bool:
        step, choice = self.asking.reads.get(flow, ("", "never"))
        if not step:
            return not choice
        if step not in self.answers:
            raise Unanswered
        return self.answers[step] == choice

    def __iter__(self) -> Iterator[str]:
        return iter(self.asking.process.nodes)

    def __len__(self) -> int:
        return len(self.asking.process.nodes)


class Deciding(Game):
    """The token game with answers; what has no condition decides as it likes."""

    def __init__(self, asking: Asking) -> None:
        super().__init__(asking.process.nodes, asking.process.flows)
        self.asking = asking
        self.is_stuck = False

    def _enter(
        self, marking: Marking, rest: Marking, flow: str, choices: Choices
    ) -> Iterator[Marking]:
        node = self.flows[flow][1]
        kind, out = self.nodes[node].kind, self.out(node)
        decided: list[Choices] = [choices]
        if kind in ("xor", "or") and len(out) > 1 and not any(f in self.asking.reads for f in out):
            most = 1 if kind == "xor" else len(out)
            numbers = range(1, most + 1)
            decided = [{node: some} for number in numbers for some in combinations(out, number)]
        for each in decided:
            try:
                yield from super()._enter(marking, rest, flow, each)
            except Unanswered:
                self.is_stuck = True  # the token stays where it is

    def explore(self, most: int, unquiet: int) -> set[tuple[Marking, Answers]]:
        """Give every quiet marking with its answers; raises OverflowError for more than `most` of them."""
        seen: set[tuple[Marking, Answers]] = set()
        waiting: list[tuple[Marking, Answers]] = [(self.opening(None), ())]
        while waiting:
            marking, answers = waiting.pop()
            quiet = self.settle(marking, _Decided(self.asking, answers), unquiet)
            for state in {(one, self._kept(one, answers)) for one in quiet} - seen:
                seen.add(state)
                waiting += self._following(*state)
            if len(seen) > most:
                raise OverflowError
        return seen

    def _following(self, marking: Marking, answers: Answers) -> Iterator[tuple[Marking, Answers]]:
        for name, after in self.happenings(marking):
            if name not in self.asking.asked:
                yield after, answers
                continue
            others = tuple(one for one in answers if one[0] != name)
            for option in OPTIONS:
                yield after, tuple(sorted((*others, (name, option))))
            if name in self.asking.optional:
                yield after, others

    def _kept(self, marking: Marking, answers: Answers) -> Answers:
        """Forget what was asked in calls that are over."""
        open_ones = set(self._open(marking))
        homes = self.asking.homes
        return tuple(one for one in answers if homes[one[0]] in open_ones | {None})

    def _open(self, marking: Marking) -> Iterator[str]:
        for token in marking:
            if token[0] == "in":
                yield str(token[1])
                if self.nodes[str(token[1])].kind == "sub":
                    yield from self._open(token[3])
