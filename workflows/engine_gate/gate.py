"""The gate itself: compares what it is given with the engine, and says in words where they part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.proof import Proof
from workflows.diagrams.proof.telling import story
from workflows.diagrams.proof.way import way
from workflows.diagrams.second_gate import OnEngine, Proved
from workflows.engine import EngineError, parse
from workflows.engine_gate.comparing import Compared, compare
from workflows.engine_gate.walking import Difference, Limits

# Pairs of situation and state in one walk.
MOST_PAIRS = 2_000


@dataclass
class EngineGate:
    """Compares proofs with the engine; what has been compared once is known from then on.

    Diagrams that others call are compared alone and in the cases of those that call them.
    """

    most: int = MOST_PAIRS
    _known: dict[object, Compared] = field(default_factory=dict)

    def __call__(
        self, files: Mapping[str, bytes], proofs: Sequence[Proved], until: float
    ) -> OnEngine:
        """Compare each proof with the engine. Never raises for a diagram."""
        compared: list[Compared] = []
        findings: list[Finding] = []
        for caller, proof in proofs:
            try:
                found = self._compared(files, proof, until)
            except EngineError as refusal:
                return OnEngine(refusal=refusal.message, element=refusal.element)
            compared.append(found)
            findings += [_finding(proof, one, caller) for one in found.differences]
        differs = any(one.severity == "error" for one in findings)
        complete = all(one.complete for one in compared)
        is_tried = bool(compared) and all(one.complete or one.covered for one in compared)
        return OnEngine(
            states=sum(one.pairs for one in compared),
            complete=complete and bool(compared),
            agrees=False if differs else (True if is_tried else None),
            findings=tuple(findings),
        )

    def _compared(self, files: Mapping[str, bytes], proof: Proof, until: float) -> Compared:
        key = _key(files, proof)
        found = self._known.get(key)
        if found is None:
            main = proof.flat.scopes[0].diagram.process_id
            found = compare(proof, parse(files, main), Limits(self.most, until))
            if found.complete or found.differences:
                self._known[key] = found
        return found


def _key(files: Mapping[str, bytes], proof: Proof) -> object:
    """Tell apart what may come out differently: the diagrams, and what a caller has asked before."""
    own: Diagram = proof.flat.scopes[0].diagram
    processes = sorted({scope.diagram.process_id for scope in proof.flat.scopes})
    digests = tuple((one, sha256(files[one]).digest()) for one in processes if one in files)
    given = tuple((name, proof.known.caller_fields.get(name)) for name in own.inputs)
    return own.process_id, proof.alone, digests, given


def _finding(proof: Proof, difference: Difference, caller: Diagram | None) -> Finding:
    within = f' in "{caller.name or caller.process_id}", which calls this diagram' if caller else ""
    step = proof.flat.steps[difference.step] if difference.step >= 0 else None
    line = step.node.line if step is not None and step.scope == 0 and caller is None else None
    if difference.is_other_order:
        message = (
            f"{difference.what[0].upper()}{difference.what[1:]}{within}: what moves by itself moves in "
            "another order there. By BPMN both orders can happen, so the finding of the proof stands."
        )
        element = step.node.id if step is not None else None
        return Finding("info", "engine-other-order", element, line, message, None, difference.ids)
    message = (
        f"Engine and proof disagree{within}: {difference.what}, and the proof says otherwise. Cases "
        "would not run as the diagram is drawn and proved, so it cannot be published; please report it "
        "with the file."
    )
    return Finding(
        "error",
        "engine-disagrees",
        step.node.id if step is not None else None,
        line,
        message + story(proof.flat, difference.path),
        None,
        difference.ids,
        way(proof.flat, difference.path, difference.step, message) if step is not None else (),
    )
