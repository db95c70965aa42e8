"""Types: a condition compares texts with texts, numbers with numbers, and choices that exist."""

from collections.abc import Callable, Iterator

from workflows.diagrams.condition_tree import (
    And,
    Comparison,
    Contains,
    Count,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
)
from workflows.diagrams.conditions import Condition
from workflows.diagrams.forms import suggestion
from workflows.diagrams.graph import Field
from workflows.diagrams.lint.notes import quoted
from workflows.diagrams.timers import TimerError, parse_timer

FieldOf = Callable[[Name], Field | None]
Complaint = tuple[str, str]

_CLASSES = {
    "string": "a text",
    "long-text": "a text",
    "url": "a text",
    "email": "a text",
    "enum": "a choice",
    "long": "a number",
    "decimal": "a number",
    "boolean": "yes or no",
    "date": "a date",
    "datetime": "a date",
    "multi-enum": "several choices",
    "table": "a table",
    "file": "a file",
    "person": "a person",
    "unit": "a unit",
    "site": "a site",
    "platform": "a platform",
}
# Classes that a condition may only find filled or empty.
_OPAQUE = ("a table", "a file", "a person", "a unit", "a site", "several choices")


def complaints(condition: Condition, field_of: FieldOf) -> Iterator[Complaint]:
    """Give code and words for everything that no answer could make sense of; unknown fields pass."""
    tree = condition.tree
    if isinstance(tree, Literal) and not isinstance(tree.value, bool):
        yield "not-a-condition", "a number is no condition; compare a field with it."
    yield from _walk(tree, field_of)


def counting_complaints(condition: Condition, field_of: FieldOf) -> Iterator[Complaint]:
    """Check a number of times: a whole number, a count, a number field, or a field with several."""
    tree = condition.tree
    if isinstance(tree, Literal) and type(tree.value) is int:
        if not 0 < tree.value <= 100:
            yield "bad-count", "write a number from 1 to 100."
    elif isinstance(tree, Count):
        yield from _walk(tree.condition, field_of)
    elif isinstance(tree, Name):
        field = field_of(tree)
        if field is not None and field.type not in ("long", "multi-enum", "table"):
            words = (
                f'"{tree.element}.{tree.field}" is {_CLASSES[field.type]}, not a number or a list.'
            )
            yield "bad-count", words
    else:
        yield "bad-count", "write a number or one field, not a comparison."


def _walk(node: Node, field_of: FieldOf) -> Iterator[Complaint]:
    for leaf in _leaves(node):
        match leaf:
            case Comparison():
                yield from _comparison(leaf, field_of)
            case In(name, options):
                for option in options:
                    yield from _pair(name, option, "=", field_of)
            case Contains(name, item):
                yield from _contains(name, item, field_of)
            case Name():
                yield from _bare(leaf, field_of)
            case Count():
                yield "not-a-condition", "a number is no condition; compare it with something."


def _leaves(node: Node) -> Iterator[Node]:
    """Walk what `and`, `or` and `not` join."""
    match node:
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _leaves(operand)
        case Not(operand):
            yield from _leaves(operand)
        case _:
            yield node


def _bare(name: Name, field_of: FieldOf) -> Iterator[Complaint]:
    field = field_of(name)
    if field is not None and field.type != "boolean":
        where, kind = f'"{name.element}.{name.field}"', _CLASSES[field.type]
        words = f"{where} is {kind}, not yes or no; compare it with something."
        yield "not-a-condition", words


def _comparison(node: Comparison, field_of: FieldOf) -> Iterator[Complaint]:
    for part in (node.left, node.right):
        if isinstance(part, Count):
            yield from _walk(part.condition, field_of)
    match node.left, node.right:
        case (Name() as name, Literal() as literal) | (Literal() as literal, Name() as name):
            yield from _pair(name, literal, node.operator, field_of)
        case Name() as left, Name() as right:
            yield from _names(left, right, node.operator, field_of)


def _names(left: Name, right: Name, operator: str, field_of: FieldOf) -> Iterator[Complaint]:
    fields = field_of(left), field_of(right)
    if fields[0] is None or fields[1] is None:
        return
    classes = _CLASSES[fields[0].type], _CLASSES[fields[1].type]
    words = f'"{left.element}.{left.field}" and "{right.element}.{right.field}"'
    is_listed = set(classes) & {"a table", "several choices", "a file"}
    if is_listed or (classes[0] != classes[1] and set(classes) != {"a text", "a choice"}):
        yield "types-differ", f"{words} cannot be compared: {classes[0]} and {classes[1]}."
    elif operator not in ("=", "!=") and classes[0] not in ("a number", "a date"):
        yield (
            "no-order",
            f'{words} are {classes[0]}; only numbers and dates have an order ("{operator}").',
        )


def _pair(name: Name, literal: Literal, operator: str, field_of: FieldOf) -> Iterator[Complaint]:
    field = field_of(name)
    if field is None or literal.value is None:
        return
    kind = _CLASSES[field.type]
    where = f'"{name.element}.{name.field}"'
    if kind in _OPAQUE:
        hint = (
            f'write "choice" in {name.element}.{name.field}'
            if kind == "several choices"
            else "null only"
        )
        yield "types-differ", f"{where} is {kind}; compare it with {hint}."
        return
    if not _fits(kind, literal):
        yield "types-differ", f"{where} is {kind}, which {_written(literal)} is not.{_hint(kind)}"
    elif operator not in ("=", "!=") and kind not in ("a number", "a date"):
        yield "no-order", f'{where} is {kind}; only numbers and dates have an order ("{operator}").'
    elif field.options:
        yield from _option(where, str(literal.value), field)


def _fits(kind: str, literal: Literal) -> bool:
    value = literal.value
    if kind == "yes or no":
        return isinstance(value, bool)
    if kind == "a number":
        return not isinstance(value, bool | str)
    if kind == "a date":
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, str)


def _is_date(text: str) -> bool:
    try:
        return parse_timer(text).kind == "date"
    except TimerError:
        return False


def _hint(kind: str) -> str:
    return {
        "yes or no": " Write = true or = false.",
        "a number": " Write a number without quotes.",
        "a date": ' Write it as "2027-01-31".',
    }.get(kind, " Put texts in double quotes.")


def _written(literal: Literal) -> str:
    value = literal.value
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _contains(name: Name, item: Literal, field_of: FieldOf) -> Iterator[Complaint]:
    field = field_of(name)
    if field is None:
        return
    where = f'"{name.element}.{name.field}"'
    if field.type != "multi-enum":
        yield (
            "types-differ",
            f'{where} is {_CLASSES[field.type]}, not several choices; compare with "=".',
        )
        return
    yield from _option(where, str(item.value), field)


def _option(where: str, value: str, field: Field) -> Iterator[Complaint]:
    ids = [option.id for option in field.options]
    if value not in ids:
        yield (
            "unknown-choice",
            f'{where} can never be "{value}"{suggestion(value, ids)}. The choices are {quoted(ids)}.',
        )
