"""Sly changes of rarer kinds: what must be found, and beside them what looks bad and does no harm."""

from dataclasses import replace
from typing import Any

from tests.workflows.diagrams.proof.mutants import (
    Change,
    City,
    Mutant,
    asked,
    both,
    condition,
    event,
    kind,
    led,
    marked,
    shipped,
)
from workflows.diagrams.graph import Field, Node, Option


def _like(element: str, name: str, **changes: Any) -> Node:
    """Draw a step once more, under another id."""
    (home,) = [diagram for diagram in shipped().values() if element in diagram.nodes]
    return replace(home.nodes[element], id=name, **changes)


def _after(source: str, target: str, node: Node) -> Change:
    """Draw a step into the flow between two others, beside the second."""

    def change(city: City) -> None:
        city.lead(source, target, node.id)
        city.add(target, node, (node.id, target))

    return change


def _urgent_by_an_open_answer(city: City) -> None:
    """A box that nobody has to fill in sends a request past the decision."""
    city.lead("RequestComplete", "GatherAdvice", "Urgent")
    ways = ("Urgent", "RequestApproved"), ("Urgent", "GatherAdvice")
    city.add("GatherAdvice", Node("Urgent", "exclusiveGateway"), *ways)
    urgent = 'ReviewRequest.new_platform = true and ReviewRequest.platform_assessment = "known"'
    city.change(city.flow("Urgent", "RequestApproved"), condition=urgent)
    city.change("Urgent", default_flow=city.flow("Urgent", "GatherAdvice"))


def _asked_anew_under_the_old_approval(city: City) -> None:
    """What cannot be prepared is asked for otherwise, forwarded, reviewed, and prepared as approved."""
    review = _like("ReviewRequest", "ReviewAnew", lane="Communications")
    ways = (
        ("IsItComplete", "PrepareSite"),
        ("IsItComplete", "AskAnew"),
        ("ReviewAnew", "IsItComplete"),
    )
    city.add("SubmitRequest", _like("SubmitRequest", "AskAnew"), ("AskAnew", "ForwardAnew"))
    city.add("AskDepartment", _like("AskDepartment", "ForwardAnew"), ("ForwardAnew", "ReviewAnew"))
    city.add("PrepareSite", Node("IsItComplete", "exclusiveGateway"))
    city.add("PrepareSite", review, *ways)
    city.change(
        city.flow("IsItComplete", "PrepareSite"), condition='ReviewAnew.decision = "complete"'
    )
    city.change("IsItComplete", default_flow=city.flow("IsItComplete", "AskAnew"))
    city.lead("PreparationFailed", "LapseApproval", "AskAnew")


def _another_version(city: City) -> None:
    """A copy of the decision is called, in which nobody decides."""
    diagram = city.diagrams["decide-request"]
    nodes = {**diagram.nodes, "DecideRequest": replace(diagram.nodes["DecideRequest"], act=None)}
    copy = replace(diagram, process_id="decide-request-2", nodes=nodes)
    city.change("ReviewAndDecide", called=copy.process_id)
    city.diagrams = {**city.diagrams, copy.process_id: copy}


def _begins(kind_of_start: str, at: str, **marks: Any) -> Change:
    """Let something begin in the middle."""
    return lambda city: city.add(at, Node("Hot", kind_of_start, **marks), ("Hot", at))


def _beside(host: str, first: Node, **marks: Any) -> Change:
    """Put an event on a step that begins another one beside it, with an end of its own."""

    def change(city: City) -> None:
        event_node = Node("Early", "boundaryTimer", attached_to=host, interrupting=False, **marks)
        city.add(host, event_node, ("Early", first.id))
        city.add(host, first, (first.id, "EarlyDone"))
        city.add(host, Node("EarlyDone", "end"))

    return change


def _offered_besides(city: City) -> None:
    """The decision has a fourth choice, which goes the way of the approval."""
    (choice,) = [
        one
        for one in shipped()["decide-request"].nodes["DecideRequest"].fields
        if one.id == "decision"
    ]
    city.field("DecideRequest", "decision", options=(*choice.options, Option("go", "Just do it")))
    text = 'DecideRequest.decision in ["approve", "approve-with-conditions", "go"]'
    city.change(city.flow("SiteApproved", "RequestApproved"), condition=text)


def _decided_by_another_question(city: City) -> None:
    options = (Option("yes", "Yes"), Option("no", "No"))
    really = Field("really", "Really?", "enum", required=True, options=options)
    fields = shipped()["decide-request"].nodes["DecideRequest"].fields
    city.change("DecideRequest", fields=(*fields, really))
    city.change(
        city.flow("SiteApproved", "RequestApproved"), condition='DecideRequest.really = "yes"'
    )


