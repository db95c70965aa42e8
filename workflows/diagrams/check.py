"""One verdict for each BPMN file, in the form that the outside relies on (JSON objects, exit code)."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NotRequired, TypedDict, cast

from workflows.diagrams.graph import Diagram, Field, Finding, WayStep
from workflows.diagrams.lint import Known, known_diagram, lint
from workflows.diagrams.lint.calls import faulty_calls
from workflows.diagrams.proof import WAY, Budget, RuleVerdict
from workflows.diagrams.proof.verdict import Proved, prove_with_callers
from workflows.diagrams.reading import read
from workflows.diagrams.second_gate import Engine, OnEngine, settled

_STEPS = re.compile(r"; (?=\d+\. |\(and )")
Library = Callable[[str], bytes | None]

# What the exploration of one file may take of the time that its whole check has.
SECONDS = 14.0
# So many times as long the exploration together with the run on the engine may take.
WITH_ENGINE = 1.2


class WaitingReport(TypedDict):
    """A step that waits meanwhile, or with `is_around` what stands around such a one, as JSON."""

    diagram: str
    visit: int
    element: str
    title: str
    party: str | None
    is_around: bool


class WayStepReport(TypedDict):
    """A step of a finding's way as JSON; `visit` only from the second one, `waits` where something does."""

    diagram: str
    name: str
    element: str
    flows: list[str]
    sentence: str
    visit: NotRequired[int]
    waits: NotRequired[list[WaitingReport]]


class FindingReport(TypedDict):
    """A finding as JSON; `way` only where there is one."""

    severity: str
    code: str
    element: str | None
    line: int | None
    message: str
    rule: str | None
    path: list[str]
    way: NotRequired[list[WayStepReport]]


class ProofReport(TypedDict):
    """What the exploration of all paths found: `sound` is None where it did not come to an end."""

    states: int
    complete: bool
    sound: bool | None
    rules: dict[str, RuleVerdict]


class EngineReport(TypedDict):
    """What the same exploration on the real engine found."""

    states: int
    complete: bool
    agrees: bool | None


class Report(TypedDict):
    """The verdict on one file."""

    file: str
    process: str | None
    findings: list[FindingReport]
    proof: ProofReport
    engine: EngineReport
    milliseconds: int


def check(files: Mapping[str, bytes], *, known: Known, library: Library) -> list[Report]:
    """Check files by name, in their order. Never raises, whatever the bytes.

    `known` is what the policy pack and the operations say. Called diagrams are looked up among the
    files first, then by `library` (process id -> bytes, None where there is none).
    """
    shelf = Shelf.of(files, library)
    return [check_file(name, data, known, shelf) for name, data in files.items()]


@dataclass
class Shelf:
    """The diagrams within reach, each read once; `neighbours` of the library may call the files.

    `told` is what was found when each was read, `faults` the first error in those that are called.
    """

    library: Library
    neighbours: tuple[str, ...] = ()
    given: dict[str, Diagram] = field(default_factory=dict)
    file_of: dict[str, str] = field(default_factory=dict)
    fetched: dict[str, Diagram | None] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, list[Finding]] = field(default_factory=dict)
    faults: dict[str, Finding | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls, files: Mapping[str, bytes], library: Library, neighbours: Iterable[str] = ()
    ) -> "Shelf":
        """Read the given files onto a new shelf."""
        shelf = cls(library, tuple(neighbours))
        for name, data in files.items():
            shelf.add(name, data)
        return shelf

    def add(self, name: str, data: bytes) -> None:
        """Put a given file on the shelf; the first of two with the same process id stays."""
        diagram, findings = _read(data)
        if diagram is not None and diagram.process_id not in self.given:
            self.told[diagram.process_id] = findings
            self.given[diagram.process_id] = diagram
            self.file_of[diagram.process_id] = name
            self.files[diagram.process_id] = data

    def find(self, process: str) -> Diagram | None:
        """Give the diagram of a process id."""
        if process in self.given:
            return self.given[process]
        if process not in self.fetched:
            data = self.library(process)
            self.fetched[process] = None
            if data is not None:
                self.fetched[process], self.told[process] = _read(data)
                self.files[process] = data
        return self.fetched[process]

    def reachable(self, diagram: Diagram) -> dict[str, Diagram]:
        """Give everything that the diagram calls, directly or not, by process id."""
        found: dict[str, Diagram] = {}
        waiting = _calls(diagram)
        while waiting:
            process = waiting.pop()
            called = None if process in found else self.find(process)
            if called is not None:
                found[process] = called
                waiting += _calls(called)
        return found

    def callers(self, process: str) -> list[Diagram]:
        """Give the diagrams that call it, of those given and of the neighbours."""
        others = (self.find(name) for name in self.neighbours if name not in self.given)
        known = [*self.given.values(), *filter(None, others)]
        return [caller for caller in known if process in _calls(caller)]


