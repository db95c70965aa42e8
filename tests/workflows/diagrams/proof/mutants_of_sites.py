"""Careless and sly changes to the seven diagrams of a site's life, each with what must be found, and why."""

from tests.workflows.diagrams.proof.mutants import (
    Change,
    City,
    Mutant,
    asked,
    both,
    condition,
    deleted,
    dropped,
    event,
    kind,
    lane,
    led,
    marked,
    process,
    swapped,
    untagged,
)
from workflows.diagrams.graph import Node


def _beside(city: City) -> None:
    city.lead("AskDepartment", "ReviewAndDecide", "Both")
    split = Node("Both", "parallelGateway")
    city.add("AskDepartment", split, ("Both", "ReviewAndDecide"), ("Both", "LaunchAndCheck"))


def _default_to_approval(city: City) -> None:
    for target, answer in (("InformRejected", "no"), ("ReturnForChanges", "return")):
        text = f'DecideRequest.decision = "{answer}"'
        city.change(city.flow("SiteApproved", target), condition=text)
    approved = city.flow("SiteApproved", "RequestApproved")
    city.change(approved, condition=None)
    city.change("SiteApproved", default_flow=approved)


def _machine(act: str) -> Change:
    def change(city: City) -> None:
        city.change(city.steps(act)[0], kind="serviceTask", topic="remind", fields=())

    return change


def _between(source: str, target: str, node: Node, *ways: tuple[str, str]) -> Change:
    """Draw a node into a flow."""

    def change(city: City) -> None:
        city.add(source, node, (node.id, target), *ways)
        city.lead(source, target, node.id)

    return change


def _advice_against_ends(city: City) -> None:
    """Information Technology says no, and the request is over."""
    _between("AdviceGiven", "AdviceGathered", Node("Advisable", "exclusiveGateway"))(city)
    refused = Node("Inadvisable", "errorEnd", error="Rejected")
    city.add("AdviceGiven", refused, ("Advisable", "Inadvisable"))
    against = 'AdviseSecurity.outcome = "not-recommended"'
    city.change(city.flow("Advisable", "Inadvisable"), condition=against)
    city.change("Advisable", default_flow=city.flow("Advisable", "AdviceGathered"))


def _standards_end_all(city: City) -> None:
    city.add("MeetStandards", Node("AllDone", "terminateEnd"))
    city.lead("MeetStandards", "SetUpDone", "AllDone")


def _second_door(city: City) -> None:
    door = Node("Urgent", "messageStart", message="withdraw-request")
    city.add("SiteWanted", door, ("Urgent", "ReviewAndDecide"))


def _exclusive_split(city: City) -> None:
    default = city.flow("SetUpStarts", "MeetStandards")
    city.change("SetUpStarts", kind="exclusiveGateway", default_flow=default)


