"""Careless and sly changes to the diagrams of a site that is live, how it changes and how it is retired."""

from dataclasses import replace

from tests.workflows.diagrams.proof.mutants import (
    Change,
    City,
    Mutant,
    asked,
    both,
    condition,
    event,
    kind,
    lane,
    led,
    marked,
    swapped,
    untagged,
)
from workflows.diagrams.graph import Node


def taken(element: str) -> Change:
    """Take one step out of its way."""
    return lambda city: city.delete(element)


def calling(element: str, called: str) -> Change:
    """Let another diagram stand in for a step."""
    return marked(element, kind="callActivity", called=called, act=None, fields=())


def _asked_anew_past_the_department(city: City) -> None:
    """What Communications sends back is asked for again, and goes straight back to it."""
    first = city.diagrams["change-site"].nodes["RequestChange"]
    city.add(
        "RequestChange",
        replace(first, id="AmendChange", fields=()),
        ("AmendChange", "IsSomebodyAdded"),
    )
    city.lead("IsItApproved", "RequestChange", "AmendChange")


def _changed_beside_the_decision(city: City) -> None:
    city.lead("AdviseOnChange", "DecideOnChange", "Both")
    split = Node("Both", "parallelGateway")
    city.add("AdviseOnChange", split, ("Both", "DecideOnChange"), ("Both", "ChangeRegister"))


def _announced_beside_the_capture(city: City) -> None:
    """The archive is captured while the closure is announced; what comes first leads on."""
    city.lead("IsItFreeOfHolds", "CaptureArchive", "Both")
    split = Node("Both", "parallelGateway")
    city.add("CaptureArchive", split, ("Both", "CaptureArchive"), ("Both", "AnnounceClosure"))
    city.lead("CaptureArchive", "AnnounceClosure", "FourWeeksAnnounced")