def _decision_or_time(city: City) -> None:
    """Nine days without a word are an approval."""
    city.lead("GatherAdvice", "DecideRequest", "Race")
    ways = (
        ("Race", "Word"),
        ("Race", "Silence"),
        ("Word", "DecideRequest"),
        ("Silence", "RequestApproved"),
    )
    city.add("DecideRequest", Node("Word", "messageCatch", message="withdraw-request"))
    city.add("DecideRequest", Node("Silence", "timerCatch", timer="P9D", timer_kind="duration"))
    city.add("DecideRequest", Node("Race", "eventBasedGateway"), *ways)


def _decided_in_the_reminder(city: City) -> None:
    city.change("RemindDeciders", **_marks_of("DecideRequest"))
    city.change("DecideRequest", act=None)


def _marks_of(element: str) -> dict[str, Any]:
    like = _like(element, element)
    return {"kind": like.kind, "act": like.act, "topic": None, "fields": like.fields}


def _found_and_acted_anew(city: City) -> None:
    """A second finding, and action upon it with the advice on the first."""
    city.lead("DecideAction", "RecordDisposition", "FindAnew")
    city.add("DecideAction", _like("MakeFinding", "FindAnew"), ("FindAnew", "ActAnew"))
    city.add("DecideAction", _like("LimitAssignment", "ActAnew"), ("ActAnew", "RecordDisposition"))


ONE_OF_TWO = both(
    marked("DecideRequest", loop="2", sequential=True),
    condition("SiteApproved", "RequestApproved", 'count(DecideRequest.decision = "approve") >= 1'),
    condition("SiteApproved", "InformRejected", 'count(DecideRequest.decision = "reject") >= 1'),
)
EVERY_ERROR = both(
    marked("DecisionRejected", error=None),
    led("DecisionRejected", "RequestRejected", "PrepareSite"),
)
BOTH_WAYS = both(
    kind("RequestComplete", "inclusiveGateway"),
    condition(
        "RequestComplete",
        "GatherAdvice",
        'ReviewRequest.decision in ["complete", "not-city-supported"]',
    ),
)
ENDED = both(
    lambda city: city.add("DecideAction", Node("Over", "terminateEnd")),
    led("ConductInvestigation", "DecideAction", "Over"),
)
LAUNCH_NOW = Node("LaunchNow", "callActivity", "Launch now", called="launch-site")
NAME = Field("name", "Name of the site", register="site.name")
FREE_ONLY = 'not(CheckHolds.outcome = "clear")'