CREATE_SITE = (
    Mutant("a way around the department", "K04", led("SubmitRequest", "AskDepartment", "ReviewAndDecide"), "nobody forwards"),
    Mutant("launched at once", "K01", led("SiteWanted", "SubmitRequest", "LaunchAndCheck"), "nobody decides"),
    Mutant("a rejection leads on", "K01", led("DecisionRejected", "RequestRejected", "PrepareSite"), "the latest decision rejects"),
    Mutant("an error launches", "K01", led("FoundNotCitySupported", "NotCitySupported", "LaunchAndCheck"), "nobody has decided"),
    Mutant("lapsed, launched all the same", "K01", led("LapseApproval", "ApprovalLapsed", "LaunchAndCheck"), "an approval that lapsed is none"),
    Mutant("the contract refused, launched all the same", "K09", led("PreparationFailed", "LapseApproval", "LaunchAndCheck"), "nobody came to retention"),
    Mutant("a withdrawal leads on", "K01", led("WithdrawWhileDeciding", "RequestWithdrawn", "PrepareSite"), "nobody decides on what is withdrawn"),
    Mutant("preparing beside the decision", "K01", _beside, "the other branch may be faster"),
    Mutant("a timer launches beside", "K01", event("boundaryTimer", "ReviewAndDecide", "LaunchAndCheck", timer="P5D", interrupting=False), "its copy launches before a decision"),
    Mutant("silence of the whole decision", "K01", event("boundaryTimer", "ReviewAndDecide", "PrepareSite", timer="P30D"), "a deadline is no approval"),
    Mutant("silence of the department", "K04", event("boundaryTimer", "AskDepartment", "ReviewAndDecide", timer="P5D"), "a deadline does not forward; only the requester may ask past it"),
    Mutant("the approval lapses and it goes on", "K01", marked("NinetyDaysOver", interrupting=False), "preparing goes on beside the lapse, to a launch"),
    Mutant("withdrawn and decided all the same", "K01", marked("WithdrawWhileDeciding", interrupting=False), "withdrawn while a reminder is all that is open, then launched without a new decision"),
    Mutant("an approval that runs out without a word", "K16", led("NinetyDaysOver", "LapseApproval", "ApprovalLapsed"), "neither launched nor lapsed nor withdrawn"),
    Mutant("a return is the end", "K15", led("RequestReturned", "SubmitRequest", "RequestRejected"), "it never comes back"),
    Mutant("a withdrawal that nobody sees", "K03", untagged("withdraw-request"), "a request may end without review, withdrawal or answer"),
    Mutant("prepared before it is decided", "K12", swapped("ReviewAndDecide", "PrepareSite"), "the contract is accepted before the approval"),
    Mutant("retention after the launch", "K09", swapped("PrepareSite", "LaunchAndCheck"), "launched before the Clerk has set it up"),
    Mutant("the launch instead of the department", "K01", marked("AskDepartment", called="launch-site"), "what is called launches", "LaunchSite"),
    Mutant("advice instead of a decision", "K01", marked("ReviewAndDecide", called="gather-advice"), "nobody decides any more"),
    Mutant("a called diagram that is not there", "unknown-called", marked("PrepareSite", called="prepare-everything"), "nothing of that id", "PrepareSite"),
    Mutant("an error that nobody catches", "error-not-caught", marked("DecisionRejected", error="Else"), "a rejection would be stuck"),
    Mutant("a return that nobody catches", "error-not-caught", marked("DepartmentReturned", error="Else"), "a return would be stuck"),
    Mutant("a message without a name", "no-message", marked("WithdrawWhileDeciding", message=None), "nothing can be heard", "WithdrawWhileDeciding"),
    Mutant("a deadline without a time", "no-timer", marked("NinetyDaysOver", timer=None), "it would never come", "NinetyDaysOver"),
    Mutant("a deadline that is no time", "bad-timer", marked("NinetyDaysOver", timer="ninety days"), "cannot be computed", "NinetyDaysOver"),
    Mutant("a second door past the department", "K04", _second_door, "a message begins a case at the review"),
    Mutant("nobody asks what is asked for", "unanswered", led("SiteWanted", "SubmitRequest", "AskDepartment"), "advice reads an answer of the request"),
    Mutant("preparing without an end", "no-outgoing", dropped("PrepareSite", "LaunchAndCheck"), "the case would stop there", "PrepareSite"),
    Mutant("a step that nothing leads to", "no-incoming", dropped("SubmitRequest", "AskDepartment"), "the department is never asked", "AskDepartment"),
)  # fmt: skip

