"""Events on the border of a step, and what events wait for."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.editing.sheets import in_step, shipped
from workflows.diagrams.editing import EditError, Plain, Sheet, deadlines, events
from workflows.diagrams.graph import Node

REMINDER = Plain("serviceTask", "Remind them", topic="remind")


def refuses(field: str, sheet: Sheet, edit: str, **arguments: object) -> None:
    before = sheet.to_bytes()
    with pytest.raises(EditError) as refused:
        getattr(deadlines if hasattr(deadlines, edit) else events, edit)(sheet, **arguments)
    assert refused.value.field == field
    assert sheet.to_bytes() == before


def following(sheet: Sheet, element: str) -> Node:
    (flow,) = sheet.diagram.outgoing(element)
    return sheet.diagram.nodes[flow.target]


def test_a_deadline_leads_to_a_step_that_is_there() -> None:
    sheet = shipped("decide-request")
    event = deadlines.add(sheet, host="GatherAdvice", timer="P5BD", leads_to="DecideRequest")
    node = sheet.diagram.nodes[event]
    assert (node.kind, node.timer, node.interrupting) == ("boundaryTimer", "P5BD", True)
    assert (node.name, node.lane, node.attached_to) == (
        "After 5 business days",
        "Communications",
        "GatherAdvice",
    )
    assert following(sheet, event).id == "DecideRequest"
    assert in_step(sheet)


def test_a_deadline_leads_to_a_new_reminder_and_its_end_or_to_a_new_end() -> None:
    sheet = shipped("decide-request")
    event = deadlines.add(
        sheet, host="GatherAdvice", timer="PT4H", leads_to=REMINDER, interrupting=False, name="Slow"
    )
    reminder = following(sheet, event)
    assert (sheet.diagram.nodes[event].interrupting, sheet.diagram.nodes[event].name) == (
        False,
        "Slow",
    )
    assert (reminder.topic, reminder.lane) == ("remind", "Communications")
    assert following(sheet, reminder.id).kind == "end"
    gone = deadlines.remove(sheet, event=event)
    assert len(gone.elements) == 3
    other = deadlines.add(
        sheet, host="GatherAdvice", timer="2030-01-31", leads_to=Plain("terminateEnd", "Too late")
    )
    assert following(sheet, other).kind == "terminateEnd"
    assert sheet.diagram.nodes[other].timer_kind == "date"


def test_a_deadline_changes_and_so_does_a_name_that_said_the_time() -> None:
    sheet = shipped("decide-request")
    event = "RequestWaitsForReview"
    deadlines.change(sheet, event=event, timer="P9BD", interrupting=True, leads_to="DecideRequest")
    node = sheet.diagram.nodes[event]
    assert (node.name, node.timer, node.interrupting) == ("After 9 business days", "P9BD", True)
    assert following(sheet, event).id == "DecideRequest"
    deadlines.change(sheet, event=event, name="Slow", interrupting=False)
    deadlines.change(sheet, event=event, timer="R3/P1D")
    node = sheet.diagram.nodes[event]
    assert (node.name, node.timer_kind, node.interrupting) == ("Slow", "cycle", False)


def test_a_deadline_that_led_nowhere_is_led_on() -> None:
    sheet = Sheet.open(
        sketch.process(
            sketch.user("A"), sketch.end(), sketch.boundary("Late", "A", sketch.timer("P1D"))
        )
    )
    deadlines.change(sheet, event="Late", leads_to="Done")
    assert following(sheet, "Late").id == "Done"


def test_messages_and_errors_are_caught_on_a_border() -> None:
    sheet = shipped("decide-request")
    message = deadlines.catch_message(
        sheet, host="ReviewRequest", message="take-back", leads_to=Plain("end", "Taken back")
    )
    error = deadlines.catch_error(
        sheet, host="GatherAdvice", error="Returned", leads_to="DecideRequest"
    )
    anything = deadlines.catch_error(sheet, host="GatherAdvice", error="", leads_to="DecideRequest")
    nodes = sheet.diagram.nodes
    assert (nodes[message].kind, nodes[message].message) == ("boundaryMessage", "take-back")
    assert (nodes[error].kind, nodes[error].error) == ("boundaryError", "Returned")
    assert nodes[anything].error is None
    assert sheet.to_bytes().count(b"<bpmn:message ") == 1
    assert b'errorRef="ReturnedError"' in sheet.to_bytes()
    deadlines.remove(sheet, event=message)
    assert b"<bpmn:message " not in sheet.to_bytes()


def test_border_events_that_cannot_be_are_refused() -> None:
    sheet = shipped("decide-request")
    here = {"timer": "P1D", "leads_to": "DecideRequest"}
    refuses("host", sheet, "add", host="SiteApproved", **here)
    refuses("host", sheet, "add", host="Nobody", **here)
    refuses("timer", sheet, "add", host="GatherAdvice", timer="soon", leads_to="DecideRequest")
    refuses("leads_to", sheet, "add", host="GatherAdvice", timer="P1D", leads_to="RequestArrived")
    refuses("leads_to", sheet, "add", host="GatherAdvice", timer="P1D", leads_to="Nobody")
    refuses("event", sheet, "change", event="GatherAdvice", timer="P1D")
    refuses("event", sheet, "remove", event="GatherAdvice")
    refuses("leads_to", sheet, "change", event="RequestWaitsForReview", leads_to="RequestArrived")
    refuses(
        "message", sheet, "catch_message", host="GatherAdvice", message="", leads_to="DecideRequest"
    )


def test_what_events_wait_for_is_defined_when_first_named_and_goes_with_the_last() -> None:
    sheet = shipped("decide-request")
    events.set_error(sheet, element="ReturnForChanges", error="Quite new")
    assert sheet.diagram.nodes["ReturnForChanges"].error == "Quite new"
    assert b'errorCode="QuiteNew"' in sheet.to_bytes()
    assert b"ReturnedError" not in sheet.to_bytes()
    events.set_error(sheet, element="ReturnForChanges", error="")
    assert b"QuiteNew" not in sheet.to_bytes()
    events.set_timer(sheet, element="RequestWaitsForReview", timer="PT9H")
    assert sheet.diagram.nodes["RequestWaitsForReview"].timer == "PT9H"
    refuses("element", sheet, "set_timer", element="ReviewRequest", timer="PT9H")
    refuses("timer", sheet, "set_timer", element="RequestWaitsForReview", timer="")
    refuses("element", sheet, "set_message", element="ReviewRequest", message="x")
    refuses("element", sheet, "set_error", element="RequestArrived", error="x")


def test_a_definition_that_says_more_than_its_name_stays() -> None:
    top = '<bpmn:message id="M" name="old"><bpmn:documentation>Why.</bpmn:documentation></bpmn:message>'
    sheet = Sheet.open(sketch.process(sketch.catch("Wait", sketch.message("M")), top=top))
    events.set_message(sheet, element="Wait", message="new")
    assert b'id="M"' in sheet.to_bytes()
    events.set_message(sheet, element="Wait", message="old")
    assert b'messageRef="M"' in sheet.to_bytes()
    assert b'name="new"' not in sheet.to_bytes()


def test_a_message_or_an_error_that_is_caught_changes() -> None:
    sheet = shipped("create-site")
    event = deadlines.catch_message(
        sheet,
        host="AskDepartment",
        message="News",
        leads_to=Plain("end", "New"),
        interrupting=False,
    )
    node = sheet.diagram.nodes[event]
    assert (node.message, node.name, node.interrupting) == ("News", "News", False)
    deadlines.change_catch(sheet, event=event, caught="Other news", interrupting=True)
    node = sheet.diagram.nodes[event]
    assert (node.message, node.name, node.interrupting) == ("Other news", "Other news", True)
    deadlines.change_catch(sheet, event=event, name="Facts", leads_to="ReviewAndDecide")
    assert (sheet.diagram.nodes[event].name, following(sheet, event).id) == (
        "Facts",
        "ReviewAndDecide",
    )
    failed = deadlines.catch_error(
        sheet, host="AskDepartment", error="", leads_to="ReviewAndDecide"
    )
    deadlines.change_catch(sheet, event=failed, caught="Lost", interrupting=False)
    node = sheet.diagram.nodes[failed]
    assert (node.error, node.name, node.interrupting) == ("Lost", "Lost", True)
    refuses("message", sheet, "change_catch", event=event, caught="")
    refuses("event", sheet, "change_catch", event="AskDepartment", name="x")
    assert in_step(sheet)
