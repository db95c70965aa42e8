"""Nothing of a confidential process leaves those who may read it (K35); one lead, not two (K29)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from workflows.diagrams.conditions import ConditionError, compile_condition
from workflows.diagrams.graph import PUBLIC, UNSAID, Diagram, Field, Finding, Flow, Node
from workflows.diagrams.lint.known import Known, KnownAct, KnownClass
from workflows.diagrams.lint.notes import error, quoted, warning

_PEOPLE = ("userTask", "manualTask", "receiveTask")
_SENDING = ("messageThrow", "messageEnd")
# What template languages put a value into a text with; nothing here fills them in.
_PLACEHOLDER = re.compile(r"\$\{|#\{|\{\{|<%|\{\w+\}")
_REFERENCE = re.compile(r"\b([A-Za-z_][\w-]*)\.([A-Za-z_][\w-]*)")


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check what a confidential process shows, sends and calls itself, and exclusive choices."""
    yield from _choices(diagram, known)
    yield from _calls(diagram, known)
    for node in diagram.nodes.values():
        for field in node.fields:
            yield from _shown(diagram, node, field, known)
    if diagram.confidential:
        for finding in (
            *_lanes(diagram, known),
            *_unclassified(diagram, known),
            *_messages(diagram),
            *_names(diagram),
        ):
            yield replace(finding, rule="K35")


def _choices(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Find gateways that could go on with two outcomes of an act of which only one may follow."""
    titles = {step: step for step in known.caller_acts} | {
        node.id: node.title for node in diagram.nodes.values()
    }
    acts = {**known.caller_acts, **{node.id: node.act for node in diagram.nodes.values()}}
    exclusive = {
        step for step, act in acts.items() if known.acts.get(act or "", KnownAct()).exclusive
    }
    for gateway in diagram.of_kind("inclusiveGateway"):
        asked = {
            element
            for flow in diagram.outgoing(gateway.id)
            for element in _read_by(flow)
            if element in exclusive
        }
        for element in sorted(asked):
            finding = error(
                gateway,
                "choice-not-exclusive",
                f'The gateway "{gateway.title}" may go on with several outcomes of '
                f'"{titles[element]}", of which only one may follow. Make it an exclusive gateway.',
            )
            yield replace(finding, rule="K29")


def _read_by(flow: Flow) -> set[str]:
    try:
        names = compile_condition(flow.condition).names if flow.condition else ()
    except ConditionError:
        return set()  # reported where conditions are checked
    return {element for element, _field in names}


def _calls(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Find a confidential diagram that is called by one that everybody with a part may read."""
    for node in diagram.of_kind("callActivity"):
        called = known.diagrams.get(node.called or "")
        if called is not None and called.confidential and not diagram.confidential:
            finding = error(
                node,
                "confidential-call",
                f'"{node.title}" calls "{node.called}", which is confidential, from a process that is not: '
                "its answers would be read with the case. Make this process confidential as well.",
            )
            yield replace(finding, rule="K35")


def _shown(diagram: Diagram, node: Node, field: Field, known: Known) -> Iterator[Finding]:
    """Check what is shown to people who may not read the case."""
    if not field.shown_to:
        return
    if not diagram.confidential:
        yield warning(
            node,
            "shown-to-ignored",
            f'"{field.label}" of "{node.title}" is shown to {quoted(field.shown_to)}, which has a meaning '
            "in confidential processes only. Remove it, or make the process confidential.",
        )
    name = known.class_of(field)
    known_class = known.classes.get(name, KnownClass(shareable=True))
    if not known_class.shareable:
        finding = error(
            node,
            "shown-too-widely",
            f'"{field.label}" of "{node.title}" is shown to {quoted(field.shown_to)}, but what is '
            f'classified "{name}" may not be. Remove it, or classify the field otherwise.',
        )
        yield replace(finding, rule="K35")


def _lanes(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Find steps in the lane of a party that may see nothing of what the process asks for."""
    classes = {known.class_of(field) for node in diagram.nodes.values() for field in node.fields}
    classes -= {PUBLIC}
    if not classes & known.classes.keys():
        return
    seen_by = {
        party for name in classes & known.classes.keys() for party in known.classes[name].seen_by
    }
    for node in diagram.of_kind(*_PEOPLE):
        if node.lane in known.parties - known.own - seen_by:
            yield error(
                node,
                "confidential-lane",
                f'"{node.title}" stands in the lane "{node.lane}", which may see no answer of this '
                f"confidential process (classified {quoted(sorted(classes))}). Move the step, or let "
                "the class name the party.",
            )


def _unclassified(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Find answers of a confidential process that all who read the case would see, or that name no class."""
    if not known.classes:
        return
    unsaid: list[str] = []
    for node in diagram.nodes.values():
        for field in node.fields:
            name = known.class_of(field)
            if name in (PUBLIC, UNSAID):
                yield error(
                    node,
                    "answer-unclassified",
                    f'"{field.label}" of "{node.title}" has no class of data in a confidential process, so '
                    "that its answer counts as public. Choose the class that says who may see it.",
                )
            elif field.classification == UNSAID:
                unsaid.append(f'"{field.label}" of "{node.title}"')
    if unsaid:
        name = known.class_of(Field("", "", classification=UNSAID))
        more = f" and {len(unsaid) - 3} more" if len(unsaid) > 3 else ""
        yield warning(
            diagram,
            "class-assumed",
            f"Answers name no class of data in a confidential process: {', '.join(unsaid[:3])}{more}. They "
            f'are taken for "{name}", which is for {quoted(sorted(known.classes[name].seen_by))}. Choose '
            "the class of each that says who may see it.",
        )


def _messages(diagram: Diagram) -> Iterator[Finding]:
    for node in diagram.of_kind(*_SENDING):
        yield error(
            node,
            "confidential-message",
            f'"{node.title}" sends a message out of a confidential process, where others read it. '
            "Remove it; let a person tell what may be told.",
        )


def _names(diagram: Diagram) -> Iterator[Finding]:
    """Find names that would carry an answer: they stand in lists, notices and mails."""
    places: list[tuple[Diagram | Node | Flow, str]] = [(diagram, diagram.name)]
    places += [(diagram, lane) for lane in diagram.lanes]
    places += [(node, f"{node.name} {node.documentation}") for node in diagram.nodes.values()]
    places += [(flow, flow.name) for flow in diagram.flows.values()]
    for place, text in places:
        if _PLACEHOLDER.search(text) or any(
            _names_an_answer(diagram, *reference) for reference in _REFERENCE.findall(text)
        ):
            yield error(
                place,
                "name-with-placeholder",
                f'"{" ".join(text.split())[:80]}" asks for an answer inside a name, and names are shown '
                "outside the case. Write what the step is, without what the case says.",
            )


def _names_an_answer(diagram: Diagram, element: str, field: str) -> bool:
    node = diagram.nodes.get(element)
    return node is not None and any(asked.id == field for asked in node.fields)
