"""Conditions as rows: one comparison each, all of them or any of them; and back to text."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.diagrams import condition_tree as tree
from workflows.diagrams.conditions import ConditionError, compile_condition
from workflows.diagrams.graph import Field

ALL, ANY = "and", "or"
IS, IS_NOT, ONE_OF, NONE_OF = "=", "!=", "one-of", "none-of"
INCLUDES, EXCLUDES = "includes", "excludes"
ANSWERED, UNANSWERED = "answered", "unanswered"
ORDERS = ("<", "<=", ">", ">=")

_NUMBERS = ("long", "decimal")
_DATES = ("date", "datetime")
_NUMBER_WORDS = {
    IS: "is",
    IS_NOT: "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_DATE_WORDS = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
_ANSWER_WORDS = {ANSWERED: "is answered", UNANSWERED: "is not answered"}


@dataclass(frozen=True)
class Piece:
    """One comparison: a field as `Step.field`, how it is compared, and with which values."""

    name: str
    operator: str
    values: tuple[str, ...] = ()


def comparisons_for(field: Field) -> dict[str, str]:
    """Give the comparisons that make sense for a field, in words."""
    if field.type == "enum":
        words = {ONE_OF: "is one of", NONE_OF: "is none of"}
    elif field.type == "multi-enum":
        words = {INCLUDES: "includes", EXCLUDES: "does not include"}
    elif field.type == "boolean":
        words = {IS: "is"}
    elif field.type in _NUMBERS:
        words = _NUMBER_WORDS
    elif field.type in _DATES:
        words = _DATE_WORDS
    elif field.type in ("string", "long-text", "url", "email", "platform"):
        words = {IS: "is", IS_NOT: "is not"}
    else:
        words = {}
    return {**words, **_ANSWER_WORDS}


def pieces_of(text: str) -> tuple[str, list[Piece]] | None:
    """Take a condition apart; None where rows cannot say it, as with parts in brackets."""
    try:
        node = compile_condition(text).tree
    except ConditionError:
        return None
    operands: Sequence[tree.Node] = [node]
    joined = ALL
    if isinstance(node, tree.And | tree.Or):
        operands, joined = node.operands, ALL if isinstance(node, tree.And) else ANY
    pieces = [_piece(operand) for operand in operands]
    if None in pieces:
        return None
    return joined, [piece for piece in pieces if piece is not None]


def _piece(node: tree.Node) -> Piece | None:
    is_not = isinstance(node, tree.Not)
    inner = node.operand if isinstance(node, tree.Not) else node
    found: Piece | None = None
    match inner:
        case tree.Comparison(tree.Name() as name, operator, tree.Literal(value)) if not is_not:
            found = _comparison(_text(name), operator, value)
        case tree.In(name, options):
            values = tuple(_written(one.value) for one in options)
            found = Piece(_text(name), NONE_OF if is_not else ONE_OF, values)
        case tree.Contains(name, item):
            found = Piece(_text(name), EXCLUDES if is_not else INCLUDES, (_written(item.value),))
        case tree.Name():
            found = Piece(_text(inner), IS, ("false" if is_not else "true",))
    return found


def _comparison(name: str, operator: str, value: object) -> Piece:
    if value is None:
        return Piece(name, UNANSWERED if operator == IS else ANSWERED)
    if isinstance(value, bool) and operator == IS_NOT:
        return Piece(name, IS, (_written(not value),))
    return Piece(name, operator, (_written(value),))


def _text(name: tree.Name) -> str:
    return f"{name.element}.{name.field}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def condition_of(joined: str, pieces: Sequence[Piece], fields: dict[str, Field]) -> str:
    """Write rows as a condition; `fields` are those that may be compared, by `Step.field`."""
    written = [_condition(piece, fields[piece.name]) for piece in pieces]
    return f" {joined} ".join(written)


def _condition(piece: Piece, field: Field) -> str:
    name, values = piece.name, [literal(value, field) for value in piece.values]
    simple = {ANSWERED: f"{name} != null", UNANSWERED: f"{name} = null"}
    if piece.operator in simple:
        return simple[piece.operator]
    if piece.operator in (INCLUDES, EXCLUDES):
        parts = [f"{value} in {name}" for value in values]
        if piece.operator == EXCLUDES:
            parts = [f"not({part})" for part in parts]
        return parts[0]
    if piece.operator in (ONE_OF, NONE_OF):
        return _choice(name, piece.operator, values)
    return f"{name} {piece.operator} {values[0]}"


def _choice(name: str, operator: str, values: list[str]) -> str:
    if len(values) == 1:
        return f"{name} {'=' if operator == ONE_OF else '!='} {values[0]}"
    listed = f"{name} in [{', '.join(values)}]"
    return listed if operator == ONE_OF else f"not({listed})"


def literal(value: str, field: Field) -> str:
    """Write a value as a condition writes it: numbers and yes or no bare, all else in quotes."""
    if field.type == "boolean":
        return "true" if value == "true" else "false"
    if field.type in _NUMBERS:
        return format(Decimal(value), "f")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def on_row(piece: Piece, field: Field) -> Piece:
    """Give a piece as the row of its field offers it: a choice that is compared is one of one."""
    if field.type == "enum" and piece.operator in (IS, IS_NOT):
        return Piece(piece.name, ONE_OF if piece.operator == IS else NONE_OF, piece.values)
    return piece


def fits(piece: Piece, field: Field | None) -> bool:
    """Whether the row of the field can say this piece."""
    if field is None:
        return False
    shown = on_row(piece, field)
    if shown.operator not in comparisons_for(field):
        return False
    known = {option.id for option in field.options}
    return field.type not in ("enum", "multi-enum") or known.issuperset(shown.values)