def _calls(diagram: Diagram) -> list[str]:
    return [node.called for node in diagram.of_kind("callActivity") if node.called]


def _read(data: bytes) -> tuple[Diagram | None, list[Finding]]:
    try:
        return read(data)
    except Exception as error:  # noqa: BLE001 - a fault of ours is a finding too, never a traceback
        return None, [_fault(error)]


def _fault(error: Exception) -> Finding:
    message = f"The check itself failed on this file ({type(error).__name__}). Please report it with the file."
    return Finding("error", "check-failed", None, None, message)


def check_file(
    name: str,
    data: bytes,
    known: Known,
    shelf: Shelf,
    *,
    seconds: float = SECONDS,
    engine: Engine | None = None,
) -> Report:
    """Check one of the files on the shelf. Never raises, whatever the bytes.

    What `seconds` do not suffice to explore is not proved; running it on the `engine` as well, where
    one is given, takes a little longer.
    """
    # A stopwatch for the report and the budget, not a clock: nothing of a case is decided by it.
    begin = time.perf_counter()
    diagram, findings = _read(data)
    proved = Proved(reason="the file cannot be read as a diagram")
    on_engine = OnEngine()
    if diagram is not None:
        try:
            findings += _lint(name, diagram, known, shelf)
            proved = prove_with_callers(
                diagram, _known(diagram, known, shelf), shelf, Budget.of(seconds)
            )
            findings += proved.findings
            if engine is not None and proved.proofs:
                on_engine = engine(
                    {**shelf.files, diagram.process_id: data},
                    proved.proofs,
                    begin + seconds * WITH_ENGINE,
                )
                on_engine = settled(on_engine, findings)
                findings += on_engine.findings
        except Exception as error:  # noqa: BLE001 - as above
            findings.append(_fault(error))
            proved = Proved(reason="the check itself failed")
    if proved.reason:
        findings.append(not_proved(proved.reason))
    elapsed = round((time.perf_counter() - begin) * 1000)
    process = diagram.process_id if diagram else None
    return report(name, process, findings, elapsed, proved, on_engine)


def not_proved(reason: str) -> Finding:
    """Say that the diagram was not, or not wholly, explored."""
    message = (
        f"Not proved: {reason}. A diagram that is not proved cannot be published: it must be shown that "
        "every case can reach an end, and that the policy's rules hold on every path."
    )
    return Finding("info", "not-proved", None, None, message)


def _known(diagram: Diagram, known: Known, shelf: Shelf) -> Known:
    """Add what the diagrams around this one say: those that it calls, and those that call it."""
    fields: dict[str, tuple[Field, ...]] = dict(known.caller_fields)
    acts: dict[str, str] = dict(known.caller_acts)
    for caller in shelf.callers(diagram.process_id):
        fields.update({node.id: node.fields for node in caller.nodes.values() if node.fields})
        acts.update({node.id: node.act for node in caller.nodes.values() if node.act})
    found = shelf.reachable(diagram)
    diagrams = {**known.diagrams, **{key: known_diagram(called) for key, called in found.items()}}
    return replace(known, diagrams=diagrams, caller_fields=fields, caller_acts=acts)


def _fault_of(called: Diagram, known: Known, shelf: Shelf) -> Finding | None:
    """Give the first error that can be seen in a called diagram without walking it."""
    key = called.process_id
    if key not in shelf.faults:
        found = [*shelf.told.get(key, []), *lint(called, _known(called, known, shelf))]
        shelf.faults[key] = next((one for one in found if one.severity == "error"), None)
    return shelf.faults[key]


def _lint(name: str, diagram: Diagram, known: Known, shelf: Shelf) -> list[Finding]:
    agreed = _known(diagram, known, shelf)
    called = shelf.reachable(diagram).items()
    faults = {key: fault for key, one in called if (fault := _fault_of(one, known, shelf))}
    findings = [*lint(diagram, agreed), *faulty_calls(diagram, agreed, faults)]
    first = shelf.file_of.get(diagram.process_id, name)
    if first != name:
        message = (
            f'The process id "{diagram.process_id}" is also that of {first}, which is taken where it is '
            "called. Only one of them can be published under this id."
        )
        findings.append(
            Finding("warning", "duplicate-process", diagram.process_id, diagram.line, message)
        )
    return findings


NOTHING = Proved()
NOT_RUN = OnEngine()


