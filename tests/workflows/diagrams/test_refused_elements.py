"""Reading a file: what lies outside the profile, or hangs loose, is named where it is."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.sketch import flow, flows, process
from workflows.diagrams.graph import Finding
from workflows.diagrams.reading import read


def findings(data: bytes) -> list[Finding]:
    return read(data)[1]


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in findings(data)]


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


EMPTY = "<bpmn:extensionElements/>"
CONDITION = "<bpmn:conditionExpression>true</bpmn:conditionExpression>"
FORM = '<camunda:formData><camunda:formField id="{}" label="L" type="string"/></camunda:formData>'


@pytest.mark.parametrize(
    ("inner", "element"),
    [
        (sketch.user("X", inner='<bpmn:extensionElements><siteward:step act="a"/></bpmn:extensionElements>'), "X"),
        (sketch.user("X", inner="<bpmn:multiInstanceLoopCharacteristics/>" * 2), "X"),
        (sketch.user("X").replace("<siteward:step", f'{FORM.format("a")}{FORM.format("b")}<siteward:step'), "X"),
        (f'<bpmn:sequenceFlow id="X" sourceRef="Begin" targetRef="Done">{CONDITION * 2}</bpmn:sequenceFlow>', "X"),
        (f'<bpmn:subProcess id="X">{EMPTY * 2}</bpmn:subProcess>', "X"),
        (sketch.catch("X", sketch.timer("P1D").replace("</bpmn:timerE", "<bpmn:timeCycle>R/P1D</bpmn:timeCycle></bpmn:timerE")), "X"),
        (EMPTY, "try"),
    ],
)  # fmt: skip
def test_what_is_written_twice_is_refused_for_a_drawing_tool_would_show_the_other(
    inner: str, element: str
) -> None:
    (finding,) = [one for one in findings(process(inner)) if one.code == "written-twice"]
    assert (finding.severity, finding.element) == ("error", element)


@pytest.mark.parametrize(
    "mark",
    [
        'isForCompensation="true"',
        'startQuantity="2"',
        'completionQuantity="2"',
        'instantiate="true"',
        'eventGatewayType="Parallel"',
    ],
)
def test_a_mark_that_would_change_the_run_elsewhere_is_refused(mark: str) -> None:
    found = findings(process(sketch.user("X", attributes=mark)))
    assert [(one.code, one.element) for one in found] == [("unsupported-element", "X")]
    name = mark.split("=", maxsplit=1)[0]
    assert f"{name}=" in found[0].message
    plain = {"isForCompensation": "false", "eventGatewayType": "Exclusive", "instantiate": "0"}
    usual = f'{name}="{plain.get(name, "1")}"'
    assert findings(process(sketch.user("X", attributes=usual))) == []


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
