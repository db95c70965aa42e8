"""The outline where a choice would need BPMN: groups of steps, messages and errors, outcomes, comparisons."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.webapp.test_outline import named, now_says, opened, page, row, send

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora owns."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "policy_owner")
    return found


def grouped(office: Desk) -> int:
    """Open a draft with a group of steps before its decision, and give its number."""
    draft = opened(office)
    send(office, draft, "/add", block="plain-subProcess", name="Prepare it", party="Communications",
         after="GatherAdvice")  # fmt: skip
    return draft


def test_a_group_of_steps_is_added_filled_and_led_within_its_border(office: Desk) -> None:
    draft = grouped(office)
    group = named(draft, "Prepare it")
    assert [node.name for node in now_says(draft).inside(group.id)] == [
        "Ready", "First step", "Done",
    ]  # fmt: skip
    first = named(draft, "First step")
    assert (first.kind, first.lane) == ("userTask", "Communications")
    # Whoever the group is of does what is inside it.
    assert 'name="party"' not in page(office, f"/diagrams/drafts/{draft}/outline/steps/{first.id}")
    send(office, draft, "/add", block="plain-userTask", name="Second step", party="City Clerk",
         after=first.id)  # fmt: skip
    second = named(draft, "Second step")
    assert (second.parent, second.lane) == (group.id, "Communications")
    text = page(office, f"/diagrams/drafts/{draft}/outline")
    assert text.count("Part of Prepare it") == 4
    connecting = page(office, f"/diagrams/drafts/{draft}/outline/steps/{second.id}/ways/new")
    assert f'value="{first.id}"' in connecting
    assert 'value="DecideRequest"' not in connecting
    moving = page(office, f"/diagrams/drafts/{draft}/outline/steps/{second.id}/place")
    assert "within “Prepare it”" in moving
    assert 'value="ReviewRequest"' not in moving
    assert "Second step" in page(office, f"/diagrams/drafts/{draft}/outline/steps/{group.id}")
    told = page(office, f"/diagrams/drafts/{draft}/outline/steps/{group.id}/removal")
    assert "The 4 steps inside it go with it" in told


def test_a_group_may_take_too_long_or_end_with_an_error(office: Desk) -> None:
    draft = grouped(office)
    group, first = named(draft, "Prepare it"), named(draft, "First step")
    times = {"number": "2", "unit": "BD", "interrupting": "stops", "leads_to": ""}
    send(office, draft, f"/steps/{group.id}/deadlines/new", **times, name="Too late")
    send(office, draft, "/add", block="plain-errorEnd", name="It failed", error="Failed",
         party="Communications", after=first.id)  # fmt: skip
    address = f"/steps/{group.id}/events/new"
    offered = page(office, f"/diagrams/drafts/{draft}/outline{address}")
    assert '<option value="Failed">' in offered
    error = {"what": "error", "error": "Failed", "name": "", "leads_to": "DecideRequest"}
    send(office, draft, address, **error)
    caught = next(one for one in now_says(draft).boundaries(group.id) if one.error)
    assert (caught.kind, caught.name, caught.interrupting) == ("boundaryError", "Failed", True)
    assert now_says(draft).outgoing(caught.id)[0].target == "DecideRequest"
    send(office, draft, f"/deadlines/{caught.id}", error="", name="It went wrong",
         leads_to="DecideRequest")  # fmt: skip
    caught = now_says(draft).nodes[caught.id]
    assert (caught.error, caught.name) == (None, "It went wrong")
    send(office, draft, f"/deadlines/{caught.id}/removal")
    assert caught.id not in now_says(draft).nodes


def test_a_message_that_arrives_is_added_changed_and_removed(office: Desk) -> None:
    draft = opened(office)
    address = "/steps/ReviewRequest/events/new"
    fields = {"message": "Withdraw request", "interrupting": "stays", "name": "", "leads_to": ""}
    lacking = send(office, draft, address, 422, **{**fields, "message": " ", "name": "Kept"})
    assert "Name the message." in lacking
    assert 'value="Kept"' in lacking
    # A step of people ends with no error, so it is not asked for.
    assert 'name="what"' not in lacking
    send(office, draft, address, **fields)
    (made,) = [one for one in now_says(draft).boundaries("ReviewRequest") if one.message]
    assert (made.message, made.name, made.interrupting) == (
        "Withdraw request", "Withdraw request", False,
    )  # fmt: skip
    shown = page(office, f"/diagrams/drafts/{draft}/outline/deadlines/{made.id}")
    assert 'value="Withdraw request"' in shown
    assert "Known here:" in shown
    changed = {"message": "New facts", "interrupting": "stops", "name": "New facts"}
    send(office, draft, f"/deadlines/{made.id}", **changed, leads_to="GatherAdvice")
    made = now_says(draft).nodes[made.id]
    assert (made.message, made.interrupting) == ("New facts", True)
    assert now_says(draft).outgoing(made.id)[0].target == "GatherAdvice"
    send(office, draft, f"/deadlines/{made.id}/removal")
    assert made.id not in now_says(draft).nodes


def test_an_outcome_that_the_act_does_not_know_is_refused_at_once(office: Desk) -> None:
    draft = opened(office)
    address = "/steps/DecideRequest/questions/decision"
    (asked, *_) = now_says(draft).nodes["DecideRequest"].fields
    known = "\n".join(option.label for option in asked.options)
    fields = {"label": "Decision", "type": "enum", "required": "y", "classification": "public"}
    before = row(draft).xml
    wrong = send(office, draft, address, 422, **fields, options=f"{known}\nAsk for a trial")
    assert "does not know “Ask for a trial”. It can end in: Approve;" in wrong
    assert "Ask for a trial</textarea>" in wrong
    assert row(draft).xml == before
    # In other words it is the same outcome, and what reads it still means it.
    worded = {f"words_{n}": one.label for n, one in enumerate(asked.options)}
    twice = {**worded, "words_0": asked.options[1].label}
    told = send(office, draft, address, 422, **fields, options=known, **twice)
    assert "Two choices read the same." in told
    assert f'value="{asked.options[1].label}"' in told
    send(office, draft, address, **fields, options=known, **{**worded, "words_0": "Go  ahead"})
    now, *others = now_says(draft).nodes["DecideRequest"].fields[0].options
    assert (now.id, now.label) == (asked.options[0].id, "Go ahead")
    assert others == list(asked.options[1:])
    # Another question of the form may have what choices it likes.
    plain = {"label": "Trial?", "type": "enum", "classification": "public"}
    send(office, draft, "/steps/DecideRequest/questions", **plain, options="Ask for a trial\nNone")
    assert now_says(draft).nodes["DecideRequest"].fields[-1].options[0].id == "ask-for-a-trial"


def test_outcomes_of_the_act_are_ready_choices(office: Desk) -> None:
    draft = opened(office)
    (asked, *_) = now_says(draft).nodes["DecideRequest"].fields
    send(office, draft, "/steps/DecideRequest/questions/decision/removal")
    new = page(office, f"/diagrams/drafts/{draft}/outline/steps/DecideRequest/questions")
    assert 'value="Decision"' in new
    assert 'name="outcomes" value="approve" checked' in new
    fields = {"label": "Decision", "type": "enum", "required": "y", "classification": "public"}
    send(office, draft, "/steps/DecideRequest/questions", **fields, options="",
         outcomes=["approve", "reject"])  # fmt: skip
    made = now_says(draft).nodes["DecideRequest"].fields[-1]
    assert [one.id for one in made.options] == ["approve", "reject"]
    assert {one.label for one in made.options} <= {one.label for one in asked.options}
    more = page(office, f"/diagrams/drafts/{draft}/outline/steps/DecideRequest/questions/{made.id}")
    assert 'name="outcomes" value="approve-with-conditions"' in more
    options = "\n".join(one.label for one in made.options)
    send(office, draft, f"/steps/DecideRequest/questions/{made.id}", **fields, options=options,
         outcomes=["approve-with-conditions"])  # fmt: skip
    made = now_says(draft).nodes["DecideRequest"].fields[-1]
    assert [one.id for one in made.options] == ["approve", "reject", "approve-with-conditions"]


def a_way(office: Desk) -> tuple[int, str, dict[str, str]]:
    """Give a draft with a decision, the address of its first way, and what its form sends."""
    draft = opened(office)
    base = {"block": "plain-exclusiveGateway", "name": "Whose?", "after": "DecideRequest"}
    send(office, draft, "/add", **base, **{"ways-0-name": "Yes", "ways-1-name": "No"})
    yes = now_says(draft).outgoing(named(draft, "Whose?").id)[0]
    sent = {"target": yes.target, "name": "Yes", "when": "rows", "joined": "or"}
    return draft, yes.id, sent


def test_two_comparisons_with_their_values_are_one_form(office: Desk) -> None:
    draft, way, sent = a_way(office)
    two = {
        "more": "DecideRequest.decision=approve", "more_how": "!=", "more_with": "",
        "more_2": "DecideRequest.valid_until", "more_2_how": ">=", "more_2_with": "2027-01-31",
    }  # fmt: skip
    send(office, draft, f"/ways/{way}", **sent, **two)
    assert now_says(draft).flows[way].condition == (
        'DecideRequest.decision != "approve" or DecideRequest.valid_until >= "2027-01-31"'
    )
    two = {
        "more": "ReviewRequest.needs_law_advice", "more_how": "!=", "more_with": "Yes",
        "more_2": "DecideRequest.decision", "more_2_how": "=", "more_2_with": "reject",
    }  # fmt: skip
    send(office, draft, f"/ways/{way}", **sent, **two)
    assert now_says(draft).flows[way].condition == (
        'ReviewRequest.needs_law_advice = false or DecideRequest.decision = "reject"'
    )
    send(
        office, draft, f"/ways/{way}", **sent, more="DecideRequest.conditions", more_how="answered"
    )
    assert now_says(draft).flows[way].condition == "DecideRequest.conditions != null"
    third = {"more_3": "DecideRequest.valid_until", "more_3_how": ">=", "more_3_with": "soon"}
    wrong = send(office, draft, f"/ways/{way}", 422, **sent, **two, **third)
    # What is wrong among the later ones is not folded away.
    assert "Write a day as" in wrong
    assert "Compare more than that" not in wrong
    send(office, draft, f"/ways/{way}", **sent, **two, **{**third, "more_3_with": "2027-01-31"})
    assert (now_says(draft).flows[way].condition or "").count(" or ") == 2


def test_a_comparison_that_cannot_be_is_refused_with_what_was_typed(office: Desk) -> None:
    draft, way, sent = a_way(office)
    before = row(draft).xml
    for key, how, typed, said in (
        ("DecideRequest.valid_until", ">", "soon", "Write a day as 2026-11-24."),
        ("DecideRequest.valid_until", "=", "2027-01-31", "cannot be compared like that"),
        ("DecideRequest.decision", "=", "perhaps", "has no choice “perhaps”."),
        ("ReviewRequest.needs_law_advice", "=", "maybe", "Write yes or no."),
    ):
        spare = {"more": key, "more_how": how, "more_with": typed}
        text = send(office, draft, f"/ways/{way}", 422, **sent, **spare)
        assert said in text
        assert f'value="{typed}"' in text
    assert row(draft).xml == before


def test_a_decision_is_not_called_as_the_question_before_it(office: Desk) -> None:
    draft = opened(office)
    text = page(office, f"/diagrams/drafts/{draft}/outline/add?after=ReviewRequest"
                "&block=plain-exclusiveGateway")  # fmt: skip
    assert 'value="Which way after “Review the request”?"' in text


def test_a_time_limit_and_what_happens_then_are_told_apart(office: Desk) -> None:
    draft = opened(office)
    step = page(office, f"/diagrams/drafts/{draft}/outline/steps/ReviewRequest")
    assert "To be done within" in step
    assert "Add when time is up" in step
    assert "no weekends, no holidays" in step
    new = page(office, f"/diagrams/drafts/{draft}/outline/steps/ReviewRequest/deadlines/new")
    assert "Its time limit for people is another thing: 2 business days" in new
