"""Answers for the engine to read: the one that the proof assumes, or each that makes a difference.

Where the proof says that an answer may be anything, the engine is given values around everything
that a condition compares it with, at each reading anew, so that every comparison comes out both ways.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from workflows.diagrams.condition_tree import (
    Comparison,
    ConditionError,
    Contains,
    Count,
    In,
    Literal,
    Name,
    Node,
    Scalar,
    Unset,
    Value,
    parts,
)
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import Diagram, Field
from workflows.diagrams.proof.deciding import Mark
from workflows.diagrams.proof.flattening import Flat
from workflows.diagrams.proof.variables import Values, Variables
from workflows.engine.exploring import Asked, Calls, Possible

# So often is a step done at most whose number of times may be anything.
MOST_TIMES = 2
# Above this, how many instances answered something is not counted up to.
MOST_COUNTED = 20
_OTHER = "~"
_LISTS = ("multi-enum", "table", "file")
_SOME_DAYS = ("2026-01-01", "2026-01-02")


@dataclass
class Readings:
    """How a field is read by the conditions of all diagrams together."""

    compared: list[Scalar] = field(default_factory=list)
    beside: list[Name] = field(default_factory=list)
    held: list[Scalar] = field(default_factory=list)
    is_flag: bool = False
    is_asked_for: bool = False
    says_how_often: bool = False
    counted_to: int = 0


class Answers:
    """What the engine may read on one proof's diagrams."""

    def __init__(self, flat: Flat, variables: Variables) -> None:
        """Look through all conditions."""
        self._numbers: dict[tuple[Calls, str, str], int] = {}
        for number, one in enumerate(variables.all):
            self._numbers[calls_around(flat, one.scope), one.element, one.field] = number
        diagrams = {scope.diagram.process_id: scope.diagram for scope in flat.scopes}.values()
        self._fields = dict(_fields(diagrams, variables.given))
        self._readings: dict[Name, Readings] = {}
        for diagram in diagrams:
            for tree in _trees(diagram):
                self._look(tree)
            for node in diagram.nodes.values():
                self._look_at_times(node.loop)
        self._known: dict[tuple[Name, bool], Sequence[Value]] = {}

    def given(self, values: Values | None) -> Possible:
        """Give what may be read while these values stand; None: any answer to everything."""

        def possible(asked: Asked) -> Sequence[Value]:
            name = Name(asked.element, asked.field)
            number = self._numbers.get((asked.calls, asked.element, asked.field))
            answer = Mark.ANY if number is None or values is None else values[number]
            if answer is Mark.UNSET:
                raise Unset(asked.element, asked.field)
            return [answer] if not isinstance(answer, Mark) else self._any(name, asked.times)

        return possible

    def _any(self, name: Name, times: bool) -> Sequence[Value]:
        if (name, times) not in self._known:
            found = self._lists(name) if times else self._values(name)
            self._known[name, times] = found
        return self._known[name, times]

    def _lists(self, name: Name) -> list[Value]:
        most = min(self._readings.get(name, Readings()).counted_to + 1, MOST_COUNTED)
        found: list[Value] = [[]]
        found += [[value] * n for value in self._values(name) for n in range(1, most + 1)]
        return found

    def _values(self, name: Name) -> list[Value]:
        read = self._readings.get(name, Readings())
        kind = self._fields.get(name, Field("", ""))
        if kind.type in _LISTS or read.held:
            return _choices(read)
        around = [value for literal in read.compared for value in _around(literal)]
        for other in read.beside:
            around += [one for literal in self._compared(other) for one in _around(literal)]
            around += _typical(self._fields.get(other, Field("", "")))
        around += _typical(kind) if not around or kind.options else []
        around += [True, False] if read.is_flag else []
        around += range(MOST_TIMES + 1) if read.says_how_often else []
        return list({(type(value), value): value for value in around}.values())

    def _compared(self, name: Name) -> list[Scalar]:
        return self._readings.get(name, Readings()).compared

    def _of(self, name: Name) -> Readings:
        return self._readings.setdefault(name, Readings())

    def _look_at_times(self, text: str | None) -> None:
        tree = _tree(text)
        if isinstance(tree, Name):
            self._of(tree).says_how_often = True

    def _look(self, tree: Node) -> None:
        inside = {part for one in parts(tree) for part in _operands(one)}
        for part in parts(tree):
            match part:
                case In(name, options):
                    self._of(name).compared += [option.value for option in options]
                case Contains(name, item):
                    self._of(name).held.append(item.value)
                case Comparison(left, _, right):
                    self._compare(left, right)
                    self._compare(right, left)
                case Name() if part not in inside:
                    self._of(part).is_flag = True

    def _compare(self, one: Literal | Name | Count, other: Literal | Name | Count) -> None:
        if isinstance(one, Count):
            is_number = isinstance(other, Literal) and isinstance(other.value, int)
            most = other.value if is_number and isinstance(other, Literal) else MOST_TIMES
            read = self._of(one.name)
            read.counted_to = max(read.counted_to, int(str(most)))
        elif isinstance(one, Name) and isinstance(other, Literal):
            if other.value is None:
                self._of(one).is_asked_for = True
            else:
                self._of(one).compared.append(other.value)
        elif isinstance(one, Name) and isinstance(other, Name):
            self._of(one).beside.append(other)


