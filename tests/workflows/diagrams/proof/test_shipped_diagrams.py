"""The shipped diagrams are proved; and each change to them that would break the policy is found, with its way."""

from collections.abc import Callable

import pytest

from tests.workflows.diagrams.proof.mutants import City, policy, shipped
from workflows.diagrams.graph import Node
from workflows.diagrams.proof import Budget, is_called_only, prove

Change = Callable[[City], object]

SITE, COMPLAINT = "create-site", "investigate-complaint"


@pytest.mark.parametrize("process", shipped())
def test_every_shipped_diagram_is_sound_and_keeps_every_rule(process: str) -> None:
    diagram = shipped()[process]
    alone = not is_called_only(diagram)
    proof = prove(diagram, shipped(), policy(), Budget.of(20), alone=alone)
    assert [finding.message for finding in proof.findings()] == []
    assert (proof.sound, proof.complete) == (True, True)
    assert set(proof.rules.values()) <= {"holds", "not-applicable"}


def test_every_rule_that_is_proved_comes_up_in_a_shipped_diagram() -> None:
    found = [City().proof(process).rules for process in (SITE, COMPLAINT)]
    for rule in policy().rules:
        if rule.proved:
            assert "holds" in {rules[rule.id] for rules in found}, rule.id


def around(city: City) -> None:
    city.lead("RequestComplete", "GatherAdvice", "RequestApproved")


def beside(city: City) -> None:
    """Prepare and launch beside the decision."""
    city.lead("AskDepartment", "ReviewAndDecide", "Both")
    split = Node("Both", "parallelGateway")
    city.add("AskDepartment", split, ("Both", "ReviewAndDecide"), ("Both", "LaunchAndCheck"))


def default_to_approval(city: City) -> None:
    """Whatever is not "return" counts as approval."""
    city.change(
        city.flow("SiteApproved", "InformRejected"), condition='DecideRequest.decision = "no"'
    )
    city.change(
        city.flow("SiteApproved", "ReturnForChanges"), condition='DecideRequest.decision = "return"'
    )
    approved = city.flow("SiteApproved", "RequestApproved")
    city.change(approved, condition=None)
    city.change("SiteApproved", default_flow=approved)


def inclusive_with_default(city: City) -> None:
    default_to_approval(city)
    city.change("SiteApproved", kind="inclusiveGateway")


def machine(act: str) -> Change:
    def change(city: City) -> None:
        city.change(city.steps(act)[0], kind="serviceTask", topic="remind")

    return change


def lane(act: str, party: str) -> Change:
    def change(city: City) -> None:
        for step in city.steps(act):
            city.change(step, lane=party)

    return change


def untagged(act: str) -> Change:
    return lambda city: city.untag(act)


def deleted(act: str) -> Change:
    return lambda city: city.delete_act(act)


def led(source: str, target: str, to: str) -> Change:
    return lambda city: city.lead(source, target, to)


def always(source: str, target: str) -> Change:
    return lambda city: city.change(city.flow(source, target), condition="true")


def swapped(one: str, other: str) -> Change:
    return lambda city: city.swap(one, other)


def event(kind: str, host: str, to: str, **marks: object) -> Change:
    return lambda city: city.event(kind, host, to, **marks)


