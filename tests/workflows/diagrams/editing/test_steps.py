"""Steps come, go and move; the ways between them are closed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from config import ROOT
from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.editing.sheets import shipped, touched
from workflows.diagrams.editing import EditError, Plain, Sheet, ends, plain, steps
from workflows.diagrams.graph import Field
from workflows.policy.pack import load

TASK = Plain("userTask", "Check the form")


def chain() -> Sheet:
    """Begin, A, Which: one way to B and Done, the other to Done2; A has a deadline with a reminder."""
    return Sheet.open(
        sketch.process(
            sketch.start(), sketch.user("A"), sketch.gateway("exclusive", "Which", "WhichToDone2"),
            sketch.user("B"), sketch.end(), sketch.end("Done2"),
            sketch.boundary("Late", "A", sketch.timer("P5BD"), stops=False),
            sketch.service("Remind"), sketch.end("Reminded"),
            sketch.boundary("Withdrawn", "A", sketch.message("Message_1")), sketch.end("Gone"),
            sketch.flows("Begin A Which", "B Done", "Which Done2", "Late Remind Reminded", "Withdrawn Gone"),
            sketch.flow("Which", "B", 'A.x = "y"'),
            top=sketch.MESSAGES,
            lanes={"One": "Begin A Which Late Withdrawn Remind Reminded Gone", "Two": "B Done Done2"},
        )
    )  # fmt: skip


def way(sheet: Sheet, source: str) -> list[str]:
    return [flow.target for flow in sheet.diagram.outgoing(source)]


def refuses(field: str, act: Callable[[], object]) -> str:
    with pytest.raises(EditError) as refused:
        act()
    assert refused.value.field == field
    return refused.value.message


def test_a_step_is_put_behind_another_and_on_a_way() -> None:
    sheet = chain()
    first = steps.add(sheet, block=TASK, after="A")
    second = steps.add(sheet, block=TASK, after="WhichToB", name="Check again", party="Two")
    assert (first, second) == ("CheckForm", "CheckAgain")
    assert way(sheet, "A") == [first]
    assert way(sheet, first) == ["Which"]
    assert way(sheet, second) == ["B"]
    assert sheet.diagram.flows["WhichToB"].condition == 'A.x = "y"'
    assert sheet.diagram.nodes[first].lane == "One"
    assert sheet.diagram.nodes[second].lane == "Two"
    assert steps.add(sheet, block=TASK, after="B") == "CheckForm2"


@pytest.mark.parametrize("kind", [kind.kind for kind in plain.STEPS])
def test_each_plain_kind_can_be_added(kind: str) -> None:
    sheet = chain()
    made = Plain(
        kind,
        "Do more",
        topic="remind",
        called="give-notices",
        timer="P2BD",
        message="answer",
        error="E",
    )
    identity = steps.add(sheet, block=made, after="A")
    node = sheet.diagram.nodes[identity]
    assert (node.kind, node.name) == (kind, "Do more")
    said = {"serviceTask": node.topic, "callActivity": node.called, "timerCatch": node.timer}
    assert said.get(kind, "something")
    if kind in ("receiveTask", "messageCatch", "messageThrow"):
        assert node.message == "answer"


@pytest.mark.parametrize("kind", [kind.kind for kind in plain.ENDS])
def test_each_kind_of_end_can_be_added_and_cuts_a_way_short(kind: str) -> None:
    sheet = chain()
    one = ends.add(
        sheet, end=Plain(kind, "Stopped", message="answer", error="Stopped"), after="Which"
    )
    assert way(sheet, "Which") == ["Done2", "B", one]
    other = steps.add(
        sheet, block=Plain(kind, "Cut", message="answer", error="Cut off"), after="WhichToB"
    )
    assert sheet.diagram.nodes[other].kind == kind
    assert sheet.diagram.flows["WhichToB"].target == other


def of_block(field: Field) -> Field:
    # The reader gives a column of people what its table writes to the register.
    return replace(field, columns=tuple(replace(one, register=None) for one in field.columns))


def test_every_block_of_the_policy_becomes_a_step_as_it_says() -> None:
    for block in load(ROOT / "bpmn" / "policy").blocks:
        sheet = chain()
        identity = steps.add(sheet, block=block, after="A")
        node = sheet.diagram.nodes[identity]
        assert (node.kind, node.name) == (block.kind, block.name)
        assert [of_block(field) for field in node.fields] == list(block.fields_in(identity))
        assert (node.topic or "", node.called or "") == (block.topic, block.called)
        if node.kind != "callActivity":
            assert (node.act or "", node.clauses, node.due or "") == (
                block.act,
                block.clauses,
                block.due,
            )


def test_a_group_of_steps_comes_with_a_first_step_and_others_go_into_it() -> None:
    sheet = chain()
    group = steps.add(sheet, block=Plain("subProcess", "Prepare it"), after="A")
    assert [node.kind for node in sheet.diagram.inside(group)] == ["start", "userTask", "end"]
    assert way(sheet, "PrepareItReady") == ["PrepareItFirstStep"]
    inside = steps.add(sheet, block=TASK, after="PrepareItReady")
    assert sheet.diagram.nodes[inside].parent == group
    assert sheet.diagram.nodes[inside].lane == "One"
    refuses("after", lambda: steps.move(sheet, element="B", after=inside))
    assert set(steps.remove(sheet, element=group).elements) >= {group, inside, "PrepareItReady"}
    assert way(sheet, "A") == ["Which"]


def test_a_gateway_without_a_name_and_a_wait_named_by_its_time() -> None:
    sheet = chain()
    assert steps.add(sheet, block=Plain("parallelGateway"), after="A") == "ParallelGateway"
    wait = steps.add(sheet, block=Plain("timerCatch", timer="P5BD"), after="B")
    assert sheet.diagram.nodes[wait].name == "After 5 business days"
    message = steps.add(sheet, block=Plain("messageCatch", message="answer"), after="B")
    assert sheet.diagram.nodes[message].name == "answer"


def test_steps_that_cannot_be_added_are_refused() -> None:
    sheet = chain()
    for field, block, after, party in (
        ("after", TASK, "Done", ""),
        ("after", TASK, "Which", ""),
        ("after", TASK, "Nobody", ""),
        ("party", TASK, "A", "Nobody"),
        ("name", Plain("userTask"), "A", ""),
        ("timer", Plain("timerCatch", "Wait"), "A", ""),
        ("timer", Plain("timerCatch", timer="soon"), "A", ""),
        ("message", Plain("receiveTask", "Wait"), "A", ""),
        ("error", Plain("errorEnd", "Stop"), "Which", ""),
        ("block", Plain("startEvent", "Begin"), "A", ""),
        ("block", Plain("boundaryTimer", "Late"), "A", ""),
        ("topic", Plain("serviceTask", "Do", topic="two words"), "A", ""),
        ("after", Plain("end", "Stop"), "Done", ""),
    ):
        refuses(field, partial(steps.add, sheet, block=block, after=after, party=party))
    refuses("end", lambda: ends.add(sheet, end=TASK, after="A"))
    assert sheet.to_bytes() == chain().to_bytes()


def test_a_name_and_a_description_touch_one_step() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    steps.rename(sheet, element="ReviewRequest", name="Look at it")
    steps.document(sheet, element="ReviewRequest", documentation="Why\nnot?")
    assert sheet.diagram.nodes["ReviewRequest"].name == "Look at it"
    assert sheet.diagram.nodes["ReviewRequest"].documentation == "Why\nnot?"
    assert touched(before, sheet.to_bytes()) == {"ReviewRequest"}
    steps.document(sheet, element="ReviewRequest", documentation="")
    assert sheet.diagram.nodes["ReviewRequest"].documentation == ""
    refuses("name", lambda: steps.rename(sheet, element="ReviewRequest", name="\x00"))
    refuses("element", lambda: steps.rename(sheet, element="Nobody", name="x"))


def test_a_moved_step_leaves_no_gap_and_keeps_its_party() -> None:
    sheet = chain()
    steps.move(sheet, element="B", after="BeginToA")
    assert way(sheet, "Begin") == ["B"]
    assert way(sheet, "B") == ["A"]
    assert way(sheet, "Which") == ["Done2", "Done"]
    assert sheet.diagram.nodes["B"].lane == "Two"
    steps.move(sheet, element="B", after="Begin")
    assert way(sheet, "Begin") == ["B"]


def test_a_step_moves_behind_one_that_nothing_follows() -> None:
    sheet = Sheet.open(
        sketch.process(
            sketch.start(), sketch.user("A"), sketch.user("B"), sketch.end(), sketch.user("C"),
            sketch.flows("Begin A B Done"),
        )
    )  # fmt: skip
    steps.move(sheet, element="A", after="C")
    assert way(sheet, "C") == ["A"]
    assert way(sheet, "A") == []
    steps.move(sheet, element="C", after="Begin")
    assert way(sheet, "Begin") == ["C"]
    assert way(sheet, "C") == ["B"]


def test_a_step_that_must_stay_is_not_moved() -> None:
    sheet = chain()
    for field, element, after in (
        ("element", "Begin", "B"),
        ("element", "Done", "A"),
        ("element", "Late", "B"),
        ("element", "Which", "B"),
        ("after", "A", "A"),
        ("after", "A", "Late"),
        ("after", "A", "Done"),
    ):
        refuses(field, partial(steps.move, sheet, element=element, after=after))
    loop = Sheet.open(
        sketch.process(
            sketch.start(), sketch.gateway("exclusive", "G"), sketch.user("A"), sketch.end(),
            sketch.user("B"), sketch.flows("Begin G A G", "G B Done"),
        )
    )  # fmt: skip
    refuses("element", lambda: steps.move(loop, element="A", after="B"))


def test_a_step_is_handed_over_with_the_events_on_its_border() -> None:
    sheet = chain()
    steps.to_party(sheet, element="A", party="Two")
    nodes = sheet.diagram.nodes
    assert (nodes["A"].lane, nodes["Late"].lane, nodes["Which"].lane) == ("Two", "Two", "One")
    before = sheet.to_bytes()
    steps.to_party(sheet, element="A", party="Two")
    assert sheet.to_bytes() == before
    message = refuses("party", lambda: steps.to_party(sheet, element="A", party="Three"))
    assert "One, Two" in message


def test_a_removed_step_goes_with_its_border_and_tells_what_is_cut_off() -> None:
    sheet = chain()
    gone = steps.remove(sheet, element="A")
    assert set(gone.elements) == {"A", "Late", "Withdrawn"}
    assert set(gone.cut_off) == {"Remind", "Reminded", "Gone"}
    assert set(gone.flows) == {"AToWhich", "LateToRemind", "WithdrawnToGone"}
    assert way(sheet, "Begin") == ["Which"]
    assert b"withdraw" not in sheet.to_bytes()
    assert b'name="answer"' in sheet.to_bytes()


def test_what_is_cut_off_goes_too_when_asked() -> None:
    sheet = chain()
    gone = steps.remove(sheet, element="A", and_cut_off=True)
    assert set(gone.elements) == {"A", "Late", "Withdrawn", "Remind", "Reminded", "Gone"}
    assert gone.cut_off == ()
    assert set(sheet.diagram.nodes) == {"Begin", "Which", "B", "Done", "Done2"}


def test_of_several_ways_on_one_is_kept() -> None:
    sheet = chain()
    assert "Which" in refuses("keep", lambda: steps.remove(sheet, element="Which"))
    refuses("keep", lambda: steps.remove(sheet, element="Which", keep="BToDone"))
    gone = steps.remove(sheet, element="Which", keep="WhichToB")
    assert gone.cut_off == ("Done2",)
    assert way(sheet, "A") == ["B"]
    assert sheet.diagram.flows["AToWhich"].condition is None


def test_a_condition_behind_a_removed_step_moves_to_the_decision_before_it() -> None:
    sheet = Sheet.open(
        sketch.process(
            sketch.start(), sketch.gateway("exclusive", "G", "GToDone"), sketch.user("A"), sketch.end(),
            sketch.end("Other"), sketch.flows("Begin G A", "G Done"), sketch.flow("A", "Other", "A.x = 1"),
        )
    )  # fmt: skip
    steps.remove(sheet, element="A")
    assert sheet.diagram.flows["GToA"].condition == "A.x = 1"
    assert sheet.diagram.flows["GToA"].target == "Other"


def test_an_awaited_event_goes_with_its_way() -> None:
    sheet = Sheet.open(
        sketch.process(
            sketch.start(), sketch.gateway("eventBased", "First"), sketch.catch("C", sketch.timer("P1D")),
            sketch.catch("D", sketch.timer("P2D")), sketch.end(), sketch.end("Other"),
            sketch.flows("Begin First C Done", "First D Other"),
        )
    )  # fmt: skip
    gone = steps.remove(sheet, element="C")
    assert set(gone.flows) == {"FirstToC", "CToDone"}
    assert gone.cut_off == ("Done",)
    assert way(sheet, "First") == ["D"]


def test_the_only_start_stays() -> None:
    refuses("element", lambda: steps.remove(chain(), element="Begin"))


def test_the_drawing_of_what_is_gone_is_gone_and_no_other() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    gone = steps.remove(sheet, element="GatherAdvice")
    assert b'"GatherAdvice_di"' not in sheet.to_bytes()
    away = {*gone.elements, *gone.flows}
    neighbours = {
        "RequestCompleteToGatherAdvice",
        "RequestComplete",
        "DecideRequest",
        "CommunicationsLane",
    }
    assert away == {"GatherAdvice", "GatherAdviceToDecideRequest"}
    assert touched(before, sheet.to_bytes()) - {"DecideRequestDefinitions"} == {
        *away,
        *neighbours,
    } - {"RequestComplete"}


def test_notes_and_message_flows_lose_their_lines_to_what_is_gone() -> None:
    sheet = Sheet.open(
        sketch.process(
            sketch.start(), sketch.user("A"), sketch.end(), sketch.flows("Begin A Done"),
            '<bpmn:textAnnotation id="Note"/><bpmn:association id="Line" sourceRef="A" targetRef="Note"/>',
            top='<bpmn:collaboration id="All"><bpmn:participant id="Us" processRef="try"/>'
            '<bpmn:participant id="Them"/><bpmn:messageFlow id="Talk" sourceRef="A" targetRef="Them"/>'
            "</bpmn:collaboration>",
        )
    )  # fmt: skip
    steps.remove(sheet, element="A")
    assert b'"Line"' not in sheet.to_bytes()
    assert b'"Talk"' not in sheet.to_bytes()
    assert b'"Note"' in sheet.to_bytes()


def test_a_field_of_a_block_that_cannot_be_written_is_refused_with_its_place() -> None:
    block = replace(
        load(ROOT / "bpmn" / "policy").blocks[0], kind="userTask", fields=(Field("9", "Nine"),)
    )
    message = refuses("fields.9.id", lambda: steps.add(chain(), block=block, after="A"))
    assert "not allowed" in message