DECIDE_REQUEST = (
    Mutant("the approval is deleted", "K01", deleted("approve-site"), "nobody decides"),
    Mutant("the approval is one by its label only", "K01", untagged("approve-site"), "a label decides nothing"),
    Mutant("a way around the approval", "K01", led("RequestComplete", "GatherAdvice", "RequestApproved"), "complete is not approved"),
    Mutant("a rejection ends as an approval", "K01", led("SiteApproved", "InformRejected", "RequestApproved"), "the latest decision rejects"),
    Mutant("a return ends as an approval", "K01", led("SiteApproved", "ReturnForChanges", "RequestApproved"), "the latest decision returns"),
    Mutant("not returned is approved", "K01", _default_to_approval, "a rejection takes the default"),
    Mutant("an inclusive gateway approves by default", "K01", both(_default_to_approval, kind("SiteApproved", "inclusiveGateway")), "as above"),
    Mutant("silence is approval", "K01", event("boundaryTimer", "DecideRequest", "RequestApproved", timer="P5D"), "a deadline decides nothing"),
    Mutant("a message is approval", "K01", event("boundaryMessage", "DecideRequest", "RequestApproved", message="withdraw-request"), "a message decides nothing"),
    Mutant("a return that only ends", "K01", kind("ReturnForChanges", "end"), "without its error the call is done, and it goes on"),
    Mutant("a rejection that only ends", "K01", kind("RefuseRequest", "end"), "without its error the call is done, and it goes on"),
    Mutant("the reminder ends the decision", "K01", marked("RequestWaitsForDecision", interrupting=True), "the step is gone, the call done, and it goes on"),
    Mutant("the reminder decides", "handler-rejoins", led("RequestWaitsForDecision", "RemindDeciders", "SiteApproved"), "a second token comes to the decision"),
    Mutant("the department decides", "K02", lane("approve-site", "Department"), "only Communications does"),
    Mutant("a machine decides", "K02", _machine("approve-site"), "a person does"),
    Mutant("the review is deleted", "K03", deleted("review-request"), "decided without review"),
    Mutant("the review is one by its label only", "K03", untagged("review-request"), "decided without review"),
    Mutant("a way around the review", "K03", led("RequestArrived", "ReviewRequest", "DecideRequest"), "decided without review"),
    Mutant("not City-Supported, advised on all the same", "K03", led("RequestComplete", "InformNotCitySupported", "GatherAdvice"), "a review that is not complete"),
    Mutant("launched behind another label", "K01", _between("GatherAdvice", "DecideRequest", Node("TellAll", "serviceTask", "Tell everybody", topic="launch-site")), "the operation launches, whatever it is called", "TellAll"),
    Mutant("no rejection is offered", "outcomes-missing", asked("DecideRequest", "decision", options=()), "an approval must offer both", "DecideRequest"),
    Mutant("the decision may be left empty", "outcome-optional", asked("DecideRequest", "decision", required=False), "nothing would be decided", "DecideRequest"),
    Mutant("a wrong word in a condition", "unknown-choice", condition("SiteApproved", "InformRejected", 'DecideRequest.decision = "rejected"'), "no such choice is offered"),
    Mutant("an answer that nobody asks", "unknown-field", asked("DecideRequest", "decision"), "the gateway reads it"),
    Mutant("an answer without a flow", "no-branch", both(marked("SiteApproved", default_flow=None), condition("SiteApproved", "ReturnForChanges", 'DecideRequest.decision = "approve"')), "a return fits none", "SiteApproved"),
    Mutant("an answer that may be left empty", "unanswered", both(marked("SiteApproved", default_flow=None), condition("SiteApproved", "ReturnForChanges", 'DecideRequest.conditions = "x"')), "conditions are asked with conditions only", "SiteApproved"),
    Mutant("what advice reads is no longer required", "unanswered", asked("ReviewRequest", "determination", required=False), "the gateway for advice reads it"),
)  # fmt: skip

FORWARD_REQUEST = (
    Mutant("a return is forwarded", "K04", led("Forwarded", "ReturnToRequester", "RequestForwarded"), "a return forwards nothing"),
    Mutant("a refusal is forwarded", "K04", led("Escalated", "AcceptDecline", "RequestForwarded"), "the requester has accepted it"),
    Mutant("silence forwards by itself", "K04", led("TellOfDelay", "AskCommunications", "RequestEscalated"), "only the requester asks past silence"),
    Mutant("silence of the requester escalates", "K04", event("boundaryTimer", "AnswerDecline", "RequestEscalated", timer="P10BD"), "only the requester asks past a refusal"),
    Mutant("a refusal that only ends", "K04", kind("AcceptDecline", "end"), "without its error the request goes on to the review"),
    Mutant("the delay leads back", "handler-rejoins", kind("RequestEscalated", "end"), "only a terminating end calls the open step off"),
    Mutant("another word for the return", "error-not-caught", marked("ReturnToRequester", error="Retuned"), "the caller waits for another"),
    Mutant("Communications forwards to itself", "act-party", lane("forward-request", "Communications"), "the department has this part", "ForwardRequest"),
    Mutant("the department's answer is one by its label only", "K05", untagged("forward-request"), "a label answers nothing"),
    Mutant("the forwarding is one by its label only", "K04", untagged("forward-request"), "a label forwards nothing"),
)  # fmt: skip

