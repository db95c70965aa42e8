"""Past cases played on a changed diagram: what they meet, and where first."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.workflows.drawn import drawn
from workflows.library import DiagramSet, parse
from workflows.replaying import Meets, Past, Recorded, Replayed, replay

HEADS = """
start S
user Ask
xor Which default=Which-Refused
service Write
end Done
end Refused
"""
BEFORE = f"""{HEADS}
S -> Ask -> Which
Which -> Write : Ask.go = "on"
Write -> Done
Which -> Refused
"""


def diagrams(text: str) -> DiagramSet:
    fields = {"Ask": ["go:enum:on,back"]} if "user Ask" in text else {}
    topics = {"Write": "remind"} if "service Write" in text else {}
    return parse({"main": drawn(text, fields=fields, topics=topics)}, "main")


def done(element: str, kind: str = "user", **answers: Any) -> Recorded:
    return Recorded(kind, "main", element, "", element, answers=answers)


ON = Past((done("Ask", go="on"), done("Write", "operation")), "Done")
BACK = Past((done("Ask", go="back"),), "Refused")


def met(text: str, past: Past, now: datetime, before: str = BEFORE) -> Replayed:
    return replay(past, diagrams(text), before=diagrams(before), now=now)


@pytest.mark.parametrize("past", [ON, BACK])
def test_on_its_own_diagram_a_case_goes_the_same_way(past: Past, now: datetime) -> None:
    assert met(BEFORE, past, now) == Replayed(Meets.SAME)


def test_a_new_step_asks_for_more_of_those_who_come_there(now: datetime) -> None:
    text = BEFORE.replace("Write -> Done", "user Look\nWrite -> Look -> Done")
    assert met(text, ON, now) == Replayed(
        Meets.MORE, "main", "Look", '"Look" is not on its record.'
    )
    assert met(text, BACK, now).meets == Meets.SAME


def test_a_way_back_asks_once_more_for_what_was_done(now: datetime) -> None:
    text = BEFORE.replace("Which -> Refused", "Which -> Ask").replace("end Refused\n", "")
    assert met(text.replace("Which-Refused", "Which-Ask"), BACK, now) == Replayed(
        Meets.MORE, "main", "Ask", '"Ask" is asked for once more.'
    )


def asking(*fields: str) -> DiagramSet:
    return parse(
        {"main": drawn(BEFORE, fields={"Ask": fields}, topics={"Write": "remind"})}, "main"
    )


def test_a_form_that_would_not_take_the_answers_asks_for_more(now: datetime) -> None:
    before = asking("go:enum:on,back")
    without = asking("go:enum:on,later")
    more = replay(BACK, without, before=before, now=now)
    assert (more.meets, more.element) == (Meets.MORE, "Ask")
    assert more.words.startswith('The answers to "Ask" would not do. ')
    assert replay(ON, without, before=before, now=now) == Replayed(Meets.SAME)
    # What may be left open asks nobody for more; neither does what is asked no longer.
    assert replay(ON, asking("go:enum:on,back", "why"), before=before, now=now).meets == Meets.SAME
    fuller = Past((done("Ask", go="on", why="so"), ON.steps[1]), "Done")
    assert replay(fuller, before, before=asking("go:enum:on", "why"), now=now).meets == Meets.SAME
    destroyed = Past((replace(BACK.steps[0], answers=None),), "Refused")
    assert replay(destroyed, without, before=before, now=now).meets == Meets.STUCK


def test_a_step_that_is_gone_is_no_longer_asked_for(now: datetime) -> None:
    before = BEFORE.replace("Write -> Done", "user Look\nWrite -> Look -> Done")
    past = Past((*ON.steps, done("Look")), "Done")
    assert met(BEFORE, past, now, before) == Replayed(
        Meets.LESS, "main", "Look", 'It is no longer asked for "Look".'
    )


def test_another_condition_ends_a_case_differently(now: datetime) -> None:
    text = BEFORE.replace('Ask.go = "on"', 'Ask.go = "back"')
    assert met(text, BACK, now) == Replayed(
        Meets.ENDS, "main", "Done", 'It ends with "Done", not with "Refused".'
    )


def test_another_end_is_told_with_the_first_step_that_the_case_does_not_come_to(
    now: datetime,
) -> None:
    before = BEFORE.replace("Write -> Done", "user Look\nWrite -> Look -> Done")
    past = Past((*ON.steps, done("Look")), "Done")
    after = before.replace('Ask.go = "on"', 'Ask.go = "never"')
    assert met(after, past, now, before) == Replayed(
        Meets.ENDS,
        "main",
        "Look",
        'It ends with "Refused", not with "Done". It does not come to "Look" as it did.',
    )


def test_an_end_is_the_same_under_another_name(now: datetime) -> None:
    renamed = drawn(BEFORE, fields={"Ask": ["go:enum:on,back"]}, topics={"Write": "remind"})
    renamed = renamed.replace(b'id="Refused"', b'id="Refused" name="Turned down"')
    on = parse({"main": renamed}, "main")
    assert replay(BACK, on, before=diagrams(BEFORE), now=now).meets == Meets.SAME


def test_a_condition_without_an_answer_on_record_is_being_stuck(now: datetime) -> None:
    text = BEFORE.replace('Ask.go = "on"', 'Ask.other = "on"')
    found = met(text, ON, now)
    assert (found.meets, found.element) == (Meets.STUCK, "Ask")
    assert "other" in found.words


def test_a_join_that_waits_for_ever_is_being_stuck(now: datetime) -> None:
    text = BEFORE.replace(
        "Write -> Done", "and Join\nWrite -> Join -> Done\nWhich -> Join : Ask.go = 'never'"
    )
    text = text.replace("Ask.go = 'never'", 'Ask.go = "back"')
    found = met(text, ON, now)
    assert (found.meets, found.words) == (Meets.STUCK, "Nothing goes on from there.")


def test_an_operation_that_is_gone_is_told(now: datetime) -> None:
    text = (
        BEFORE.replace("service Write\n", "")
        .replace('-> Write : Ask.go = "on"', '-> Done : Ask.go = "on"')
        .replace("Write -> Done\n", "")
    )
    on = parse({"main": drawn(text, fields={"Ask": ["go:enum:on,back"]})}, "main")
    found = replay(ON, on, before=diagrams(BEFORE), now=now)
    assert found == Replayed(
        Meets.ORDER, "main", "Write", "The system does other things by itself."
    )


def test_steps_in_another_order_are_told(now: datetime) -> None:
    two = "start S\nuser One\nuser Two\nend Done\n"
    past = Past((done("One"), done("Two")), "Done")
    before = f"{two}S -> One -> Two -> Done"
    assert met(f"{two}S -> Two -> One -> Done", past, now, before) == Replayed(
        Meets.ORDER, "main", "One", '"One" comes later than it did.'
    )


def test_a_step_under_another_id_is_known_by_its_act(now: datetime) -> None:
    plain = "start S\nuser {0}\nend Done\nS -> {0} -> Done"
    on = parse({"main": drawn(plain.format("New"), acts={"New": "review-request"})}, "main")
    step = Recorded("user", "main", "Old", "", "Old", act="review-request")
    before = parse({"main": drawn(plain.format("Old"), acts={"Old": "review-request"})}, "main")
    assert replay(Past((step,), "Done"), on, before=before, now=now).meets == Meets.SAME


DEADLINE = """
start S
user Ask
on Late host=Ask duration=P5D {0}
end Done
end Over
S -> Ask -> Done
Late -> Over
"""


def test_a_deadline_comes_where_it_came(now: datetime) -> None:
    past = Past((done("Late", "deadline"),), "Over")
    text = DEADLINE.format("")
    assert met(text, past, now, text).meets == Meets.SAME


def test_a_reminder_that_is_gone_is_another_way(now: datetime) -> None:
    before = DEADLINE.format("interrupting=false")
    after = "start S\nuser Ask\nend Done\nS -> Ask -> Done"
    past = Past((done("Late", "deadline"), done("Ask")), "Done")
    assert met(before, past, now, before).meets == Meets.SAME
    assert met(after, past, now, before) == Replayed(
        Meets.ORDER, "main", "Late", '"Late" does not happen any more.'
    )


def test_a_case_that_was_moved_by_hand_is_not_played(now: datetime) -> None:
    past = Past(ON.steps, ON.end, by_hand=True)
    assert met(BEFORE, past, now) == Replayed(Meets.BY_HAND)


def test_operations_in_a_circle_are_being_stuck(now: datetime) -> None:
    text = BEFORE.replace("Write -> Done", "Write -> Write").replace("end Done\n", "")
    assert met(text, ON, now).meets == Meets.STUCK


def test_a_message_comes_when_it_came(now: datetime) -> None:
    text = """
    start S
    user Ask
    on Called host=Ask message=call
    end Done
    end Off
    S -> Ask -> Done
    Called -> Off
    """
    past = Past((done("Called", "message"),), "Off")
    assert met(text, past, now, text).meets == Meets.SAME
    without = "start S\nuser Ask\nend Done\nS -> Ask -> Done"
    assert met(without, past, now, text).meets == Meets.MORE
