"""The proof holds the rules on every way through an investigation, and sees each careless change."""

from functools import cache

import pytest

from tests.bpmn.careless import acting, in_lane, led, text
from tests.bpmn.walk import pack
from workflows.diagrams.check import Report, check
from workflows.diagrams.lint import Known
from workflows.vocabulary import vocabulary

MAIN = "investigate-complaint"
OURS = (
    MAIN,
    "screen-complaint",
    "conduct-investigation",
    "give-notices",
    "decide-action",
    "hear-appeal",
)
RULES = {f"K{number}" for number in range(24, 34)}


@cache
def known() -> Known:
    return vocabulary(pack())


def proved(changes: dict[str, str]) -> Report:
    """Check the main diagram with some of the called ones changed."""
    files = {key: changes.get(key, text(key)).encode() for key in OURS}
    main, *_called = check(files, known=known(), library=dict[str, bytes]().get)
    return main


# What somebody might do to the diagrams, and the rules that it breaks.
MUTANTS = {
    "action without advice": (
        led("decide-action", "EstablishCategoryToAdviseDiscipline", "SubjectCategory"),
        "K24",
    ),
    "advice after the action": (
        led("decide-action", "EstablishCategoryToAdviseDiscipline", "TakeAction"),
        "K24",
    ),
    "discipline without a finding": (
        led(MAIN, "ScreenComplaintToAssignLead", "DecideAction"),
        "K25",
    ),
    "discipline whatever was found": (
        led(MAIN, "NoViolationFoundToReplyWithoutAction", "DecideAction"),
        "K25",
    ),
    "discipline recorded where there was none": (
        led(MAIN, "DecideActionToRecordDisposition", "RecordDiscipline"),
        "K25",
    ),
    "a violation closed without action": (
        led(MAIN, "ConductInvestigationToDecideAction", "ReplyWithoutAction"),
        "K26",
    ),
    "a complaint that nobody answers": (
        led("screen-complaint", "IntakeComplaintToChecksNeeded", "RefuseComplaint")
        | led(MAIN, "ComplaintOutOfScopeToReplyWithoutAction", "ClosedWithoutAction"),
        "K27",
    ),
    "action by Human Resources": (
        in_lane("decide-action", "TakeAction", "HumanResourcesLane"),
        "K28",
    ),
    "a lead that is chosen in name only": (
        acting(MAIN, "AssignLead", "reply-to-complainant"),
        "K29",
    ),
    "a finding without consulting": (
        led("conduct-investigation", "EvidenceCompleteToConsultHR", "MakeFinding"),
        "K30",
    ),
    "a suspension without notice": (
        led("decide-action", "SeriousConsideredToNotifyBeforeDecision", "TakeSeriousAction"),
        "K31",
    ),
    "a silent deadline instead of the notice": (
        led("decide-action", "AdviceIsSlowToRemindAdviser", "TakeSeriousAction"),
        "K31",
    ),
    "discipline of a volunteer": (
        led("decide-action", "SubjectCategoryToLimitAssignment", "PlanAction"),
        "K32",
    ),
    "an interview without a notice": (
        led("conduct-investigation", "InvestigationWantedToGiveNotices", "WhoInvestigates"),
        "K33",
    ),
}


def test_every_rule_on_investigations_is_proved_to_hold() -> None:
    proof = proved({})["proof"]
    assert (proof["complete"], proof["sound"]) == (True, True)
    assert {rule for rule, said in proof["rules"].items() if said == "holds"} == RULES
    assert "violated" not in proof["rules"].values()


@pytest.mark.parametrize(("changes", "rule"), MUTANTS.values(), ids=MUTANTS.keys())
def test_the_proof_sees_a_careless_change(changes: dict[str, str], rule: str) -> None:
    assert proved(changes)["proof"]["rules"][rule] == "violated"
