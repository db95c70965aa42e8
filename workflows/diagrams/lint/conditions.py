"""Conditions against the forms: does every name exist, can every comparison be true."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflows.diagrams.condition_tree import (
    ConditionError,
    Contains,
    Count,
    Name,
    parts,
    truth,
)
from workflows.diagrams.conditions import Condition, Unset, compile_condition
from workflows.diagrams.forms import suggestion
from workflows.diagrams.graph import Diagram, Field, Finding, Flow, Node
from workflows.diagrams.lint.comparisons import complaints, counting_complaints
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted, warning
from workflows.diagrams.lint.structure import reachable


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check the conditions of flows, forms and multi-instance steps."""
    for flow in diagram.flows.values():
        if flow.condition is not None:
            yield from _flow(diagram, known, flow, flow.condition)
    for node in diagram.of_kind("userTask"):
        yield from _form(diagram, known, node)
        if node.loop is not None:
            yield from _loop(diagram, known, node, node.loop)
    for node in diagram.of_kind("exclusiveGateway", "inclusiveGateway"):
        yield from _coverage(diagram, known, node)


def _compiled(place: Flow | Node, text: str, where: str) -> tuple[Condition | None, list[Finding]]:
    try:
        return compile_condition(text), []
    except ConditionError as refusal:
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        return None, [error(place, "bad-condition", f"{where} ({shown}) cannot be read. {refusal}")]


def _flow(diagram: Diagram, known: Known, flow: Flow, text: str) -> Iterator[Finding]:
    source = diagram.nodes.get(flow.source)
    name = flow.name or (f"from {source.title}" if source else flow.id)
    condition, findings = _compiled(flow, text, f'The condition of the flow "{name}"')
    yield from findings
    if condition is None:
        return
    yield from _reading(diagram, known, flow, condition)
    yield from (
        error(flow, code, words) for code, words in complaints(condition, _field_of(diagram, known))
    )
    for element in sorted({element for element, _ in condition.names} & set(diagram.nodes)):
        if source is not None and source.id not in reachable(diagram, [element]):
            yield error(
                flow,
                "read-before-asked",
                f'The condition reads "{diagram.nodes[element].title}", which comes only later or on '
                "another way. Ask before deciding.",
            )


def _form(diagram: Diagram, known: Known, node: Node) -> Iterator[Finding]:
    for field in node.fields:
        for what, text in (("shown", field.shown_when), ("required", field.required_when)):
            if text is None:
                continue
            where = f'When the field "{field.label}" of "{node.title}" is {what}'
            condition, findings = _compiled(node, text, where)
            yield from findings
            if condition is None:
                continue
            yield from _reading(diagram, known, node, condition)
            for code, words in complaints(condition, _field_of(diagram, known)):
                yield error(node, code, f"{where}: {words}")
            if (node.id, field.id) in condition.names:
                yield error(node, "reads-itself", f"{where} depends on its own answer.")


def _loop(diagram: Diagram, known: Known, node: Node, text: str) -> Iterator[Finding]:
    condition, findings = _compiled(node, text, f'How often "{node.title}" is done')
    yield from findings
    if condition is None:
        return
    yield from _reading(diagram, known, node, condition)
    for code, words in counting_complaints(condition, _field_of(diagram, known)):
        yield error(node, code, f'How often "{node.title}" is done: {words}')


@dataclass(frozen=True)
class _Fields:
    """Finds the form field that a condition names; None where it is not known."""

    diagram: Diagram
    known: Known

    def __call__(self, name: Name) -> Field | None:
        return next(
            (field for field in self.of(name.element) or () if field.id == name.field), None
        )

    def of(self, element: str) -> tuple[Field, ...] | None:
        """Give the form of a step here or of the caller, None where there is no saying."""
        if element in self.diagram.nodes:
            return self.diagram.nodes[element].fields
        return self.known.caller_fields.get(element)


def _field_of(diagram: Diagram, known: Known) -> _Fields:
    return _Fields(diagram, known)


def _reading(
    diagram: Diagram, known: Known, place: Flow | Node, condition: Condition
) -> Iterator[Finding]:
    """Check that every name is asked by a form, and one that is asked often is counted."""
    forms = _Fields(diagram, known)
    asking = {node.id for node in diagram.nodes.values() if node.fields} | set(diagram.inputs)
    for element, field in sorted(condition.names):
        fields = forms.of(element)
        if element not in asking:
            yield error(
                place,
                "unknown-step",
                f'The condition reads "{element}.{field}", but no step "{element}" with a form is here'
                f"{suggestion(element, asking)}. A called diagram names its caller's steps in its inputs.",
            )
        elif fields is not None and field not in {known_field.id for known_field in fields}:
            ids = [known_field.id for known_field in fields]
            yield error(
                place,
                "unknown-field",
                f'The form of "{element}" does not ask for "{field}"{suggestion(field, ids)}. It asks for '
                f"{quoted(ids)}.",
            )
    yield from _counted(diagram, place, condition)


