"""Engine and proof agree on random processes, sound or not, with forms that decide the ways.

GATE_SEED moves the seeds; GATE_PROCESSES asks for more processes than the normal run tries.
"""

import os
from collections import Counter

import pytest

from tests.workflows.engine.random_processes import Process, random_process
from tests.workflows.engine_gate.asking import asking
from tests.workflows.engine_gate.side_by_side import disagreements, tried
from workflows.diagrams.proof import Unplayable

SEED = int(os.environ.get("GATE_SEED", "1"))
PROCESSES = int(os.environ.get("GATE_PROCESSES", "5"))
LONG_PROCESSES = 2_000
MOST_PAIRS = 150
EVERYTHING = ("sequence", "and", "xor", "or", "loop", "sub", "race", "boundary", "many")
FAMILIES = {
    "blocks": (("sequence", "and", "xor", "loop"), 0),
    "blocks with or": (("sequence", "and", "xor", "or", "loop"), 0),
    "everything in blocks": (EVERYTHING, 0),
    "jumps": (("sequence", "and", "xor", "loop"), 2),
    "jumps with or": (("sequence", "and", "xor", "or", "loop"), 2),
    "jumps with everything": (EVERYTHING, 2),
}


def never_done(process: Process) -> bool:
    """Whether a step is to be done no times, as a number: the proof takes that for "perhaps none"."""
    return any(place.kind == "many" and place.times == 0 for place in process.nodes.values())


def compared(number: int, family: str, *, with_forms: bool) -> str:
    """Try one process; say how it went."""
    process = random_process(number, *FAMILIES[family])
    if never_done(process):
        return "left out"
    files = asking(process) if with_forms else process.diagrams()
    try:
        proof, found = tried("main", files, most=MOST_PAIRS)
    except Unplayable:
        return "left out"
    kinds = {wrong.what for wrong in proof.wrong}
    if "handler-rejoins" in kinds:
        return "refused"  # an error whatever its tokens do
    messages = [(finding.message, finding.path) for finding in disagreements(found)]
    assert messages == [], f"seed {number}, {family}, {'forms' if with_forms else 'free'}"
    sound = "unsound" if kinds else "sound"
    return f"{sound}, {'all' if found.complete else 'in part'}"


@pytest.mark.parametrize("with_forms", [False, True], ids=["free", "forms"])
@pytest.mark.parametrize("family", FAMILIES)
def test_engine_and_proof_agree_on_random_processes(family: str, with_forms: bool) -> None:
    numbers = range(SEED * 1_000_000, SEED * 1_000_000 + PROCESSES)
    results = Counter(compared(number, family, with_forms=with_forms) for number in numbers)
    assert results["sound, all"] + results["unsound, all"] > PROCESSES // 4, results


# Each of these was a difference once.
MET = {
    "joins in a handler that two events share": (5_000_137, "jumps with everything", False),
    "two ways of an inclusive gateway in one move": (5_000_013, "jumps with or", True),
    "an order that the engine does not take": (5_000_083, "jumps with or", False),
}


@pytest.mark.parametrize("name", MET)
def test_what_was_a_difference_once_is_none_any_more(name: str) -> None:
    number, family, with_forms = MET[name]
    result = compared(number, family, with_forms=with_forms)
    assert result.partition(",")[0] in ("sound", "unsound")


def test_an_order_that_the_engine_does_not_take_is_told_and_no_disagreement() -> None:
    process = random_process(5_000_083, *FAMILIES["jumps with or"])
    _, found = tried("main", process.diagrams(), most=MOST_PAIRS)
    told = {finding.code: finding for finding in found.findings}
    assert found.agrees
    assert told["engine-other-order"].severity == "info"
    assert told["engine-other-order"].path


@pytest.mark.long
@pytest.mark.parametrize("with_forms", [False, True], ids=["free", "forms"])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_agree_on_many_random_processes(family: str, with_forms: bool) -> None:
    share = LONG_PROCESSES // (2 * len(FAMILIES)) + 1
    numbers = range(SEED * 5_000_000, SEED * 5_000_000 + share)
    results = Counter(compared(number, family, with_forms=with_forms) for number in numbers)
    assert results["sound, all"] + results["unsound, all"] > share // 4, results
