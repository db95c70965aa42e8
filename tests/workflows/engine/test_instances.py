"""Steps that are done several times, in parallel or one after the other."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, do, names, nodes, specs, the
from workflows.engine import EngineError, Passed, UnansweredError, load

ADVISE = """
    start S
    user Plan
    user Advise times=Plan.advisers{order}
    xor G default=G-No
    user Yes
    user No
    S -> Plan -> Advise -> G
    G -> Yes : count(Advise.view = "for") >= 2
    G -> No
"""
PARALLEL = ADVISE.format(order="")
SEQUENTIAL = ADVISE.format(order=" sequential=yes")


@pytest.mark.parametrize(("views", "step"), [(["for", "for", "against"], "Yes"), (["for"], "No")])
def test_as_many_instances_run_at_once_as_were_asked_for(views: list[str], step: str) -> None:
    given = Given(Plan__advisers=len(views))
    run = begin(PARALLEL, given)
    do(run, "Plan")
    assert [waiting.scope for waiting in run.waiting()] == [f"#{n}" for n in range(len(views))]
    assert set(names(run)) == {"Advise"}
    for waiting, view in zip(run.waiting(), views, strict=True):
        given.give(waiting, "view", view)
        run.complete(waiting.id)
    assert names(run) == [step]


def test_instances_in_sequence_wait_one_after_the_other() -> None:
    given = Given(Plan__advisers=3)
    run = begin(SEQUENTIAL, given)
    do(run, "Plan")
    for number in range(3):
        waiting = the(run, "Advise")
        assert waiting.scope == f"#{number}"
        given.give(waiting, "view", "for")
        run = load(specs(SEQUENTIAL), run.save(), given)
        run.complete(waiting.id)
    assert names(run) == ["Yes"]


@pytest.mark.parametrize("text", [PARALLEL, SEQUENTIAL])
def test_no_instance_at_all_goes_on_at_once(text: str) -> None:
    run = begin(text, Given(Plan__advisers=0))
    do(run, "Plan")
    assert names(run) == ["No"]


@pytest.mark.parametrize("number", [-1, 1001, 10**9, 1.5, "three", True, None])
def test_a_number_of_instances_that_makes_no_sense_is_an_error(number: object) -> None:
    run = begin(PARALLEL, Given(Plan__advisers=number))  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="Advise"):
        do(run, "Plan")


def test_a_number_of_instances_that_nobody_gave_is_an_error() -> None:
    run = begin(PARALLEL)
    with pytest.raises(UnansweredError, match=r"Plan\.advisers"):
        do(run, "Plan")


def test_the_number_is_settled_when_the_step_starts() -> None:
    given = Given(Plan__advisers=2)
    run = begin(SEQUENTIAL, given)
    do(run, "Plan")
    given.answers["", "Plan", "advisers"] = 9
    do(run, "Advise", "Advise")
    assert names(run) == ["No"]


def test_a_list_is_counted() -> None:
    run = begin(PARALLEL, Given(Plan__advisers=["it", "clerk"]))
    do(run, "Plan")
    assert names(run) == ["Advise", "Advise"]


def test_every_instance_passes_and_then_the_step_as_a_whole() -> None:
    run = begin(PARALLEL, Given(Plan__advisers=2))
    do(run, "Plan", "Advise", "Advise")
    passed = [p for p in run.passed if p.element == "Advise"]
    assert passed == [Passed("Advise", "main", scope, "node") for scope in ("#0", "#1", "")]


def test_instances_in_a_call_have_the_call_in_their_scope() -> None:
    run = begin("start S\ncall C to=inner\nS -> C", inner="start I\nuser A times=2\nI -> A")
    first, second = run.waiting()
    assert first.scope.endswith("#0")
    assert second.scope.endswith("#1")
    assert first.scope[:-1] == second.scope[:-1]
    assert first.scope.startswith("C.")


def test_a_deadline_takes_all_instances_away() -> None:
    text = "start S\nuser A times=3\non Late host=A duration=P1D\nuser B\nuser C\nS -> A -> B\nLate -> C"
    run = begin(text)
    do(run, "A")
    run = load(specs(text), run.save(), Given())
    assert names(run) == ["A", "A", "Late"]
    do(run, "Late")
    assert names(run) == ["C"]
    assert nodes(run) == ["Late"]


def test_all_instances_take_the_deadline_away() -> None:
    text = "start S\nuser A times=2\non Late host=A duration=P1D\nuser B\nuser C\nS -> A -> B\nLate -> C"
    run = begin(text)
    do(run, "A", "A")
    assert names(run) == ["B"]


RESTARTED = """
import pathlib, sys
from tests.workflows.engine.sketch import Given
from workflows.engine import load, parse
folder = pathlib.Path(sys.argv[1])
specs = parse({"main": (folder / "main.bpmn").read_bytes()}, "main")
run = load(specs, (folder / "state").read_bytes(), Given(Plan__advisers=3))
run.complete(run.waiting()[0].id)
(folder / "state").write_bytes(run.save())
print(",".join(waiting.element for waiting in run.waiting()))
"""


@pytest.mark.parametrize(
    ("text", "waiting"),
    [(PARALLEL, ["Advise,Advise", "Advise", "No"]), (SEQUENTIAL, ["Advise", "Advise", "No"])],
)
def test_instances_go_on_in_a_process_that_has_never_seen_them(
    text: str, waiting: list[str], tmp_path: Path
) -> None:
    run = begin(text, Given(Plan__advisers=3))
    do(run, "Plan")
    (tmp_path / "main.bpmn").write_bytes(bpmn(text))
    (tmp_path / "state").write_bytes(run.save())
    told = [
        subprocess.run(
            [sys.executable, "-c", RESTARTED, str(tmp_path)],
            check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3],
        ).stdout.strip()
        for _round in waiting
    ]  # fmt: skip
    assert told == waiting
