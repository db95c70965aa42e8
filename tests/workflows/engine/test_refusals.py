"""What is refused before anything runs, by the element that is to blame."""

import pytest

from tests.workflows.engine.sketch import Given, begin, bpmn, do, names, specs
from workflows.engine import EngineError, Run, parse, start

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'


def whole(inside: str, attributes: str = "") -> bytes:
    """Write a file by hand."""
    return f'{HEAD}<process id="main" {attributes}>{inside}</process></definitions>'.encode()


def flow(source: str, target: str) -> str:
    """Write a flow."""
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


START = '<startEvent id="S"/>'
BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))

FILES = {
    "empty": (b"", "not well-formed"),
    "malformed": (b"<definitions", "not well-formed"),
    "not UTF-8": ("<x/>".encode("utf-16"), "not well-formed UTF-8"),
    "too large": (b"<x>" + b" " * 1024 * 1024 + b"</x>", "larger than 1 MiB"),
    "not BPMN": (b"<definitions/>", "not BPMN 2.0"),
    "other root": (b'<a xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "not BPMN 2.0"),
    "too many elements": (whole(START + "<documentation/>" * 5_000), "more than 5000 elements"),
    "too deep": (whole("<subProcess id='a'>" * 300), "not well-formed"),
    "external entity": (
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + whole(START + "&x;"),
        "DOCTYPE",
    ),
    "doctype": (b"<!DOCTYPE definitions>" + whole(START), "DOCTYPE"),
    "billion laughs": (
        f'<!DOCTYPE d [<!ENTITY a0 "ha">{BILLION}]>'.encode() + whole("&a8;"),
        "DOCTYPE|not well-formed",
    ),
    "no such process": (whole(START).replace(b"main", b"other"), "main: The file holds no process"),
    "not executable": (whole(START, 'isExecutable="false"'), "not executable"),
    "no start": (whole('<userTask id="A"/>'), "main: It has no start event"),
    "node without an id": (whole("<startEvent/>"), "A startEvent has no id"),
    "flow without an id": (whole(START + "<sequenceFlow/>"), "A sequenceFlow has no id"),
    "an id twice": (whole(START * 2), "S: The id is given to more than one element"),
    "an id of a task and a flow": (
        whole(START + '<userTask id="x"/><sequenceFlow id="x"/>'),
        "x: The id is given",
    ),
    "an id with spaces": (whole('<startEvent id="S [host]"/>'), "not a plain name"),
    "flow to nowhere": (whole(START + flow("S", "Gone")), "S-Gone: The flow is not connected"),
    "flow from nowhere": (whole(START + flow("Gone", "S")), "Gone-S: The flow is not connected"),
    "flow into a start": (
        whole(START + '<userTask id="A"/>' + flow("A", "S")),
        "A-S: No flow leaves an end event or enters a start",
    ),
    "flow out of an end": (
        whole(START + '<endEvent id="E"/><userTask id="A"/>' + flow("E", "A")),
        "E-A: No flow leaves an end",
    ),
    "flow across a border": (
        whole(START + '<subProcess id="In"><startEvent id="I"/></subProcess>' + flow("S", "I")),
        "S-I: The flow crosses the border",
    ),
    "subprocess without a start": (whole(START + '<subProcess id="In"/>'), "In: It has no start"),
    "event subprocess": (
        whole(START + '<subProcess id="In" triggeredByEvent="true"/>'),
        "In: An event subprocess",
    ),
    "script": (
        whole(START + '<scriptTask id="X"><script>1</script></scriptTask>'),
        "X: A scriptTask",
    ),
    "plain task": (whole(START + '<task id="X"/>'), "X: A task is not run here"),
    "send task": (whole(START + '<sendTask id="X"/>'), "X: A sendTask"),
    "decision table": (whole(START + '<businessRuleTask id="X"/>'), "X: A businessRuleTask"),
    "complex gateway": (whole(START + '<complexGateway id="X"/>'), "X: A complexGateway"),
    "transaction": (whole(START + '<transaction id="X"/>'), "X: A transaction"),
    "ad-hoc subprocess": (whole(START + '<adHocSubProcess id="X"/>'), "X: A adHocSubProcess"),
    "loop marker": (
        whole(START + '<userTask id="X"><standardLoopCharacteristics/></userTask>'),
        "X: A userTask with standardLoop",
    ),
    "instances of a service": (
        whole(START + '<serviceTask id="X"><multiInstanceLoopCharacteristics/></serviceTask>'),
        "X: A serviceTask with multiInstance",
    ),
    "instances of a subprocess": (
        whole(START + '<subProcess id="X"><multiInstanceLoopCharacteristics/></subProcess>'),
        "X: Only a user task is done several times",
    ),
    "instances over data": (
        whole(
            START + '<userTask id="X"><multiInstanceLoopCharacteristics><loopDataInputRef>rows'
            "</loopDataInputRef></multiInstanceLoopCharacteristics></userTask>"
        ),
        "X: Only a user task is done several times, and only by a loop cardinality",
    ),
    "no cardinality": (
        whole(START + '<userTask id="X"><multiInstanceLoopCharacteristics/></userTask>'),
        "X: Only a user task",
    ),
    "completion condition": (
        whole(
            START + '<userTask id="X"><multiInstanceLoopCharacteristics><loopCardinality>2'
            "</loopCardinality><completionCondition>true</completionCondition>"
            "</multiInstanceLoopCharacteristics></userTask>"
        ),
        "X: Only a user task",
    ),
    "two events in one": (
        whole(
            START
            + '<endEvent id="X"><terminateEventDefinition/><terminateEventDefinition/></endEvent>'
        ),
        "X: The event has more than one definition",
    ),
    "receive without a message": (
        whole(START + '<receiveTask id="X"/>'),
        "X: The message it refers",
    ),
    "message that is not there": (
        whole(START + '<receiveTask id="X" messageRef="Gone"/>'),
        "X: The message it refers to",
    ),
    "error that is not there": (
        whole(START + '<endEvent id="X"><errorEventDefinition errorRef="Gone"/></endEvent>'),
        "X: The error it refers to",
    ),
    "timer without a time": (
        whole(
            START
            + '<intermediateCatchEvent id="X"><timerEventDefinition/></intermediateCatchEvent>'
        ),
        "X: The timer needs one",
    ),
    "timer with an empty time": (
        whole(
            START + '<intermediateCatchEvent id="X"><timerEventDefinition><timeDate> </timeDate>'
            "</timerEventDefinition></intermediateCatchEvent>"
        ),
        "X: The timer needs one",
    ),
    "boundary on nothing": (
        whole(
            START
            + '<boundaryEvent id="X" attachedToRef="Gone"><errorEventDefinition/></boundaryEvent>'
        ),
        "X: The boundary event is not on an activity",
    ),
    "boundary on a gateway": (
        whole(
            START
            + '<boundaryEvent id="X" attachedToRef="G"><errorEventDefinition/></boundaryEvent>'
            '<parallelGateway id="G"/>'
        ),
        "X: The boundary event is not on an activity",
    ),
    "boundary without a host": (
        whole(START + '<boundaryEvent id="X"><errorEventDefinition/></boundaryEvent>'),
        "X: The boundary event is not on an activity",
    ),
    "boundary on a task inside": (
        whole(
            START + '<subProcess id="In"><startEvent id="I"/><userTask id="A"/></subProcess>'
            '<boundaryEvent id="X" attachedToRef="A"><errorEventDefinition/></boundaryEvent>'
        ),
        "X: The boundary event is not on an activity",
    ),
    "error on a task": (
        whole(
            START + '<userTask id="A"/><boundaryEvent id="X" attachedToRef="A">'
            "<errorEventDefinition/></boundaryEvent>"
        ),
        "X: Only a subprocess or a called diagram",
    ),
    "call of nothing": (whole(START + '<callActivity id="X"/>'), "X: It does not say which"),
    "call of itself": (
        whole(START + '<callActivity id="X" calledElement="main"/>'),
        "calls itself",
    ),
    "markup in a condition": (
        whole(
            START
            + '<exclusiveGateway id="G"/><userTask id="A"/><sequenceFlow id="f" sourceRef="G" '
            'targetRef="A"><conditionExpression><documentation/>true</conditionExpression>'
            "</sequenceFlow>"
        ),
        "f: The conditionExpression holds more than text",
    ),
}
for _kind in ("signal", "escalation", "conditional", "compensate", "cancel", "link"):
    FILES[f"{_kind} end"] = (
        whole(START + f'<endEvent id="X"><{_kind}EventDefinition/></endEvent>'),
        f"X: A endEvent of kind {_kind}",
    )
for _tag in ("intermediateThrowEvent", "intermediateCatchEvent"):
    FILES[f"link {_tag}"] = (
        whole(START + f'<{_tag} id="X"><linkEventDefinition/></{_tag}>'),
        f"X: A {_tag} of kind link",
    )
    FILES[f"empty {_tag}"] = (whole(START + f'<{_tag} id="X"/>'), f"X: A {_tag} of kind none")


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_run_is_refused_with_the_element(name: str) -> None:
    data, message = FILES[name]
    with pytest.raises(EngineError, match=message):
        parse({"main": data}, "main")


SKETCHES = {
    "two ways out of a task": (
        "start S\nuser A\nuser B\nuser C\nS -> A -> B\nA -> C",
        "A: More than one flow leaves it",
    ),
    "a gateway without a way out": ("start S\nxor G\nS -> G", "G: No flow leaves the gateway"),
    "a way without condition": (
        "start S\nxor G\nuser A\nuser B\nS -> G -> A\nG -> B : G.x = 1",
        "G-A: The flow has no condition",
    ),
    "a condition on a task's way out": (
        "start S\nuser A\nend E\nS -> A\nA -> E : A.x = 1",
        "A-E: A condition has no effect",
    ),
    "a condition on the default": (
        "start S\nxor G default=G-A\nuser A\nS -> G\nG -> A : G.x = 1",
        "G-A: A condition has no effect",
    ),
    "a default that does not leave": (
        "start S\nxor G default=S-G\nuser A\nS -> G -> A",
        "G: Its default flow does not leave it",
    ),
    "a race to a task": (
        "start S\nrace G\nuser A\nS -> G -> A",
        "G-A: An event-based gateway leads to events only",
    ),
    "two starts of a subprocess": (
        "start S\nsub In {\nstart I\nstart J\n}\nS -> In",
        "In: A subprocess starts at one plain start",
    ),
    "a clock that starts a subprocess": (
        "start S\nsub In {\nstart I duration=P1D\n}\nS -> In",
        "In: A subprocess starts at one plain start",
    ),
    "a condition over nobody's answer": (
        "start S\nxor G\nuser A\nS -> G\nG -> A : Gone.x = 1",
        "G-A: Gone.x: Gone is neither in this diagram nor among its inputs",
    ),
    "a number over nobody's answer": (
        "start S\nuser A times=Gone.x\nS -> A",
        "A: Gone.x: Gone is neither",
    ),
    "a broken condition": ("start S\nxor G\nuser A\nS -> G\nG -> A : G.x =", "G-A: Column"),
    "Camunda's expression language": (
        "start S\nxor G\nuser A\nS -> G\nG -> A : ${G.x == 1}",
        "G-A: Column",
    ),
    "an empty cardinality": ("start S\nuser A times=\nS -> A", "A: "),
    "an error nobody catches": (
        "start S\nerror X error=bad\nS -> X",
        "X: No boundary event catches",
    ),
    "an error without code nobody catches": ("start S\nerror X error=\nS -> X", "X: No boundary"),
}


@pytest.mark.parametrize("name", SKETCHES)
def test_a_diagram_that_cannot_run_is_refused_with_the_element(name: str) -> None:
    text, message = SKETCHES[name]
    with pytest.raises(EngineError, match=message):
        specs(text)


def test_a_comment_cannot_hide_the_end_of_a_condition() -> None:
    text = "start S\nxor G default=G-B\nuser A\nuser B\nS -> G\nG -> A : G.x = true\nG -> B"
    data = bpmn(text).replace(b"G.x = true", b"G.x = <!-- -->true and <?php 1?>G.y = true")
    condition = parse({"main": data}, "main").drawings["main"].flows["G-A"].condition
    assert condition == "G.x = true and G.y = true"


def test_parts_of_other_vendors_and_drawn_data_have_no_effect() -> None:
    data = bpmn("start S\nuser A\nend E\nS -> A -> E").replace(
        b'<userTask id="A">',
        b"""<userTask id="A" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:assignee="eve">
        <extensionElements><camunda:formData><camunda:formField id="E"/></camunda:formData>
        <camunda:executionListener event="start" expression="${eve}"/></extensionElements>
        <ioSpecification id="io"><dataInput id="d"/></ioSpecification>
        <dataOutputAssociation id="doa"><targetRef>Gone</targetRef></dataOutputAssociation>""",
    )
    data = data.replace(
        b"<startEvent",
        b"""<laneSet id="L"><lane id="Lane" name="Requester"><flowNodeRef> A </flowNodeRef></lane></laneSet>
        <dataObject id="o"/><dataObjectReference id="r" dataObjectRef="Gone"/>
        <textAnnotation id="t"><text>note</text></textAnnotation><startEvent""",
        1,
    )
    run = begin_file(data)
    assert names(run) == ["A"]
    do(run, "A")
    assert run.ended


def begin_file(data: bytes) -> Run:
    """Parse a file and start a case on it."""
    return start(parse({"main": data}, "main"), Given())


@pytest.mark.parametrize("name", ["Start", "End", "Root", "main.EndJoin", "A.BoundaryEventSplit"])
def test_no_id_is_reserved(name: str) -> None:
    run = begin(
        f"start S\nuser {name}\nuser A\non Late host=A duration=P1D\nuser B\n"
        f"S -> A -> {name}\nLate -> B"
    )
    do(run, "A")
    assert names(run) == [name]
    do(run, name)
    assert run.ended


def test_only_the_process_asked_for_is_read() -> None:
    other = b'<process id="other"><scriptTask id="X"/></process></definitions>'
    data = bpmn("start S\nuser A\nS -> A").replace(b"</definitions>", other)
    assert names(begin_file(data)) == ["A"]


@pytest.mark.parametrize(
    "text",
    [
        "start S\nxor M\nxor N\nS -> M -> N -> M",
        "start S\nxor M\nand F\nend E\nS -> M -> F -> M\nF -> M\nF -> E",
        "start S\nxor M\nthrow T message=m\nS -> M -> T -> M",
        "start S\nxor M\nsub In {\nstart I\nend J\nI -> J\n}\nS -> M -> In -> M",
    ],
)
def test_a_circle_in_which_nothing_waits_is_stopped(text: str) -> None:
    with pytest.raises(EngineError, match="After 1000 steps nothing waits"):
        begin(text)


def test_a_long_chain_and_a_loop_without_gateway_are_no_trouble() -> None:
    chain = "\n".join(f"user A{n}\nA{n} -> A{n + 1}" for n in range(800))
    run = begin(f"start S\nS -> A0\n{chain}\nuser A800")
    for n in range(800):
        do(run, f"A{n}")
    assert names(run) == ["A800"]
    run = begin("start S\nuser A\non Out host=A message=out\nend E\nS -> A -> A\nOut -> E")
    do(run, "A", "A", "A", "Out")
    assert run.ended


def test_calls_of_calls_of_calls_are_read_in_no_time() -> None:
    called = {
        f"c{n}": f"start S\nand F\ncall A to=c{n + 1}\ncall B to=c{n + 1}\nS -> F -> A\nF -> B"
        for n in range(40)
    }
    parsed = specs("start S\ncall C to=c0\nS -> C", **called, c40="start S\nuser A\nS -> A")
    assert len(parsed.drawings) == 42
