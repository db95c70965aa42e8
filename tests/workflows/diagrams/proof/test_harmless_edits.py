"""What is harmless stays publishable: the check cries wolf over none of these edits to the shipped diagrams."""

import re

import pytest
from lxml import etree

from config import ROOT
from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.proof.mutants import shipped
from tests.workflows.diagrams.proof.redrawing import (
    BPMN,
    CAMUNDA,
    DC,
    OURS,
    Drawing,
    Edit,
    shipped_files,
)
from tests.workflows.diagrams.sketch import field, user
from workflows.diagrams.check import is_publishable
from workflows.gates import check_files
from workflows.policy.pack import load


def named(identity: str, name: str) -> Edit:
    return lambda drawing: drawing.set(identity, name=name)


def due(step: str, time: str) -> Edit:
    return lambda drawing: drawing.step(step).set("due", time)


def clauses(step: str, text: str) -> Edit:
    return lambda drawing: drawing.step(step).set("clauses", text)


def timed(event: str, time: str) -> Edit:
    return lambda drawing: drawing.write(event, "timeDuration", time)


def inserted(flow: str, text: str) -> Edit:
    return lambda drawing: drawing.into(flow, text)


def asked(step: str, text: str) -> Edit:
    return lambda drawing: drawing.ask(step, text)


def written(flow: str, condition: str) -> Edit:
    return lambda drawing: drawing.write(flow, "conditionExpression", condition)


def moved(drawing: Drawing) -> None:
    for bounds in drawing.root.iter(f"{DC}Bounds"):
        bounds.set("x", str(float(bounds.get("x", "0")) + 200))


def bent(drawing: Drawing) -> None:
    point = drawing.shape("LaunchSiteToThirtyDaysLive")[0]
    point.set("y", str(float(point.get("y", "0")) + 40))


def coloured(drawing: Drawing) -> None:
    drawing.shape("TakeAction").set("{http://bpmn.io/schema/bpmn/biocolor/1.0}fill", "#ffe0b2")


def noted(drawing: Drawing) -> None:
    note = '<bpmn:textAnnotation id="Note"><bpmn:text>Ask early.</bpmn:text></bpmn:textAnnotation>'
    line = '<bpmn:association id="NoteLine" sourceRef="AdviseSecurity" targetRef="Note"/>'
    drawing.add(note + line, beside="AdviseSecurity")


def documented(drawing: Drawing) -> None:
    text = etree.SubElement(drawing.find("GiveNotice"), f"{BPMN}documentation")
    text.text = "Bring two copies."
    drawing.find("GiveNotice").insert(0, text)


def prefixed(drawing: Drawing) -> None:
    text = re.sub(
        '(</?|="|xmlns:)bpmn([:=])', r"\1semantic\2", etree.tostring(drawing.root).decode()
    )
    drawing.root = etree.fromstring(text.encode())


def commented(drawing: Drawing) -> None:
    drawing.find("HearGrievance").addprevious(etree.Comment(" Council, 2026 "))
    drawing.root.set("exporter", "another modeler")


def flows_reordered(drawing: Drawing) -> None:
    first = drawing.find("SiteApprovedToRequestApproved")
    first.addprevious(drawing.find("SiteApprovedToReturnForChanges"))
    first.addprevious(drawing.find("SiteApprovedToInformRejected"))


def nodes_reordered(drawing: Drawing) -> None:
    drawing.find("RequestReceived").addprevious(drawing.find("RequestEscalated"))
    drawing.find("RequestReceived").addprevious(drawing.find("AnswerDecline"))


def reminded(drawing: Drawing) -> None:
    drawing.add(
        sketch.boundary("IdentifyIsSlow", "IdentifyContract", sketch.timer("P2BD"), stops=False)
        + sketch.service("RemindIdentifier", marks='clauses="DF-3a"')
        + sketch.end("IdentifierReminded")
        + sketch.flows("IdentifyIsSlow RemindIdentifier IdentifierReminded"),
        beside="IdentifyContract",
    )


def reminded_of_holds(drawing: Drawing) -> None:
    drawing.add(
        sketch.boundary("HoldsAreSlow", "CheckHolds", sketch.timer("P5BD"), stops=False)
        + sketch.service("RemindOfHolds", marks='clauses="CA-4"')
        + sketch.end("RemindedOfHolds")
        + sketch.flows("HoldsAreSlow RemindOfHolds RemindedOfHolds"),
        beside="CheckHolds",
    )


