"""Conditions against the forms: does every name exist, can every comparison be true."""

from collections.abc import Iterator

from workflows.diagrams.condition_tree import (
    ConditionError,
    Count,
    Name,
    parts,
)
from workflows.diagrams.conditions import Condition, compile_condition
from workflows.diagrams.forms import suggestion
from workflows.diagrams.graph import Diagram, Finding, Flow, Node
from workflows.diagrams.lint.comparisons import complaints, counting_complaints
from workflows.diagrams.lint.fields import Fields
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check the conditions of flows, forms and multi-instance steps."""
    forms = Fields(diagram, known)
    for flow in diagram.flows.values():
        if flow.condition is not None:
            yield from _flow(forms, flow, flow.condition)
    for node in diagram.of_kind("userTask"):
        yield from _form(forms, node)
        if node.loop is not None:
            yield from _loop(forms, node, node.loop)


def _compiled(place: Flow | Node, text: str, where: str) -> tuple[Condition | None, list[Finding]]:
    try:
        return compile_condition(text), []
    except ConditionError as refusal:
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        return None, [error(place, "bad-condition", f"{where} ({shown}) cannot be read. {refusal}")]


def _flow(forms: Fields, flow: Flow, text: str) -> Iterator[Finding]:
    diagram = forms.diagram
    source = diagram.nodes.get(flow.source)
    name = flow.name or (f"from {source.title}" if source else flow.id)
    condition, findings = _compiled(flow, text, f'The condition of the flow "{name}"')
    yield from findings
    if condition is None:
        return
    yield from _reading(forms, flow, condition)
    yield from (error(flow, code, words) for code, words in complaints(condition, forms))
    for element in sorted({element for element, _ in condition.names} & set(diagram.nodes)):
        if source is not None and source.id not in forms.behind(element):
            yield error(
                flow,
                "read-before-asked",
                f'The condition reads "{diagram.nodes[element].title}", which comes only later or on '
                "another way. Ask before deciding.",
            )


def _form(forms: Fields, node: Node) -> Iterator[Finding]:
    for field in node.fields:
        for what, text in (("shown", field.shown_when), ("required", field.required_when)):
            if text is None:
                continue
            where = f'When the field "{field.label}" of "{node.title}" is {what}'
            condition, findings = _compiled(node, text, where)
            yield from findings
            if condition is None:
                continue
            yield from _reading(forms, node, condition)
            for code, words in complaints(condition, forms):
                yield error(node, code, f"{where}: {words}")
            if (node.id, field.id) in condition.names:
                yield error(node, "reads-itself", f"{where} depends on its own answer.")


def _loop(forms: Fields, node: Node, text: str) -> Iterator[Finding]:
    condition, findings = _compiled(node, text, f'How often "{node.title}" is done')
    yield from findings
    if condition is None:
        return
    yield from _reading(forms, node, condition)
    for code, words in counting_complaints(condition, forms):
        yield error(node, code, f'How often "{node.title}" is done: {words}')


def _reading(forms: Fields, place: Flow | Node, condition: Condition) -> Iterator[Finding]:
    """Check that every name is asked by a form, and one that is asked often is counted."""
    diagram = forms.diagram
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
