"""The answers that a diagram's conditions read: where they are given, and while they still matter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod

from workflows.diagrams.condition_tree import ConditionError, Count, Name, parts
from workflows.diagrams.conditions import Condition, compile_condition
from workflows.diagrams.graph import Field
from workflows.diagrams.proof.deciding import Answer, Mark
from workflows.diagrams.proof.flattening import Flat, Step, Unplayable
from workflows.diagrams.proof.forms import domain
from workflows.diagrams.proof.net import Marking, decides
from workflows.diagrams.proof.reach import Reach

Values = tuple[Answer, ...]
# More beginnings than this for the answers that a called diagram is given: they may be anything.
MOST_BEGINNINGS = 64


@dataclass(frozen=True)
class Variable:
    """A field of one step that conditions read; `writer` is the step's index, -1 outside the diagram."""

    scope: int
    element: str
    field: str
    writer: int


@dataclass
class Variables:
    """All of them, each with a number, and who reads what under which name."""

    flat: Flat
    given: Mapping[str, tuple[Field, ...]]
    all: list[Variable] = field(default_factory=list)
    # (reading scope, element, field) -> number; a name that is missing may be anything.
    names: dict[tuple[int, str, str], int] = field(default_factory=dict)
    readers: dict[int, set[int]] = field(default_factory=dict)
    conditions: dict[int, Condition] = field(default_factory=dict)
    # step -> what must be answered before it can be told how often it is done
    counting: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find them in the conditions of all gateways."""
        numbers: dict[Variable, int] = {}
        for step in self.flat.steps:
            names = self._read_by(step) if decides(step) else self._counted_by(step)
            read = []
            for name in names:
                variable = self._home(step.scope, name)
                if variable is not None:
                    number = numbers.setdefault(variable, len(numbers))
                    self.names[step.scope, name.element, name.field] = number
                    self.readers.setdefault(number, set()).add(step.index)
                    read.append(number)
            if not decides(step) and read:
                self.counting[step.index] = tuple(read)
        self.all = list(numbers)

    def _counted_by(self, step: Step) -> Iterator[Name]:
        """Give what says how often a step is done."""
        try:
            condition = compile_condition(step.node.loop or "1")
        except ConditionError as error:
            raise Unplayable(f'How often "{step.node.title}" is done cannot be read.') from error
        if isinstance(condition.tree, Name):
            yield condition.tree

    def _read_by(self, step: Step) -> Iterator[Name]:
        for wire in step.leaving:
            if wire.flow.condition is None or wire.flow.id == step.node.default_flow:
                continue
            try:
                condition = compile_condition(wire.flow.condition)
            except ConditionError as error:
                raise Unplayable(f'The condition of "{wire.flow.id}" cannot be read.') from error
            self.conditions[wire.index] = condition
            counted = {part.name for part in parts(condition.tree) if isinstance(part, Count)}
            yield from (
                name for pair in sorted(condition.names) if (name := Name(*pair)) not in counted
            )

    def _home(self, scope: int, name: Name) -> Variable | None:
        """Find the step that a name means, going out from call to call as a run does."""
        here = self.flat.scopes[scope]
        while name.element not in here.steps:
            if name.element not in here.diagram.inputs:
                return None  # an error of the lint; the ways on from here are walked all the same
            if here.caller < 0:
                return Variable(-1, name.element, name.field, -1)
            scope = self.flat.steps[here.caller].scope
            here = self.flat.scopes[scope]
        writer = self.flat.steps[here.steps[name.element]]
        if writer.node.loop is not None or name.field not in {f.id for f in writer.node.fields}:
            return None
        return Variable(scope, name.element, name.field, writer.index)

    def written_by(self, step: int) -> dict[str, int]:
        """Give the tracked fields of a step, each with the number of its variable."""
        return {v.field: number for number, v in enumerate(self.all) if v.writer == step}

    def beginnings(self) -> list[Values]:
        """Give the values at the start: nothing is answered but what a caller has asked before."""
        domains = [self._given(variable) for variable in self.all]
        if prod(map(len, domains)) > MOST_BEGINNINGS:
            domains = [[one[0]] if len(one) == 1 else [Mark.ANY] for one in domains]
        return list(product(*domains))

    def _given(self, variable: Variable) -> list[Answer]:
        if variable.writer >= 0:
            return [Mark.UNSET]
        fields = self.given.get(variable.element, ())
        found = next((one for one in fields if one.id == variable.field), None)
        # Whether the caller has really asked is seen where the caller is checked.
        return [a for a in domain(found) if a is not Mark.UNSET] if found else [Mark.ANY]

    def alive(self, reach: Reach) -> list[Marking]:
        """Give for each variable the places from which it can still be read before it is given anew."""
        return [self._alive(number, reach) for number in range(len(self.all))]

    def _alive(self, number: int, reach: Reach) -> Marking:
        variable, net = self.all[number], reach.net
        read_at = 0
        for index in self.readers[number]:
            step = self.flat.steps[index]
            joined = (net.waiting_at[wire.index] for wire in step.entering) if step.is_join else ()
            read_at |= net.at[index] | sum(joined)
        found = reach.leading_to(read_at, blocked=[variable.writer])
        if variable.scope <= 0:
            return found
        # Each call of a diagram begins without answers: what it asked is forgotten when it is left.
        within = [s.index for s in self.flat.steps if variable.scope in self._scopes(s.scope)]
        return found & net.places(within, done=False)

    def _scopes(self, scope: int) -> Iterator[int]:
        while scope >= 0:
            yield scope
            caller = self.flat.scopes[scope].caller
            scope = self.flat.steps[caller].scope if caller >= 0 else -1
