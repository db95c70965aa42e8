"""The text twin: the same process in numbered sentences."""

import re
from typing import ClassVar

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import whole
from tests.workflows.diagrams.sketch import (
    boundary,
    call,
    catch,
    end,
    field,
    flow,
    flows,
    gateway,
    start,
    user,
)
from workflows.diagrams.condition_tree import Comparison, Literal, Name
from workflows.diagrams.graph import Diagram, Field, Flow, Node, Option
from workflows.diagrams.reading import read
from workflows.diagrams.text import Branch, TextStep, describe
from workflows.diagrams.wording import condition_words, length_words, listed, timer_words

DECISION = field("decision", "enum", "approve return reject", required=True)


def told(diagram: Diagram) -> list[str]:
    """Give the steps as one text each: sentence, then branches."""
    return [
        " ".join([step.text, *(branch.text for branch in step.branches)])
        for step in describe(diagram)
    ]


def approval() -> Diagram:
    return whole(
        start(), user("Submit", field("note")), user("Review", DECISION, marks='act="approve-site" clauses="GC-2" due="P2BD"'),
        gateway("exclusive", "Approved", "ApprovedToSubmit"), sketch.service("Launch", "launch-site"), end("Live"),
        end("Rejected"), flows("Begin Submit Review Approved Submit", "Launch Live"),
        flow("Approved", "Launch", 'Review.decision = "approve"'),
        flow("Approved", "Rejected", 'Review.decision = "reject"'),
        lanes={"Requester": "Begin Submit", "Communications": "Review Approved Launch Live Rejected"},
    )  # fmt: skip


def test_a_process_is_told_in_its_order_with_its_loops() -> None:
    assert told(approval()) == [
        "The case begins: Begin.",
        "Requester: Submit.",
        "Communications: Review.",
        (
            'Decision: Approved If "Decision" is "Approve", go to step 5. '
            'If "Decision" is "Reject", go to step 7. Otherwise, go back to step 2.'
        ),
        "The system: Launch (operation launch-site).",
        "The end: Live.",
        "The end: Rejected.",
    ]


def test_a_step_says_by_whom_by_when_and_why() -> None:
    step = describe(approval(), lambda act: f"the act {act}")[2]
    assert step == TextStep(
        number=3,
        element="Review",
        kind="userTask",
        party="Communications",
        text="Communications: Review.",
        notes=(
            "In the policy: the act approve-site.",
            "Clauses: GC-2.",
            "Time limit: 2 business days.",
            "Asks for: Decision.",
        ),
    )
    assert "In the policy" not in str(describe(approval()))


def test_a_form_says_which_answers_it_does_not_take() -> None:
    when = 'Ask.decision = "approve" and Ask.paid = false'
    paid = field("paid", "boolean", required=True, refuse_when=when, refuse_message="Pay first.")
    asked = user("Ask", field("decision", "enum", "approve reject", required=True), paid)
    told = describe(whole(start(), asked, end(), flows("Begin Ask Done")))[1].notes
    assert told[-1] == 'Not accepted if "Decision" is "Approve" and "Paid" is no: Pay first.'


def test_parallel_ways_are_told_together_and_their_join_once() -> None:
    diagram = whole(
        start(), gateway("parallel", "Split"), user("One"), user("Two"), gateway("parallel", "Join"), end(),
        flows("Begin Split One Join Done", "Split Two Join"),
    )  # fmt: skip
    assert told(diagram) == [
        "The case begins: Begin.",
        "Split: Do all of these, in any order. At the same time, go to step 3. At the same time, go to step 4.",
        "Requester: One. Then, go to step 5.",
        "Requester: Two.",
        "Join: Wait until all of them are done.",
        "The end: Done.",
    ]


def test_an_inclusive_choice_says_what_applies() -> None:
    diagram = whole(
        start(), gateway("inclusive", "Which?", "WhichToTwo").replace('id="Which?"', 'id="Which"'), user("One"),
        user("Two"), user("Three"), gateway("inclusive", "Join"), end(),
        flows("Begin Which Two Join Done", "One Join", "Three Join"), flow("Which", "One", "true"),
        flow("Which", "Three"),
    )  # fmt: skip
    assert told(diagram)[1] == (
        "Which? Do everything that applies. Always, go to step 3. Otherwise, go to step 4. "
        "Otherwise, go to step 5."
    )


def test_a_gateway_that_joins_and_splits_says_both() -> None:
    diagram = whole(
        start(), gateway("parallel", "Split"), user("One"), user("Two"), gateway("parallel", "Both"),
        user("Three"), user("Four"), end(), end("Also"),
        flows("Begin Split One Both Three Done", "Split Two Both Four Also"),
    )  # fmt: skip
    both = next(step for step in describe(diagram) if step.element == "Both")
    assert both.text == "Both: Wait until all of them are done. Then do all of these, in any order."


