"""What the outline's edits do to shipped diagrams, told in words: each once, in the right ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workflows.diagrams.comparing import compare
from workflows.diagrams.editing import (
    Plain,
    Sheet,
    deadlines,
    ends,
    forms,
    marks,
    parties,
    steps,
    ways,
)
from workflows.diagrams.graph import Diagram, Field
from workflows.diagrams.reading import read

SHIPPED = Path(__file__).parents[3] / "bpmn"
Edit = Callable[[Sheet, Diagram], object]


def named(diagram: Diagram, name: str) -> str:
    return next(node.id for node in diagram.nodes.values() if node.name == name)


def told(key: str, edit: Edit) -> list[str]:
    data = (SHIPPED / f"{key}.bpmn").read_bytes()
    sheet = Sheet.open(data)
    before, _ = read(data)
    assert before is not None
    edit(sheet, before)
    after, _ = read(sheet.to_bytes())
    assert after is not None
    return [change.sentence for change in compare(before, after)]


def moved(sheet: Sheet, diagram: Diagram) -> None:
    after = named(diagram, "Capture the archive")
    steps.move(sheet, element=named(diagram, "End the contracts"), after=after)


def renamed_party(sheet: Sheet, _: Diagram) -> None:
    parties.rename(sheet, party="Human Resources", name="People")


def new_party(sheet: Sheet, diagram: Diagram) -> None:
    parties.add(sheet, name="City Manager")
    steps.to_party(sheet, element=named(diagram, "Decide on the request"), party="City Manager")


def later_reminder(sheet: Sheet, diagram: Diagram) -> None:
    event = diagram.boundaries(named(diagram, "Mend what was found"))[0]
    deadlines.change(sheet, event=event.id, timer="P12BD", interrupting=True)


def new_deadline(sheet: Sheet, diagram: Diagram) -> None:
    host = named(diagram, "Mend what was found")
    leads_to = Plain("end", name="Given up")
    deadlines.add(sheet, host=host, timer="P30BD", leads_to=leads_to, name="Too late")


def two_fields(sheet: Sheet, diagram: Diagram) -> None:
    element = named(diagram, "Forward the request")
    for name in ("One", "Two"):
        forms.add_field(sheet, element=element, field=Field(name.lower(), name, "string"))


def new_words(sheet: Sheet, diagram: Diagram) -> None:
    element = named(diagram, "Forward the request")
    field = diagram.nodes[element].fields[1]
    new = replace(field, label="Why", required=not field.required)
    forms.replace_field(sheet, element=element, former=field.id, field=new)


def split(sheet: Sheet, diagram: Diagram) -> None:
    after = named(diagram, "Accept the decline or escalate")
    ways.branch(sheet, after=after, kind="parallelGateway", names=["A", "B"], name="Both")


def new_end(sheet: Sheet, diagram: Diagram) -> None:
    end = Plain("errorEnd", name="Gone", error="Left")
    ends.add(sheet, end=end, after=named(diagram, "Record the choice"))


def new_step(sheet: Sheet, diagram: Diagram) -> None:
    after = named(diagram, "Review the request")
    steps.add(
        sheet, block=Plain("userTask"), after=after, name="Look twice", party="Communications"
    )


def no_call(sheet: Sheet, diagram: Diagram) -> None:
    steps.remove(sheet, element=named(diagram, "Prepare the site"), and_cut_off=True)


def three_times(sheet: Sheet, diagram: Diagram) -> None:
    marks.set_loop(
        sheet, element=named(diagram, "Preserve the evidence"), times="3", sequential=True
    )


def no_step(sheet: Sheet, diagram: Diagram) -> None:
    steps.remove(sheet, element=named(diagram, "Check the holds"), and_cut_off=True)


def other_goal(sheet: Sheet, diagram: Diagram) -> None:
    gateway = named(diagram, "Is it to go?")
    (flow,) = [flow for flow in diagram.outgoing(gateway) if flow.condition is None]
    ways.reconnect(sheet, flow=flow.id, target=named(diagram, "Not forwarded"))


@pytest.mark.parametrize(
    ("key", "edit", "expected"),
    [
        ("retire-site", moved, [
            '"Announce the closure" is no longer always done before "End the contracts".',
            '"Deactivate the site" is no longer always done before "End the contracts".',
            '"End the contracts" is now always done before "Announce the closure" and "Deactivate the site".',
            '"End the contracts" now comes after "Capture the archive"; before, after "Deactivate the site".',
        ]),
        ("retire-site", no_step, [
            "Clause CA-4 loses its only step in this diagram.",
            "Clause CL-1 is now fulfilled by 1 step of this diagram; before, by 2.",
            'Gone: the step "Check the holds" of City Clerk (in the policy: check-holds).',
        ]),
        ("investigate-complaint", renamed_party, [
            'The party "Human Resources" is now called "People", and does what it did.',
        ]),
        ("decide-request", new_party, [
            '"Decide on the request" is now done by City Manager; before, by Communications.',
            "City Manager now takes part.",
        ]),
        ("decide-request", new_step, [
            'New: the step "Look twice" of Communications, after "Review the request".',
        ]),
        ("launch-site", later_reminder, [
            'The event at "Mend what was found" now happens after 12 business days; before, after 10 business days.',
            'The event at "Mend what was found" now ends the step that it is drawn on.',
        ]),
        ("launch-site", new_deadline, [
            'New: the end "Given up".',
            'New: "Too late" after 30 business days at "Mend what was found", which leads to "Given up".',
        ]),
        ("forward-request", two_fields, [
            'The form of "Forward the request" now asks for "One".',
            'The form of "Forward the request" now asks for "Two".',
        ]),
        ("forward-request", new_words, [
            'The form of "Forward the request", "Why": before, it was called "Reason".',
            'The form of "Forward the request", "Why": it is now required.',
        ]),
        ("forward-request", split, [
            'New: the branching "Both", whose ways all lead to the decision "Escalated?".',
        ]),
        ("hear-appeal", new_end, ['New: the end "Gone" with the error "Left", after "Record the choice".']),
        ("create-site", no_call, [
            "Clause CO-3 loses its only step in this diagram.",
            ('Gone: the step "Prepare the site", which follows the diagram "prepare-site", with what happens'
            ' there: "Contract refused" and after 90 days.'),
            'Gone: the system\'s step "Let the approval lapse" (operation lapse-approval) (in the policy: lapse-approval).',
            'Gone: the end "Approval lapsed".',
        ]),
        ("screen-complaint", three_times, [
            '"Preserve the evidence" is now done 3 times, one after the other; before, once.',
        ]),
        ("retire-site", other_goal, [
            '"Ask to retire the site" is no longer always done before "Inform of the decision".',
            '"Forward the retirement" is no longer always done before "Inform of the decision".',
            '"Decide on the retirement" is no longer always done before "Inform of the decision".',
            ('From the decision "Is it to go?" it now goes on to "Not forwarded" otherwise; before, to'
            ' "Inform of the decision" otherwise.'),
        ]),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)  # fmt: skip
def test_an_edit_is_told_once_in_plain_words(key: str, edit: Edit, expected: list[str]) -> None:
    assert told(key, edit) == expected


def test_an_edit_undone_is_told_the_other_way_round() -> None:
    data = (SHIPPED / "forward-request.bpmn").read_bytes()
    before, _ = read(data)
    sheet = Sheet.open(data)
    assert before is not None
    split(sheet, before)
    after, _ = read(sheet.to_bytes())
    assert after is not None
    assert [change.sentence for change in compare(after, before)] == ['Gone: the branching "Both".']
    confidential = replace(before, confidential=True, lanes=())
    assert [change.sentence for change in compare(confidential, before)] == [
        "Its cases are no longer confidential.",
        "Department and Requester now take part.",
    ]
    assert [change.sentence for change in compare(before, confidential)] == [
        "Its cases are now confidential.",
        "Department and Requester no longer take part.",
    ]
