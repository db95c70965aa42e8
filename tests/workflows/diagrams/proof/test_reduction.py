"""Leaving out orders that make no difference changes no verdict: against the whole walk, wherever that ends."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from tests.workflows.diagrams.proof.data import Asking
from tests.workflows.diagrams.proof.drawing import KNOWN, draw, rule
from tests.workflows.diagrams.proof.mutants import City, Mutant, policy, shipped
from tests.workflows.diagrams.proof.test_against_the_token_game import FAMILIES
from tests.workflows.diagrams.proof.test_mutants import MAINS, MUTANTS
from tests.workflows.engine.random_processes import random_process
from workflows.diagrams.check import Shelf
from workflows.diagrams.graph import Diagram
from workflows.diagrams.lint import Known
from workflows.diagrams.proof import Budget, Proof, Unplayable, exploring, prove
from workflows.diagrams.proof.verdict import prove_with_callers
from workflows.policy.automata import Precedence, Response

SEED = int(os.environ.get("PROOF_SEED", "1"))
PROCESSES = int(os.environ.get("PROOF_PROCESSES", "20"))
LONG_PROCESSES = 340
ASKED_FIRST = rule(
    Precedence(frozenset({"approve"}), frozenset({"launch"})),
    Response(frozenset({"ask"}), frozenset({"approve", "withdraw"})),
)


def both(diagram: Diagram, called: Mapping[str, Diagram], known: Known) -> tuple[Proof, Proof]:
    """Prove a diagram in the whole walk, and without orders that make no difference."""
    whole = prove(diagram, called, known, Budget(states=20_000))
    return whole, prove(diagram, called, known, Budget(states=20_000, is_reduced=True))


def is_same(whole: Proof, reduced: Proof) -> bool:
    """Compare the verdicts; say whether there was anything to compare."""
    if not whole.complete:
        return False
    assert reduced.complete
    assert reduced.states <= whole.states
    assert reduced.sound == whole.sound
    if whole.sound:
        assert reduced.rules == whole.rules
    else:
        # Behind what goes wrong nothing is walked, in either walk; both name what goes wrong first.
        assert kinds(reduced) == kinds(whole)
        broken = {name for name, verdict in reduced.rules.items() if verdict == "violated"}
        assert broken <= {name for name, one in whole.rules.items() if one == "violated"}
    return True


def kinds(proof: Proof) -> set[tuple[str, int]]:
    """Name what is wrong; where no way out is left, one place of several is told."""
    return {
        (one.what, -1 if one.what in ("never-ends", "deadlock") else one.step)
        for one in proof.wrong
    }


def diagrams_of(seed: int, family: str) -> dict[str, Diagram]:
    """Draw a random process with answers, and with acts on some of its steps."""
    drawn = Asking(random_process(seed, *FAMILIES[family]), seed).diagrams()
    return {name: _with_acts(diagram, seed) for name, diagram in drawn.items()}


def _with_acts(diagram: Diagram, seed: int) -> Diagram:
    acts = ("ask", "approve", "launch", None, None, None)
    nodes = {
        name: replace(node, act=acts[(seed + number) % len(acts)])
        if node.kind == "userTask"
        else node
        for number, (name, node) in enumerate(diagram.nodes.items())
    }
    return replace(diagram, nodes=nodes)


def compared(seeds: Iterable[int], family: str) -> int:
    """Compare over random processes; give how many could be."""
    count = 0
    for seed in seeds:
        drawn = diagrams_of(seed, family)
        try:
            proofs = both(drawn["main"], drawn, replace(KNOWN, rules=(ASKED_FIRST,)))
        except Unplayable:
            continue
        count += is_same(*proofs)
    return count


@pytest.mark.parametrize("process", shipped())
def test_shipped_diagrams_have_the_same_verdicts(process: str) -> None:
    assert is_same(*both(shipped()[process], shipped(), policy()))


def test_mutants_have_the_same_verdicts() -> None:
    for mutant in MUTANTS[::50]:
        _compare_mutant(mutant)


@pytest.mark.long
@pytest.mark.parametrize("number", range(len(MUTANTS)))
def test_every_mutant_has_the_same_verdicts(number: int) -> None:
    _compare_mutant(MUTANTS[number])


def _compare_mutant(mutant: Mutant) -> None:
    city = City()
    mutant.change(city)
    for process in MAINS:
        try:
            proofs = both(city.diagrams[process], city.diagrams, policy())
        except Unplayable:
            continue
        is_same(*proofs)


@pytest.mark.parametrize("family", FAMILIES)
def test_random_processes_have_the_same_verdicts(family: str) -> None:
    assert compared(range(SEED * 5_000, SEED * 5_000 + PROCESSES), family) > PROCESSES // 2


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_many_random_processes_have_the_same_verdicts(family: str) -> None:
    seeds = range(SEED * 6_000_000, SEED * 6_000_000 + LONG_PROCESSES)
    assert compared(seeds, family) > LONG_PROCESSES // 2


def branches(number: int, *, end: str = "Join") -> str:
    """Draw so many branches side by side."""
    lines = ["start Begin", "and Split", "and Join", "end Done", "Begin -> Split", "Join -> Done"]
    steps = [f"user T{n}" for n in range(number)]
    return "\n".join(
        [*lines[:4], *steps, *lines[4:], *(f"Split -> T{n} -> {end}" for n in range(number))]
    )


def test_thirty_branches_are_proved_and_the_report_says_how() -> None:
    diagram = draw(branches(30))
    proof = prove(diagram, {}, Known(), Budget(states=500))
    assert (proof.sound, proof.complete, proof.is_reduced) == (True, True, True)
    assert proof.states < 50
    (finding,) = proof.findings()
    assert (finding.severity, finding.code) == ("info", "reduced")
    assert "Drawing fewer branches side by side" in finding.message
    assert prove(diagram, {}, Known(), Budget(states=20)).sound is None


def test_what_can_be_walked_as_a_whole_is() -> None:
    proof = prove(draw(branches(6)), {}, Known(), Budget())
    assert (proof.states, proof.is_reduced, proof.findings()) == (65, False, [])


def test_a_fault_among_thirty_branches_is_found() -> None:
    proof = prove(draw(branches(30, end="Done")), {}, Known(), Budget(states=500))
    assert {one.what for one in proof.wrong} == {"ends-twice", "dead-step"} or proof.sound is False


def test_behind_a_fault_the_walk_ends_before_all_states_are_met(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exploring, "AFTER_A_FAULT", 100)
    twice = "\nuser A\nuser B\nend Over\nSplit -> A -> Over\nSplit -> B -> Over"
    diagram = draw(branches(9) + twice)
    shelf = Shelf.of({}, lambda _process: None)
    proved = prove_with_callers(diagram, Known(), shelf, Budget())
    assert (proved.sound, proved.complete) == (False, False)
    assert 100 < proved.states < 200 < 2**9
    assert "before it is mended" in proved.reason


def test_a_second_token_that_may_come_while_the_first_waits_is_not_left_out() -> None:
    """The slow step may still be open when the loop brings the next token."""
    text = """
    start Begin
    xor Merge
    and Split
    user Slow
    user Quick
    and Again
    and Join
    user Last
    Begin -> Merge -> Split -> Slow -> Join -> Last -> Off
    Split -> Quick -> Again -> Join
    Again -> Merge
    end Off
    """
    text = "\n".join(sorted(text.splitlines(), key=lambda line: " -> " in line))
    whole, reduced = both(draw(text), {}, Known())
    assert ("done-twice", draw_index(whole, "Slow")) in {
        (one.what, one.step) for one in whole.wrong
    }
    assert kinds(reduced) == kinds(whole)


def draw_index(proof: Proof, name: str) -> int:
    return next(step.index for step in proof.flat.steps if step.node.id == name)


def test_a_second_token_into_a_join_is_not_lost_from_sight() -> None:
    """Done first, the third step would let the join act before the second token comes."""
    text = """
    start Begin
    and Split
    user One
    user Two
    user Three
    xor Merge
    and Join
    terminate Off
    Begin -> Split -> One -> Merge -> Join -> Off
    Split -> Two -> Merge
    Split -> Three -> Join
    """
    whole, reduced = both(draw(text), {}, Known())
    assert ("done-twice", draw_index(whole, "Join")) in kinds(whole)
    assert kinds(reduced) == kinds(whole)


def test_a_step_in_what_can_be_called_off_keeps_its_place() -> None:
    """The deadline comes only while the slow step keeps the subprocess open."""
    text = """
    start Begin
    sub Work {
    start In
    and Split
    user Slow
    user Launch act=launch
    end Out
    end Away
    }
    rings Late on=Work beside=yes timer=P1D
    manual Note act=approve
    end Noted
    end Done
    In -> Split -> Slow -> Out
    Split -> Launch -> Away
    Begin -> Work -> Done
    Late -> Note -> Noted
    """
    whole, reduced = both(draw(text), {}, KNOWN)
    assert (reduced.sound, reduced.states) == (True, whole.states)
