"""What a condition can come to where some answers are known and others may be anything."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeAlias

from workflows.diagrams.condition_tree import (
    And,
    Comparison,
    ConditionError,
    Contains,
    Count,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Unset,
    Value,
    parts,
    truth,
)


class Mark(Enum):
    """An answer that is not a plain value: none, or one that may be anything."""

    UNSET = "unset"
    ANY = "any"

    # States hold these, and are looked up by the thousand: enum's own hash would be computed each time.
    __hash__ = object.__hash__


Answer: TypeAlias = str | bool | Mark
Answers: TypeAlias = Callable[[Name], Answer]
# True and False, or the reason why it cannot be decided.
Outcomes: TypeAlias = frozenset[bool | str]

TRUE: Outcomes = frozenset({True})
FALSE: Outcomes = frozenset({False})
EITHER: Outcomes = frozenset({True, False})


def outcomes(node: Node, answers: Answers) -> Outcomes:
    """Give everything that a condition can come to, read from left to right as a run does.

    A text among them says why it cannot be decided: an answer is missing, or does not fit.
    """
    match node:
        case And(operands):
            return _joined(operands, answers, going_on=True)
        case Or(operands):
            return _joined(operands, answers, going_on=False)
        case Not(operand):
            found = outcomes(operand, answers)
            return frozenset(not one if isinstance(one, bool) else one for one in found)
        case _:
            return _single(node, answers)


def _joined(operands: Sequence[Node], answers: Answers, *, going_on: bool) -> Outcomes:
    found: set[bool | str] = set()
    for operand in operands:
        part = outcomes(operand, answers)
        found |= part - {going_on}
        if going_on not in part:
            return frozenset(found)
    return frozenset(found | {going_on})


def _single(
    node: Literal | Name | Count | Comparison | In | Contains, answers: Answers
) -> Outcomes:
    if any(isinstance(part, Count) for part in parts(node)):
        return EITHER
    names = [part for part in parts(node) if isinstance(part, Name)]
    asks_presence = isinstance(node, Comparison) and Literal(None) in (node.left, node.right)
    if any(answers(name) is Mark.ANY for name in names):
        if asks_presence and isinstance(node, Comparison):
            return frozenset({node.operator == "!="})
        if not any(answers(name) is Mark.UNSET for name in names):
            return EITHER
    try:
        return frozenset({truth(node, _Lookup(answers))})
    except (Unset, ConditionError) as error:
        return frozenset({str(error)})


class _Lookup:
    """Hands plain answers to the evaluator that runs use."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def value(self, element: str, field: str) -> Value:
        answer = self._answers(Name(element, field))
        if answer is Mark.UNSET:
            raise Unset(element, field)
        return None if isinstance(answer, Mark) else answer

    def values(self, element: str, field: str) -> Sequence[Value]:
        return [self.value(element, field)]
