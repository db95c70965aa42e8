"""Conditions against the forms: does every name exist, can every comparison be true."""

from collections.abc import Iterator
from dataclasses import replace

from workflows.diagrams.condition_tree import (
    ConditionError,
    Count,
    Name,
    parts,
)
from workflows.diagrams.conditions import Condition, compile_condition
from workflows.diagrams.forms import suggestion
from workflows.diagrams.graph import Diagram, Field, Finding, Flow, Node
from workflows.diagrams.lint.blanks import may_be_blank, undecidable
from workflows.diagrams.lint.comparisons import complaints, counting_complaints
from workflows.diagrams.lint.fields import Fields
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted, warning


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
    source = forms.diagram.nodes.get(flow.source)
    name = flow.name or (f"from {source.title}" if source else flow.id)
    condition, findings = _compiled(flow, text, f'The condition of the flow "{name}"')
    yield from findings
    if condition is None:
        return
    yield from _reading(forms, flow, condition)
    yield from (error(flow, code, words) for code, words in complaints(condition, forms))
    if source is not None:
        yield from _before(forms, flow, source, condition)
    yield from _blank(forms, flow, condition)


def _before(
    forms: Fields, place: Flow | Node, reader: Node, condition: Condition
) -> Iterator[Finding]:
    """Check that what is read has been asked when the reader is reached."""
    nodes = forms.diagram.nodes
    for element in sorted({element for element, _ in condition.names} & set(nodes)):
        if reader.id not in forms.behind(element):
            yield error(
                place,
                "read-before-asked",
                f'"{reader.title}" reads "{nodes[element].title}", which comes only later or on another '
                "way. Ask before deciding.",
            )


def _blank(forms: Fields, place: Flow | Node, condition: Condition) -> Iterator[Finding]:
    """Check that an optional field is not needed where it may have been left empty."""
    for element, name in sorted(condition.names):
        field = forms(Name(element, name))
        if (
            field is None
            or not may_be_blank(field)
            or not undecidable(condition, Name(element, name))
        ):
            continue
        # Whether a rule makes the field required exactly where it is read takes more than a look.
        is_certain = field.required_when is None and field.shown_when is None
        yield (error if is_certain else warning)(
            place,
            "may-be-empty",
            f'"{element}.{name}" may be left empty, and then the condition cannot be decided. Make the '
            f"field required, or ask first: {element}.{name} != null and ...",
        )


def _form(forms: Fields, node: Node) -> Iterator[Finding]:
    for field in node.fields:
        for what, text in (
            ("shown", field.shown_when),
            ("required", field.required_when),
            ("refused", field.refuse_when),
        ):
            if text is not None:
                where = f'When the field "{field.label}" of "{node.title}" is {what}'
                yield from _field(forms, node, text, where, None if what == "refused" else field)


def _field(
    forms: Fields, node: Node, text: str, where: str, asked: Field | None
) -> Iterator[Finding]:
    """Check a condition of a form; `asked` is the field that it must not depend on, if any."""
    condition, findings = _compiled(node, text, where)
    yield from findings
    if condition is None:
        return
    yield from _reading(forms, node, condition)
    for code, words in complaints(condition, forms):
        yield error(node, code, f"{where}: {words}")
    others = replace(condition, names=frozenset(n for n in condition.names if n[0] != node.id))
    yield from _before(forms, node, node, others)
    if asked is not None and (node.id, asked.id) in condition.names:
        yield error(node, "reads-itself", f"{where} depends on its own answer.")


def _loop(forms: Fields, node: Node, text: str) -> Iterator[Finding]:
    condition, findings = _compiled(node, text, f'How often "{node.title}" is done')
    yield from findings
    if condition is None:
        return
    yield from _reading(forms, node, condition)
    yield from _before(forms, node, node, condition)
    yield from _blank(forms, node, condition)
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