def looked_for_again(drawing: Drawing) -> None:
    """Look for holds once more before the end; where one came meanwhile, all is done again."""
    again = field("outcome", "enum", "clear held", required=True)
    drawing.lead("FourWeeksAnnouncedToRetireSiteDone", "StillFree")
    drawing.add(
        user("StillFree", again, marks='act="check-holds" clauses="CA-4" due="P3BD"')
        + sketch.gateway("exclusive", "IsItStillFree", default="IsItStillFreeToTwoWeeksLater")
        + sketch.flows("StillFree IsItStillFree TwoWeeksLater")
        + sketch.flow("IsItStillFree", "DeactivateSite", 'StillFree.outcome = "clear"'),
        beside="CheckHolds",
    )


def reminded_by_the_same(drawing: Drawing) -> None:
    drawing.add(
        sketch.boundary("StillWaits", "DecideRequest", sketch.timer("P8BD"), stops=False)
        + sketch.flows("StillWaits RemindDeciders"),
        beside="DecideRequest",
    )


def documented_beside(drawing: Drawing) -> None:
    drawing.add(
        user("DocumentAccount", marks='clauses="CO-6" due="P3BD"')
        + sketch.flows("SetUpStarts DocumentAccount SetUpDone"),
        beside="SetUpStarts",
    )


def advised_on_children(drawing: Drawing) -> None:
    when = "SubmitRequest.minors_or_sensitive_content = true"
    drawing.add(
        user("AdviseOnChildren", marks='clauses="SC-4" due="P5BD"')
        + sketch.flow("AdviceNeeded", "AdviseOnChildren", when)
        + sketch.flows("AdviseOnChildren AdviceGiven"),
        beside="AdviseLaw",
    )


def wrapped(drawing: Drawing) -> None:
    """Draw a step inside a subprocess."""
    step = drawing.find("GrantDelegation")
    part = '<bpmn:subProcess id="Delegating" name="Delegate"/>'
    drawing.add(part, beside="GrantDelegation")
    drawing.lead("ContractAuthorizedToGrantDelegation", "Delegating")
    drawing.set("GrantDelegationToAcceptAsDelegate", sourceRef="Delegating")
    inner = sketch.start("DelegatingBegins") + sketch.end("Delegated")
    inner += sketch.flows("DelegatingBegins GrantDelegation Delegated")
    drawing.add(inner, beside="GrantDelegation")
    whole = drawing.find("Delegating")
    inside = ("DelegatingBegins", "Delegated", "DelegatingBeginsToGrantDelegation")
    for name in (*inside, "GrantDelegationToDelegated"):
        whole.append(drawing.find(name))
    whole.append(step)


def split_into_two(drawing: Drawing) -> None:
    """Move a step into a diagram of its own."""
    drawing.beside["file-papers"] = sketch.process(
        sketch.start(),
        user("FilePapers", marks='clauses="CL-1" due="P5BD"'),
        sketch.end(),
        sketch.flows("Begin FilePapers Done"),
        id="file-papers",
        lanes={"City Clerk": "Begin FilePapers Done"},
        marks='owner="policy_owner" subject="site"',
    )
    drawing.into("RunAsApprovedToLaunchChecked", sketch.call("FilePapersOfLaunch", "file-papers"))


def merged(drawing: Drawing) -> None:
    drawing.add(
        sketch.gateway("exclusive", "EitherWay") + sketch.flows("EitherWay ReplyAfterAction"),
        beside="RecordDiscipline",
    )
    drawing.lead("RecordDisciplineToReplyAfterAction", "EitherWay")
    drawing.lead("RecordDispositionToReplyAfterAction", "EitherWay")


def joined_inclusively(drawing: Drawing) -> None:
    drawing.find("SetUpDone").tag = f"{BPMN}inclusiveGateway"


def split_always(drawing: Drawing) -> None:
    """All checks, whatever is concerned: joined by the inclusive gateway all the same."""
    drawing.write("ChecksNeededToAssessSpeech", "conditionExpression", "true")


def ended_for_good(drawing: Drawing) -> None:
    etree.SubElement(drawing.find("SiteLive"), f"{BPMN}terminateEventDefinition", id="ForGood")


def other_default(drawing: Drawing) -> None:
    drawing.set("ReviewNeeded", default="ReviewNeededToAuthorizeContract")
    (condition,) = drawing.find("ReviewNeededToAuthorizeContract")
    condition.text = 'IdentifyContract.legal_review = "pending"'
    drawing.find("ReviewNeededToReviewTerms").append(condition)


def no_default(drawing: Drawing) -> None:
    del drawing.find("CommissionChanges").attrib["default"]
    condition = etree.SubElement(
        drawing.find("CommissionChangesToCommissionConfirmed"), f"{BPMN}conditionExpression"
    )
    condition.text = 'RecordCommission.decision = "confirm"'


def silent_requester(drawing: Drawing) -> None:
    """A refusal that the requester does not answer stands."""
    drawing.add(
        sketch.boundary("NoAnswer", "AnswerDecline", sketch.timer("P15BD"))
        + sketch.flows("NoAnswer AcceptDecline"),
        beside="AnswerDecline",
    )