CHANGE_SITE = (
    Mutant("somebody added without approval", "K17", led("IsTrainingCurrent", "DecideOnChange", "AddAdministrator"), "current training is no approval"),
    Mutant("changed on advice alone", "K17", led("AdviseOnChange", "DecideOnChange", "ChangeRegister"), "advice decides nothing"),
    Mutant("a change rejected and made", "K17", led("IsItApproved", "InformOfRejection", "DoesSomebodyCome"), "the latest decision rejects"),
    Mutant("a change around the department", "K17", led("WhatIsToChange", "ForwardChange", "IsSomebodyAdded"), "nobody forwards"),
    Mutant("a change declined goes on", "K17", led("DoesItGoOn", "Declined", "IsSomebodyAdded"), "the department has refused it"),
    Mutant("a change returned goes on", "K17", led("DoesItGoOn", "RequestChange", "IsSomebodyAdded"), "a return forwards nothing"),
    Mutant("a change asked anew past the department", "K17", _asked_anew_past_the_department, "the old forwarding was for another request"),
    Mutant("silence of the department forwards a change", "K17", event("boundaryTimer", "ForwardChange", "IsSomebodyAdded", timer="P10BD"), "a deadline forwards nothing"),
    Mutant("silence of Communications approves a change", "K17", event("boundaryTimer", "DecideOnChange", "DoesSomebodyCome", timer="P5BD"), "a deadline approves nothing"),
    Mutant("a message approves a change", "K17", event("boundaryMessage", "DecideOnChange", "ChangeRegister", message="withdraw-request"), "who withdraws does not approve"),
    Mutant("a change made beside the decision", "K17", _changed_beside_the_decision, "the other branch may be faster"),
    Mutant("the approval of a change is one by its label only", "K17", untagged("approve-change"), "a label approves nothing"),
    Mutant("added before it is decided", "K17", swapped("DecideOnChange", "AddAdministrator"), "the decision comes too late"),
    Mutant("the department decides on a change", "act-party", lane("approve-change", "Department"), "only Communications does", "DecideOnChange"),
    Mutant("a change cannot be rejected", "outcomes-missing", asked("DecideOnChange", "decision"), "nothing would be decided", "DecideOnChange"),
    Mutant("a change returned is the end", "K15", led("DoesItGoOn", "RequestChange", "Declined"), "it never comes back"),
    Mutant("training that somebody new misses is good enough", "K13", led("IsTrainingCurrent", "RequestChange", "DecideOnChange"), "added with training missing"),
    Mutant("every change adds somebody", "K13", condition("DoesSomebodyCome", "AddAdministrator", "true"), "nobody looked at their training"),
    Mutant("advice stands in for the training", "K13", led("IsSomebodyAdded", "CheckTheirTraining", "AdviseOnChange"), "advice on security checks no training"),
    Mutant("another diagram checks the training", "K13", calling("CheckTheirTraining", "agree-contract"), "a contract is no training"),
    Mutant("advice against a change ends it", "K07", led("AdviseOnChange", "DecideOnChange", "ChangeSiteDone"), "it has to come to the decision"),
    Mutant("Communications advises on a change", "K08", marked("AdviseOnChange", lane="Communications"), "only Information Technology does"),
    Mutant("retention recorded as nobody said", "K09", taken("ReviseRetention"), "the City Clerk has revised nothing"),
    Mutant("silence of the Clerk revises retention", "K09", event("boundaryTimer", "ReviseRetention", "RecordRetention", timer="P10BD"), "a deadline revises nothing"),
    Mutant("Communications revises retention", "K09", lane("revise-retention", "Communications"), "only the City Clerk does"),
    Mutant("what is to change may stay open", "unanswered", asked("RequestChange", "change_type", required=False), "three gateways read it"),
    Mutant("training read that nobody asked for", "unanswered", led("IsSomebodyAdded", "DoesItConcernRecords", "IsTrainingCurrent"), "it is asked only of who is added", "IsTrainingCurrent"),
    Mutant("a rejection fits no way", "no-branch", both(marked("IsItApproved", default_flow=None), condition("IsItApproved", "InformOfRejection", 'DecideOnChange.decision = "return"')), "a rejection fits none", "IsItApproved"),
    Mutant("the register and the roles at once", "done-twice", kind("DoesSomebodyCome", "parallelGateway"), "each branch goes on by itself", "ShowChange"),
    Mutant("a change that always comes back", "never-ends", both(led("WhatIsToChange", "RemoveAdministrator", "RequestChange"), led("DoesItGoOn", "Declined", "RequestChange"), led("DoesItGoOn", "IsSomebodyAdded", "RequestChange")), "whatever is asked or answered, it begins again"),
    Mutant("a rejection that nobody catches", "error-not-caught", marked("NotApproved", kind="errorEnd", error="Rejected"), "nothing calls this diagram"),
    Mutant("adding somebody does something else", "operation-act", marked("AddAdministrator", topic="change-site"), "the register would not know them", "AddAdministrator"),
    Mutant("somebody is added by hand", "act-performer", kind("AddAdministrator", "userTask"), "the register would know nothing of it", "AddAdministrator"),
    Mutant("the change calls itself", "call-cycle", calling("AdviseOnChange", "change-site"), "it would never come to its end"),
)  # fmt: skip

