"""Soundness as another analyzer sees it, over random processes of what both read alike.

No data, no boundary events, no messages, and no terminating ends: in a subprocess they end everything there.
"""

import os
from collections import Counter

import pytest

from tests.workflows.diagrams.proof.other_analyzer import OtherAnalyzer
from tests.workflows.engine.random_processes import random_process
from workflows.diagrams.lint import Known
from workflows.diagrams.proof import Budget, prove
from workflows.diagrams.reading import read

SEED = int(os.environ.get("PROOF_SEED", "1"))
FAMILIES = {
    "blocks": (("sequence", "and", "xor", "loop"), 0),
    "blocks with subprocesses": (("sequence", "and", "xor", "loop", "sub"), 0),
    "jumps": (("sequence", "and", "xor", "loop"), 1),
    "jumps with subprocesses": (("sequence", "and", "xor", "loop", "sub"), 1),
}
LONG_PROCESSES = 500


def compare(family: str, count: int, first: int) -> Counter[str]:
    """Compare the verdicts over so many processes; count how it went."""
    kinds, jumps = FAMILIES[family]
    results = Counter[str]()
    with OtherAnalyzer() as other:
        for number in range(count):
            process = random_process(SEED * first + number, kinds, jumps)
            process.called.clear()
            if any(place.host or place.kind == "terminate" for place in process.nodes.values()):
                results["not for both"] += 1
                continue
            data = process.diagrams()["main"]
            theirs = other.is_sound(data.decode())
            diagram, _findings = read(data)
            assert diagram is not None
            ours = prove(diagram, {}, Known(), Budget(states=50_000)).sound
            if theirs is None:
                results["no answer"] += 1
            else:
                assert ours == theirs, (family, number)
                results["sound" if ours else "unsound"] += 1
    return results


@pytest.mark.parametrize("family", FAMILIES)
def test_another_analyzer_comes_to_the_same_verdicts(family: str) -> None:
    results = compare(family, 8, 11_000_000)
    assert results["sound"] + results["unsound"] >= 3


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_another_analyzer_comes_to_the_same_verdicts_over_many_processes(family: str) -> None:
    results = compare(family, LONG_PROCESSES, 12_000_000)
    print(family, dict(results))  # noqa: T201 - for the figures of the long proofs
    assert results["sound"] + results["unsound"] > LONG_PROCESSES // 3
