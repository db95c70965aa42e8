"""Reading a file: what is drawn becomes nodes, flows, lanes and marks; the rest becomes findings."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.sketch import flow, flows, process
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


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ('<bpmn:task id="X"/>', "Change it to a user task"),
        ('<bpmn:sendTask id="X"/>', "Use a message throw event"),
        ('<bpmn:businessRuleTask id="X"/>', "DMN"),
        ('<bpmn:complexGateway id="X"/>', "exclusive, parallel or inclusive"),
        ('<bpmn:transaction id="X"/>', "plain subprocess"),
        ('<bpmn:adHocSubProcess id="X"/>', "parallel branches"),
        ('<bpmn:subProcess id="X" triggeredByEvent="true"/>', "Event subprocesses are not run"),
        (sketch.end("X", "<bpmn:signalEventDefinition/>"), "Signals are not run"),
        (sketch.catch("X", "<bpmn:linkEventDefinition/>"), "Links are not run"),
        (sketch.catch("X", ""), "waits for nothing known"),
        (sketch.end("X", sketch.timer("P1D")), "This kind of end"),
        (
            (
                '<bpmn:intermediateThrowEvent id="X"><bpmn:compensateEventDefinition/>'
                "</bpmn:intermediateThrowEvent>"
            ),
            "Compensation",
        ),
        ('<bpmn:intermediateThrowEvent id="X"/>', "does nothing here"),
        (sketch.boundary("X", "Ask", ""), "This kind of boundary event"),
        (sketch.boundary("X", "Ask", "<bpmn:escalationEventDefinition/>"), "Escalations"),
        (sketch.catch("X", sketch.timer("P1D") + sketch.message()), "several triggers"),
        (
            sketch.catch("X", "<bpmn:eventDefinitionRef>Y</bpmn:eventDefinitionRef>"),
            "several triggers",
        ),
    ],
)
def test_an_element_outside_the_profile_is_named_with_its_line_and_what_to_draw(
    element: str, words: str
) -> None:
    data = process("\n\n", sketch.user("Ask"), element, top=sketch.MESSAGES)
    found, wrong = read(data)
    assert found is not None
    assert found.nodes["X"].kind == "unsupported"
    finding = next(finding for finding in wrong if words in finding.message)
    assert (finding.severity, finding.code, finding.element, finding.line) == (
        "error", "unsupported-element", "X", 3,
    )  # fmt: skip


def test_a_script_task_is_refused_by_its_own_name() -> None:
    (finding,) = findings(
        process('<bpmn:scriptTask id="X"><bpmn:script>1</bpmn:script></bpmn:scriptTask>')
    )
    assert finding.code == "script-task"
    assert "code never lives in a diagram" in finding.message


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<bpmn:dataInputAssociation/>", "A later step reads answers by itself"),
        ("<bpmn:dataOutputAssociation/>", "Answers are stored with the step"),
        ("<bpmn:ioSpecification/>", "Data inputs and outputs"),
        ("<bpmn:potentialOwner/>", "The lane and the act"),
        ("<bpmn:standardLoopCharacteristics/>", "Draw the loop with a gateway"),
        ("<bpmn:property/>", "It is not run here"),
        (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef/></bpmn:multiInstanceLoopCharacteristics>",
            "Multi-instance over a data list",
        ),
        (
            '<bpmn:multiInstanceLoopCharacteristics camunda:collection="all"/>',
            "Multi-instance over a data list",
        ),
        (
            (
                "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>"
                "<bpmn:completionCondition/></bpmn:multiInstanceLoopCharacteristics>"
            ),
            "all instances are waited for",
        ),
    ],
)
def test_what_a_task_may_not_hold_is_named(inner: str, words: str) -> None:
    wrong = findings(process(sketch.user("Ask", inner=inner)))
    assert any(words in finding.message and finding.element == "Ask" for finding in wrong)
    assert all(finding.severity == "error" for finding in wrong)


@pytest.mark.parametrize(
    "inner",
    [
        "<bpmn:multiInstanceLoopCharacteristics/>",
        "<bpmn:standardLoopCharacteristics/>",
        "<bpmn:laneSet/>",
    ],
)
def test_a_subprocess_is_done_once(inner: str) -> None:
    assert codes(process(sketch.subprocess("Part", inner))) == ["unsupported-element"]


@pytest.mark.parametrize(
    ("data", "code", "element"),
    [
        (process(flow("Ghost", "Ask"), sketch.user("Ask")), "dangling-flow", "GhostToAsk"),
        (process(flow("Ask", "Ghost"), sketch.user("Ask")), "dangling-flow", "AskToGhost"),
        (
            process(
                sketch.user("Ask"),
                sketch.subprocess("Part", sketch.user("Deep"), flow("Deep", "Ask")),
            ),
            "flow-crosses-subprocess",
            "DeepToAsk",
        ),
        (process(sketch.gateway("exclusive", "Which", "Ghost")), "dangling-reference", "Which"),
        (
            process(
                sketch.gateway("exclusive", "Which", "AskToDone"),
                sketch.user("Ask"),
                sketch.end(),
                flows("Ask Done", "Which Ask"),
            ),
            "dangling-reference",
            "Which",
        ),
        (process(sketch.catch("Wait", sketch.message("Ghost"))), "dangling-reference", "Wait"),
        (process(sketch.end("Fail", sketch.error("Ghost"))), "dangling-reference", "Fail"),
        (process(sketch.user("Ask"), lanes={"Clerk": "Ask Ghost"}), "dangling-reference", "try"),
        (
            process(sketch.user("Ask", inner="<bpmn:incoming>Ghost</bpmn:incoming>")),
            "dangling-reference",
            "Ask",
        ),
        (process(sketch.user("Ask"), lanes={"Clerk": "Ask", "IT": "Ask"}), "two-lanes", "Lane1"),
        (process(sketch.user("Ask"), lanes={"": "Ask"}), "bad-lane", "Lane0"),
        (process(sketch.user("Ask"), sketch.user("Ask")), "duplicate-id", "Ask"),
        (process(sketch.user("2nd")), "bad-id", "2nd"),
        (process("<bpmn:userTask/>"), "missing-id", "try"),
        (process('<bpmn:sequenceFlow sourceRef="A"/>'), "missing-id", "try"),
        (process(id=""), "missing-id", None),
        (process('<bpmn:dataObject id="Data"/>'), "only-drawn", "Data"),
        (
            process(sketch.catch("Wait", sketch.message("M")), top='<bpmn:message id="M"/>'),
            "message-without-name",
            "M",
        ),
        (process(top='<bpmn:signal id="S"/>'), "ignored-definition", "S"),
        (process(executable="false"), "not-executable", "try"),
        (
            process(sketch.user("Ask", inner="<bpmn:multiInstanceLoopCharacteristics/>")),
            "loop-without-number",
            "Ask",
        ),
        (
            process('<bpmn:serviceTask id="Run" camunda:topic="remind"/>'),
            "service-type",
            "Run",
        ),
        (
            process(sketch.user("Ask"), lanes={"Clerk": "Ask"}).replace(
                b"</bpmn:lane>", b"<bpmn:childLaneSet/></bpmn:lane>"
            ),
            "unsupported-element",
            "Lane0",
        ),
        (process(marks='subject="dog"'), "bad-subject", "try"),
        (process(marks='confidential="perhaps"'), "bad-confidential", "try"),
        (process(marks='ovner="x"'), "unknown-mark", "try"),
        (process(marks='/><siteward:process owner="y"'), "several-marks", "try"),
        (process(marks='/><siteward:proces owner="y"'), "unknown-mark", "try"),
        (process(marks='/><siteward:step act="y"'), "misplaced-mark", "try"),
        (process(sketch.user("Ask", marks='akt="x"')), "unknown-mark", "Ask"),
        (process(sketch.user("Ask", attributes='camunda:formKey="f"')), "form-elsewhere", "Ask"),
        (process(sketch.user("Ask", attributes='camunda:assignee="me"')), "no-effect", "Ask"),
        (
            process('<bpmn:serviceTask id="Run" camunda:class="x.Y"/>'),
            "code-in-diagram",
            "Run",
        ),
        (
            process(
                '<bpmn:userTask id="Ask"><bpmn:extensionElements><camunda:taskListener/>'
                "</bpmn:extensionElements></bpmn:userTask>"
            ),
            "code-in-diagram",
            "Ask",
        ),
        (
            process(
                '<bpmn:callActivity id="Call"><bpmn:extensionElements><camunda:in source="a"/>'
                "</bpmn:extensionElements></bpmn:callActivity>"
            ),
            "no-effect",
            "Call",
        ),
        (
            process(
                '<bpmn:userTask id="Ask"><bpmn:extensionElements><x:y xmlns:x="urn:x"/>'
                "</bpmn:extensionElements></bpmn:userTask>"
            ),
            "no-effect",
            "Ask",
        ),
        (
            process(
                sketch.start(
                    inner="<bpmn:extensionElements><camunda:formData/></bpmn:extensionElements>"
                )
            ),
            "misplaced-mark",
            "Begin",
        ),
        (
            process(
                sketch.user("Ask"),
                '<bpmn:sequenceFlow id="F" sourceRef="Ask" targetRef="Ask"><bpmn:conditionExpression '
                'language="JavaScript">1</bpmn:conditionExpression></bpmn:sequenceFlow>',
            ),
            "code-in-diagram",
            "F",
        ),
    ],
)
def test_a_fault_of_the_file_is_found_where_it_is(
    data: bytes, code: str, element: str | None
) -> None:
    assert (code, element) in [(finding.code, finding.element) for finding in findings(data)]


def test_an_unreadable_mark_of_confidentiality_keeps_the_case_closed() -> None:
    found, _ = read(process(marks='confidential="perhaps"'))
    assert found is not None
    assert found.confidential


def test_what_another_tool_wrote_everywhere_is_said_once_with_the_number_of_places() -> None:
    data = process(*(sketch.user(f"Ask{n}", attributes='camunda:assignee="me"') for n in range(3)))
    (finding,) = findings(data)
    assert (finding.severity, finding.element) == ("warning", "Ask0")
    assert "(3 places; this is the first.)" in finding.message


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
