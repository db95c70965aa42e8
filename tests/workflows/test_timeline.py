"""How a case got to where it is and where it stands, in sentences."""

from datetime import datetime

from models.database import db
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows import cases, tasks
from workflows.timeline import Event, join, reason_in, state_of, timeline


def told(walk: Walk) -> list[Event]:
    case = walk.case
    comments, files = cases.comments_on(case.id), cases.files_of(case.id)
    return timeline(case, walk.diagrams.diagrams, comments, files)


def sentences(walk: Walk) -> list[str]:
    return [event.sentence for event in told(walk)]


def test_a_case_is_told_from_its_start_to_its_end(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.do("ForwardRequest", decision="return", reason="Who monitors it?").do("SubmitRequest")
    cases.comment(walk.case_id, "Now it is clear.", by=town.people.dan, now=walk.now)
    walk.do("ForwardRequest").do("ReviewRequest", decision="not-city-supported", reason="Private.")
    assert sentences(walk) == [
        "Rosa Valdez started the case.",
        "Rosa Valdez completed “Submit site request”.",
        "Dan Okafor completed “Forward the request”: Return to the requester for changes.",
        "Rosa Valdez completed “Submit site request”.",
        "Dan Okafor commented.",
        "Dan Okafor completed “Forward the request”: Forward to Communications.",
        "Chen Wu completed “Review the request”: Not a City-Supported site.",
        "Siteward did by itself: Inform the requester.",
        "The case ended: Not City-Supported.",
    ]


def test_a_reason_stands_beside_what_was_done(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.do("ForwardRequest", decision="return", reason="Who monitors it?")
    cases.comment(walk.case_id, "I will ask.", by=town.people.rosa, now=walk.now)
    walk.send("WithdrawBeforeForwarding")
    remarks = {event.sentence: event.remark for event in told(walk)}
    assert remarks["Rosa Valdez commented."] == "I will ask."
    assert remarks["Rosa Valdez: Withdraw request."] == "No longer needed."
    returned = "Dan Okafor completed “Forward the request”: Return to the requester for changes."
    assert remarks[returned] == "Who monitors it?"


def test_deadlines_documents_and_steps_taken_back_are_told_too(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.wait(days=7)
    walk.do("ForwardRequest").do("ReviewRequest", needs_law_advice=True).do("AdviseSecurity")
    walk.send("WithdrawWhileDeciding")
    said = sentences(walk)
    assert "The time was up: After 3 business days." in said
    assert "Siteward did by itself: Remind the department." in said
    assert "“Advise on the law” was no longer needed." in said
    assert said[-1] == "The case ended: Withdrawn."
    walk = walking.approved(town, now=now).do("IdentifyContract")
    assert "Chen Wu attached copy.txt." in sentences(walk)


def test_every_event_of_a_step_leads_to_it(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    assert [event.task.element for event in told(walk) if event.task] == [
        "SubmitRequest",
        "ForwardRequest",
    ]


def test_a_step_that_its_diagram_no_longer_has_is_told_without_its_choice(
    town: Town, now: datetime
) -> None:
    walk = walking.forwarded(town, now=now)
    other = walk.diagrams.diagrams["agree-contract"]
    said = [
        event.sentence
        for event in timeline(walk.case, {"create-site": other, "forward-request": other}, [], [])
    ]
    assert "Dan Okafor completed “Forward the request”." in said


def test_where_a_case_stands_is_one_sentence(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    assert state_of(walk.case) == "Waits for Requester to do “Submit site request”."
    walk.do("SubmitRequest").do("ForwardRequest")
    tasks.claim(town.runtime, walk.task("ReviewRequest").id, by=town.mia, now=now)
    assert state_of(walk.case) == (
        "Waits for Communications to do “Review the request”, Mia Stone works on it."
    )
    walk.do("ReviewRequest", town.mia, needs_law_advice=True, needs_retention_advice=True)
    assert state_of(walk.case) == (
        "Waits for Information Technology to do “Advise on security”, City Clerk to do “Advise on "
        "retention” and City Attorney to do “Advise on the law”."
    )
    walk.send("WithdrawWhileDeciding")
    assert state_of(walk.case) == "Ended: Withdrawn."


def test_a_case_that_waits_for_its_time_says_so(town: Town, now: datetime) -> None:
    walk = walking.launched(town, now=now)
    assert state_of(walk.case) == "Nothing waits for anybody; the next step comes at its time."


def test_a_step_of_no_party_waits_for_somebody(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    case = walk.case
    case.tasks[0].party = None
    assert state_of(case) == "Waits for somebody to do “Submit site request”."
    db.session.rollback()


def test_several_things_are_joined_as_one_says_them() -> None:
    assert join(["a"]) == "a"
    assert join(["a", "b", "c"]) == "a, b and c"


def test_a_step_without_answers_has_no_reason(town: Town, now: datetime) -> None:
    open_task = walking.start(town, now=now).task("SubmitRequest")
    assert reason_in(open_task) is None
