"""A small policy pack as plain data, for diagrams drawn in tests."""

from dataclasses import replace

from tests.workflows.diagrams import sketch
from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.lint import Known, KnownAct, KnownDiagram, lint
from workflows.diagrams.reading import read

KNOWN = Known(
    acts={
        "request-site": KnownAct("Request a site", parties=("Requester",)),
        "approve-site": KnownAct(
            "Approve the site",
            parties=("Communications",),
            outcomes=("approve", "reject"),
            may_offer=("return",),
        ),
        "withdraw-request": KnownAct("Withdraw the request", parties=("Requester",)),
        "launch-site": KnownAct("Launch the site", operation=True),
    },
    roles=frozenset({"policy_owner", "requester"}),
    parties=frozenset({"Requester", "Communications", "City Clerk"}),
    topics={"launch-site": "launch-site", "remind": None},
    clauses=frozenset({"GC-2", "CO-2"}),
    classifications=frozenset({"public", "private", "security"}),
    diagrams={"gather-advice": KnownDiagram(inputs=("Ask",), errors=frozenset({"refused"}))},
)


def whole(*parts: str, lanes: dict[str, str] | None = None, **options: str) -> Diagram:
    """Read parts as a process in which every user task has a lane."""
    data = sketch.process(*parts, lanes=lanes, **options)
    diagram, findings = read(data)
    assert [finding for finding in findings if finding.severity == "error"] == []
    assert diagram is not None
    if lanes is not None:
        return diagram
    nodes = {identity: replace(node, lane="Requester") for identity, node in diagram.nodes.items()}
    return replace(diagram, nodes=nodes)


def linted(diagram: Diagram, known: Known = KNOWN) -> list[Finding]:
    # Sketches name no clauses; that this is noted is tested where clauses are.
    return [finding for finding in lint(diagram, known) if finding.code != "no-clause"]


def found(diagram: Diagram, known: Known = KNOWN) -> set[tuple[str, str | None]]:
    """Give the code and element of every finding."""
    return {(finding.code, finding.element) for finding in linted(diagram, known)}


def message(diagram: Diagram, code: str, known: Known = KNOWN) -> str:
    """Give the words of the one finding with the code."""
    (finding,) = [finding for finding in linted(diagram, known) if finding.code == code]
    return finding.message
