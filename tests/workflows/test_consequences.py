"""What each choice leads to, told before anybody chooses."""

import pytest

from tests.bpmn.walk import diagrams
from tests.workflows.drawn import drawn
from workflows.consequences import Consequence, consequences, operations_after
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read


def of(process: str, element: str) -> dict[str | None, tuple[str, ...]]:
    known = diagrams()
    found = consequences(known[process], element, among=known)
    return {one.choice: one.steps for one in found}


def sketched(text: str, **marks: object) -> Diagram:
    diagram, findings = read(drawn(text, **marks))  # type: ignore[arg-type]
    assert diagram is not None, findings
    return diagram


def test_each_choice_has_what_follows_it() -> None:
    assert of("forward-request", "ForwardRequest") == {
        "Forward to Communications": ("Review the request (Communications)",),
        "Return to the requester for changes": ("Submit site request (Requester)",),
        "Decline": ("Accept the decline or escalate (Requester)",),
    }


def test_what_ends_a_case_or_begins_a_part_of_it_is_said_so() -> None:
    follows = of("decide-request", "ReviewRequest")
    assert ("Gather advice begins",) in follows.values()
    assert ("Inform the requester",) in follows.values()
    assert ("the case ends: Declined",) in of("forward-request", "AnswerDecline").values()


def test_a_step_that_nobody_asks_about_has_one_consequence() -> None:
    assert of("create-site", "SubmitRequest") == {None: ("Forward the request (Department)",)}
    assert consequences(diagrams()["create-site"], "SubmitRequest") == [
        Consequence(None, ("Ask the department begins",))
    ]


def test_what_goes_on_side_by_side_is_named_together() -> None:
    assert of("prepare-site", "CreateAccount") == {
        None: (
            "Check the training (Communications)",
            "Meet the standards (Department)",
            "Set up retention (City Clerk)",
        )
    }


TWO_QUESTIONS = """
    start S
    user A
    xor X
    xor Y default=No
    user B
    user C
    end E
    S -> A -> X
    X -> Y : A.choice = "go"
    X -> E : A.choice = "stop"
    Y -> B : A.other = "b"
    Y -> C as No
"""


def test_what_depends_on_another_answer_is_left_open() -> None:
    diagram = sketched(TWO_QUESTIONS, fields={"A": ["choice:enum:go,stop", "other"]})
    assert consequences(diagram, "A") == [
        Consequence("Go", ("B", "C")),
        Consequence("Stop", ("the case ends: E",)),
    ]


def test_a_question_without_options_cannot_be_told_by_choice() -> None:
    diagram = sketched(TWO_QUESTIONS, fields={"A": ["choice", "other"]})
    (found,) = consequences(diagram, "A")
    assert (found.choice, set(found.steps)) == (None, {"B", "C", "the case ends: E"})


def test_a_condition_that_is_decided_without_answers_is() -> None:
    text = """
        start S
        user A
        xor X default=No
        user B
        user C
        S -> A -> X
        X -> B : true
        X -> C as No
    """
    (found,) = consequences(sketched(text), "A")
    assert found.steps == ("B",)


def test_an_answer_that_takes_no_way_goes_the_default_one() -> None:
    text = """
        start S
        user A
        xor X default=Else
        user B
        user C
        S -> A -> X
        X -> B : count(A.choice = "go") >= 1
        X -> C as Else
    """
    diagram = sketched(text, fields={"A": ["choice:enum:go,stop"]})
    assert [found.steps for found in consequences(diagram, "A")] == [("B",), ("C",)]


@pytest.mark.parametrize(("gateways", "steps"), [(5, ("B",)), (9, ())])
def test_a_riddle_of_gateways_is_not_followed_for_ever(gateways: int, steps: tuple[str]) -> None:
    names = [f"X{number}" for number in range(gateways)]
    lines = ["start S", "user A", "user B", *(f"xor {name}" for name in names)]
    diagram = sketched("\n".join([*lines, " -> ".join(["S", "A", *names, "B"])]))
    (found,) = consequences(diagram, "A")
    assert found.steps == steps


def test_ways_that_meet_again_are_told_once() -> None:
    text = """
        start S
        user A
        and P
        xor M
        user B
        S -> A -> P
        P -> M
        P -> M
        M -> B
    """
    (found,) = consequences(sketched(text), "A")
    assert found.steps == ("B",)


def in_a_case(process: str, element: str) -> dict[str | None, tuple[str, ...]]:
    known = diagrams()
    found = consequences(known[process], element, among=known)
    return {consequence.choice: consequence.steps for consequence in found}


def test_the_end_of_a_called_diagram_goes_on_in_its_caller() -> None:
    assert in_a_case("prepare-site", "ConfirmReadiness") == {
        "Ready to launch": ("Launch the site",),
        "Not ready": ("Create the account (Communications)",),
    }
    assert in_a_case("gather-advice", "AdviseSecurity") == {
        None: ("Decide on the request (Communications)",)
    }


def test_an_error_end_goes_on_where_the_callers_catch_it() -> None:
    refusal = in_a_case("agree-contract", "AuthorizeContract")["Refuse the contract"]
    assert refusal == ("Let the approval lapse",)


def test_the_end_of_a_part_goes_on_after_it() -> None:
    text = """
        start S
        sub P {
        start T
        user A
        end E
        T -> A -> E
        }
        user B
        S -> P -> B
    """
    (found,) = consequences(sketched(text), "A")
    assert found.steps == ("B",)


@pytest.mark.parametrize(
    ("process", "element", "topics"),
    [
        ("prepare-site", "ConfirmReadiness", ["launch-site"]),
        ("forward-request", "ForwardRequest", []),
        ("agree-contract", "AuthorizeContract", ["grant-delegation", "lapse-approval"]),
    ],
)
def test_operations_that_a_step_sets_off_are_known(
    process: str, element: str, topics: list[str]
) -> None:
    known = diagrams()
    found = operations_after(known[process], element, among=known)
    assert [node.topic for node in found] == topics
