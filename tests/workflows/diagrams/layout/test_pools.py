"""Pools, lanes in lanes, messages, notes, data and groups in a drawing."""

from lxml import etree

from tests.workflows.diagrams import sketch
from workflows.diagrams.drawing import drawing_faults
from workflows.diagrams.geometry import Box, Point, segments
from workflows.diagrams.layout import tidy

POOLS = (
    '<bpmn:collaboration id="Both"><bpmn:participant id="City" name="City" processRef="try"/>'
    '<bpmn:participant id="Bank" name="Bank"/><bpmn:participant id="Post" name="Post"/>'
    '<bpmn:messageFlow id="Order" name="Order" sourceRef="Ask" targetRef="Bank"/>'
    '<bpmn:messageFlow id="Answer" sourceRef="Bank" targetRef="Begin"/>'
    '<bpmn:messageFlow id="Between" sourceRef="Bank" targetRef="Post"/>'
    '<bpmn:messageFlow id="Nowhere" sourceRef="Bank" targetRef="Gone"/>'
    '<bpmn:textAnnotation id="Aside"><bpmn:text>About the bank.</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="AsideLine" sourceRef="Bank" targetRef="Aside"/></bpmn:collaboration>'
)
BESIDE = (
    '<bpmn:textAnnotation id="Note"><bpmn:text>Ask at once, and say who asks.</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="NoteLine" sourceRef="AskToDone" targetRef="Note"/>'
    '<bpmn:dataObjectReference id="Letter" name="Letter"/><bpmn:group id="Around"/><bpmn:group id="Alone"/>'
)
ASK = sketch.user(
    "Ask",
    inner='<bpmn:dataOutputAssociation id="Writes"><bpmn:targetRef>Letter</bpmn:targetRef></bpmn:dataOutputAssociation>',
)
OLD = (
    '<bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="Both">'
    '<bpmndi:BPMNShape id="g" bpmnElement="Around"><dc:Bounds x="0" y="0" width="400" height="300"/></bpmndi:BPMNShape>'
    '<bpmndi:BPMNShape id="a" bpmnElement="Ask"><dc:Bounds x="50" y="50" width="100" height="80"/>'
    "</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
)


def drawn(data: bytes) -> tuple[dict[str, Box], dict[str, list[tuple[float, float]]]]:
    """Give the boxes and the lines of what is drawn, by element."""
    root = etree.fromstring(tidy(data))
    boxes = {
        shape.get("bpmnElement", ""): Box(*(float(shape[0].get(key, "")) for key in ("x", "y", "width", "height")))
        for shape in root.iter("{*}BPMNShape")
    }  # fmt: skip
    lines = {
        edge.get("bpmnElement", ""): [
            (float(point.get("x", "")), float(point.get("y", ""))) for point in edge.iter("{*}waypoint")
        ]
        for edge in root.iter("{*}BPMNEdge")
    }  # fmt: skip
    return boxes, lines


def city(*more: str) -> bytes:
    parts = sketch.start(), ASK, sketch.end(), sketch.flows("Begin Ask Done"), BESIDE, *more
    data = sketch.process(*parts, lanes={"Clerk": "Begin Ask", "Desk": "Done"}, top=POOLS)
    return data.replace(b"</bpmn:definitions>", OLD.encode() + b"</bpmn:definitions>")


def test_pools_without_steps_are_bands_below_each_other() -> None:
    boxes, lines = drawn(city())
    assert boxes["City"].contains(boxes["Lane0"])
    assert boxes["City"].contains(boxes["Lane1"])
    assert boxes["Bank"].y >= boxes["City"].bottom + 40
    assert boxes["Post"].y >= boxes["Bank"].bottom + 40
    assert boxes["Bank"].height == 60
    assert boxes["Bank"].width == boxes["City"].width
    assert abs(lines["Order"][0][0] - boxes["Ask"].x - 60) <= 40
    assert lines["Order"][0][1] == boxes["Ask"].bottom
    assert lines["Order"][-1][1] == boxes["Bank"].y
    assert lines["Answer"][-1] == (boxes["Begin"].x + 18, boxes["Begin"].bottom)
    assert lines["Between"][0][1] == boxes["Bank"].bottom
    assert lines["Between"][-1][1] == boxes["Post"].y
    assert "Nowhere" not in lines
    assert boxes["Aside"].y >= boxes["Post"].bottom
    assert "AsideLine" in lines
    assert not drawing_faults(tidy(city()))


