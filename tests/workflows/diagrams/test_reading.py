"""Reading a file: what is drawn becomes nodes, flows, lanes and marks; the rest becomes findings."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.sketch import flows, process
from workflows.diagrams.graph import Diagram, Finding, Flow, Node
from workflows.diagrams.reading import read


def diagram(data: bytes) -> Diagram:
    found, findings = read(data)
    assert findings == []
    assert found is not None
    return found


def findings(data: bytes) -> list[Finding]:
    return read(data)[1]


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in findings(data)]


def test_a_process_is_read_with_its_marks_lanes_and_steps() -> None:
    read_back = diagram(
        process(
            sketch.start(),
            sketch.user("Ask", marks='act="request-site" clauses="GC-2 CO-2" due="P5BD"'),
            sketch.service("Launch", "launch-site", 'act="launch-site"'),
            sketch.end(),
            flows("Begin Ask Launch Done"),
            lanes={"Requester": "Begin Ask", "City Clerk": "Launch Done"},
            marks='owner="policy_owner" starters="requester  clerk" subject="site" '
            'confidential="true" inputs="Review Forward"',
        )
    )
    assert read_back.process_id == "try"
    assert read_back.name == "Try"
    assert (read_back.owner, read_back.starters) == ("policy_owner", ("requester", "clerk"))
    assert (read_back.subject, read_back.confidential) == ("site", True)
    assert read_back.inputs == ("Review", "Forward")
    assert read_back.lanes == ("Requester", "City Clerk")
    ask = read_back.nodes["Ask"]
    assert (ask.kind, ask.lane, ask.act, ask.clauses, ask.due) == (
        "userTask", "Requester", "request-site", ("GC-2", "CO-2"), "P5BD",
    )  # fmt: skip
    assert read_back.nodes["Launch"].topic == "launch-site"
    assert read_back.flows["AskToLaunch"] == Flow(
        "AskToLaunch", "Ask", "Launch", line=read_back.flows["AskToLaunch"].line
    )
    assert [step.id for step in read_back.starts()] == ["Begin"]
    assert [flow.target for flow in read_back.outgoing("Ask")] == ["Launch"]
    assert [flow.source for flow in read_back.incoming("Done")] == ["Launch"]
    assert read_back.outgoing("Done") == ()
    first = read_back.first_user_task()
    assert first is not None
    assert first.id == "Ask"
    assert len({read_back}) == 1


@pytest.mark.parametrize(
    ("element", "kind", "facts"),
    [
        (sketch.start("X", sketch.message()), "messageStart", {"message": "withdraw"}),
        (
            sketch.start("X", sketch.timer("R/P1D", "timeCycle")),
            "timerStart",
            {"timer": "R/P1D", "timer_kind": "cycle"},
        ),
        (sketch.end("X", "<bpmn:terminateEventDefinition/>"), "terminateEnd", {}),
        (sketch.end("X", sketch.error()), "errorEnd", {"error": "refused"}),
        (sketch.end("X", sketch.message()), "messageEnd", {"message": "withdraw"}),
        (
            sketch.catch("X", sketch.timer("2027-01-31", "timeDate")),
            "timerCatch",
            {"timer": "2027-01-31", "timer_kind": "date"},
        ),
        (sketch.catch("X", sketch.message("Message_2")), "messageCatch", {"message": "answer"}),
        (
            f'<bpmn:intermediateThrowEvent id="X">{sketch.message()}</bpmn:intermediateThrowEvent>',
            "messageThrow",
            {"message": "withdraw"},
        ),
        (
            sketch.boundary("X", "Ask", sketch.timer("P5BD"), stops=False),
            "boundaryTimer",
            {"timer": "P5BD", "attached_to": "Ask", "interrupting": False, "lane": "Clerk"},
        ),
        (
            sketch.boundary("X", "Ask", sketch.message(), marks='act="withdraw-request"'),
            "boundaryMessage",
            {"message": "withdraw", "interrupting": True, "act": "withdraw-request"},
        ),
        (sketch.boundary("X", "Ask", sketch.error()), "boundaryError", {"error": "refused"}),
        (
            '<bpmn:boundaryEvent id="X" attachedToRef="Ask"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>',
            "boundaryError",
            {"error": None, "interrupting": True},
        ),
        ('<bpmn:receiveTask id="X" messageRef="Message_2"/>', "receiveTask", {"message": "answer"}),
        ('<bpmn:manualTask id="X"/>', "manualTask", {}),
        (sketch.call("X", "other"), "callActivity", {"called": "other"}),
        (
            sketch.user(
                "X",
                inner='<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>'
                "Ask.copies</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
            ),
            "userTask",
            {"loop": "Ask.copies", "sequential": True},
        ),
        (sketch.gateway("inclusive", "X"), "inclusiveGateway", {}),
        (sketch.gateway("eventBased", "X"), "eventBasedGateway", {}),
    ],
)
def test_every_element_of_the_profile_has_its_kind(
    element: str, kind: str, facts: dict[str, object]
) -> None:
    data = process(
        sketch.user("Ask"), element, lanes={"Clerk": "Ask"}, top=sketch.MESSAGES + sketch.ERRORS
    )
    node = diagram(data).nodes["X"]
    assert node.kind == kind
    for name, value in facts.items():
        assert getattr(node, name) == value, name


def test_an_embedded_subprocess_holds_its_steps_and_gives_them_its_lane() -> None:
    read_back = diagram(
        process(
            sketch.start(),
            sketch.subprocess(
                "Part",
                sketch.start("Inner"),
                sketch.user("Ask"),
                sketch.end("InnerDone"),
                flows("Inner Ask InnerDone"),
            ),
            sketch.end(),
            flows("Begin Part Done"),
            lanes={"Clerk": "Part"},
        )
    )
    assert read_back.nodes["Ask"].parent == "Part"
    assert read_back.nodes["Ask"].lane == "Clerk"
    assert read_back.flows["InnerToAsk"].parent == "Part"
    assert [node.id for node in read_back.inside("Part")] == ["Inner", "Ask", "InnerDone"]
    assert [node.id for node in read_back.starts("Part")] == ["Inner"]
    first = read_back.first_user_task()
    assert first is not None
    assert first.id == "Ask"


def test_a_diagram_without_user_task_has_no_first_one_even_in_a_circle() -> None:
    data = process(
        sketch.start(),
        sketch.gateway("exclusive", "Again"),
        sketch.gateway("exclusive", "And"),
        flows("Begin Again And Again"),
    )
    assert diagram(data).first_user_task() is None


def test_names_lose_line_breaks_and_an_element_without_name_is_called_by_its_id() -> None:
    assert Node("Ask", "userTask", name="Ask\n  again ").title == "Ask again"
    assert Node("Ask", "userTask").title == "Ask"


def collaboration(pools: str, *processes: str) -> bytes:
    return sketch.definitions(
        f'<bpmn:collaboration id="All">{pools}</bpmn:collaboration>{"".join(processes)}'
    )


def one(identity: str, executable: bool, inner: str = "") -> str:
    return f'<bpmn:process id="{identity}" isExecutable="{str(executable).lower()}">{inner}</bpmn:process>'


def test_the_executable_process_is_read_beside_empty_pools() -> None:
    data = collaboration(
        '<bpmn:participant id="City" name="The\nCity" processRef="a"/><bpmn:participant id="Platform"/>'
        '<bpmn:messageFlow id="M" sourceRef="Ask" targetRef="Platform"/>',
        one("a", True, sketch.user("Ask")),
    )
    assert diagram(data).process_id == "a"
    assert diagram(data).pools == ("The City", "Platform")


def test_a_second_executable_process_and_a_pool_with_steps_are_refused() -> None:
    step = sketch.user("Ask")
    assert codes(sketch.definitions(one("a", True, step) + one("b", True))) == [
        "several-executable"
    ]
    assert codes(
        sketch.definitions(one("a", False, sketch.user("Other")) + one("b", True, step))
    ) == ["pool-with-steps"]
    assert codes(sketch.definitions(one("a", False) + one("b", True, step))) == []


def test_a_pool_that_names_a_missing_process_is_found() -> None:
    data = collaboration('<bpmn:participant id="City" processRef="ghost"/>', one("a", True))
    assert codes(data) == ["dangling-reference"]


def test_a_strange_part_of_a_collaboration_is_refused() -> None:
    data = collaboration("<bpmn:conversation/>", one("a", True))
    assert codes(data) == ["unsupported-element"]


def test_without_executable_process_the_fullest_is_shown() -> None:
    data = sketch.definitions(one("a", False) + one("b", False, sketch.user("Ask")))
    found, wrong = read(data)
    assert found is not None
    assert (found.process_id, found.executable) == ("b", False)
    assert [finding.code for finding in wrong] == ["not-executable"]


def test_a_file_without_process_has_no_diagram() -> None:
    found, wrong = read(sketch.definitions(""))
    assert found is None
    assert [finding.code for finding in wrong] == ["no-process"]
