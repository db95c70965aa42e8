"""The shipped diagrams are proved: every case can come to an end, and every rule holds on every way."""

import pytest

from tests.workflows.diagrams.proof.mutants import City, policy, shipped
from workflows.diagrams.proof import Budget, is_called_only, prove


@pytest.mark.parametrize("process", shipped())
def test_every_shipped_diagram_is_sound_and_keeps_every_rule(process: str) -> None:
    diagram = shipped()[process]
    alone = not is_called_only(diagram)
    proof = prove(diagram, shipped(), policy(), Budget.of(20), alone=alone)
    assert [finding.message for finding in proof.findings()] == []
    assert (proof.sound, proof.complete) == (True, True)
    assert set(proof.rules.values()) <= {"holds", "not-applicable"}


def test_no_rule_of_a_shipped_process_holds_because_nothing_happens() -> None:
    rules = [City().proof(process).rules for process in ("create-site", "investigate-complaint")]
    assert "vacuous" not in {verdict for found in rules for verdict in found.values()}
    for one in ("K01", "K09", "K24", "K31"):
        assert "holds" in {found[one] for found in rules}
