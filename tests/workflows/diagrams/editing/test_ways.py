"""Ways between steps: drawn, taken out, led elsewhere, under conditions."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.editing.sheets import in_step, same, shipped, touched
from workflows.diagrams.editing import EditError, Plain, Sheet, steps, ways

WAY = 'A.x = "y"'


def drawn() -> Sheet:
    return Sheet.open(
        sketch.process(
            sketch.start(), sketch.user("A"), sketch.gateway("exclusive", "Which", "WhichToB"),
            sketch.user("B"), sketch.end(), sketch.user("C"), sketch.gateway("parallel", "All"),
            sketch.subprocess("Group", sketch.start("In"), sketch.end("Out"), sketch.flows("In Out")),
            sketch.flows("Begin A Which B Done", "Which Done", "C All"),
            sketch.boundary("Late", "A", sketch.timer("P1D")),
        )
    )  # fmt: skip


def refuses(field: str, sheet: Sheet, edit: str, **arguments: object) -> str:
    before = sheet.to_bytes()
    with pytest.raises(EditError) as refused:
        getattr(ways, edit)(sheet, **arguments)
    assert refused.value.field == field
    assert sheet.to_bytes() == before
    return refused.value.message


def test_a_way_is_drawn_under_a_condition_and_taken_out() -> None:
    sheet = drawn()
    flow = ways.connect(sheet, source="Which", target="C", name="Or", condition=WAY)
    found = sheet.diagram.flows[flow]
    assert (found.source, found.target, found.name, found.condition) == ("Which", "C", "Or", WAY)
    assert ways.disconnect(sheet, flow=flow).flows == (flow,)
    assert same(sheet.to_bytes(), drawn().to_bytes())


def test_what_nothing_leads_to_any_more_is_told() -> None:
    assert ways.disconnect(drawn(), flow="WhichToB").cut_off == ("B",)
    sheet = drawn()
    ways.disconnect(sheet, flow="WhichToB")
    assert sheet.diagram.nodes["Which"].default_flow is None


def test_ways_that_no_case_could_take_are_not_drawn() -> None:
    sheet = drawn()
    refuses("source", sheet, "connect", source="Done", target="A")
    refuses("source", sheet, "connect", source="Nobody", target="A")
    for target in ("Begin", "Late", "A", "In", "Nobody", "Which"):
        refuses("target", sheet, "connect", source="A", target=target)
    refuses("condition", sheet, "connect", source="Which", target="C", condition="A.x ==")
    refuses("condition", sheet, "connect", source="All", target="B", condition=WAY)


def test_a_way_is_led_elsewhere_at_both_ends() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    ways.reconnect(sheet, flow="SiteApprovedToReturnForChanges", target="RefuseRequest")
    assert sheet.diagram.flows["SiteApprovedToReturnForChanges"].target == "RefuseRequest"
    assert sheet.diagram.nodes["SiteApproved"].default_flow == "SiteApprovedToReturnForChanges"
    ends = {"RefuseRequest", "ReturnForChanges", "SiteApprovedToReturnForChanges"}
    assert touched(before, sheet.to_bytes()) == ends
    ways.reconnect(sheet, flow="SiteApprovedToReturnForChanges", source="RequestComplete")
    assert sheet.diagram.nodes["SiteApproved"].default_flow is None
    assert in_step(sheet)
    refuses("source", drawn(), "reconnect", flow="AToWhich", source="Done")
    refuses("target", drawn(), "reconnect", flow="AToWhich", target="A")
    refuses("flow", drawn(), "reconnect", flow="Nowhere", target="A")


def test_a_way_is_named_and_gets_and_loses_a_condition() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    flow = "SiteApprovedToRequestApproved"
    ways.name(sheet, flow=flow, name="  It is\n approved ")
    ways.set_condition(sheet, flow=flow, condition=WAY)
    assert sheet.diagram.flows[flow].name == "It is approved"
    assert sheet.diagram.flows[flow].condition == WAY
    assert touched(before, sheet.to_bytes()) == {flow}
    ways.set_condition(sheet, flow=flow, condition="")
    assert sheet.diagram.flows[flow].condition is None


def test_conditions_stand_only_where_they_decide() -> None:
    sheet = drawn()
    assert "Column" in refuses(
        "condition", sheet, "set_condition", flow="WhichToDone", condition="a b"
    )
    refuses("condition", sheet, "set_condition", flow="WhichToB", condition=WAY)
    ways.connect(sheet, source="All", target="B")
    refuses("condition", sheet, "set_condition", flow="AllToB", condition=WAY)


def test_one_way_is_taken_otherwise() -> None:
    sheet = drawn()
    ways.set_condition(sheet, flow="WhichToDone", condition=WAY)
    ways.make_default(sheet, flow="WhichToDone")
    assert sheet.diagram.nodes["Which"].default_flow == "WhichToDone"
    assert sheet.diagram.flows["WhichToDone"].condition is None
    ways.clear_default(sheet, element="Which")
    assert sheet.diagram.nodes["Which"].default_flow is None
    refuses("flow", sheet, "make_default", flow="AToWhich")


@pytest.mark.parametrize("kind", ways.SPLITTING)
def test_a_branch_splits_and_joins_and_takes_steps_on_its_ways(kind: str) -> None:
    sheet = drawn()
    split = ways.branch(sheet, after="A", kind=kind, names=["Yes", "No", "Both"], name="Well?")
    flows = sheet.diagram.outgoing(split)
    assert [flow.name for flow in flows] == ["Yes", "No", "Both"]
    (join,) = {flow.target for flow in flows}
    assert [flow.target for flow in sheet.diagram.outgoing(join)] == ["Which"]
    assert sheet.diagram.nodes[join].kind == sheet.diagram.nodes[split].kind == kind
    default = None if kind == "parallelGateway" else flows[-1].id
    assert sheet.diagram.nodes[split].default_flow == default
    step = steps.add(sheet, block=Plain("userTask", "Say yes"), after=flows[0].id)
    assert [flow.target for flow in sheet.diagram.outgoing(step)] == [join]


def test_a_branch_where_nothing_follows_yet_and_those_that_are_refused() -> None:
    sheet = drawn()
    ways.disconnect(sheet, flow="CToAll")
    split = ways.branch(sheet, after="C", kind="parallelGateway", names=["One", "Two"])
    assert [flow.target for flow in sheet.diagram.outgoing("C")] == [split]
    refuses("kind", sheet, "branch", after="A", kind="eventBasedGateway", names=["a", "b"])
    refuses("names", sheet, "branch", after="A", kind="parallelGateway", names=["One"])
    refuses("names", sheet, "branch", after="A", kind="parallelGateway", names=["One", " "])
    refuses("after", sheet, "branch", after="Which", kind="parallelGateway", names=["a", "b"])
