"""Conditions that could not be decided where an optional field is left empty."""

from enum import Enum

from workflows.diagrams.condition_tree import (
    And,
    Comparison,
    Count,
    Literal,
    Name,
    Node,
    Not,
    Or,
    parts,
)
from workflows.diagrams.conditions import Condition
from workflows.diagrams.graph import Field


class Outcome(Enum):
    """What evaluating a part of a condition can come to."""

    TRUE = True
    FALSE = False
    UNSET = "unset"


_EITHER = frozenset({Outcome.TRUE, Outcome.FALSE})
_OPPOSITE = {
    Outcome.TRUE: Outcome.FALSE,
    Outcome.FALSE: Outcome.TRUE,
    Outcome.UNSET: Outcome.UNSET,
}


def may_be_blank(field: Field) -> bool:
    """Whether a form can be sent without this answer; a box that is not ticked is an answer."""
    if field.shown_when is not None:
        return True
    return not field.required and field.type != "boolean"


def undecidable(condition: Condition, name: Name) -> bool:
    """Whether the condition can come to read the field where it was left empty.

    Every other field may hold anything. A test such as `Ask.amount != null and Ask.amount > 3` is
    safe, because reading stops at its first part.
    """
    return Outcome.UNSET in _outcomes(condition.tree, name)


def _outcomes(node: Node, blank: Name) -> frozenset[Outcome]:
    match node:
        case And(operands):
            found = _joined(operands, blank, Outcome.TRUE)
        case Or(operands):
            found = _joined(operands, blank, Outcome.FALSE)
        case Not(operand):
            found = frozenset(_OPPOSITE[outcome] for outcome in _outcomes(operand, blank))
        case _:
            found = _outcomes_of_one(node, blank)
    return found


def _outcomes_of_one(node: Node, blank: Name) -> frozenset[Outcome]:
    if isinstance(node, Comparison):
        pair = (node.left, node.right)
        if any(isinstance(part, Count) for part in pair):
            return _EITHER  # instances that left the field empty are not counted
        if Literal(None) in pair:
            return frozenset({Outcome(node.operator == "=")}) if blank in pair else _EITHER
    return frozenset({Outcome.UNSET}) if blank in parts(node) else _EITHER


def _joined(operands: tuple[Node, ...], blank: Name, going_on: Outcome) -> frozenset[Outcome]:
    """Read from left to right, as long as an operand may leave the result open."""
    found: set[Outcome] = set()
    for operand in operands:
        outcomes = _outcomes(operand, blank)
        found |= outcomes - {going_on}
        if going_on not in outcomes:
            return frozenset(found)
    return frozenset(found | {going_on})