CUNNING_MUTANTS = (
    Mutant("an open answer decides", "K01", _urgent_by_an_open_answer, "a box that may stay empty is no decision"),
    Mutant("every error leads on", "K01", EVERY_ERROR, "a rejection is among them"),
    Mutant("a message begins at the launch", "K01", _begins("messageStart", "LaunchSite", message="withdraw-request"), "a case can begin there, past everything"),
    Mutant("a case begins each night at the launch", "K01", _begins("timerStart", "LaunchAndCheck", timer="P1D", timer_kind="duration"), "nobody asks, nobody decides"),
    Mutant("another version of the decision is called", "K01", _another_version, "in the copy nobody decides"),
    Mutant("asked anew under the old approval", "K01", _asked_anew_under_the_old_approval, "another site than the approved one would be prepared"),
    Mutant("the approved request is written anew by its label only", "says-too-much", _after("ReviewAndDecide", "PrepareSite", _like("SubmitRequest", "AmendIt", act=None)), "the register would take what nobody approved", "AmendIt"),
    Mutant("the name of the site is asked for while it is prepared", "says-too-much", marked("MeetStandards", fields=(NAME,)), "the register would take what nobody approved", "MeetStandards"),
    Mutant("another site is retired under the old decision", "K19", _after("IsItToGo", "MarkSiteAsRetiring", _like("AskToRetireSite", "AskAnew", lane="Department")), "the decision was about the site asked for before"),
    Mutant("a rejection that ends for good", "K01", kind("RefuseRequest", "terminateEnd"), "it ends the called diagram, and the call goes on"),
    Mutant("no violation that ends for good", "K25", kind("NoViolationSeen", "terminateEnd"), "the call goes on to discipline"),
    Mutant("a violation that ends for good", "K26", ENDED, "nobody acts on it"),
    Mutant("refused and taken further at once", "K03", BOTH_WAYS, "what is not complete comes to the decision"),
    Mutant("launched while it is prepared", "K09", _beside("PrepareSite", LAUNCH_NOW, timer="P5D", timer_kind="duration"), "before the City Clerk is done"),
    Mutant("decided as often as an answer says", "K01", both(asked("SubmitRequest", "languages", required=True), marked("DecideRequest", loop="SubmitRequest.languages")), "which may be never"),
    Mutant("one yes of two is enough", "K01", ONE_OF_TWO, "the latest decision may be the no"),
    Mutant("a fourth choice approves", "K01", _offered_besides, "the policy knows no such outcome"),
    Mutant("another question decides", "K01", _decided_by_another_question, "the act's own outcome may be a no"),
    Mutant("a deadline that is called a decision", "act-misplaced", event("boundaryTimer", "DecideRequest", "RequestApproved", timer="P5D", act="approve-site"), "no deadline carries an act", "Shortcut"),
    Mutant("a message that is called a decision", "outcomes-missing", event("boundaryMessage", "DecideRequest", "RequestApproved", message="withdraw-request", act="approve-site"), "it offers no choice", "Shortcut"),
    Mutant("whatever comes first decides", "K01", _decision_or_time, "silence approves nothing"),
    Mutant("decided twice, read once", "K01", _after("DecideRequest", "SiteApproved", _like("DecideRequest", "DecideAnew")), "the second decision may be a no"),
    Mutant("decided in the reminder", "K01", _decided_in_the_reminder, "it may never come"),
    Mutant("a no that the form refuses", "outcome-refused", asked("DecideRequest", "decision", refuse_when='DecideRequest.decision = "reject"', refuse_message="Think again."), "only a yes can be sent", "DecideRequest"),
    Mutant("a hold that another question refuses", "outcome-refused", asked("CheckHolds", "note", refuse_when=FREE_ONLY, refuse_message="Look again."), "no hold could be told", "CheckHolds"),
    Mutant("acted on a finding with older advice", "K24", _found_and_acted_anew, "Human Resources advised on the finding before"),
    Mutant("a violation found at the end", "K26", _after("DecideAction", "RecordDisposition", _like("MakeFinding", "FindAnew")), "nobody acts on the latest finding"),
    Mutant("kept at last, and deactivated all the same", "K19", _after("FourWeeksAnnounced", "DeactivateSite", _like("DecideOnRetirement", "DecideAnew")), "the holds and the archive were for the decision before"),
    Mutant("withdrawn at the last moment, and launched", "K01", event("boundaryMessage", "ConfirmReadiness", "SiteReady", message="withdraw-request", act="withdraw-request"), "a withdrawal undoes the approval"),
)  # fmt: skip

# What looks like a way around the policy and is none, with the argument.
HARMLESS: tuple[tuple[str, Change, str], ...] = (
    (
        "a rejection that also comes to the approval's end",
        both(kind("SiteApproved", "inclusiveGateway"), condition("SiteApproved", "RequestApproved", 'DecideRequest.decision != "return"')),
        "the error end calls off the whole decision, whatever else ended in it",
    ),
    (
        "launched again under the same approval",
        _beside("LaunchAndCheck", LAUNCH_NOW, timer="R/P5D", timer_kind="cycle"),
        "the approval stands; the entry of the same site is written again",
    ),
    (
        "a yes that is chosen before anybody looks",
        asked("DecideRequest", "decision", default="approve"),
        "a person sends it, under their name; nothing is decided without them",
    ),
    (
        "not ready, launched all the same",
        led("ReadyToLaunch", "CreateAccount", "SiteReady"),
        "no clause asks whether Communications feels ready; the launch checks for itself",
    ),
    (
        "somebody added twice under one approval",
        _after("AddAdministrator", "ShowChange", _like("AddAdministrator", "AddAnew")),
        "it adds whom the approved request names, who is there already",
    ),
    (
        "two weeks later no hold is looked for again",
        led("TwoWeeksLater", "CheckHolds", "CaptureArchive"),
        "a site under a hold may be closed to the public; nothing of it is recorded as retired or destroyed",
    ),
    (
        "a hold sends the retirement back to its decision",
        led("TwoWeeksLater", "CheckHolds", "DecideOnRetirement"),
        "all that follows a decision follows it again",
    ),
    (
        "the archive is captured by message",
        marked("CaptureArchive", kind="receiveTask", message="captured", fields=()),
        "who may send it are the people whose act it is; only the form is missed",
    ),
)  # fmt: skip