def _counted(diagram: Diagram, place: Flow | Node, condition: Condition) -> Iterator[Finding]:
    counted = {part.name for part in parts(condition.tree) if isinstance(part, Count)}
    for element, field in sorted(condition.names):
        node = diagram.nodes.get(element)
        if node is None or place.id == element:
            continue
        is_counted = Name(element, field) in counted
        if node.loop is not None and not is_counted:
            yield error(
                place,
                "many-answers",
                f'"{node.title}" is answered several times. Count the answers: '
                f'count({element}.{field} = "...") >= 1.',
            )
        if node.loop is None and is_counted:
            yield error(
                place,
                "one-answer",
                f'"{node.title}" is answered once; compare it without count(...).',
            )


@dataclass(frozen=True)
class _Single:
    """One answer for one field; every other field is unset."""

    name: Name
    answer: str | bool

    def value(self, element: str, field: str) -> str | bool:
        if Name(element, field) != self.name:
            raise Unset(element, field)
        return self.answer

    def values(self, element: str, field: str) -> list[str | bool]:
        return [self.value(element, field)]


def _coverage(diagram: Diagram, known: Known, node: Node) -> Iterator[Finding]:
    """Without a default some condition must hold whatever is answered; two should not hold at once."""
    flows = [
        flow
        for flow in diagram.outgoing(node.id)
        if flow.condition is not None and flow.id != node.default_flow
    ]
    if not flows or len(diagram.outgoing(node.id)) == 1:
        return
    conditions = [_compiled(flow, flow.condition or "", "")[0] for flow in flows]
    compiled = [condition for condition in conditions if condition is not None]
    if len(compiled) < len(flows):
        return
    answers = _answers(_Fields(diagram, known), compiled)
    if answers is None:
        if node.default_flow is None:
            yield error(
                node,
                "no-default",
                f'It cannot be seen that one of the conditions after "{node.title}" always holds. Make '
                "one flow the default.",
            )
        return
    yield from _covered(node, flows, compiled, answers)


def _covered(
    node: Node, flows: list[Flow], conditions: list[Condition], answers: list[_Single]
) -> Iterator[Finding]:
    missing = []
    for answer in answers:
        taken = [
            flow
            for flow, condition in zip(flows, conditions, strict=True)
            if truth(condition.tree, answer)
        ]
        if not taken:
            missing.append(
                str(answer.answer).lower() if answer.answer in (True, False) else answer.answer
            )
        if len(taken) > 1 and node.kind == "exclusiveGateway":
            yield warning(
                taken[1],
                "conditions-overlap",
                f'For the answer "{answer.answer}" more than one flow from "{node.title}" fits; only '
                f'"{taken[0].name or taken[0].id}" is taken.',
            )
    if missing and node.default_flow is None:
        yield error(
            node,
            "answer-without-flow",
            f'After "{node.title}" no flow fits the answer {quoted(str(word) for word in missing)}: the '
            "case would be stuck. Add a condition for it, or make one flow the default.",
        )


def _answers(fields: _Fields, conditions: list[Condition]) -> list[_Single] | None:
    """Give every possible answer to the one required choice that all conditions read, if it is so."""
    names = {name for condition in conditions for name in condition.names}
    if len(names) != 1:
        return None
    name = Name(*names.pop())
    field = fields(name)
    if field is None or not field.required or field.shown_when is not None:
        return None
    trees = [condition.tree for condition in conditions]
    plain = not any(isinstance(part, Contains | Count) for tree in trees for part in parts(tree))
    if field.type == "boolean" and plain:
        answers: list[str | bool] = [True, False]
    elif field.type == "enum" and plain:
        answers = [option.id for option in field.options]
    else:
        return None
    found = [_Single(name, answer) for answer in answers]
    return (
        found
        if all(_decidable(condition, one) for condition in conditions for one in found)
        else None
    )


def _decidable(condition: Condition, answer: _Single) -> bool:
    try:
        truth(condition.tree, answer)
    except (ConditionError, Unset):
        return False
    return True
