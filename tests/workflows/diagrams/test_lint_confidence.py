"""Confidential processes: what would leave those who may read them is found (K35), and K29."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bpmn.drawing import BPMN
from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import KNOWN, found, linted, message
from tests.workflows.diagrams.sketch import field
from workflows.diagrams.graph import Diagram
from workflows.diagrams.lint import KnownAct, KnownClass, KnownDiagram
from workflows.diagrams.reading import read
from workflows.policy.pack import load
from workflows.vocabulary import vocabulary

CLASSES = replace(
    KNOWN,
    classifications=frozenset({"public", "case", "identity"}),
    classes={
        "case": KnownClass(frozenset({"City Clerk"}), shareable=True),
        "identity": KnownClass(frozenset({"City Clerk"})),
    },
    own=frozenset({"Requester"}),
    acts={
        **KNOWN.acts,
        "assign-lead": KnownAct("Lead", outcomes=("one", "other"), exclusive=True),
    },
    diagrams={**KNOWN.diagrams, "secret": KnownDiagram(confidential=True)},
)


def drawn(
    *asked: str, lane: str = "City Clerk", confidential: bool = True, more: str = ""
) -> Diagram:
    """A process with one step that asks for these fields."""
    data = sketch.process(sketch.user("Ask", *asked), more, lanes={lane: "Ask"})
    diagram, _findings = read(data)
    assert diagram is not None
    return replace(diagram, confidential=confidential)


def codes(diagram: Diagram) -> set[str]:
    return {finding.code for finding in linted(diagram, CLASSES)}


def test_a_confidential_step_stands_in_a_lane_that_may_see_its_answers() -> None:
    asked = field("facts", classification="case")
    assert "confidential-lane" not in codes(drawn(asked))
    assert "confidential-lane" not in codes(drawn(asked, lane="Requester"))
    elsewhere = drawn(asked, lane="Communications")
    assert ("confidential-lane", "Ask") in found(elsewhere, CLASSES)
    words = message(elsewhere, "confidential-lane", CLASSES)
    assert 'the lane "Communications", which may see no answer' in words
    assert "Move the step" in words


def test_lanes_are_free_where_nothing_is_closed_or_its_class_is_unknown() -> None:
    for asked in (field("facts"), field("facts", classification="case")):
        public = drawn(asked, lane="Communications", confidential=False)
        assert "confidential-lane" not in codes(public)
    for asked in (field("facts"), field("facts", classification="odd")):
        assert "confidential-lane" not in codes(drawn(asked, lane="Communications"))


@pytest.mark.parametrize(
    ("classification", "code"), [("case", None), ("identity", "shown-too-widely"), ("odd", None)]
)
def test_what_may_not_be_shared_is_shown_to_nobody(classification: str, code: str | None) -> None:
    asked = field("facts", classification=classification, shown_to="subject")
    assert ("shown-too-widely" in codes(drawn(asked))) == (code is not None)


def test_showing_answers_to_somebody_means_nothing_where_the_case_is_open() -> None:
    asked = field("facts", shown_to="complainant")
    assert "shown-to-ignored" in codes(drawn(asked, confidential=False))
    assert "shown-to-ignored" not in codes(drawn(asked))


@pytest.mark.parametrize(
    "name",
    [
        "Ask ${who}",
        "Ask #{who}",
        "Ask {{ who }}",
        "Ask <%= who %>",
        "Ask {who}",
        "Ask about Ask.who",
    ],
)
def test_a_name_carries_no_answer(name: str) -> None:
    diagram = drawn(field("who"))
    step = replace(diagram.nodes["Ask"], name=name)
    named = replace(diagram, nodes={**diagram.nodes, "Ask": step})
    assert ("name-with-placeholder", "Ask") in found(named, CLASSES)
    assert "name-with-placeholder" not in codes(replace(named, confidential=False))


def test_a_process_and_a_lane_carry_no_answer_either() -> None:
    diagram = drawn(field("who"))
    assert "name-with-placeholder" in codes(replace(diagram, name="About ${who}"))
    assert "name-with-placeholder" in codes(replace(diagram, lanes=("City Clerk of {who}",)))
    for harmless in ("Ask.", "Ask e.g. them", "Other.who", "Ask.whom"):
        assert "name-with-placeholder" not in codes(replace(diagram, name=harmless))


def test_no_message_leaves_a_confidential_process() -> None:
    diagram = drawn(field("who"))
    sent = replace(diagram.nodes["Ask"], id="Send", kind="messageThrow", fields=())
    sending = replace(diagram, nodes={**diagram.nodes, "Send": sent})
    assert ("confidential-message", "Send") in found(sending, CLASSES)
    assert "confidential-message" not in codes(replace(sending, confidential=False))


def test_a_confidential_diagram_is_called_by_confidential_ones_only() -> None:
    diagram = drawn(field("who"))
    call = replace(diagram.nodes["Ask"], id="Call", kind="callActivity", called="secret", fields=())
    calling = replace(diagram, nodes={**diagram.nodes, "Call": call})
    assert "confidential-call" not in codes(calling)
    assert ("confidential-call", "Call") in found(replace(calling, confidential=False), CLASSES)


@pytest.mark.parametrize("kind", ["inclusive", "exclusive"])
def test_only_one_outcome_of_an_exclusive_choice_goes_on(kind: str) -> None:
    data = sketch.process(
        sketch.user("Choose", field("lead", "enum", "one other", required=True)),
        sketch.gateway(kind, "Which"),
        sketch.user("First"),
        sketch.user("Second"),
        sketch.flow("Choose", "Which"),
        sketch.flow("Which", "First", 'Choose.lead = "one"'),
        sketch.flow("Which", "Second", 'Choose.lead = = "other"'),
    )
    diagram, _findings = read(data)
    assert diagram is not None
    chosen = replace(diagram.nodes["Choose"], act="assign-lead")
    diagram = replace(diagram, nodes={**diagram.nodes, "Choose": chosen})
    findings = [f for f in linted(diagram, CLASSES) if f.code == "choice-not-exclusive"]
    assert [(f.element, f.rule) for f in findings] == (
        [("Which", "K29")] if kind == "inclusive" else []
    )


@pytest.mark.parametrize("file", sorted(BPMN.glob("*.bpmn")), ids=lambda file: file.stem)
def test_the_diagrams_of_the_city_let_nothing_out(file: Path) -> None:
    diagram, _findings = read(file.read_bytes())
    assert diagram is not None
    known = vocabulary(load(BPMN / "policy"))
    about = {finding.code for finding in linted(diagram, known) if finding.rule in ("K29", "K35")}
    assert about == set()


def test_every_answer_of_a_confidential_process_has_a_class() -> None:
    unclassified = drawn(field("facts"))
    assert ("answer-unclassified", "Ask") in found(unclassified, CLASSES)
    assert "counts as public. Choose the class" in message(
        unclassified, "answer-unclassified", CLASSES
    )
    assert "answer-unclassified" not in codes(drawn(field("facts", classification="case")))
    assert "answer-unclassified" not in codes(drawn(field("facts"), confidential=False))


def test_an_answer_that_names_no_class_is_taken_for_the_one_that_the_policy_assumes() -> None:
    case = replace(CLASSES.classes["case"], assumed=True)
    known = replace(CLASSES, classes={**CLASSES.classes, "case": case})
    secret = 'owner="policy_owner" confidential="true"'
    asked = [field(f"fact{number}") for number in range(5)]
    step = sketch.user("Ask", *asked)
    diagrams = {
        lane: read(sketch.process(step, lanes={lane: "Ask"}, marks=secret))[0]
        for lane in ("City Clerk", "Communications")
    }
    inside, outside = diagrams["City Clerk"], diagrams["Communications"]
    assert inside is not None
    assert outside is not None
    (told,) = [one for one in linted(inside, known) if one.rule == "K35"]
    assert (told.severity, told.code) == ("warning", "class-assumed")
    assert '"Fact2" of "Ask" and 2 more. They are taken for "case"' in told.message
    assert ("confidential-lane", "Ask") in found(outside, known)
    # A policy that assumes nothing lets no such answer through.
    assert ("answer-unclassified", "Ask") in found(inside, CLASSES)


def test_a_called_diagram_may_not_go_on_with_both_leads_of_its_caller() -> None:
    way = 'AssignLead.lead = "one"'
    data = sketch.process(
        sketch.gateway("inclusive", "Which"),
        sketch.end("One"),
        sketch.end("Both"),
        sketch.flow("Which", "One", way),
        sketch.flow("Which", "Both", "true"),
        marks='inputs="AssignLead"',
    )
    diagram, _findings = read(data)
    assert diagram is not None
    led = replace(CLASSES, caller_acts={"AssignLead": "assign-lead"})
    assert ("choice-not-exclusive", "Which") in found(diagram, led)
    assert ("choice-not-exclusive", "Which") not in found(diagram, CLASSES)