def test_exceptions_are_told_at_the_step_that_they_hit() -> None:
    diagram = whole(
        start(), user("Ask"), end(), end("Out"), end("Late"), end("Lapsed"),
        boundary("Withdraw", "Ask", sketch.message(), marks='act="withdraw-request"'),
        boundary("Remind", "Ask", sketch.timer("P3BD"), stops=False),
        boundary("Lapse", "Ask", sketch.timer("2027-01-31", "timeDate")),
        boundary("Nothing", "Ask", sketch.message("Message_2")),
        flows("Begin Ask Done", "Withdraw Out", "Remind Late", "Lapse Lapsed"), top=sketch.MESSAGES,
    )  # fmt: skip
    branches = describe(diagram, lambda act: act)[1].branches
    assert [branch.text for branch in branches] == [
        'When "Withdraw" arrives (in the policy: withdraw-request), instead of this step, go to step 4.',
        'After 3 business days ("Remind"), while this step stays open, go to step 5.',
        'On 31 January 2027 ("Lapse"), instead of this step, go to step 6.',
        'When "Nothing" arrives, instead of this step, nothing follows.',
    ]
    assert branches[0].to == 4
    assert branches[3] == Branch(
        'When "Nothing" arrives, instead of this step, nothing follows.', None
    )


def test_calls_subprocesses_and_errors_are_told() -> None:
    inner = start("Inner") + user("Deep") + end("Fail", sketch.error()) + flows("Inner Deep Fail")
    diagram = whole(
        start(), call("Call", "gather-advice"), call("Open", ""), sketch.subprocess("Part", inner), end(),
        boundary("Failed", "Part", sketch.error()), end("Bad"), flows("Begin Call Open Part Done", "Failed Bad"),
        top=sketch.ERRORS,
    )  # fmt: skip
    steps = describe(diagram)
    assert told(diagram)[1:] == [
        'Call: follow the diagram "gather-advice", then come back here.',
        'Open: follow the diagram "not chosen", then come back here.',
        'Part, in several steps. Then, go to step 8. If it ends with the error "refused", go to step 9.',
        "The part begins: Inner.",
        "Requester: Deep.",
        'The end with the error "refused": Fail. The step around it goes on from there.',
        "The end: Done.",
        "The end: Bad.",
    ]
    named = describe(diagram, process_names={"gather-advice": "Gather  advice"})
    assert named[1].text == 'Call: follow the diagram "Gather advice", then come back here.'
    assert named[1].called == ("gather-advice", "Gather advice")
    assert {step.called for step in [*steps, named[2]]} == {None}
    assert [step.part_of for step in steps[4:7]] == ["Part", "Part", "Part"]
    assert steps[7].part_of is None


def test_events_are_told_in_words() -> None:
    diagram = whole(
        start("Begin", sketch.message()), start("Weekly", sketch.timer("R/P1W", "timeCycle")),
        gateway("eventBased", "First"), catch("Answer", sketch.message("Message_2")),
        catch("Late", sketch.timer("P5D")), '<bpmn:receiveTask id="Get" name="Get proof" messageRef="Message_2"/>',
        '<bpmn:manualTask id="Sign" name="Sign"/>',
        f'<bpmn:intermediateThrowEvent id="Tell" name="Tell">{sketch.message()}</bpmn:intermediateThrowEvent>',
        end("Stop", "<bpmn:terminateEventDefinition/>"), end("Told", sketch.message()), end("Fail", sketch.error()),
        flows("Begin First Answer Sign Tell Told", "Weekly First Late Stop", "First Get Fail"),
        top=sketch.MESSAGES + sketch.ERRORS,
    )  # fmt: skip
    texts = {step.element: step.text for step in describe(diagram)}
    assert texts == {
        "Begin": 'The case begins when "Begin" (message "withdraw") arrives.',
        "Weekly": "The case begins by itself every 7 days.",
        "First": "Wait for what happens first.",
        "Answer": 'Wait for "Answer".',
        "Late": "Wait: go on after 5 days (Late).",
        "Get": "Requester: wait for Get proof.",
        "Sign": "Requester, outside the system: Sign.",
        "Tell": 'Send the message "Tell" (message "withdraw").',
        "Stop": "The end: Stop. Whatever is still open is stopped.",
        "Told": 'The end: Told. The message "withdraw" is sent.',
        "Fail": 'The end with the error "refused": Fail. The step around it goes on from there.',
    }
    first = next(step for step in describe(diagram) if step.element == "First")
    assert [branch.text.split(",")[0] for branch in first.branches] == [
        'When "Answer" arrives', 'After 5 days ("Late")', 'When "Get proof" arrives',
    ]  # fmt: skip