GATHER_ADVICE = (
    Mutant("advice on security is left out", "K07", untagged("advise-security"), "approved without it"),
    Mutant("advice on security only sometimes", "K07", condition("AdviceNeeded", "AdviseSecurity", "ReviewRequest.needs_law_advice = true"), "approved without it"),
    Mutant("the reminder ends the advice", "K07", marked("AdviseSecurityIsSlow", interrupting=True), "the step is gone, and the call done"),
    Mutant("advice against a site ends the request", "K07", _advice_against_ends, "it has to come to the decision"),
    Mutant("Communications advises on security", "K08", lane("advise-security", "Communications"), "only Information Technology does"),
    Mutant("an inclusive join is drawn parallel", "deadlock", kind("AdviceGiven", "parallelGateway"), "not all advice is always asked", "AdviceGiven"),
    Mutant("an inclusive join is drawn exclusive", "ends-twice", kind("AdviceGiven", "exclusiveGateway"), "each advice goes on by itself"),
    Mutant("an inclusive split is drawn exclusive", "dead-step", kind("AdviceNeeded", "exclusiveGateway"), "the first flow is always taken", "AdviseLaw"),
    Mutant("no advice is always asked", "no-branch", both(dropped("AdviceNeeded", "AdviseSecurity"), condition("AdviceNeeded", "AdviseRetention", "false")), "nothing may be needed", "AdviceNeeded"),
    Mutant("what is read of the caller is not declared", "unknown-step", process("gather-advice", inputs=("SubmitRequest",)), "the answers of the review would not be there"),
    Mutant("security is no longer secret", "unknown-classification", asked("AdviseSecurity", "residual_risk", classification="secret"), "nobody knows who may see that class", "AdviseSecurity"),
    Mutant("advice without the outcomes", "outcomes-missing", asked("AdviseSecurity", "outcome"), "nothing would be advised", "AdviseSecurity"),
)  # fmt: skip

PREPARE_SITE = (
    Mutant("retention is left out", "K09", deleted("set-up-retention"), "launched without it"),
    Mutant("Communications sets up retention", "K09", lane("set-up-retention", "Communications"), "only the City Clerk does"),
    Mutant("silence of the Clerk is good enough", "K09", event("boundaryTimer", "SetUpRetention", "TestArchive", timer="P10BD"), "a deadline sets up nothing"),
    Mutant("a deadline goes round retention", "deadlock", event("boundaryTimer", "SetUpRetention", "SetUpDone", timer="P10BD"), "a flow of its own into the join, for which the join waits", "SetUpDone"),
    Mutant("an archive that fails is good enough", "K10", condition("ArchiveWorks", "SetUpDone", "true"), "launched without a test that passed"),
    Mutant("training that is missing is good enough", "K13", condition("TrainingCurrent", "SetUpDone", "true"), "launched with training missing"),
    Mutant("standards met end it all", "K09", _standards_end_all, "a terminating end calls the other branches off"),
    Mutant("a parallel join is drawn exclusive", "done-twice", kind("SetUpDone", "exclusiveGateway"), "each branch goes on by itself", "ConfirmReadiness"),
    Mutant("an exclusive split before a parallel join", "deadlock", _exclusive_split, "one branch comes, three are awaited", "SetUpDone"),
    Mutant("a branch that nobody begins", "no-incoming", both(dropped("SetUpStarts", "SetUpRetention"), dropped("ArchiveWorks", "SetUpRetention"), marked("ArchiveWorks", default_flow=None)), "retention is never reached", "SetUpRetention"),
    Mutant("a branch that never comes", "deadlock", dropped("SetUpStarts", "MeetStandards"), "the join waits for the standards", "SetUpDone"),
    Mutant("not ready leads to the join", "deadlock", led("ReadyToLaunch", "CreateAccount", "SetUpDone"), "one token, four are awaited", "SetUpDone"),
    Mutant("a failed archive disturbs the standards", "done-twice", led("ArchiveWorks", "SetUpRetention", "MeetStandards"), "they may still be open"),
    Mutant("the reminder joins in", "handler-rejoins", led("RetentionIsSlow", "RemindClerk", "SetUpDone"), "a second token comes to the join"),
    Mutant("read while it is asked", "read-while-asked", condition("ArchiveWorks", "SetUpDone", 'CheckTraining.outcome = "current"'), "the other branch may be answering it"),
    Mutant("ready without a way on", "no-branch", both(marked("ReadyToLaunch", default_flow=None), condition("ReadyToLaunch", "CreateAccount", 'ConfirmReadiness.decision = "ready"')), "not ready fits none", "ReadyToLaunch"),
    Mutant("no failure is offered", "outcomes-missing", asked("TestArchive", "outcome"), "a test must be able to fail", "TestArchive"),
    Mutant("the account before the contract", "K11", swapped("AgreeContract", "CreateAccount"), "no contract is accepted yet"),
    Mutant("prepared again for ever", "never-ends", led("ReadyToLaunch", "SiteReady", "CreateAccount"), "ready or not, it begins again"),
)  # fmt: skip