def report(
    name: str,
    process: str | None,
    findings: Iterable[Finding],
    milliseconds: int,
    proved: Proved = NOTHING,
    on_engine: OnEngine = NOT_RUN,
) -> Report:
    """Give the report of a file."""
    return Report(
        file=name,
        process=process or None,
        findings=[_finding(finding) for finding in findings],
        proof=ProofReport(
            states=proved.states,
            complete=proved.complete,
            sound=proved.sound,
            rules=dict(proved.rules),
        ),
        engine=EngineReport(
            states=on_engine.states, complete=on_engine.complete, agrees=on_engine.agrees
        ),
        milliseconds=milliseconds,
    )


def _finding(finding: Finding) -> FindingReport:
    values: dict[str, Any] = {**asdict(finding), "path": list(finding.path)}
    del values["way"]
    if finding.way:
        values["way"] = [_way_step(step) for step in finding.way]
    return cast("FindingReport", values)


def _way_step(step: WayStep) -> WayStepReport:
    told = WayStepReport(
        diagram=step.diagram,
        name=step.name,
        element=step.element,
        flows=[*step.flows],
        sentence=step.sentence,
    )
    if step.visit > 1:
        told["visit"] = step.visit
    if step.waits:
        told["waits"] = [cast("WaitingReport", asdict(one)) for one in step.waits]
    return told


def is_publishable(verdict: Report, *, without_engine: bool = False) -> bool:
    """Whether nothing is wrong and everything is proved: soundness and every rule that applies.

    The engine must have agreed with the proof; `without_engine` it may also have been left out.
    """
    agrees, proof = verdict["engine"]["agrees"], verdict["proof"]
    return (
        not any(finding["severity"] == "error" for finding in verdict["findings"])
        and proof["complete"]
        and proof["sound"] is True
        and "not-proved" not in proof["rules"].values()
        and (agrees is True or (agrees is None and without_engine))
    )


def exit_code(reports: Iterable[Report], *, without_engine: bool = False) -> int:
    """Give 0 where every file may be published, 1 otherwise (and where there is none)."""
    verdicts = [is_publishable(one, without_engine=without_engine) for one in reports]
    return 0 if verdicts and all(verdicts) else 1


def report_text(verdict: Report, *, without_engine: bool = False) -> str:
    """Give a report for a terminal: a headline, then one line for each finding."""
    is_good = is_publishable(verdict, without_engine=without_engine)
    headline = _headline(verdict, "publishable" if is_good else "not publishable")
    lines = [f"{verdict['file']}: {headline} ({verdict['milliseconds']} ms)"]
    for finding in verdict["findings"]:
        line = f"line {finding['line']}" if finding["line"] else ""
        place = " ".join(filter(None, [line, finding["element"], finding["rule"]]))
        message, way, steps = finding["message"].partition(WAY)
        lines.append(f"  {finding['severity']}: {place + ': ' if place else ''}{message}")
        if way:
            lines.append(f"   {WAY.rstrip()}")
            lines += [f"      {step}" for step in _STEPS.split(steps)]
        if finding["path"]:
            lines.append(f"    path: {' > '.join(finding['path'])}")
    if verdict["proof"]["states"]:
        lines.append(f"  proof: {_proof_words(verdict['proof'])}")
    if verdict["engine"]["states"] or without_engine:
        lines.append(f"  engine: {_engine_words(verdict['engine'], without_engine)}")
    return "\n".join(lines)


def _proof_words(proof: ProofReport) -> str:
    """Say what was explored and how many rules came to which verdict, with the ids of bad ones."""
    sound = {True: "every case can reach an end", False: "not sound", None: "not wholly explored"}
    rules: dict[RuleVerdict, list[str]] = {}
    for rule, verdict in proof["rules"].items():
        rules.setdefault(verdict, []).append(rule)
    words = [f"{proof['states']} states", sound[proof["sound"]]]
    kept = len(rules.get("holds", []))
    words.append(f"{kept} rule{' holds' if kept == 1 else 's hold'}")
    named: tuple[RuleVerdict, ...] = ("vacuous", "violated", "not-proved")
    words += [
        f"{name.replace('-', ' ')}: {', '.join(rules[name])}" for name in named if name in rules
    ]
    return "; ".join(words)


def _engine_words(engine: EngineReport, without_engine: bool) -> str:
    if without_engine:
        return "left out; publishing asks it too"
    agrees = {True: "agrees with the proof", False: "differs from the proof", None: "not all tried"}
    return f"{engine['states']} situations; {agrees[engine['agrees']]}"


def _headline(verdict: Report, word: str) -> str:
    severities = [finding["severity"] for finding in verdict["findings"]]
    counts = [
        f"{number} {name}{'' if number == 1 else 's'}"
        for name in ("error", "warning")
        if (number := severities.count(name))
    ]
    return ", ".join([word, *counts])