def read_by_two(drawing: Drawing) -> None:
    many = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    drawing.into(
        "DecideScopeToTakenUp", user("ReadTwice", marks='clauses="DE-3" due="P5BD"', inner=many)
    )


def more_starters(drawing: Drawing) -> None:
    (marks,) = drawing.root.iter(f"{OURS}process")
    marks.set("starters", "requester dept_head")


def another_choice(drawing: Drawing) -> None:
    form = drawing.field("CheckAfterLaunch", "as_approved")
    etree.SubElement(form, f"{CAMUNDA}value", id="partly", name="In part")


def relabelled(drawing: Drawing) -> None:
    drawing.field("TakeAction", "decision").set("label", "What does the department do?")
    next(drawing.field("TakeAction", "decision").iter(f"{CAMUNDA}value")).set("name", "Discipline!")


def helped(drawing: Drawing) -> None:
    one = drawing.field("GatherEvidence", "notes")
    (all_of_them,) = one.iter(f"{CAMUNDA}properties")
    etree.SubElement(all_of_them, f"{CAMUNDA}property", id="help", value="Dates and places help.")


def race(drawing: Drawing) -> None:
    """Thirty days, or the word that all is quiet."""
    drawing.into("LaunchSiteToThirtyDaysLive", sketch.gateway("eventBased", "QuietOrLate"))
    drawing.add(
        '<bpmn:intermediateCatchEvent id="Quiet" name="All is quiet">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P20BD</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
        + sketch.flows("QuietOrLate Quiet CheckAfterLaunch"),
        beside="ThirtyDaysLive",
    )


NOTICE = sketch.service("TellAgain", marks='clauses="CO-2"')
LOOK = user("LookAgain", field("seen", "boolean"), marks='clauses="CO-3" due="P2BD"')
CLASSED = field("more", "string", classification="investigation")

FILE = (
    '<bpmn:manualTask id="File" name="File the papers"><bpmn:extensionElements>'
    '<siteward:step clauses="CL-1"/></bpmn:extensionElements></bpmn:manualTask>'
)