def test_notes_and_data_stand_near_what_they_are_about_and_groups_around_it() -> None:
    boxes, lines = drawn(city())
    for name in ("Note", "Letter"):
        assert abs(boxes[name].x - boxes["Ask"].x) < 300
        assert boxes["Lane0"].contains(boxes[name])
        assert not any(boxes[name].overlaps(boxes[other]) for other in ("Begin", "Ask", "Done"))
    assert {"NoteLine", "Writes"} <= lines.keys()
    assert boxes["Around"].contains(boxes["Ask"])
    assert not boxes["Around"].contains(boxes["Done"])


def test_many_notes_about_one_step_get_rows_of_their_own() -> None:
    notes = "".join(
        f'<bpmn:textAnnotation id="More{at}"><bpmn:text>{at}</bpmn:text></bpmn:textAnnotation>'
        f'<bpmn:association id="MoreLine{at}" sourceRef="Ask" targetRef="More{at}"/>'
        for at in range(8)
    )
    boxes, _ = drawn(city(notes))
    held = [boxes[f"More{at}"] for at in range(8)]
    assert all(boxes["Lane0"].contains(box) for box in held)
    assert not any(one.overlaps(other) for one in held for other in held if one is not other)


def test_lanes_inside_lanes_are_kept() -> None:
    inner = (
        '<bpmn:lane id="Outer" name="Outer"><bpmn:flowNodeRef>Done</bpmn:flowNodeRef><bpmn:childLaneSet id="Inner">'
        '<bpmn:lane id="Upper"/><bpmn:lane id="Lower"><bpmn:flowNodeRef>Begin</bpmn:flowNodeRef></bpmn:lane>'
        "</bpmn:childLaneSet></bpmn:lane>"
    )
    lanes = f'<bpmn:laneSet id="Lanes">{inner}</bpmn:laneSet>'
    data = sketch.process(lanes, sketch.start(), sketch.end(), sketch.flows("Begin Done"))
    boxes, _ = drawn(data)
    assert boxes["Outer"].contains(boxes["Upper"])
    assert boxes["Outer"].contains(boxes["Lower"])
    assert boxes["Upper"].bottom == boxes["Lower"].y
    assert boxes["Upper"].contains(boxes["Done"])
    assert boxes["Lower"].contains(boxes["Begin"])


def test_each_process_without_a_pool_has_a_picture_of_its_own() -> None:
    second = '<bpmn:process id="other"><bpmn:startEvent id="Else"/></bpmn:process>'
    root = etree.fromstring(tidy(sketch.process(sketch.start(), top=second)))
    planes = [plane.get("bpmnElement") for plane in root.iter("{*}BPMNPlane")]
    assert planes == ["try", "other"]


def test_messages_run_around_steps_and_words_and_beside_each_other() -> None:
    below = ["Ask", "Next", "Under"]
    second = (
        '<bpmn:process id="other">' + sketch.start("Got") + sketch.user("Look")
        + sketch.flow("Got", "Look") + "</bpmn:process>"
    )  # fmt: skip
    ends = [("Ask", "Got"), ("Look", "Next"), ("Next", "Look"), ("Ask", "Bank"), ("Late", "Bank")]
    top = (
        '<bpmn:collaboration id="Both"><bpmn:participant id="City" name="City" processRef="try"/>'
        '<bpmn:participant id="Desk" processRef="other"/><bpmn:participant id="Bank"/>'
        + "".join(
            f'<bpmn:messageFlow id="M{at}" name="Message {at}" sourceRef="{one}" targetRef="{two}"/>'
            for at, (one, two) in enumerate(ends)
        )
        + "</bpmn:collaboration>"
        + second
    )
    parts = [sketch.start(), *map(sketch.user, below), sketch.end(), sketch.end("Late")]
    parts += [sketch.boundary("On", "Ask", sketch.timer("P1D"))]
    boxes, lines = drawn(
        sketch.process(*parts, sketch.flows("Begin Ask Next Done", "On Under Late"), top=top)
    )
    steps = {name: boxes[name] for name in (*below, "Begin", "Done", "Late", "Got", "Look", "On")}
    messages = {
        name: list(segments([Point(*place) for place in line]))
        for name, line in lines.items()
        if name.startswith("M")
    }
    assert len(messages) == len(ends)
    for at, held in enumerate(messages.values()):
        assert all(piece.is_orthogonal for piece in held)
        for name, box in steps.items():
            assert name in ends[at] or not any(piece.crosses(box) for piece in held), (at, name)
        others = [piece for other in messages.values() if other is not held for piece in other]
        assert not any(piece.runs_along(other) for piece in held for other in others)