RETIRE_SITE = (
    Mutant("nobody looks for holds", "K19", led("MarkSiteAsRetiring", "CheckHolds", "CaptureArchive"), "deactivated with the holds not checked"),
    Mutant("holds looked for too late", "K19", swapped("CheckHolds", "DeactivateSite"), "what is gone cannot be kept"),
    Mutant("looking for holds is one by its label only", "K19", untagged("check-holds"), "a label checks nothing"),
    Mutant("silence of the Clerk clears the holds", "K19", event("boundaryTimer", "CheckHolds", "CaptureArchive", timer="P5BD"), "a deadline checks nothing"),
    Mutant("a reminder deactivates", "K19", event("boundaryTimer", "CheckHolds", "DeactivateSite", timer="P5BD", interrupting=False), "its copy does not wait for the answer"),
    Mutant("captured after it is gone", "K19", swapped("CaptureArchive", "DeactivateSite"), "there is nothing left to capture"),
    Mutant("nothing is captured", "K19", taken("CaptureArchive"), "retired without an archive"),
    Mutant("a capture by its label only", "K19", untagged("capture-archive"), "a label captures nothing"),
    Mutant("silence captures the archive", "K19", event("boundaryTimer", "CaptureArchive", "AnnounceClosure", timer="P10BD"), "a deadline captures nothing"),
    Mutant("announced beside the capture", "K19", _announced_beside_the_capture, "four weeks may be over first"),
    Mutant("another diagram captures", "K19", calling("CaptureArchive", "agree-contract"), "a contract is no archive"),
    Mutant("the department captures", "K19", lane("capture-archive", "Department"), "only the Clerk or Communications does"),
    Mutant("kept, and retired all the same", "K19", led("IsItToGo", "InformOfDecision", "MarkSiteAsRetiring"), "the latest decision keeps it"),
    Mutant("forwarded, and retired at once", "K19", led("IsItPassedOn", "DecideOnRetirement", "MarkSiteAsRetiring"), "nobody decides"),
    Mutant("silence of Communications retires", "K19", event("boundaryTimer", "DecideOnRetirement", "MarkSiteAsRetiring", timer="P10BD"), "a deadline decides nothing"),
    Mutant("a merger is a retirement", "K19", condition("IsItToGo", "MarkSiteAsRetiring", 'DecideOnRetirement.decision in ["retire", "merge"]'), "only what is to be retired may be"),
    Mutant("retired and never recorded", "K19", taken("RecordRetirement"), "the time for keeping would not begin"),
    Mutant("a hold ends the retirement", "K19", led("IsItFreeOfHolds", "TwoWeeksLater", "NotRetired"), "decided, and neither recorded nor kept"),
    Mutant("a retirement returned is the end", "K15", led("IsItPassedOn", "AskToRetireSite", "NotForwarded"), "it never comes back"),
    Mutant("a hold is no matter", "dead-step", condition("IsItFreeOfHolds", "CaptureArchive", "true"), "nobody ever waits for a release", "TwoWeeksLater"),
    Mutant("no release is ever enough", "never-ends", led("IsItFreeOfHolds", "CaptureArchive", "TwoWeeksLater"), "free or held, it waits again"),
    Mutant("the department looks for holds", "act-party", lane("check-holds", "Department"), "only the City Clerk does", "CheckHolds"),
    Mutant("no hold can be found", "outcomes-missing", asked("CheckHolds", "outcome"), "a check must be able to find one", "CheckHolds"),
    Mutant("holds that may stay open", "unanswered", asked("CheckHolds", "outcome", required=False), "the gateway reads the outcome", "IsItFreeOfHolds"),
    Mutant("a wrong word for free", "unknown-choice", condition("IsItFreeOfHolds", "CaptureArchive", 'CheckHolds.outcome = "free"'), "no such choice is offered"),
    Mutant("a merger fits no way", "no-branch", both(marked("IsItToGo", default_flow=None), condition("IsItToGo", "InformOfDecision", 'DecideOnRetirement.decision = "keep"')), "a merger and a transfer fit none", "IsItToGo"),
    Mutant("four weeks without a time", "no-timer", marked("FourWeeksAnnounced", timer=None), "it would wait for ever", "FourWeeksAnnounced"),
    Mutant("recorded as retired at once", "operation-act", marked("MarkSiteAsRetiring", topic="record-retirement"), "the register would run ahead of the archive", "MarkSiteAsRetiring"),
    Mutant("the retirement is recorded by hand", "act-performer", kind("RecordRetirement", "userTask"), "the register would know nothing of it", "RecordRetirement"),
    Mutant("a site kept is an error", "error-not-caught", marked("NotRetired", kind="errorEnd", error="Rejected"), "nothing calls this diagram"),
)  # fmt: skip

CARE_MUTANTS = (*CHANGE_SITE, *RETIRE_SITE)
