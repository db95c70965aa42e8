"""Our marks: what a step means to the policy, what a process is about, what a step does."""

from collections.abc import Mapping, Sequence

from lxml import etree

from workflows.diagrams.document import CAMUNDA, SITEWARD, child, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import (
    drop_empty,
    extensions,
    part_of,
    rewrite,
    set_or_drop,
)
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.sheet import XSI, Sheet, edit
from workflows.diagrams.editing.spacing import make, take
from workflows.diagrams.extensions import SUBJECTS, places_of

_TOPIC, _TYPE = f"{{{CAMUNDA}}}topic", f"{{{CAMUNDA}}}type"


@edit
def set_step(
    sheet: Sheet,
    *,
    element: str,
    act: str | None = None,
    clauses: Sequence[str] | None = None,
    due: str | None = None,
) -> None:
    """Say what a step means to the policy: its act, the clauses it stands for, its time limit.

    None leaves a mark as it is, "" or () takes it away. Fields: element, act, clauses, due.
    """
    node = sheet.node(element)
    if local(node) not in places_of("step"):
        raise EditError(
            "element",
            f"There is no act and no time limit on {words.one(local(node))}. Put them on the step before "
            "or after it.",
        )
    wanted = {
        "act": None if act is None else words.word(act, "act"),
        "clauses": None if clauses is None else words.several(clauses, "clauses"),
        "due": None if due is None else words.length(due),
    }
    _mark(sheet, node, "step", {key: value for key, value in wanted.items() if value is not None})


@edit
def set_process(
    sheet: Sheet,
    *,
    owner: str | None = None,
    starters: Sequence[str] | None = None,
    subject: str | None = None,
    confidential: bool | None = None,
    inputs: Sequence[str] | None = None,
) -> None:
    """Say who owns the process, who may start it, what it is about, and what its caller gives it.

    `subject` is site, person or none; `inputs` are ids of steps of the caller. None leaves a mark as
    it is. Fields: owner, starters, subject, confidential, inputs.
    """
    if subject not in (None, *SUBJECTS):
        raise EditError("subject", f'"{subject}" is not known. Choose site, person or none.')
    wanted = {
        "owner": None if owner is None else words.word(owner, "owner"),
        "starters": None if starters is None else words.several(starters, "starters"),
        "subject": subject,
        "confidential": None if confidential is None else str(confidential).lower(),
        "inputs": None if inputs is None else words.several(inputs, "inputs"),
    }
    given = {key: value for key, value in wanted.items() if value is not None}
    _mark(sheet, sheet.process, "process", given)


def _mark(sheet: Sheet, element: etree._Element, name: str, wanted: Mapping[str, str]) -> None:
    mark = part_of(element, name, SITEWARD)
    if mark is None:
        if not any(wanted.values()):
            return
        identity = element.get("id", "")
        sheet.needs(SITEWARD)
        element = sheet.process if name == "process" else sheet.node(identity)
        mark = make(extensions(element), name, ns=SITEWARD)
    for attribute, value in wanted.items():
        # White space makes no difference to the reader, so it makes none here.
        if " ".join((mark.get(attribute) or "").split()) != value:
            set_or_drop(mark, attribute, value)
    if not mark.attrib and not len(mark):
        take(mark)
        drop_empty(element)


@edit
def name_process(
    sheet: Sheet, *, name: str | None = None, documentation: str | None = None
) -> None:
    """Name the process, and its pool where that has the same name, and say what it is for.

    None leaves as it is. Fields: name, documentation.
    """
    process = sheet.process
    if documentation is not None:
        write_documentation(process, documentation)
    if name is None:
        return
    given = words.needed(name, "name", "the process")
    former = process.get("name")
    for pool in sheet.pools():
        if pool.get("processRef") == process.get("id") and pool.get("name") == former:
            pool.set("name", given)
    process.set("name", given)


def write_documentation(element: etree._Element, typed: str) -> None:
    """Write what an element is for, "" for nothing."""
    given = words.text(typed, "documentation")
    found = child(element, "documentation")
    if given:
        rewrite(make(element, "documentation") if found is None else found, given)
    elif found is not None:
        take(found)


@edit
def set_topic(sheet: Sheet, *, element: str, topic: str) -> None:
    """Say which operation a service task does, "" for none. Fields: element, topic."""
    _kind(sheet, element, "serviceTask", "does an operation")
    given = words.word(topic, "topic")
    if given:
        sheet.needs(CAMUNDA)
    node = sheet.node(element)
    set_or_drop(node, _TYPE, "external" if given else "")
    set_or_drop(node, _TOPIC, given)


@edit
def set_called(sheet: Sheet, *, element: str, called: str) -> None:
    """Say which process a call activity follows, by its id, "" for none. Fields: element, called."""
    node = _kind(sheet, element, "callActivity", "follows another diagram")
    set_or_drop(node, "calledElement", words.word(called, "called"))


@edit
def set_loop(sheet: Sheet, *, element: str, times: str, sequential: bool = False) -> None:
    """Say how often a user task is done: a number, or a field such as Step.field; "" for once.

    Fields: element, times.
    """
    _kind(sheet, element, "userTask", "is done several times")
    given = words.condition(times, "times")
    if given:
        sheet.needs(XSI)
    node = sheet.node(element)
    marker = child(node, "multiInstanceLoopCharacteristics")
    if not given:
        if marker is not None:
            take(marker)
        return
    marker = make(node, "multiInstanceLoopCharacteristics") if marker is None else marker
    if (marker.get("isSequential") in ("true", "1")) != sequential:
        set_or_drop(marker, "isSequential", "true" if sequential else "")
    number = child(marker, "loopCardinality")
    if number is None:
        number = make(marker, "loopCardinality")
        mark_expression(number)
    rewrite(number, given)


def mark_expression(element: etree._Element) -> None:
    """Say that an element holds an expression, as modelers write it."""
    prefix = element.prefix
    element.set(f"{{{XSI}}}type", f"{prefix}:tFormalExpression" if prefix else "tFormalExpression")


def _kind(sheet: Sheet, identity: str, kind: str, does: str) -> etree._Element:
    node = sheet.node(identity)
    if local(node) != kind:
        raise EditError("element", f"Only {words.one(kind)} {does}. Choose one.")
    return node