def calls_around(flat: Flat, scope: int) -> Calls:
    """Give the calling elements around a scope of the proof, outermost first."""
    found: list[str] = []
    while scope >= 0 and flat.scopes[scope].caller >= 0:
        caller = flat.steps[flat.scopes[scope].caller]
        found.append(caller.node.id)
        scope = caller.scope
    return tuple(reversed(found))


def _fields(
    diagrams: Iterable[Diagram], given: Mapping[str, tuple[Field, ...]]
) -> Iterator[tuple[Name, Field]]:
    for element, fields in given.items():
        yield from ((Name(element, one.id), one) for one in fields)
    for diagram in diagrams:
        for node in diagram.nodes.values():
            yield from ((Name(node.id, one.id), one) for one in node.fields)


def _trees(diagram: Diagram) -> Iterator[Node]:
    found = (_tree(flow.condition) for flow in diagram.flows.values())
    return (tree for tree in found if tree is not None)


def _tree(text: str | None) -> Node | None:
    try:
        return compile_condition(text).tree if text else None
    except ConditionError:
        return None  # the engine refuses it before anything is read


def _operands(node: Node) -> Iterator[Node]:
    match node:
        case Comparison(left, _, right):
            yield from (left, right)
        case In(name, _) | Contains(name, _):
            yield name


def _choices(read: Readings) -> list[Value]:
    """Give lists of choices or rows: one of each that is looked for, and so many as are done."""
    found: list[Value] = [[item] for item in (*read.held, _OTHER)]
    if read.says_how_often:
        found.append([_OTHER] * MOST_TIMES)
        # An empty list is no answer to a condition that asks whether there is one.
        found += [] if read.is_asked_for else [[]]
    return found


def _around(literal: Scalar) -> list[Scalar]:
    if isinstance(literal, bool):
        return [True, False]
    if isinstance(literal, int | Decimal):
        return [literal - 1, literal, literal + 1]
    moment = _moment(literal)
    if moment is not None:
        a_day = timedelta(days=1)
        return [str(literal), (moment - a_day).isoformat(), (moment + a_day).isoformat()]
    return [str(literal), f"{literal}{_OTHER}"]


def _moment(literal: Scalar) -> date | None:
    try:
        return datetime.fromisoformat(str(literal))
    except ValueError:
        return None


def _typical(field: Field) -> list[Scalar]:
    """Give answers of a field that nothing says more about."""
    if field.options:
        return [option.id for option in field.options]
    if field.type == "boolean":
        return [True, False]
    if field.type in ("long", "decimal"):
        return [0, 1, 2]
    if field.type in ("date", "datetime"):
        return list(_SOME_DAYS)
    return [_OTHER, _OTHER * 2]
