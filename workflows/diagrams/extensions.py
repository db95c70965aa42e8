"""Our own marks on a diagram (`urn:siteward:bpmn:1`), and what stands beside them."""

from dataclasses import dataclass

from lxml import etree

from workflows.diagrams.document import CAMUNDA, SITEWARD, Findings, child, children, local
from workflows.diagrams.document import namespace as namespace_of
from workflows.diagrams.forms import suggestion
from workflows.diagrams.profile import check_attributes, check_extension, check_once

STEP = frozenset({"act", "clauses", "due"})
PROCESS = frozenset({"owner", "starters", "subject", "confidential", "inputs"})
SUBJECTS = frozenset({"site", "person", "none"})
# The one place where each of our marks, and a form, has a meaning.
_PLACES = {
    (SITEWARD, "process"): frozenset({"process"}),
    (SITEWARD, "step"): frozenset(
        {
            "userTask",
            "manualTask",
            "serviceTask",
            "receiveTask",
            "boundaryEvent",
            "intermediateCatchEvent",
        }
    ),
    (CAMUNDA, "formData"): frozenset({"userTask"}),
    # Written by the modelers about themselves, or for a participant's colour.
    (CAMUNDA, "properties"): frozenset({"definitions", "collaboration", "participant", "process"}),
}


def places_of(mark: str) -> frozenset[str]:
    """Give the tags of the elements that may carry our mark, which is step or process."""
    return _PLACES[SITEWARD, mark]


@dataclass(frozen=True)
class StepMarks:
    """What `<siteward:step>` says."""

    act: str | None = None
    clauses: tuple[str, ...] = ()
    due: str | None = None


@dataclass(frozen=True)
class ProcessMarks:
    """What `<siteward:process>` says."""

    owner: str = ""
    starters: tuple[str, ...] = ()
    subject: str = "none"
    confidential: bool = False
    inputs: tuple[str, ...] = ()


def check_extensions(element: etree._Element, findings: Findings) -> None:
    """Report foreign attributes and extension elements, and our own in the wrong place."""
    check_attributes(element, findings)
    check_once(element, findings)
    extensions = child(element, "extensionElements")
    if extensions is not None and len(list(children(extensions, "formData", ns=CAMUNDA))) > 1:
        message = "The step has two forms, and people would get the first. Put all fields into one."
        findings.error("written-twice", element, message)
    for part in () if extensions is None else extensions.iterchildren("*"):
        places = _PLACES.get((namespace_of(part), local(part)))
        if places is None and namespace_of(part) != SITEWARD:
            check_extension(part, findings)
        elif places is None:
            message = f"<siteward:{local(part)[:80]}> is not known. Known are step and process."
            findings.error("unknown-mark", part, message)
        elif local(element) not in places:
            findings.error(
                "misplaced-mark",
                part,
                f"<{local(part)}> has no meaning on this element. Move it to "
                f"{' or '.join(f'a {place}' for place in sorted(places))}.",
            )


def read_step(element: etree._Element, findings: Findings) -> StepMarks:
    """Read the step's marks; an element without any gives empty marks."""
    attributes = _attributes(element, "step", STEP, findings)
    return StepMarks(
        act=attributes.get("act"),
        clauses=tuple(attributes.get("clauses", "").split()),
        due=attributes.get("due"),
    )


def read_process(element: etree._Element, findings: Findings) -> ProcessMarks:
    """Read the marks of a process; what cannot be understood is reported and left at its default."""
    attributes = _attributes(element, "process", PROCESS, findings)
    subject = attributes.get("subject", "none")
    confidential = attributes.get("confidential", "false").lower()
    if subject not in SUBJECTS:
        findings.error(
            "bad-subject",
            element,
            f'The process is about "{subject[:40]}"; subject must be site, person or none.',
        )
        subject = "none"
    if confidential not in ("true", "false"):
        findings.error(
            "bad-confidential", element, 'confidential must be "true" or "false" on the process.'
        )
    return ProcessMarks(
        owner=attributes.get("owner", ""),
        starters=tuple(attributes.get("starters", "").split()),
        subject=subject,
        # What cannot be read is kept closed rather than open.
        confidential=confidential != "false",
        inputs=tuple(attributes.get("inputs", "").split()),
    )


def _attributes(
    element: etree._Element, name: str, known: frozenset[str], findings: Findings
) -> dict[str, str]:
    extensions = child(element, "extensionElements")
    marks = [] if extensions is None else list(children(extensions, name, ns=SITEWARD))
    if len(marks) > 1:
        findings.error(
            "several-marks", element, f"<siteward:{name}> may stand only once; remove the others."
        )
    found: dict[str, str] = {}
    for attribute, value in marks[0].attrib.items() if marks else ():
        if attribute in known:
            found[str(attribute)] = " ".join(str(value).split())
            continue
        findings.error(
            "unknown-mark",
            element,
            f'<siteward:{name}> has "{str(attribute)[:80]}", which is not known'
            f"{suggestion(str(attribute), known)}. Known are {', '.join(sorted(known))}.",
        )
    return {attribute: value for attribute, value in found.items() if value}