BREAKING: dict[str, tuple[str, str, Change]] = {
    "the approval is deleted": (SITE, "K01", deleted("approve-site")),
    "the approval is one by its label only": (SITE, "K01", untagged("approve-site")),
    "a way around the approval": (SITE, "K01", around),
    "a rejection leads on": (SITE, "K01", led("DecisionRejected", "RequestRejected", "PrepareSite")),
    "a rejection ends as an approval": (SITE, "K01", led("SiteApproved", "InformRejected", "RequestApproved")),
    "a return ends as an approval": (SITE, "K01", led("SiteApproved", "ReturnForChanges", "RequestApproved")),
    "not returned is approved": (SITE, "K01", default_to_approval),
    "an inclusive gateway approves by default": (SITE, "K01", inclusive_with_default),
    "silence is approval": (SITE, "K01", event("boundaryTimer", "DecideRequest", "RequestApproved", timer="P5D")),
    "a message is approval": (SITE, "K01", event("boundaryMessage", "DecideRequest", "RequestApproved", message="ok")),
    "a timer launches beside": (
        SITE, "K01", event("boundaryTimer", "ReviewAndDecide", "LaunchAndCheck", timer="P5D", interrupting=False),
    ),
    "an error launches": (SITE, "K01", led("FoundNotCitySupported", "NotCitySupported", "LaunchAndCheck")),
    "preparing beside the decision": (SITE, "K01", beside),
    "launched at once": (SITE, "K01", led("SiteWanted", "SubmitRequest", "LaunchAndCheck")),
    "the contract refused, launched all the same": (SITE, "K09", led("PreparationFailed", "LapseApproval", "LaunchAndCheck")),
    "lapsed, launched all the same": (SITE, "K01", led("LapseApproval", "ApprovalLapsed", "LaunchAndCheck")),
    "prepared before it is decided": (SITE, "K12", swapped("ReviewAndDecide", "PrepareSite")),
    "the department decides": (SITE, "K02", lane("approve-site", "Department")),
    "a machine decides": (SITE, "K02", machine("approve-site")),
    "the review is deleted": (SITE, "K03", deleted("review-request")),
    "the review is one by its label only": (SITE, "K03", untagged("review-request")),
    "a withdrawal that nobody sees": (SITE, "K03", untagged("withdraw-request")),
    "the department is left out": (SITE, "K04", led("SubmitRequest", "AskDepartment", "ReviewAndDecide")),
    "a return is forwarded": (SITE, "K04", led("Forwarded", "ReturnToRequester", "RequestForwarded")),
    "a refusal is forwarded": (SITE, "K04", led("Escalated", "AcceptDecline", "RequestForwarded")),
    "advice on security is left out": (SITE, "K07", untagged("advise-security")),
    "advice on security only sometimes": (
        SITE, "K07",
        lambda city: city.change(
            city.flow("AdviceNeeded", "AdviseSecurity"), condition="ReviewRequest.needs_law_advice = true"
        ),
    ),
    "Communications advises on security": (SITE, "K08", lane("advise-security", "Communications")),
    "retention is left out": (SITE, "K09", deleted("set-up-retention")),
    "retention after the launch": (SITE, "K09", swapped("PrepareSite", "LaunchAndCheck")),
    "Communications sets up retention": (SITE, "K09", lane("set-up-retention", "Communications")),
    "an archive that fails is good enough": (SITE, "K10", always("ArchiveWorks", "SetUpDone")),
    "the contract is not authorized": (SITE, "K11", untagged("authorize-contract")),
    "a delegate declines and it goes on": (SITE, "K11", led("DelegateAccepts", "AuthorizeContract", "AcceptedByDelegate")),
    "the department accepts the contract": (SITE, "K11", lane("accept-contract", "Department")),
    "the delegation is given by the department": (SITE, "K12", lane("grant-delegation", "Department")),
    "training that is missing is good enough": (SITE, "K13", always("TrainingCurrent", "SetUpDone")),
    "a return is the end": (SITE, "K15", led("RequestReturned", "SubmitRequest", "RequestRejected")),
    "an approval that runs out without a word": (SITE, "K16", led("NinetyDaysOver", "LapseApproval", "ApprovalLapsed")),
    "no advice on discipline": (COMPLAINT, "K24", untagged("advise-discipline")),
    "the department advises itself": (COMPLAINT, "K24", lane("advise-discipline", "Department")),
    "advice after the action": (COMPLAINT, "K24", swapped("AdviseDiscipline", "TakeAction")),
    "no finding": (COMPLAINT, "K25", untagged("make-finding")),
    "no violation, acted upon": (COMPLAINT, "K25", led("NoViolationFound", "ReplyWithoutAction", "DecideAction")),
    "a violation without an answer": (
        COMPLAINT, "K26", event("boundaryTimer", "DecideAction", "RecordDisposition", timer="P30D"),
    ),
    "a complaint that runs out": (
        COMPLAINT, "K27", event("boundaryTimer", "AssignLead", "ClosedWithoutAction", timer="P30D"),
    ),
    "Human Resources acts": (COMPLAINT, "K28", lane("take-action", "Human Resources")),
    "the City Attorney gathers evidence": (COMPLAINT, "K29", lane("gather-evidence", "City Attorney")),
    "nobody leads": (COMPLAINT, "K29", untagged("assign-lead")),
    "nobody is consulted": (COMPLAINT, "K30", deleted("consult-hr")),
    "no notice before serious discipline": (COMPLAINT, "K31", untagged("give-predetermination-notice")),
    "anybody is disciplined": (COMPLAINT, "K32", untagged("establish-category")),
    "interviewed without notice": (COMPLAINT, "K33", untagged("give-notice")),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKING)
def test_a_change_that_breaks_the_policy_is_found_with_its_way(name: str) -> None:
    process, rule, change = BREAKING[name]
    city = City()
    change(city)
    proof = city.proof(process)
    assert proof.rules[rule] == "violated", proof.rules
    (finding,) = [one for one in proof.findings() if one.rule == rule]
    start = city.diagrams[process].starts()[0].id
    assert finding.path[0] == start
    assert "The way there: 1. " in finding.message or len(finding.path) < 4


def kind(element: str, to: str) -> Change:
    return lambda city: city.change(element, kind=to)


def without_default(city: City) -> None:
    city.change("ReadyToLaunch", default_flow=None)
    city.change("PreparedAgain", condition='ConfirmReadiness.decision = "maybe"')


def optional_answer(city: City) -> None:
    back = city.flow("SiteApproved", "ReturnForChanges")
    city.change("SiteApproved", default_flow=None)
    city.change(back, condition='DecideRequest.conditions = "x"')


def exclusive_split(city: City) -> None:
    default = city.flow("SetUpStarts", "MeetStandards")
    city.change("SetUpStarts", kind="exclusiveGateway", default_flow=default)


UNSOUND: dict[str, tuple[str, str, Change]] = {
    "a parallel join is drawn exclusive": (SITE, "done-twice", kind("SetUpDone", "exclusiveGateway")),
    "an inclusive join is drawn parallel": (SITE, "deadlock", kind("AdviceGiven", "parallelGateway")),
    "an inclusive join is drawn exclusive": (SITE, "ends-twice", kind("AdviceGiven", "exclusiveGateway")),
    "an error that nobody catches": (SITE, "error-not-caught", lambda city: city.change("DecisionRejected", error="Else")),
    "an answer without a flow": (SITE, "no-branch", without_default),
    "an answer that may be left empty": (SITE, "unanswered", optional_answer),
    "a loop without a way out": (SITE, "never-ends", led("RunAsApproved", "LaunchChecked", "MendFindings")),
    "an exclusive split before a parallel join": (SITE, "deadlock", exclusive_split),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSOUND)
def test_a_change_that_leaves_cases_stuck_is_found_with_its_way(name: str) -> None:
    process, code, change = UNSOUND[name]
    city = City()
    change(city)
    proof = city.proof(process)
    assert proof.sound is False
    found = [finding for finding in proof.findings() if finding.code == code]
    assert found, {finding.code for finding in proof.findings()}
    assert found[0].path[0] == city.diagrams[process].starts()[0].id
    assert set(proof.rules.values()) <= {"violated", "not-proved", "not-applicable", "holds"}
