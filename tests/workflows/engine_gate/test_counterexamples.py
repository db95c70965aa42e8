"""What the proof finds wrong in a changed diagram happens on the engine too, step by step."""

import pytest

from tests.workflows.diagrams.proof.mutants import City, Mutant, shipped
from tests.workflows.diagrams.proof.test_mutants import MAINS, MUTANTS, WALKED
from tests.workflows.engine_gate.side_by_side import tried_city
from workflows.diagrams.graph import Diagram
from workflows.diagrams.proof import Unplayable

# The long run tries all; every day a few rules beside each code will do.
RULES = ("K01", "K05", "K16", "K17", "K19", "K24", "K27", "K31")


def one_of_each(mutants: tuple[Mutant, ...]) -> list[Mutant]:
    """Give one change for each code that walking finds, and for some rules."""
    found = {one.finds: one for one in reversed(mutants)}
    return [one for one in found.values() if one.finds in {*WALKED, *RULES}]


def mains(city: City) -> set[str]:
    """Give the processes in whose cases the change matters."""
    changed = {one.process_id for one in city.changed()}
    return {main for main in MAINS if changed & {one.process_id for one in shipped_around(main)}}


def shipped_around(main: str) -> list[Diagram]:
    """Give a shipped diagram and all that it calls."""
    found = [shipped()[main]]
    for diagram in found:
        calls = [node.called for node in diagram.of_kind("callActivity")]
        found += [shipped()[one] for one in calls if one and shipped()[one] not in found]
    return found


def replayed(mutant: Mutant) -> str:
    """Try a changed city; say how it went with the main diagram that is wrong."""
    city = City()
    mutant.change(city)
    results = set()
    for main in sorted(mains(city)):
        try:
            proof, found = tried_city(city, main)
        except Unplayable:
            continue
        if found.agrees is None:
            # The engine did not run it, and is right: the proof does not accept it either.
            assert [one.code for one in found.findings] == ["engine-refuses"], main
        else:
            assert [one.message for one in found.findings] == [], main
        is_shown = any(one.path for one in proof.wrong) or any(one.path for one in proof.judged)
        results.add("refused" if found.agrees is None else "replayed" if is_shown else "agrees")
    return min(results, default="not played", key=["replayed", "refused", "agrees"].index)


@pytest.mark.parametrize("mutant", one_of_each(MUTANTS), ids=lambda one: f"{one.finds}: {one.name}")
def test_each_kind_of_fault_can_be_seen_on_the_engine(mutant: Mutant) -> None:
    assert replayed(mutant) in ("replayed", "refused")


@pytest.mark.long
def test_every_fault_that_is_found_can_be_seen_on_the_engine() -> None:
    results = [replayed(mutant) for mutant in MUTANTS]
    assert results.count("replayed") > len(MUTANTS) // 2, results
