"""Rules over time as small state machines over the atoms of each step.

An atom is `act` or `act:outcome`; a step carries both of its act, and none where it has no act. The
guard runs a machine over the deeds of one case; a proof runs it over every path of a diagram. A
state is a small int, so that a proof can keep it in a marking.

`breaks` asks about the very next step, so one breach in the past (under an older rule set, say) does
not condemn all that follows. `open` asks whether the rule would be broken if the case ended here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

Atoms = frozenset[str]
State = int

NONE: Atoms = frozenset()


class Automaton(Protocol):
    """A rule over time. `triggers` are the atoms of the steps that can break or open it."""

    @property
    def start(self) -> State: ...

    @property
    def triggers(self) -> Atoms: ...

    @property
    def reads(self) -> Atoms: ...

    def step(self, state: State, atoms: Atoms) -> State: ...

    def breaks(self, state: State, atoms: Atoms) -> bool: ...

    def open(self, state: State) -> bool: ...


def run(automaton: Automaton, steps: Iterable[Atoms]) -> State:
    """Give the state after these steps, from the start."""
    state = automaton.start
    for atoms in steps:
        state = automaton.step(state, atoms)
    return state


_MET, _ARMED = 1, 2
_OWED = _MET


@dataclass(frozen=True)
class Precedence:
    """One of `first` comes before each of `then`, and again after each of `since`.

    With `once`, the rule binds only after one of those atoms has happened. Where a step is in both
    `first` and `since`, `first` wins: "the latest decision approved" is precedence of the approving
    outcomes since any decision.
    """

    first: Atoms
    then: Atoms
    since: Atoms = NONE
    once: Atoms = NONE

    @property
    def start(self) -> State:
        return 0 if self.once else _ARMED

    @property
    def triggers(self) -> Atoms:
        return self.then

    @property
    def reads(self) -> Atoms:
        return self.first | self.then | self.since | self.once

    def step(self, state: State, atoms: Atoms) -> State:
        if atoms & self.since:
            state &= ~_MET
        if atoms & self.first:
            state |= _MET
        if atoms & self.once:
            state |= _ARMED
        return state

    def breaks(self, state: State, atoms: Atoms) -> bool:
        return bool(atoms & self.then) and state == _ARMED

    def open(self, state: State) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True)
class Response:
    """Each of `after` is followed by one of `answers` before the end.

    With `once`, only in cases in which one of those atoms happens, be it before or later.
    """

    after: Atoms
    answers: Atoms
    once: Atoms = NONE

    @property
    def start(self) -> State:
        return 0 if self.once else _ARMED

    @property
    def triggers(self) -> Atoms:
        return self.once or self.after

    @property
    def reads(self) -> Atoms:
        return self.after | self.answers | self.once

    def step(self, state: State, atoms: Atoms) -> State:
        if atoms & self.once:
            state |= _ARMED
        if atoms & self.after:
            return state | _OWED
        return state & ~_OWED if atoms & self.answers else state

    def breaks(self, state: State, atoms: Atoms) -> bool:  # noqa: ARG002
        return False

    def open(self, state: State) -> bool:
        return state == _OWED | _ARMED


@dataclass(frozen=True)
class Existence:
    """One of `anything` happens before the end; with `once`, only where one of those happened."""

    anything: Atoms
    once: Atoms = NONE

    @property
    def start(self) -> State:
        return 0 if self.once else _ARMED

    @property
    def triggers(self) -> Atoms:
        return self.once

    @property
    def reads(self) -> Atoms:
        return self.anything | self.once

    def step(self, state: State, atoms: Atoms) -> State:
        if atoms & self.anything:
            state |= _MET
        if atoms & self.once:
            state |= _ARMED
        return state

    def breaks(self, state: State, atoms: Atoms) -> bool:  # noqa: ARG002
        return False

    def open(self, state: State) -> bool:
        return state == _ARMED


@dataclass(frozen=True)
class Absence:
    """None of `never` happens."""

    never: Atoms

    @property
    def start(self) -> State:
        return 0

    @property
    def triggers(self) -> Atoms:
        return self.never

    @property
    def reads(self) -> Atoms:
        return self.never

    def step(self, state: State, atoms: Atoms) -> State:  # noqa: ARG002
        return state

    def breaks(self, state: State, atoms: Atoms) -> bool:  # noqa: ARG002
        return bool(atoms & self.never)

    def open(self, state: State) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True)
class NotCoexistence:
    """One of `either` and one of `other` never happen in the same case, in whatever order."""

    either: Atoms
    other: Atoms

    @property
    def start(self) -> State:
        return 0

    @property
    def triggers(self) -> Atoms:
        return self.either | self.other

    @property
    def reads(self) -> Atoms:
        return self.either | self.other

    def step(self, state: State, atoms: Atoms) -> State:
        return state | (1 if atoms & self.either else 0) | (2 if atoms & self.other else 0)

    def breaks(self, state: State, atoms: Atoms) -> bool:
        return bool(atoms & self.triggers) and self.step(state, atoms) == 1 | 2

    def open(self, state: State) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True)
class ImmediatelyBefore:
    """The step right before each of `then` is one of `first`.

    Steps without an act count: step over them with no atoms.
    """

    first: Atoms
    then: Atoms

    @property
    def start(self) -> State:
        return 0

    @property
    def triggers(self) -> Atoms:
        return self.then

    @property
    def reads(self) -> Atoms:
        return self.first | self.then

    def step(self, state: State, atoms: Atoms) -> State:  # noqa: ARG002
        return 1 if atoms & self.first else 0

    def breaks(self, state: State, atoms: Atoms) -> bool:
        return bool(atoms & self.then) and state == 0

    def open(self, state: State) -> bool:  # noqa: ARG002
        return False
