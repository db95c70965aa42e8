"""The tree of a compiled condition, and its value over the answers of one case.

The nodes are public and hold data only, so that the proof can evaluate the same tree over sets
of values. Reading is from left to right: `and` and `or` stop as soon as the result is known, and
a field behind that point is not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Literal as OneOf
from typing import Protocol, TypeAlias

Scalar: TypeAlias = bool | int | float | Decimal | str | date | None
Value: TypeAlias = "Scalar | Sequence[Value] | Mapping[str, Value]"
Operator: TypeAlias = OneOf["=", "!=", "<", "<=", ">", ">="]


class ConditionError(Exception):
    """A condition cannot be read or decided; the message is meant for a policy owner.

    `column` counts characters from 1, or is None where no single place is to blame.
    """

    def __init__(self, message: str, column: int | None = None) -> None:
        """Keep the place beside the words."""
        self.column = column
        super().__init__(message if column is None else f"Column {column}: {message}")


class Unset(Exception):  # noqa: N818 - it states a fact about the case, not a fault of the text
    """Nobody has answered the field that a condition reads."""

    def __init__(self, element: str, field: str) -> None:
        """Name the step and the field, as a condition writes them."""
        self.element = element
        self.field = field
        super().__init__(f'"{element}.{field}" has no answer yet.')


class Lookup(Protocol):
    """Where the answers come from."""

    def value(self, element: str, field: str) -> Value:
        """Give the latest answer; raise Unset where there is none."""

    def values(self, element: str, field: str) -> Sequence[Value]:
        """Give the answers of all instances of a multi-instance step, unanswered ones left out."""


@dataclass(frozen=True)
class Literal:
    """A text, number, true, false or null, as written."""

    value: bool | int | Decimal | str | None


@dataclass(frozen=True)
class Name:
    """A field of a step's form: `Element.field`."""

    element: str
    field: str


@dataclass(frozen=True)
class Count:
    """How many instances of a multi-instance step fulfil a condition over their one field."""

    name: Name
    condition: "Node"


@dataclass(frozen=True)
class Comparison:
    """Two operands and how they must relate."""

    left: "Literal | Name | Count"
    operator: Operator
    right: "Literal | Name | Count"


@dataclass(frozen=True)
class In:
    """The field's answer is one of the literals: `Element.field in ["a", "b"]`."""

    name: Name
    options: tuple[Literal, ...]


@dataclass(frozen=True)
class Contains:
    """The literal is among the field's several answers: `"a" in Element.field`."""

    name: Name
    item: Literal


@dataclass(frozen=True)
class Not:
    """The opposite."""

    operand: "Node"


@dataclass(frozen=True)
class And:
    """All of them."""

    operands: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    """At least one of them."""

    operands: tuple["Node", ...]


Node: TypeAlias = Literal | Name | Count | Comparison | In | Contains | Not | And | Or


def parts(node: Node) -> Iterator[Node]:
    """Walk the node and everything below it, the node first."""
    yield node
    match node:
        case Comparison(left, _, right):
            yield from parts(left)
            yield from parts(right)
        case In(name, _) | Contains(name, _):
            yield name
        case Count(_, condition):
            yield from parts(condition)
        case Not(operand):
            yield from parts(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from parts(operand)


def truth(node: Node, lookup: Lookup) -> bool:
    """Decide a condition.

    Raises Unset for a field without answer, ConditionError where answer and condition do not go
    together.
    """
    match node:
        case Comparison(left, operator, right):
            result = _compare(left, operator, right, lookup)
        case And(operands):
            result = all(truth(operand, lookup) for operand in operands)
        case Or(operands):
            result = any(truth(operand, lookup) for operand in operands)
        case Not(operand):
            result = not truth(operand, lookup)
        case In(name, options):
            value = lookup.value(name.element, name.field)
            result = any(_equal(value, option.value, name) for option in options)
        case Contains(name, item):
            result = _contains(lookup.value(name.element, name.field), item.value, name)
        case _:
            result = _flag(node, lookup)
    return result


def number(node: Node, lookup: Lookup) -> int:
    """Give a whole number >= 0.

    From a literal, a count, a number field, or how many rows or choices a field holds. Raises as
    `truth` does.
    """
    if isinstance(node, Count):
        return _count(node, lookup)
    if isinstance(node, Name):
        return _amount(node, lookup.value(node.element, node.field))
    if isinstance(node, Literal) and type(node.value) is int:
        return node.value
    raise ConditionError("A number of times is a whole number or one field, such as Step.copies.")


def _flag(node: Literal | Name | Count, lookup: Lookup) -> bool:
    value: Value = node.value if isinstance(node, Literal) else None
    if isinstance(node, Name):
        value = lookup.value(node.element, node.field)
        if value is None:
            raise Unset(node.element, node.field)
    if not isinstance(value, bool):
        raise ConditionError("A condition must say yes or no; compare the field with something.")
    return value


def _amount(name: Name, value: Value) -> int:
    if value is None:
        raise Unset(name.element, name.field)
    if isinstance(value, list | tuple):
        return len(value)
    amount = _decimal(value)
    if amount is None or amount != amount.to_integral_value() or amount < 0:
        raise ConditionError(f'"{name.element}.{name.field}" is not a whole number from 0 up.')
    return int(amount)


def _count(node: Count, lookup: Lookup) -> int:
    answers = lookup.values(node.name.element, node.name.field)
    return sum(truth(node.condition, _One(node.name, answer)) for answer in answers)


@dataclass(frozen=True)
class _One:
    """The answer of one instance, for the condition inside count()."""

    name: Name
    answer: Value

    def value(self, element: str, field: str) -> Value:
        if (element, field) != (self.name.element, self.name.field):
            raise Unset(element, field)
        return self.answer

    def values(self, element: str, field: str) -> Sequence[Value]:
        return [self.value(element, field)]


def _operand(node: Literal | Name | Count, lookup: Lookup) -> Value:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Count):
        return _count(node, lookup)
    return lookup.value(node.element, node.field)