def test_a_step_done_several_times_says_how() -> None:
    def notes(loop: str, sequential: str) -> tuple[str, ...]:
        many = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"><bpmn:loopCardinality>'
            f"{loop}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        )
        text = "<bpmn:documentation>Vote\n on it.</bpmn:documentation>"
        return describe(whole(user("Vote", marks="", inner=text + many)))[0].notes

    assert notes("3", "false") == ("Vote on it.", "Done several times (3), at the same time.")
    assert "as often as Ask.copies says), one after the other" in notes("Ask.copies", "true")[1]


def test_gateways_that_only_merge_are_passed_over() -> None:
    diagram = whole(
        start(), gateway("exclusive", "Merge"), user("Ask", DECISION), gateway("exclusive", "Which", "WhichToDone"),
        end(), flows("Begin Merge Ask Which Done"), flow("Which", "Merge", 'Ask.decision = "return"'),
    )  # fmt: skip
    assert told(diagram)[2] == (
        'Decision: Which If "Decision" is "Return", go back to step 2. Otherwise, go to step 4.'
    )


def test_a_faulty_diagram_is_told_as_far_as_it_goes() -> None:
    diagram = whole(
        user("Lost"), gateway("exclusive", "One"), gateway("exclusive", "Two"), user("Ask"), user("Odd", attributes=""),
        flows("One Two One", "Lost One"), flow("Ask", "One", "==", id="A"), flow("Ask", "Lost", id="B"),
    )  # fmt: skip
    nodes = {**diagram.nodes, "Odd": Node("Odd", "unsupported", "Odd")}
    steps = describe(Diagram("try", nodes=nodes, flows=diagram.flows))
    assert [step.text for step in steps] == [
        "Requester: Ask.",
        "Requester: Lost.",
        "Odd (this kind of step is not run).",
    ]
    assert steps[1].branches == ()
    assert [branch.text for branch in steps[0].branches] == [
        "If its condition, which is not run, holds, nothing follows.",
        "At the same time, go to step 2.",
    ]
    assert describe(Diagram("try", nodes={"X": Node("X", "boundaryTimer", "X")}))[
        0
    ].text.startswith("X (this")


def test_a_title_that_asks_keeps_its_sentence() -> None:
    nodes = {
        "Ask": Node("Ask", "userTask", name="Forward the request?", lane="Department"),
        "First": Node("First", "eventBasedGateway"),
        "Done": Node("Done", "end", name="Gone!"),
    }
    arrows = {
        "1": Flow("1", "First", "Ask"),
        "2": Flow("2", "First", "Done"),
        "3": Flow("3", "Done", "Ask"),
    }
    steps = {step.element: step for step in describe(Diagram("try", nodes=nodes, flows=arrows))}
    assert steps["Ask"].text == "Department: Forward the request."
    assert steps["Done"].text == "The end: Gone."
    assert steps["First"].branches[0].text.startswith('When "Forward the request?" happens')


def test_flows_into_a_start_and_to_nowhere_are_told_as_they_are() -> None:
    nodes = {
        name: Node(name, kind) for name, kind in (("A", "start"), ("B", "start"), ("C", "userTask"))
    }
    arrows = {"1": Flow("1", "B", "A"), "2": Flow("2", "A", "C"), "3": Flow("3", "C", "Ghost")}
    steps = describe(Diagram("try", nodes=nodes, flows=arrows))
    assert [step.element for step in steps] == ["B", "A", "C"]
    assert [branch.text for branch in steps[2].branches] == []


class Labels:
    """Two known fields."""

    fields: ClassVar = {
        "decision": Field("decision", "Decision", "enum", options=(Option("go", "Go ahead"),)),
        "due": Field("due", "Due date", "date"),
    }

    def field(self, name: Name) -> Field | None:
        return self.fields.get(name.field)

    def label(self, name: Name) -> str:
        field = self.field(name)
        return field.label if field else f"{name.element}'s {name.field}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('A.decision = "go"', 'Decision is "Go ahead"'),
        ('"go" = A.decision', 'Decision is "Go ahead"'),
        ('A.decision != "gone"', 'Decision is not "gone"'),
        ('A.decision in ["go", "x"]', 'Decision is "Go ahead" or "x"'),
        ('"x" in A.list', 'A\'s list includes "x"'),
        ("A.n > 3", "A's n is more than 3"),
        ("3 > A.n", "A's n is less than 3"),
        ("A.n <= A.m", "A's n is at most A's m"),
        ('A.due < "2027-01-31"', 'Due date is before "2027-01-31"'),
        ('A.due = "2027-01-31"', 'Due date is "2027-01-31"'),
        ("A.n = true", "A's n is yes"),
        ("A.n = false", "A's n is no"),
        ("A.n", "A's n is yes"),
        ("true", "always"),
        ("false", "never"),
        ("A.n = null", "A's n is not answered"),
        ("null != A.n", "A's n is answered"),
        ("not(A.n)", "it is not so that A's n is yes"),
        ("A.n and (A.m or A.k)", "A's n is yes and (A's m is yes or A's k is yes)"),
        ('count(A.v = "x") >= 2', 'the number of answers where A\'s v is "x" is at least 2'),
        ("not(A.n or A.m)", "it is not so that (A's n is yes or A's m is yes)"),
        ("=broken", "(=broken)"),
        ("3", "3 times"),
        ("count(A.v)", "the number of answers where A's v is yes times"),
    ],
)
def test_a_condition_is_said_with_the_words_of_the_form(text: str, words: str) -> None:
    assert condition_words(text, Labels()) == words


