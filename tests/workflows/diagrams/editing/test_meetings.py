"""A place where ways meet goes when nothing meets there any more."""

from workflows.diagrams.editing import Plain, Sheet, ends, meetings, processes, ways
from workflows.diagrams.graph import GATEWAYS


def a_branch() -> tuple[Sheet, str]:
    first = Plain("userTask", "Ask")
    sheet = Sheet.open(
        processes.new_process(key="small", name="Small", parties=["Requester"], first=first)
    )
    step = next(node.id for node in sheet.diagram.nodes.values() if node.name == "Ask")
    kind = "exclusiveGateway"
    return sheet, ways.branch(sheet, after=step, kind=kind, names=["Yes", "No"], name="Well?")


def gateways(sheet: Sheet) -> list[str]:
    return [node.name for node in sheet.diagram.nodes.values() if node.kind in GATEWAYS]


def test_where_two_ways_meet_the_place_stays() -> None:
    sheet, _ = a_branch()
    assert meetings.collapse(sheet) == ()
    assert gateways(sheet) == ["Well?", ""]


def test_where_one_way_is_left_the_place_goes() -> None:
    sheet, gateway = a_branch()
    no = next(flow for flow in sheet.diagram.outgoing(gateway) if flow.name == "No")
    ends.add(sheet, end=Plain("end", "Refused"), after=no.id)
    assert len(meetings.collapse(sheet)) == 1
    assert gateways(sheet) == ["Well?"]
    left = {
        flow.name: sheet.diagram.nodes[flow.target].kind for flow in sheet.diagram.outgoing(gateway)
    }
    assert left == {"Yes": "end", "No": "end"}
