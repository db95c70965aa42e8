"""What can be seen to be wrong with a diagram without running it: structure, data, policy marks."""

from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.lint import (
    calls,
    conditions,
    confidence,
    coverage,
    cycles,
    events,
    forms,
    gateways,
    lengths,
    policy,
    repeated_acts,
    rewriting,
    structure,
)
from workflows.diagrams.lint.known import (
    Automaton,
    Known,
    KnownAct,
    KnownClass,
    KnownDiagram,
    KnownPart,
    KnownRule,
    known_diagram,
)

__all__ = [
    "Automaton",
    "Known",
    "KnownAct",
    "KnownClass",
    "KnownDiagram",
    "KnownPart",
    "KnownRule",
    "known_diagram",
    "lint",
]

CHECKS = (
    structure,
    lengths,
    gateways,
    cycles,
    events,
    forms,
    conditions,
    coverage,
    policy,
    repeated_acts,
    rewriting,
    calls,
    confidence,
)


def lint(diagram: Diagram, known: Known) -> list[Finding]:
    """Check a diagram against the profile, its own data and what is known outside it.

    Pure and without exceptions for every diagram that `read` gives. Ordered by line, then by severity.
    """
    findings = [finding for check in CHECKS for finding in check.check(diagram, known)]
    severities = ("error", "warning", "info")
    return sorted(
        dict.fromkeys(findings),
        key=lambda finding: (finding.line or 0, severities.index(finding.severity)),
    )
