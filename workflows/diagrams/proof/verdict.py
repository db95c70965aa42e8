"""The verdict on one diagram together with those that call it: what is published must fit all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.lint.known import Known
from workflows.diagrams.proof import Budget, Proof, RuleVerdict, Unplayable, is_called_only, prove
from workflows.diagrams.proof.judging import GRAVEST


class Diagrams(Protocol):
    """The diagrams within reach."""

    def reachable(self, diagram: Diagram) -> Mapping[str, Diagram]:
        """Give everything that a diagram calls, directly or not, by process id."""

    def callers(self, process: str) -> list[Diagram]:
        """Give the diagrams that call it."""


@dataclass(frozen=True)
class Proved:
    """What was found; `reason` says why something is not proved, empty where all is explored.

    `proofs` are the proofs behind it, each with the diagram that calls this one, None for its own.
    """

    states: int = 0
    complete: bool = False
    sound: bool | None = None
    rules: Mapping[str, RuleVerdict] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    proofs: tuple[tuple[Diagram | None, Proof], ...] = ()


def prove_with_callers(
    diagram: Diagram, known: Known, diagrams: Diagrams, budget: Budget
) -> Proved:
    """Prove a diagram; one that is only called has its rules judged in the cases that call it.

    Where nothing that calls it is known, it is judged as if cases began with it.
    """
    roots = _roots(diagram, diagrams) if is_called_only(diagram) else []
    try:
        own = prove(diagram, diagrams.reachable(diagram), known, budget, alone=not roots)
        proofs = [
            (root, prove(root, _with(diagram, diagrams.reachable(root)), known, budget))
            for root in roots
        ]
    except Unplayable as refusal:
        rules: dict[str, RuleVerdict] = {
            rule.id: "not-proved" if rule.proved else "not-applicable" for rule in known.rules
        }
        return Proved(rules=rules, reason=f"the ways cannot be walked ({str(refusal).rstrip('.')})")
    return _joined(own, proofs)


def _with(diagram: Diagram, reachable: Mapping[str, Diagram]) -> dict[str, Diagram]:
    return {**reachable, diagram.process_id: diagram}


def _roots(diagram: Diagram, diagrams: Diagrams) -> list[Diagram]:
    """Give the diagrams that cases begin with and that call this one, directly or not."""
    found: dict[str, Diagram] = {}
    seen = {diagram.process_id}
    waiting = diagrams.callers(diagram.process_id)
    while waiting:
        caller = waiting.pop(0)
        if caller.process_id in seen:
            continue
        seen.add(caller.process_id)
        above = diagrams.callers(caller.process_id)
        if not is_called_only(caller) or not above:
            found[caller.process_id] = caller
        waiting += above
    return list(found.values())


def _joined(own: Proof, proofs: list[tuple[Diagram, Proof]]) -> Proved:
    findings = [*own.findings()]
    told = {(one.code, one.rule, one.element) for one in findings}
    findings += [
        finding
        for caller, proof in proofs
        for finding in proof.findings(caller)
        if (finding.code, finding.rule, finding.element) not in told
    ]
    everything = [own, *(proof for _, proof in proofs)]
    return Proved(
        states=sum(proof.states for proof in everything),
        complete=all(proof.complete for proof in everything),
        sound=own.sound,
        rules={rule: _gravest([proof.rules[rule] for proof in everything]) for rule in own.rules},
        findings=tuple(findings),
        proofs=((None, own), *proofs),
        reason=_why_not(everything),
    )


def _why_not(proofs: list[Proof]) -> str:
    """Say why not all was walked; nothing where it was."""
    left = [proof for proof in proofs if not proof.complete]
    if not left:
        return ""
    if all(proof.sound is False for proof in left):
        return "what goes wrong leads to more states than are worth exploring before it is mended"
    return "there are more states than could be explored in the time given"


def _gravest(verdicts: list[RuleVerdict]) -> RuleVerdict:
    return min(verdicts, key=GRAVEST.index)
