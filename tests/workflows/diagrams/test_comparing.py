"""Two versions of a diagram compared in words."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from config import ROOT
from tests.workflows.diagrams.proof.mutants import City, Mutant, policy, shipped
from tests.workflows.diagrams.proof.test_mutants import MUTANTS
from workflows.diagrams.comparing import Change, Topic, compare
from workflows.diagrams.comparing.order import required_before
from workflows.diagrams.graph import Diagram, Field, Node, Option
from workflows.diagrams.reading import read

Edit = Callable[[City], None]


def told(edit: Edit, **options: Any) -> list[Change]:
    """Compare the shipped diagrams with those that an edit makes of them."""
    city = City()
    edit(city)
    found = []
    for key, after in city.diagrams.items():
        found += compare(
            shipped()[key], after, title_of_act=lambda act: policy().acts[act].title, **options
        )
    return found


def sentences(edit: Edit, topic: Topic | None = None, **options: Any) -> list[str]:
    changes = told(edit, **options)
    return [change.sentence for change in changes if topic in (None, change.topic)]


def field_of(city: City, element: str, name: str, **changes: Any) -> None:
    node = city.diagrams[city.home(element)].nodes[element]
    fields = [replace(one, **changes) if one.id == name else one for one in node.fields]
    city.change(element, fields=tuple(fields))


@pytest.mark.parametrize("key", sorted(shipped()))
def test_a_diagram_does_not_differ_from_itself(key: str) -> None:
    assert compare(shipped()[key], shipped()[key]) == []


def _case(number: int, mutant: Mutant) -> object:
    marks = pytest.mark.long if number % 3 else ()
    return pytest.param(mutant, id=f"{number} {mutant.name}", marks=marks)


@pytest.mark.parametrize("mutant", [_case(*one) for one in enumerate(MUTANTS)])
def test_every_change_that_the_proof_minds_is_told_and_can_be_marked(mutant: Mutant) -> None:
    city, found = City(), 0
    mutant.change(city)
    for key, before in shipped().items():
        after = city.diagrams[key]
        for change in compare(before, after):
            assert set(change.before) <= before.nodes.keys() | before.flows.keys()
            assert set(change.after) <= after.nodes.keys() | after.flows.keys()
            found += 1
    assert found


def test_a_second_beginning_is_told_with_where_it_leads() -> None:
    def edit(city: City) -> None:
        by_word = Node("Hot", "messageStart", "Urgent", message="hurry")
        nightly = Node("Nightly", "timerStart", timer="P1D", timer_kind="duration")
        city.add("LaunchSite", by_word, ("Hot", "LaunchSite"))
        city.add("LaunchSite", nightly, ("Nightly", "LaunchSite"))

    assert sentences(edit, Topic.STEPS) == [
        'New: the beginning "Urgent" by the message hurry, which leads to "Launch the site".',
        'New: the beginning "Nightly" after 1 day, which leads to "Launch the site".',
    ]


def test_a_step_that_is_taken_away_is_told_with_the_clause_that_loses_it() -> None:
    def edit(city: City) -> None:
        city.delete("SetUpRetention")

    assert sentences(edit, elsewhere=frozenset()) == [
        "Clause CL-1 is now fulfilled by 2 steps of this diagram; before, by 3.",
        "Clause CL-4 loses its only step: no step of any diagram fulfils it any more.",
        "Clause CO-6 is now fulfilled by 2 steps of this diagram; before, by 3.",
        (
            'Gone: the step "Set up retention" of City Clerk (in the policy: Set up records retention),'
            " with what happens there: after 3 business days."
        ),
    ]
    loses = "Clause CL-4 loses its only step in this diagram"
    assert f"{loses}; other diagrams still have some." in sentences(
        edit, elsewhere=frozenset({"CL-4"})
    )
    assert f"{loses}." in sentences(edit)


def test_a_join_that_no_longer_waits_is_told_as_order() -> None:
    def edit(city: City) -> None:
        city.change("SetUpDone", kind="exclusiveGateway")

    assert sentences(edit, Topic.ORDER) == [
        '"Check the training" is no longer always done before "Confirm readiness".',
        '"Set up retention" and "Test the archive" are no longer always done before "Confirm readiness".',
    ]


def test_a_step_put_between_two_others_is_told_as_a_step_and_not_as_other_ways() -> None:
    def edit(city: City) -> None:
        city.add("ReviewRequest", Node("Inform", "userTask", "Inform the council"))
        flow = city.diagrams["decide-request"].incoming("ReviewRequest")[0]
        city.change(flow.id, target="Inform")
        city.add(
            "ReviewRequest",
            Node("Inform", "userTask", "Inform the council"),
            ("Inform", "ReviewRequest"),
        )

    assert sentences(edit) == [
        'New: the step "Inform the council" of Communications, after "Request arrived".'
    ]


def test_who_does_a_step_and_by_when() -> None:
    def edit(city: City) -> None:
        city.change("ReviewRequest", lane="City Clerk", due="P9BD", name="Look at it")

    assert sentences(edit) == [
        '"Look at it" is now done by City Clerk; before, by Communications.',
        'The time limit of "Look at it" is now 9 business days; before, 2 business days.',
        '"Review the request" is now called "Look at it".',
    ]


def test_a_condition_is_told_with_the_words_of_the_form() -> None:
    def edit(city: City) -> None:
        city.change(
            city.flow("ArchiveWorks", "SetUpDone"), condition='TestArchive.outcome = "passed"'
        )

    (sentence,) = sentences(edit)
    assert sentence == (
        'The decision "Archive works?": it goes on to "Confirm readiness" if "Result of the test" is'
        ' "Passed"; before, if "Result of the test" is "Passed" or "Not needed: the official record'
        ' is kept elsewhere".'
    )


def test_another_way_is_told_with_the_one_before() -> None:
    def edit(city: City) -> None:
        city.lead("SubmitRequest", "AskDepartment", "ReviewAndDecide")

    assert (
        'From "Submit site request" it now goes on to "Review and decide"; before, to "Ask the department".'
        in sentences(edit)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": "Purpose of it"}, 'before, it was called "{label}"'),
        ({"required": False}, "it is no longer required"),
        ({"type": "string"}, "it is now of the type string; before, long-text"),
        ({"max_length": 90}, 'its greatest length is now "90"; before, "{max_length}"'),
        ({"help": "Other help."}, "its help has changed"),
        ({"classification": "private"}, 'its classification is now "private"; before, "public"'),
        (
            {"refuse_when": 'SubmitRequest.purpose = "x"'},
            'it is now refused if "{label}" is "x"; before, never by a condition',
        ),
    ],
)
def test_a_field_is_told_by_what_changed_in_it(changes: dict[str, Any], words: str) -> None:
    old = next(
        f for f in shipped()["create-site"].nodes["SubmitRequest"].fields if f.id == "purpose"
    )

    def edit(city: City) -> None:
        field_of(city, "SubmitRequest", "purpose", **changes)

    label = changes.get("label", old.label)
    written = words.format(label=old.label, max_length=old.max_length or "none")
    assert sentences(edit) == [f'The form of "Submit site request", "{label}": {written}.']


def test_fields_choices_and_columns_that_came_and_went() -> None:
    def edit(city: City) -> None:
        node = shipped()["decide-request"].nodes["DecideRequest"]
        fields = [
            replace(one, options=(*one.options[1:], Option("later", "Later")))
            if one.options
            else one
            for one in node.fields[1:]
        ]
        city.change("DecideRequest", fields=(*fields, Field("budget", "Budget", required=True)))

    found = sentences(edit, Topic.FORMS)
    first = shipped()["decide-request"].nodes["DecideRequest"].fields[0]
    assert 'The form of "Decide on the request" now asks for "Budget" (required).' in found
    assert any(f'no longer asks for "{first.label}"' in one for one in found)
    assert any('it now also offers "Later"' in one for one in found)


@pytest.mark.parametrize("key", sorted(shipped()))
def test_a_step_with_another_id_is_the_same_by_its_act(key: str) -> None:
    file = (ROOT / "bpmn" / f"{key}.bpmn").read_text()
    before = shipped()[key]
    for node in before.nodes.values():
        alike = [
            one for one in before.nodes.values() if (one.act, one.kind) == (node.act, node.kind)
        ]
        if node.act and len(alike) == 1:
            after, _ = read(re.sub(rf"\b{node.id}\b", "Other", file).encode())
            assert after is not None
            assert compare(before, after) == [], node.id


def test_a_condition_that_reads_another_step_is_told_with_the_step() -> None:
    def edit(city: City) -> None:
        tested = city.diagrams["prepare-site"].nodes["TestArchive"]
        city.change("ConfirmReadiness", fields=tested.fields)
        city.change(
            city.flow("ArchiveWorks", "SetUpDone"),
            condition='ConfirmReadiness.outcome in ["passed", "not-needed"]',
        )

    told = '"Result of the test" of "{}" is "Passed" or "Not needed: the official record is kept elsewhere"'
    assert (
        'The decision "Archive works?": it goes on to "Confirm readiness" '
        f"if {told.format('Confirm readiness')}; before, if {told.format('Test the archive')}."
    ) in sentences(edit, Topic.DECISIONS)


def test_the_process_itself() -> None:
    before = shipped()["create-site"]
    after = replace(before, name="Ask for a site", owner="auditor", documentation="Other.")
    assert [change.sentence for change in compare(before, after)] == [
        "The explanation of the process has changed.",
        f'Its name is now "Ask for a site"; before, "{before.name}".',
        f"Its owner is now auditor; before, {before.owner}.",
    ]


def test_what_is_required_before_a_step_is_read_from_the_shape() -> None:
    found = required_before(shipped()["prepare-site"])
    (ready,) = [
        n.id for n in shipped()["prepare-site"].nodes.values() if n.act == "confirm-readiness"
    ]
    assert "SetUpRetention" in found[ready]
    assert ready not in found["SetUpRetention"]


ONE_STEP: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "an operation",
        {"kind": "serviceTask", "topic": "a"},
        {"topic": "b"},
        ['"One" now runs the operation "b"; before, "a".'],
    ),
    (
        "a call",
        {"kind": "callActivity", "called": "a"},
        {"called": None},
        ['"One" now follows the diagram "none"; before, "a".'],
    ),
    (
        "a message",
        {"kind": "receiveTask", "message": "a"},
        {"message": "b"},
        ['"One" now is about the message "b"; before, "a".'],
    ),
    (
        "how often",
        {"loop": "2", "sequential": True},
        {"loop": "3", "sequential": False},
        ['"One" is now done 3 times, at the same time; before, 2 times, one after the other.'],
    ),
    (
        "how often as an answer says",
        {},
        {"loop": "Ask.people", "sequential": True},
        ['"One" is now done as often as "Ask.people" says, one after the other; before, once.'],
    ),
    (
        "in what manner",
        {"loop": "3", "sequential": True},
        {"loop": "3", "sequential": False},
        ['"One" is now done several times at the same time.'],
    ),
    (
        "a timer",
        {"kind": "timerCatch", "timer": "P2D"},
        {"timer": "P5BD"},
        ['"One" now happens after 5 business days; before, after 2 days.'],
    ),
    (
        "an event",
        {"kind": "boundaryTimer", "timer": "P2D", "attached_to": "Other"},
        {"interrupting": False},
        ['"One" no longer ends the step that it is drawn on.'],
    ),
    (
        "an explanation",
        {"documentation": "a"},
        {"documentation": "b"},
        ['The explanation of "One" has changed.'],
    ),
    (
        "a kind",
        {},
        {"kind": "serviceTask"},
        ['"One" is now done by the system; before, done by people.'],
    ),
    (
        "an act",
        {},
        {"act": "approve-site"},
        ['In the policy, "One" is now "approve-site"; before, nothing.'],
    ),
    (
        "a time limit",
        {"due": "P2D"},
        {"due": None},
        ['The time limit of "One" is now none; before, 2 days.'],
    ),
    (
        "choices",
        {"fields": (Field("f", "F", "enum", options=(Option("a", "A"), Option("b", "B"))),)},
        {"fields": (Field("f", "F", "enum", options=(Option("b", "Bee"), Option("c", "C"))),)},
        [
            'The form of "One", "F": it now also offers "C".',
            'The form of "One", "F": it no longer offers "A".',
            'The form of "One", "F": the choice "B" is now called "Bee".',
        ],
    ),
    (
        "columns",
        {"fields": (Field("f", "F", "table", columns=(Field("a", "A"), Field("b", "B"))),)},
        {
            "fields": (
                Field("f", "F", "table", columns=(Field("b", "B", required=True), Field("c", "C"))),
            )
        },
        [
            'The form of "One", "F": its rows now ask for "C".',
            'The form of "One", "F": its rows no longer ask for "A".',
            'The form of "One", "F": in its rows, "B": it is now required.',
        ],
    ),
    (
        "the order of questions",
        {"fields": (Field("a", "A"), Field("b", "B"))},
        {"fields": (Field("b", "B"), Field("a", "A"))},
        ['The form of "One" asks in another order.'],
    ),
]


@pytest.mark.parametrize(
    ("given", "changed", "expected"),
    [row[1:] for row in ONE_STEP],
    ids=[row[0] for row in ONE_STEP],
)
def test_a_step_is_told_by_what_changed_in_it(
    given: dict[str, Any], changed: dict[str, Any], expected: list[str]
) -> None:
    one = Node(**{"id": "One", "kind": "userTask", "name": "One", **given})
    before = Diagram("p", nodes={"One": one})
    after = Diagram("p", nodes={"One": replace(one, **changed)})
    assert [change.sentence for change in compare(before, after)] == expected


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (Node("E", "end", "All done."), 'the end "All done"'),
        (
            Node("S", "serviceTask", "Write it", topic="launch_site"),
            'the system\'s step "Write it" (operation launch_site)',
        ),
        (
            Node("C", "callActivity", "Ask", called="gather-advice"),
            'the step "Ask", which follows the diagram "gather-advice"',
        ),
        (Node("U", "userTask", "Look", lane="Department"), 'the step "Look" of Department'),
        (Node("B", "boundaryMessage"), "an event"),
    ],
)
def test_a_step_that_came_is_told_as_one_that_went(node: Node, words: str) -> None:
    without, with_it = Diagram("p"), Diagram("p", nodes={node.id: node})
    assert [change.sentence for change in compare(without, with_it)] == [f"New: {words}."]
    assert [change.sentence for change in compare(with_it, without)] == [f"Gone: {words}."]
