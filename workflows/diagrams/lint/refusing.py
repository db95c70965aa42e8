"""Decisions that a form offers and never takes: it refuses one outcome whatever else is answered."""

from collections.abc import Iterator, Sequence

from workflows.diagrams.condition_tree import (
    And,
    ConditionError,
    Name,
    Not,
    Or,
    Unset,
    Value,
    parts,
    truth,
)
from workflows.diagrams.condition_tree import Node as Tree
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.graph import Field, Finding, Node
from workflows.diagrams.lint.notes import error


def refused_outcomes(node: Node, deciding: Field, needed: Sequence[str]) -> Iterator[Finding]:
    """Find the outcomes of an act that its form never lets pass: who decides could not choose them."""
    for field in node.fields:
        tree = _compiled(field.refuse_when)
        for option in deciding.options:
            chosen = _Chosen(node.id, deciding.id, option.id)
            if tree is not None and option.id in needed and _surely(tree, chosen):
                yield error(
                    node,
                    "outcome-refused",
                    f'The form of "{node.title}" offers "{option.label}" and refuses it whatever else is '
                    f'answered, because of what "{field.label}" refuses: nobody could decide so. Let it '
                    "pass, at least with other answers.",
                )


def _compiled(text: str | None) -> Tree | None:
    try:
        return compile_condition(text).tree if text else None
    except ConditionError:
        return None  # said elsewhere


class _Chosen:
    """The one answer that is known."""

    def __init__(self, element: str, field: str, answer: str) -> None:
        self.name = Name(element, field)
        self._answer = answer

    def value(self, element: str, field: str) -> Value:
        if Name(element, field) != self.name:
            raise Unset(element, field)
        return self._answer

    def values(self, element: str, field: str) -> Sequence[Value]:
        return [self.value(element, field)]


def _surely(tree: Tree, chosen: _Chosen) -> bool | None:
    """Say what a condition comes to by the one answer that is known; None where others matter."""
    match tree:
        case And(operands):
            return _joined([_surely(one, chosen) for one in operands], going_on=True)
        case Or(operands):
            return _joined([_surely(one, chosen) for one in operands], going_on=False)
        case Not(operand):
            found = _surely(operand, chosen)
            return None if found is None else not found
        case _:
            return _decided(tree, chosen)


def _decided(tree: Tree, chosen: _Chosen) -> bool | None:
    if any(isinstance(part, Name) and part != chosen.name for part in parts(tree)):
        return None
    try:
        return truth(tree, chosen)
    except (ConditionError, Unset):
        return None


def _joined(found: Sequence[bool | None], *, going_on: bool) -> bool | None:
    if (not going_on) in found:
        return not going_on
    return None if None in found else going_on