EDITS: dict[str, tuple[str, Edit]] = {
    "a step is called otherwise": ("decide-request", named("DecideRequest", "Say yes or no")),
    "a flow is called otherwise": ("decide-request", named("SiteApprovedToRequestApproved", "Go")),
    "a gateway is called otherwise": ("hear-appeal", named("WhichAppeal", "And now?")),
    "a process is called otherwise": ("create-site", named("create-site", "A new site")),
    "everything is moved": ("create-site", moved),
    "a line is bent": ("launch-site", bent),
    "a step is coloured": ("decide-action", coloured),
    "a note is pinned to a step": ("gather-advice", noted),
    "a step is documented": ("give-notices", documented),
    "the file has a comment": ("hear-appeal", commented),
    "another prefix": ("screen-complaint", prefixed),
    "another id of an end": ("create-site", lambda drawing: drawing.replace("SiteLive", "SiteIsOn")),
    "flows in another order, the same default": ("decide-request", flows_reordered),
    "nodes in another order": ("forward-request", nodes_reordered),
    "a longer time to forward": ("forward-request", due("ForwardRequest", "P10BD")),
    "a shorter time to decide": ("decide-request", due("DecideRequest", "P5BD")),
    "a longer time to hear": ("hear-appeal", due("HearGrievance", "P45BD")),
    "a later reminder": ("gather-advice", timed("AdviseSecurityIsSlow", "P4BD")),
    "an earlier reminder": ("decide-action", timed("AdviceIsSlow", "P2BD")),
    "an approval lives longer": ("create-site", timed("NinetyDaysOver", "P120D")),
    "another clause": ("decide-request", clauses("ReviewRequest", "CO-2 CO-3 PS-2a DF-1 DF-4c DE-1")),
    "more may start it": ("create-site", more_starters),
    "a field that may stay empty": ("decide-request", asked("DecideRequest", field("more"))),
    "a choice that nobody reads": ("launch-site", asked("MendFindings", field("how", "enum", "self firm"))),
    "a field that must be filled": ("create-site", asked("SubmitRequest", field("motto", required=True))),
    "a field of an investigation": ("conduct-investigation", asked("InterviewPerson", CLASSED)),
    "a field of the screening": ("screen-complaint", asked("IntakeComplaint", CLASSED)),
    "another choice that takes the default": ("launch-site", another_choice),
    "other words for choices": ("decide-action", relabelled),
    "a hint": ("conduct-investigation", helped),
    "the requester is told once more": ("decide-request", inserted("RequestCompleteToGatherAdvice", NOTICE)),
    "told after the launch": ("launch-site", inserted("LaunchSiteToThirtyDaysLive", NOTICE)),
    "one more reminder": ("agree-contract", reminded),
    "one more event for the same reminder": ("decide-request", reminded_by_the_same),
    "documented beside the rest": ("prepare-site", documented_beside),
    "one more advice, where it is needed": ("gather-advice", advised_on_children),
    "one more look before the decision": ("decide-request", inserted("GatherAdviceToDecideRequest", LOOK)),
    "one more look before the contract": ("agree-contract", inserted("ReviewTermsToAuthorizeContract", LOOK)),
    "one more look after the archive's test": ("prepare-site", inserted("TestArchiveToArchiveWorks", LOOK)),
    "one more look before the launch": ("prepare-site", inserted("ReadyToLaunchToSiteReady", LOOK)),
    "papers are filed by hand": (
        "investigate-complaint",
        inserted("CloseAfterActionToClosedAfterAction", FILE),
    ),
    "a day to sleep on it": ("launch-site", inserted("ReadyForLaunchToLaunchSite", sketch.catch("Sleep", sketch.timer("P1D")))),
    "a step inside a subprocess": ("agree-contract", wrapped),
    "a step in a diagram of its own": ("launch-site", split_into_two),
    "a merge is drawn": ("investigate-complaint", merged),
    "a parallel join is drawn inclusive": ("prepare-site", joined_inclusively),
    "all is always checked": ("screen-complaint", split_always),
    "an end that ends for good": ("create-site", ended_for_good),
    "a condition in other words": (
        "decide-request",
        written("SiteApprovedToRequestApproved", 'DecideRequest.decision = "approve" or DecideRequest.decision = "approve-with-conditions"'),
    ),
    "a condition the other way round": ("launch-site", written("RunAsApprovedToLaunchChecked", 'not(CheckAfterLaunch.as_approved = "no")')),
    "the default is the other flow": ("agree-contract", other_default),
    "no default where every answer has a flow": ("hear-appeal", no_default),
    "silence leaves a refusal": ("forward-request", silent_requester),
    "read by two": ("screen-complaint", read_by_two),
    "whatever comes first": ("launch-site", race),
    "a change is forwarded later": ("change-site", due("ForwardChange", "P10BD")),
    "a change is asked for in other words": ("change-site", named("WhatIsToChange", "Which change?")),
    "one more look before a change": ("change-site", inserted("AdviseOnChangeToIsSomebodyAddedJoined", LOOK)),
    "told of the approval of a change": ("change-site", inserted("IsItApprovedToIsItApprovedJoined", NOTICE)),
    "a leaver is struck off on paper too": (
        "change-site",
        inserted("RemoveAdministratorToWhatIsToChangeJoined", FILE),
    ),
    "the way of an addition in other words": (
        "change-site",
        written("DoesSomebodyComeToDoesSomebodyComeJoined", 'RequestChange.change_type in ["add-administrator"]'),
    ),
    "announced for longer": ("retire-site", timed("FourWeeksAnnounced", "P6W")),
    "holds are looked for sooner again": ("retire-site", timed("TwoWeeksLater", "P5BD")),
    "a reminder to look for holds": ("retire-site", reminded_of_holds),
    "holds are looked for once more at the end": ("retire-site", looked_for_again),
    "a note on the closure": ("retire-site", asked("AnnounceClosure", field("words"))),
    "one more look at the archive": ("retire-site", inserted("CaptureArchiveToIsItFreeOfHoldsJoined", LOOK)),
    "papers are filed before the end of a site": ("retire-site", inserted("FourWeeksAnnouncedToRetireSiteDone", FILE)),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_harmless_edit_leaves_a_diagram_publishable(name: str) -> None:
    process, edit = EDITS[name]
    drawing = Drawing(process)
    before = etree.tostring(drawing.root)
    edit(drawing)
    assert etree.tostring(drawing.root) != before
    for report in drawing.reports():
        errors = [one for one in report["findings"] if one["severity"] != "info"]
        assert [(one["code"], one["element"], one["message"]) for one in errors] == []
        proof = report["proof"]
        assert (proof["complete"], proof["sound"]) == (True, True)
        assert not {"violated", "not-proved", "vacuous"} & set(proof["rules"].values())


@pytest.mark.long
@pytest.mark.parametrize("name", EDITS)
def test_both_gates_let_a_harmless_edit_pass(name: str) -> None:
    process, edit = EDITS[name]
    drawing = Drawing(process)
    edit(drawing)
    files = drawing.files()
    reports = check_files(files, pack=load(ROOT / "bpmn" / "policy"), library=shipped_files())
    assert [one["file"] for one in reports if not is_publishable(one)] == []


def test_the_edits_are_of_every_shipped_diagram() -> None:
    assert {process for process, _edit in EDITS.values()} == set(shipped())
