"""Diagrams from elsewhere: the ones we ship, and public ones where a folder of them is given."""

import os
from pathlib import Path

import pytest

from workflows.diagrams.check import check
from workflows.diagrams.drawing import drawing_faults
from workflows.diagrams.lint import Known, known_diagram, lint
from workflows.diagrams.reading import read
from workflows.diagrams.text import describe

SHIPPED = sorted((Path(__file__).parents[3] / "bpmn").glob("*.bpmn"))
FOREIGN = sorted(Path(os.environ.get("FOREIGN_DIAGRAMS", "/nonexistent")).rglob("*.bpmn"))
# Findings that ask the policy pack, which is not known here.
OF_THE_PACK = {
    "unknown-act", "unknown-role", "unknown-party", "unknown-clause", "unknown-topic", "unknown-called",
}  # fmt: skip


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_diagram_is_read_linted_and_told_without_errors(path: Path) -> None:
    diagram, findings = read(path.read_bytes())
    assert [finding for finding in findings if finding.severity != "info"] == []
    assert diagram is not None
    assert diagram.process_id == path.stem
    others = [read(other.read_bytes())[0] for other in SHIPPED]
    known = Known(diagrams={other.process_id: known_diagram(other) for other in others if other})
    errors = [finding for finding in lint(diagram, known) if finding.severity == "error"]
    assert [finding for finding in errors if finding.code not in OF_THE_PACK] == []
    steps = describe(diagram, str)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    for step in steps:
        for branch in step.branches:
            assert branch.to is not None, branch.text


def _is_answered_in_findings(path: Path) -> None:
    data = path.read_bytes()
    (report,) = check({path.name: data}, known=Known(), library=dict[str, bytes]().get)
    assert report["findings"]
    assert "check-failed" not in {finding["code"] for finding in report["findings"]}
    assert report["milliseconds"] < 5_000
    drawing_faults(data)
    diagram, _ = read(data)
    if diagram is not None:
        assert len(describe(diagram)) <= len(diagram.nodes)


# Only where somebody names a folder of such files: they are not part of this repository.
if FOREIGN:

    @pytest.mark.parametrize("path", FOREIGN, ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_a_public_diagram_is_answered_in_findings(path: Path) -> None:
        _is_answered_in_findings(path)