def _compare(
    left: Literal | Name | Count,
    operator: Operator,
    right: Literal | Name | Count,
    lookup: Lookup,
) -> bool:
    if Literal(None) in (left, right):
        present = _is_answered(left if right == Literal(None) else right, lookup)
        return present if operator == "!=" else not present
    a, b = _operand(left, lookup), _operand(right, lookup)
    name = next(part for part in (left, right) if not isinstance(part, Literal))
    name = name.name if isinstance(name, Count) else name
    if operator in ("=", "!="):
        return _equal(a, b, name) == (operator == "=")
    if a is None or b is None:
        raise Unset(name.element, name.field)
    return _ordered(a, b, operator, name)


def _is_answered(node: Literal | Name | Count, lookup: Lookup) -> bool:
    try:
        return _operand(node, lookup) not in (None, "", [], ())
    except Unset:
        return False


def _equal(a: Value, b: Value, name: Name) -> bool:
    if a is None or b is None:
        return a is b
    if isinstance(a, bool) and isinstance(b, bool):
        return a == b
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    pair = _comparable(a, b)
    if pair is None:
        raise _mismatch(a, b, name)
    return pair[0] == pair[1]


def _ordered(a: Value, b: Value, operator: Operator, name: Name) -> bool:
    pair = _comparable(a, b)
    if pair is None:
        raise _mismatch(a, b, name)
    left, right = pair
    if operator in ("<", "<="):
        left, right = right, left
    return left >= right if operator.endswith("=") else left > right


def _comparable(a: Value, b: Value) -> tuple[Decimal, Decimal] | None:
    """Bring both to numbers or both to moments; answers are stored as JSON, so texts may be meant."""
    for scale in (_decimal, _seconds):
        left, right = scale(a), scale(b)
        if left is not None and right is not None:
            return left, right
    return None


def _decimal(value: Value) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _seconds(value: Value) -> Decimal | None:
    """Give a date or moment as seconds; a date begins at midnight, without a zone UTC is meant."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        return None
    return Decimal(str((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()))


def _contains(value: Value, item: Value, name: Name) -> bool:
    if value is None:
        return False
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ConditionError(
            f'"{name.element}.{name.field}" holds a single answer; compare it with "=".'
        )
    return item in value


def _mismatch(a: Value, b: Value, name: Name) -> ConditionError:
    if isinstance(a, list | tuple):
        return ConditionError(
            f'"{name.element}.{name.field}" holds several answers; '
            f'write "choice" in {name.element}.{name.field}.'
        )
    return ConditionError(
        f'"{name.element}.{name.field}" compares {_kind(a)} with {_kind(b)}; '
        "compare texts with texts, numbers with numbers, dates with dates."
    )


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, str):
        return f'the text "{value[:40]}"'
    if isinstance(value, int | float | Decimal):
        return f"the number {value}"
    if isinstance(value, date):
        return f"the date {value}"
    return "several answers"
