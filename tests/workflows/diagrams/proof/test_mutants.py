"""Each careless or sly change to a shipped diagram is found: the right rule or code, and the way to it."""

from collections import Counter

import pytest

from tests.workflows.diagrams.proof.mutants import Change, City, Mutant, policy, shipped
from tests.workflows.diagrams.proof.mutants_of_care import CARE_MUTANTS
from tests.workflows.diagrams.proof.mutants_of_complaints import COMPLAINT_MUTANTS
from tests.workflows.diagrams.proof.mutants_of_cunning import CUNNING_MUTANTS, HARMLESS
from tests.workflows.diagrams.proof.mutants_of_sites import SITE_MUTANTS
from workflows.diagrams.graph import Finding

MUTANTS = (*SITE_MUTANTS, *COMPLAINT_MUTANTS, *CARE_MUTANTS, *CUNNING_MUTANTS)
# Of each rule and code the first change is tried every day, and so is every third of the others.
EVERY_DAY = frozenset(
    {[one.finds for one in MUTANTS].index(mutant.finds) for mutant in MUTANTS}
    | set(range(0, len(MUTANTS), 3))
)
# The diagrams that cases begin with.
MAINS = ("create-site", "investigate-complaint", "change-site", "retire-site")
# What walking finds has a way; a step that never happens has none to show.
WALKED = {
    "rule-broken", "deadlock", "done-twice", "ends-twice", "no-branch", "unanswered",
    "error-not-caught", "read-while-asked", "never-ends",
}  # fmt: skip


def caught(mutant: Mutant) -> Finding:
    """Give the finding that is asked for, the one with a way first."""
    city = City()
    mutant.change(city)
    found = city.findings()
    hits = [one for one in found if mutant.finds in (one.rule, one.code)]
    hits = [one for one in hits if mutant.at in ("", one.element)]
    told = sorted({(one.severity, one.rule or one.code, one.element) for one in found}, key=str)
    assert hits, f"{mutant.why}; found instead: {told}"
    return max(hits, key=lambda one: len(one.path) > 0)


def _case(number: int, mutant: Mutant) -> object:
    marks = () if number in EVERY_DAY else pytest.mark.long
    return pytest.param(mutant, id=f"{number}-{mutant.name}", marks=marks)


@pytest.mark.parametrize("mutant", [_case(*one) for one in enumerate(MUTANTS)])
def test_a_change_that_breaks_a_diagram_is_found_with_its_way(mutant: Mutant) -> None:
    finding = caught(mutant)
    if finding.code in WALKED:
        begins = {start.id for diagram in shipped().values() for start in diagram.starts()}
        assert finding.path[0] in begins | {"Urgent", "Hot"}
    warnings = {rule.id for rule in policy().rules if rule.severity == "warning"}
    # What nobody knows the class of is kept from everybody, so that it does no harm.
    is_warning = finding.rule in warnings or finding.code == "unknown-classification"
    assert finding.severity == ("warning" if is_warning else "error")


@pytest.mark.parametrize(("change", "why"), [pytest.param(*one[1:], id=one[0]) for one in HARMLESS])
def test_what_only_looks_like_a_way_around_the_policy_is_let_pass(change: Change, why: str) -> None:
    city = City()
    change(city)
    assert city.changed()
    errors = [one for one in city.findings() if one.severity == "error"]
    assert [(one.rule or one.code, one.element) for one in errors] == [], why


def test_the_mutants_are_of_every_diagram_and_name_every_rule_that_is_proved() -> None:
    changed: Counter[str] = Counter()
    for mutant in MUTANTS:
        city = City()
        mutant.change(city)
        changed.update(diagram.process_id for diagram in city.changed())
    assert set(changed) - {"decide-request-2"} == set(shipped())
    del changed["decide-request-2"]
    assert min(changed.values()) >= 7
    proofs = [City().proof(process) for process in MAINS]
    kept = {rule for proof in proofs for rule, verdict in proof.rules.items() if verdict == "holds"}
    assert len(kept & {mutant.finds for mutant in MUTANTS}) >= 26