AGREE_CONTRACT = (
    Mutant("the contract is not authorized", "K11", untagged("authorize-contract"), "a label authorizes nothing"),
    Mutant("a contract refused is accepted", "K11", led("ContractAuthorized", "RefuseContract", "AcceptContract"), "the latest decision refuses"),
    Mutant("a way around the authorization", "K11", led("ReviewNeeded", "AuthorizeContract", "AcceptContract"), "nobody authorizes"),
    Mutant("a delegate declines and it goes on", "K11", led("DelegateAccepts", "AuthorizeContract", "AcceptedByDelegate"), "nobody has accepted"),
    Mutant("the department accepts the contract", "K11", lane("accept-contract", "Department"), "only Communications or its delegate does"),
    Mutant("the reminder ends the review", "K11", marked("ReviewIsSlow", interrupting=True), "the call is done, an account is created without a contract"),
    Mutant("silence of the delegate accepts", "K11", event("boundaryTimer", "AcceptAsDelegate", "AcceptedByDelegate", timer="P5BD"), "a deadline accepts nothing"),
    Mutant("a refusal that only ends", "K11", kind("RefuseContract", "end"), "the call is done, and an account created"),
    Mutant("the delegation is given by the department", "K12", lane("grant-delegation", "Department"), "only Communications delegates"),
    Mutant("the reminder authorizes", "handler-rejoins", led("ReviewIsSlow", "RemindReviewer", "AuthorizeContract"), "a second token comes to it"),
    Mutant("reviewed again for ever", "never-ends", led("ReviewTerms", "AuthorizeContract", "ReviewTerms"), "no way out of the review"),
    Mutant("a wrong word for the review", "unknown-choice", condition("ReviewNeeded", "AuthorizeContract", 'IdentifyContract.legal_review = "none"'), "no such choice is offered"),
)  # fmt: skip

LAUNCH_SITE = (
    Mutant("a loop without a way out", "never-ends", led("RunAsApproved", "LaunchChecked", "MendFindings"), "checked and mended for ever"),
    Mutant("the launch does something else", "operation-act", marked("LaunchSite", topic="remind"), "what launches is the operation", "LaunchSite"),
    Mutant("the launch is done by hand", "act-performer", kind("LaunchSite", "userTask"), "the register would know nothing of it", "LaunchSite"),
    Mutant("thirty days without a time", "no-timer", marked("ThirtyDaysLive", timer=None), "it would wait for ever", "ThirtyDaysLive"),
    Mutant("the reminder ends the check", "handler-rejoins", led("CheckIsSlow", "RemindChecker", "MendFindings"), "a second token comes to it"),
    Mutant("a check that fits nothing", "no-branch", both(marked("RunAsApproved", default_flow=None), condition("RunAsApproved", "MendFindings", 'CheckAfterLaunch.as_approved = "yes"')), "no fits none", "RunAsApproved"),
    Mutant("nobody knows the operation", "unknown-topic", marked("LaunchSite", topic="lunch-site"), "the machine cannot do it", "LaunchSite"),
)  # fmt: skip

SITE_MUTANTS = (
    *CREATE_SITE,
    *DECIDE_REQUEST,
    *FORWARD_REQUEST,
    *GATHER_ADVICE,
    *PREPARE_SITE,
    *AGREE_CONTRACT,
    *LAUNCH_SITE,
)
