"""Read a BPMN file as a Diagram and a list of findings. Any bytes give findings, never an exception."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache

from lxml import etree

from workflows.diagrams.document import (
    Findings,
    child,
    children,
    line_of,
    local,
    parse_document,
    text_of,
)
from workflows.diagrams.elements import Definitions, Scope, check_flows, read_level
from workflows.diagrams.extensions import check_extensions, read_process
from workflows.diagrams.graph import PUBLIC, UNSAID, Diagram, Finding
from workflows.diagrams.profile import DEFINITIONS, check_inner


def read(data: bytes) -> tuple[Diagram | None, list[Finding]]:
    """Read one BPMN file.

    Gives the diagram of its executable process, and what is wrong with the file itself or lies
    outside the profile. Without any process to look at the diagram is None and a finding says why.
    A diagram may come with errors: then it is good enough to be shown and linted, never to be run.
    """
    diagram, findings = _read(data)
    return diagram, list(findings)


# A file is read when it is published, checked and run; it is the same each time.
@lru_cache(maxsize=32)
def _read(data: bytes) -> tuple[Diagram | None, tuple[Finding, ...]]:
    findings = Findings()
    root = parse_document(data, findings)
    if root is None:
        return None, tuple(findings.found)
    _check_root(root, findings)
    process = _choose(list(children(root, "process")), findings)
    if process is None:
        return None, tuple(findings.found)
    diagram = _read_process(root, process, findings)
    return diagram, tuple(_without_repetition(findings.found))


def _without_repetition(findings: list[Finding]) -> list[Finding]:
    """Say once, with the number of places, what another tool wrote everywhere."""
    places = Counter(finding.message for finding in findings if finding.code == "no-effect")
    told: list[Finding] = []
    for finding in findings:
        times = places.pop(finding.message, 0) if finding.code == "no-effect" else 1
        if times > 1:
            message = f"{finding.message} ({times} places; this is the first.)"
            told.append(replace(finding, message=message))
        elif times:
            told.append(finding)
    return told


def _check_root(root: etree._Element, findings: Findings) -> None:
    for part in root.iterchildren("{http://www.omg.org/spec/BPMN/20100524/MODEL}*"):
        if local(part) not in DEFINITIONS:
            findings.warning(
                "ignored-definition",
                part,
                f"<{local(part)}> is not read; it has no effect. Remove it if nothing else needs it.",
            )
    for collaboration in children(root, "collaboration"):
        check_inner(collaboration, findings)
    check_extensions(root, findings)


def _choose(processes: list[etree._Element], findings: Findings) -> etree._Element | None:
    """Take the one executable process; with a finding, the best other one."""
    executable = [process for process in processes if process.get("isExecutable") in ("true", "1")]
    if not processes:
        findings.error(
            "no-process", None, "The file holds no process. Draw one, with a start and an end."
        )
        return None
    if not executable:
        findings.error(
            "not-executable",
            processes[0],
            'No process is executable. Tick "Executable" on the process (isExecutable="true").',
        )
    for other in executable[1:]:
        findings.error(
            "several-executable",
            other,
            f'"{other.get("name") or other.get("id", "")}" is a second executable process. Keep one '
            "in a file; move the other into a file of its own.",
        )
    chosen = executable[0] if executable else max(processes, key=len)
    for other in processes:
        if other is not chosen and other not in executable and _has_steps(other):
            findings.error(
                "pool-with-steps",
                other,
                f'The process "{other.get("name") or other.get("id", "")}" is drawn with steps but is '
                "not run. Make its pool an empty one, or move it into a file of its own.",
            )
    return chosen


def _has_steps(process: etree._Element) -> bool:
    return any(local(part) not in ("documentation", "extensionElements") for part in process)


def _read_process(root: etree._Element, process: etree._Element, findings: Findings) -> Diagram:
    if not process.get("id"):
        findings.error(
            "missing-id", process, "The process has no id. Give it one, like create-site."
        )
    definitions = Definitions.of(root, findings)
    lanes, lane_of = _lanes(process, findings)
    marks = read_process(process, findings)
    # In a confidential process nothing is public because nobody said what it is.
    scope = Scope(definitions, lane_of, findings, UNSAID if marks.confidential else PUBLIC)
    read_level(process, None, scope)
    check_flows(scope)
    _check_lane_members(process, scope)
    check_extensions(process, findings)
    return Diagram(
        process_id=process.get("id", ""),
        name=" ".join((process.get("name") or "").split()),
        documentation=text_of(child(process, "documentation")),
        executable=process.get("isExecutable") in ("true", "1"),
        owner=marks.owner,
        starters=marks.starters,
        subject=marks.subject,
        confidential=marks.confidential,
        inputs=marks.inputs,
        nodes=scope.nodes,
        flows=scope.flows,
        lanes=lanes,
        pools=_pools(root, findings),
        line=line_of(process),
    )


def _pools(root: etree._Element, findings: Findings) -> tuple[str, ...]:
    names = []
    known = {element.get("id") for element in children(root, "process")}
    for collaboration in children(root, "collaboration"):
        for pool in children(collaboration, "participant"):
            names.append(" ".join((pool.get("name") or pool.get("id") or "").split()))
            check_extensions(pool, findings)
            if pool.get("processRef") and pool.get("processRef") not in known:
                findings.error(
                    "dangling-reference",
                    pool,
                    f'The pool "{names[-1]}" names the process "{pool.get("processRef")}", which is '
                    "not in the file. Draw the pool anew.",
                )
    return tuple(names)


def _lanes(process: etree._Element, findings: Findings) -> tuple[tuple[str, ...], dict[str, str]]:
    """Give the lanes from top to bottom, and the lane of each node id."""
    names: list[str] = []
    lane_of: dict[str, str] = {}
    for lane_set in children(process, "laneSet"):
        for lane in children(lane_set, "lane"):
            check_inner(lane, findings)
            check_extensions(lane, findings)
            name = " ".join((lane.get("name") or "").split())
            if not name or name in names:
                findings.error(
                    "bad-lane",
                    lane,
                    "A lane has no name, or one that another lane has. Name each after a party.",
                )
            names.append(name)
            for member in children(lane, "flowNodeRef"):
                _place(text_of(member), name, lane, lane_of, findings)
    return tuple(name for name in names if name), lane_of


def _place(
    node_id: str, name: str, lane: etree._Element, lane_of: dict[str, str], findings: Findings
) -> None:
    if node_id in lane_of:
        findings.error(
            "two-lanes", lane, f'"{node_id}" is in two lanes. Move the shape so that it is in one.'
        )
    lane_of.setdefault(node_id, name)


def _check_lane_members(process: etree._Element, scope: Scope) -> None:
    drawn = {element.get("id") for element in process.iter()}
    for node_id in sorted(set(scope.lane_of) - {identity for identity in drawn if identity}):
        scope.findings.error(
            "dangling-reference",
            process,
            f'A lane holds "{node_id[:140]}", which is not in the process. Move a shape of the lane '
            "and save again.",
        )
