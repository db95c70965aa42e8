"""Conditions as a policy owner writes them: `ReviewRequest.decision = "approve"`.

A small language after FEEL, with its own tokenizer and parser; nothing is ever handed to Python's
eval. One compiled tree serves the engine (a value), the lint (types) and the proof (sets of values).
"""

from dataclasses import dataclass
from functools import lru_cache

from workflows.diagrams.condition_parser import MAXIMUM_LENGTH, parse
from workflows.diagrams.condition_tree import (
    ConditionError,
    Lookup,
    Name,
    Node,
    Unset,
    Value,
    number,
    parts,
    truth,
)

__all__ = [
    "MAXIMUM_LENGTH",
    "Condition",
    "ConditionError",
    "Lookup",
    "Unset",
    "Value",
    "compile_condition",
]


@dataclass(frozen=True)
class Condition:
    """A compiled condition: its text, the (element, field) pairs that it reads, and its tree."""

    text: str
    names: frozenset[tuple[str, str]]
    tree: Node

    def evaluate(self, lookup: Lookup) -> bool:
        """Decide it.

        Raises Unset for a field without answer (but `= null` is then true) and ConditionError
        where answer and condition do not go together.
        """
        return truth(self.tree, lookup)

    def number(self, lookup: Lookup) -> int:
        """Give a number of times >= 0, for a multi-instance step.

        From a whole number, a number field, or how many rows or choices a field holds. Raises as
        `evaluate` does.
        """
        return number(self.tree, lookup)


@lru_cache(maxsize=4096)
def compile_condition(text: str) -> Condition:
    """Compile a condition, or raise ConditionError with the column and what is allowed instead."""
    tree = parse(text)
    names = frozenset((part.element, part.field) for part in parts(tree) if isinstance(part, Name))
    return Condition(text, names, tree)
