"""Diagrams led through proof and engine side by side."""

import time
from collections.abc import Mapping

from tests.workflows.diagrams.proof.mutants import City, policy
from tests.workflows.engine_gate.writing import bpmn
from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.lint import Known, lint
from workflows.diagrams.proof import Budget, Proof, is_called_only, prove
from workflows.diagrams.reading import read
from workflows.diagrams.second_gate import OnEngine, settled
from workflows.engine_gate import EngineGate

SECONDS = 20


def tried(
    main: str, files: Mapping[str, bytes], known: Known | None = None, most: int = 2_000
) -> tuple[Proof, OnEngine]:
    """Prove a diagram among files and try it on the engine."""
    diagrams = {key: _read(data) for key, data in files.items()}
    own = diagrams[main]
    proof = prove(
        own, diagrams, known or Known(), Budget.of(SECONDS), alone=not is_called_only(own)
    )
    gate = EngineGate(most)
    found = gate(files, [(None, proof)], time.perf_counter() + SECONDS)
    return proof, settled(found, proof.findings())


def tried_drawn(*diagrams: Diagram, known: Known | None = None) -> tuple[Proof, OnEngine]:
    """Prove and try the first of some drawn diagrams."""
    library = {diagram.process_id: diagram for diagram in diagrams}
    proof = prove(diagrams[0], library, known or Known(), Budget.of(SECONDS))
    files = {key: bpmn(diagram) for key, diagram in library.items()}
    found = EngineGate()(files, [(None, proof)], time.perf_counter() + SECONDS)
    return proof, settled(found, proof.findings())


def tried_city(city: City, main: str) -> tuple[Proof, OnEngine]:
    """Prove and try one of the city's diagrams, as they were changed."""
    proof = prove(city.diagrams[main], city.diagrams, policy(), Budget.of(SECONDS))
    files = {key: bpmn(diagram) for key, diagram in city.diagrams.items()}
    found = EngineGate()(files, [(None, proof)], time.perf_counter() + SECONDS)
    others = [finding for diagram in city.changed() for finding in lint(diagram, policy())]
    return proof, settled(found, [*others, *proof.findings()])


def disagreements(found: OnEngine) -> list[Finding]:
    """Give the findings in which engine and proof disagree."""
    return [finding for finding in found.findings if finding.code == "engine-disagrees"]


def _read(data: bytes) -> Diagram:
    diagram, findings = read(data)
    assert diagram is not None, findings
    return diagram
