"""The engine passes everything once, however many steps wait side by side, before it tries the rest."""

import time

import pytest

from tests.workflows.drawn import drawn
from workflows.diagrams.lint import Known
from workflows.diagrams.proof import Budget, prove
from workflows.diagrams.reading import read
from workflows.diagrams.second_gate import OnEngine
from workflows.engine_gate import EngineGate

FRAME = "start S\nand F\nand J\nend E\nS -> F\nJ -> E\n"
SIDE_BY_SIDE = FRAME + "\n".join(f"user T{number}\nF -> T{number} -> J" for number in range(14))
# Nine of them, each with a reminder of its own.
REMINDED = FRAME + "\n".join(
    f"user T{number}\nF -> T{number} -> J\n"
    f"on R{number} host=T{number} interrupting=false duration=P1D\nuser U{number}\nend N{number}\n"
    f"R{number} -> U{number} -> N{number}"
    for number in range(9)
)


def tried(text: str, most: int) -> OnEngine:
    """Try a diagram on the engine until so many pairs are met."""
    data = drawn(text)
    diagram, _ = read(data)
    assert diagram is not None
    proof = prove(diagram, {"main": diagram}, Known(), Budget.of(20))
    assert proof.sound
    return EngineGate(most)({"main": data}, [(None, proof)], time.perf_counter() + 20)


@pytest.mark.parametrize("text", [SIDE_BY_SIDE, REMINDED], ids=["steps", "reminders"])
def test_many_steps_at_once_are_all_tried_long_before_every_order_is(text: str) -> None:
    found = tried(text, most=40)
    assert (found.complete, found.agrees, found.findings) == (False, True, ())


def test_what_cannot_be_passed_in_time_is_not_taken_for_tried() -> None:
    found = tried(SIDE_BY_SIDE, most=10)
    assert (found.complete, found.agrees, found.findings) == (False, None, ())
