"""After a choosing gateway one condition must hold whatever is answered, and two should not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from workflows.diagrams.condition_tree import (
    ConditionError,
    Contains,
    Count,
    Literal,
    Name,
    parts,
    truth,
)
from workflows.diagrams.condition_tree import Node as Tree
from workflows.diagrams.conditions import Condition, compile_condition
from workflows.diagrams.graph import Diagram, Finding, Flow, Node
from workflows.diagrams.lint.fields import Fields
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted, warning

# Beyond this many combinations of answers a default is asked for instead of trying them all.
MAXIMUM_COMBINATIONS = 512


@dataclass(frozen=True)
class Combination:
    """One possible answer to each of the fields that the conditions read."""

    answers: Mapping[Name, str | bool]

    def value(self, element: str, field: str) -> str | bool:
        """Give the answer; conditions over other fields are not tried."""
        return self.answers[Name(element, field)]

    def values(self, element: str, field: str) -> list[str | bool]:
        """Give the one answer; combinations are not made for steps that are answered often."""
        return [self.value(element, field)]

    def __str__(self) -> str:
        """Name the answers for a sentence."""
        words = (
            str(answer).lower() if answer in (True, False) else answer
            for answer in self.answers.values()
        )
        return " with ".join(str(word) for word in words)


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check every gateway that chooses by conditions."""
    for node in diagram.of_kind("exclusiveGateway", "inclusiveGateway"):
        leaving = diagram.outgoing(node.id)
        flows = [
            flow for flow in leaving if flow.condition is not None and flow.id != node.default_flow
        ]
        conditions = [condition for flow in flows if (condition := _compiled(flow)) is not None]
        # What cannot be read has been reported; and a lone flow with a condition, too.
        if len(leaving) > 1 and conditions and len(conditions) == len(flows):
            yield from _coverage(node, flows, conditions, Fields(diagram, known))


def _compiled(flow: Flow) -> Condition | None:
    try:
        return compile_condition(flow.condition or "")
    except ConditionError:
        return None


def _coverage(
    node: Node, flows: list[Flow], conditions: list[Condition], fields: Fields
) -> Iterator[Finding]:
    combinations = _combinations(fields, conditions)
    if combinations is not None:
        yield from _tried(node, flows, conditions, combinations)
    elif node.default_flow is None and not any(_is_always(condition) for condition in conditions):
        yield error(
            node,
            "no-default",
            f'It cannot be seen that one of the conditions after "{node.title}" always holds. Make '
            "one flow the default.",
        )


def _is_always(condition: Condition) -> bool:
    return isinstance(condition.tree, Literal) and condition.tree.value is True


def _tried(
    node: Node, flows: list[Flow], conditions: list[Condition], combinations: list[Combination]
) -> Iterator[Finding]:
    missing = []
    for combination in combinations:
        taken = [
            flow
            for flow, condition in zip(flows, conditions, strict=True)
            if truth(condition.tree, combination)
        ]
        if not taken:
            missing.append(str(combination))
        if len(taken) > 1 and node.kind == "exclusiveGateway":
            yield warning(
                taken[1],
                "conditions-overlap",
                f'For the answer "{combination}" more than one flow from "{node.title}" fits; only '
                f'"{taken[0].name or taken[0].id}" is taken.',
            )
    if missing and node.default_flow is None:
        yield error(
            node,
            "answer-without-flow",
            f'After "{node.title}" no flow fits the answer {quoted(missing[:5])}: the case would be '
            "stuck. Add a condition for it, or make one flow the default.",
        )


def _combinations(fields: Fields, conditions: list[Condition]) -> list[Combination] | None:
    """Give every possible combination of answers, None where they cannot be told or are too many."""
    trees = [condition.tree for condition in conditions]
    if any(isinstance(part, Contains | Count) for tree in trees for part in parts(tree)):
        return None
    names = sorted({Name(*name) for one in conditions for name in one.names}, key=str)
    domains = [domain for name in names if (domain := _domain(fields, name))]
    if not names or len(domains) < len(names) or prod(map(len, domains)) > MAXIMUM_COMBINATIONS:
        return None
    found = [Combination(dict(zip(names, answers, strict=True))) for answers in product(*domains)]
    return found if all(_is_decidable(tree, one) for tree in trees for one in found) else None


def _domain(fields: Fields, name: Name) -> list[str | bool]:
    """Give all answers to a field that must be answered; [] where they cannot be listed."""
    field = fields(name)
    if field is None or not field.required or field.shown_when is not None:
        return []
    if field.type == "boolean":
        return [True, False]
    return [option.id for option in field.options] if field.type == "enum" else []


def _is_decidable(tree: Tree, combination: Combination) -> bool:
    try:
        truth(tree, combination)
    except ConditionError:
        return False
    return True