def test_answers_asked_elsewhere_are_said_with_their_step() -> None:
    diagram = whole(
        start(), user("Ask", field("site_kind", "enum", "new old")), user("Then"),
        gateway("exclusive", "Which", "WhichToDone"), end(), end("Other"), end("Far"),
        flows("Begin Ask Then Which Done"), flow("Which", "Other", 'Ask.site_kind = "new"'),
        flow("Which", "Far", 'Review.decision_made = "go"'), marks='inputs="Review"',
    )  # fmt: skip
    branches = describe(diagram)[3].branches
    assert branches[0].text.startswith('If "Site_kind" (step 2) is "New"')
    assert branches[1].text.startswith('If "decision made" (asked before) is "go"')
    made = Field("decision_made", "Decision", "enum", options=(Option("go", "Go ahead"),))
    branches = describe(diagram, None, {"Review": (made,)})[3].branches
    assert branches[1].text.startswith('If "Decision" (asked before) is "Go ahead"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P5BD", "after 5 business days"),
        ("P1BD", "after 1 business day"),
        ("P1Y1M1DT1H2M3S", "after 1 year, 1 month, 1 day, 1 hour, 2 minutes and 3 seconds"),
        ("R3/PT2H", "every 2 hours, 3 times"),
        ("R/P1D", "every 1 day"),
        ("2027-01-31", "on 31 January 2027"),
        ("2027-01-31T09:05:00Z", "on 31 January 2027 at 09:05 UTC"),
        ("soon", "at soon"),
    ],
)
def test_a_timer_is_said_in_words(text: str, words: str) -> None:
    assert timer_words(text) == words


def test_lengths_and_lists_are_said_in_words() -> None:
    assert length_words("P5BD") == "5 business days"
    assert length_words("soon") == "soon"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"], "or") == "a"
    assert listed([]) == ""


def test_a_tree_can_be_compared_with_itself() -> None:
    assert Comparison(Name("A", "b"), "=", Literal(1)) == Comparison(
        Name("A", "b"), "=", Literal(1)
    )


def test_what_no_start_leads_to_is_told_from_where_it_begins() -> None:
    diagram = whole(
        user("Last"), user("Middle"), user("First"), end(), start(), user("Ask"),
        sketch.subprocess("Part", user("Then"), user("Inside"), flow("Inside", "Then")),
        flows("Begin Ask Done", "First Middle Last Part"),
    )  # fmt: skip
    assert [step.element for step in describe(diagram)] == [
        "Begin", "Ask", "Done", "First", "Middle", "Last", "Part", "Inside", "Then",
    ]  # fmt: skip


def test_no_id_and_no_condition_of_another_engine_is_read_aloud() -> None:
    ways = flow("Which", "Work", "${odd}"), flow("Which", "Done", ""), flow("Which", "Fail")
    data = sketch.process(
        start(), gateway("exclusive", "Which", "WhichToFail"), sketch.service("Work", ""), end(),
        end("Fail", "<bpmn:errorEventDefinition/>"), *ways, flows("Begin Which", "Work Done"),
    )  # fmt: skip
    diagram, _ = read(re.sub(rb' name="(Begin|Done|Which|Fail)"', b"", data))
    assert diagram is not None
    assert told(diagram) == [
        "The case begins.",
        "Decision. If its condition, which is not run, holds, go to step 3. If its condition, which is not run, holds, go to step 4. Otherwise, go to step 5.",
        "The system: Work (no operation is chosen).",
        "The end.",
        "The end with an error. The step around it goes on from there.",
    ]


def test_two_ways_on_from_a_step_are_taken_at_the_same_time() -> None:
    diagram = whole(
        start(), user("Ask"), user("One"), user("Two"), flows("Begin Ask One", "Ask Two")
    )
    assert [branch.text for branch in describe(diagram)[1].branches] == [
        "At the same time, go to step 3.",
        "At the same time, go to step 4.",
    ]
