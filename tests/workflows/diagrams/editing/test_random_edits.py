"""Any edits in any order: refused in words or made, never a broken file, never a foreign part lost."""

from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workflows.diagrams.editing.sheets import SHIPPED, as_the_canvas_writes_it, in_step
from workflows.diagrams.document import BPMN, BPMNDI
from workflows.diagrams.editing import (
    EditError,
    Plain,
    Removal,
    Sheet,
    deadlines,
    ends,
    events,
    forms,
    marks,
    parties,
    plain,
    steps,
    ways,
)
from workflows.diagrams.graph import FIELD_TYPES, Diagram, Field, Option
from workflows.diagrams.reading import read

Draw = st.DataObject
Check = Callable[[Diagram], bool]
FOREIGN = "urn:somebody:else"
KINDS = [kind.kind for kind in (*plain.STEPS, *plain.ENDS)] + ["start", "nonsense"]

texts = st.text(max_size=12) | st.sampled_from(
    ["Review it", "Prüfen", "", " ", "a\nb", "<&>\"'", "x" * 300]
)
some_names = st.sampled_from(["Alpha", "Beta & Co", "Gamma?", "3 days", "Ünd"])
timers = st.sampled_from(["P5BD", "PT4H", "2030-01-31", "R3/P1D", "soon", ""])
conditions = st.sampled_from(['A.b = "c"', "count(A.b) > 2", "", "A.b ==", "true"])
fields = st.builds(
    Field,
    id=st.sampled_from(["decision", "reason", "when", "9bad", "who"]),
    label=texts,
    type=st.sampled_from(sorted(FIELD_TYPES)) | st.just("nonsense"),
    required=st.booleans(),
    required_when=st.none() | conditions,
    help=texts,
    options=st.lists(st.builds(Option, st.sampled_from("abc"), texts), max_size=3).map(tuple),
    max_length=st.none() | st.integers(0, 10**10),
    minimum=st.none() | texts,
    default=st.none() | texts,
    shown_to=st.sampled_from([(), ("subject",), ("anybody",)]),
)


@cache
def opened(number: int, *, by_canvas: bool) -> bytes:
    """A shipped diagram in which somebody else has left things."""
    root = etree.fromstring(SHIPPED[number].read_bytes())
    process = root.find(f"{{{BPMN}}}process")
    assert process is not None
    for place, element in enumerate(list(process)):
        element.set(f"{{{FOREIGN}}}mark", str(place))
    extensions = process.find(f"{{{BPMN}}}extensionElements")
    assert extensions is not None
    etree.SubElement(extensions, f"{{{FOREIGN}}}colour", shade="blue").text = "as the sky"
    extensions.append(etree.Comment(" kept "))
    root.append(etree.ProcessingInstruction("keep", "me"))
    data = etree.tostring(root)
    return as_the_canvas_writes_it(data) if by_canvas else data


def strange(sheet: Sheet) -> Counter[str]:
    """What nobody's edit may lose: all that is not ours, on elements that are still there."""
    found: Counter[str] = Counter()
    for part in sheet.root.iter():
        if not isinstance(part.tag, str):
            found[str(part.text)] += 1
            continue
        if part.tag.startswith(f"{{{FOREIGN}}}"):
            found[f"{part.tag} {part.get('shade')} {part.text}"] += 1
        mark = part.get(f"{{{FOREIGN}}}mark")
        if mark is not None:
            found[f"{part.get('id')} {mark}"] += 1
    return found


def a_node(draw: Draw, sheet: Sheet) -> str:
    return draw.draw(st.sampled_from([*sheet.diagram.nodes, "Nobody"]))


def a_flow(draw: Draw, sheet: Sheet) -> str:
    return draw.draw(st.sampled_from([*sheet.diagram.flows, "Nowhere"]))


def a_place(draw: Draw, sheet: Sheet) -> str:
    return a_node(draw, sheet) if draw.draw(st.booleans()) else a_flow(draw, sheet)


def a_party(draw: Draw, sheet: Sheet) -> str:
    return draw.draw(st.sampled_from([*sheet.diagram.lanes, "Nobody's"]))


def a_plain(draw: Draw) -> Plain:
    return Plain(
        draw.draw(st.sampled_from(KINDS)),
        draw.draw(some_names | texts),
        topic=draw.draw(st.sampled_from(["", "remind", "two words"])),
        called=draw.draw(st.sampled_from(["", "give-notices"])),
        timer=draw.draw(timers),
        message=draw.draw(some_names | texts),
        error=draw.draw(some_names | texts),
    )


def rename(draw: Draw, sheet: Sheet) -> Check:
    element, name = a_node(draw, sheet), draw.draw(texts)
    steps.rename(sheet, element=element, name=name)
    return lambda now: now.nodes[element].name == name.strip().replace("\r", "\n")


def document(draw: Draw, sheet: Sheet) -> Check:
    element, words = a_node(draw, sheet), draw.draw(texts)
    steps.document(sheet, element=element, documentation=words)
    return lambda now: now.nodes[element].documentation == words.strip().replace("\r", "\n")


def add(draw: Draw, sheet: Sheet) -> Check:
    block = a_plain(draw)
    made = steps.add(sheet, block=block, after=a_place(draw, sheet))
    return lambda now: now.nodes[made].kind == block.kind


def add_end(draw: Draw, sheet: Sheet) -> Check:
    after = a_place(draw, sheet)
    made = ends.add(sheet, end=a_plain(draw), after=after)
    return lambda now: len(now.incoming(made)) == 1 and now.outgoing(made) == ()


def move(draw: Draw, sheet: Sheet) -> Check:
    element, flow = a_node(draw, sheet), a_flow(draw, sheet)
    steps.move(sheet, element=element, after=flow)
    return lambda now: now.flows[flow].target == element


def remove(draw: Draw, sheet: Sheet) -> Check:
    element, and_more = a_node(draw, sheet), draw.draw(st.booleans())
    keep = draw.draw(st.sampled_from(["", *(flow.id for flow in sheet.diagram.outgoing(element))]))
    gone = steps.remove(sheet, element=element, keep=keep, and_cut_off=and_more)
    return lambda now: element not in now.nodes and told(gone, now)


def told(gone: Removal, now: Diagram) -> bool:
    left = now.nodes.keys() | now.flows.keys()
    return left.isdisjoint({*gone.elements, *gone.flows}) and now.nodes.keys() >= {*gone.cut_off}


def hand_over(draw: Draw, sheet: Sheet) -> Check:
    element, party = a_node(draw, sheet), a_party(draw, sheet)
    steps.to_party(sheet, element=element, party=party)
    return lambda now: now.nodes[element].lane == party


def connect(draw: Draw, sheet: Sheet) -> Check:
    source, target = a_node(draw, sheet), a_node(draw, sheet)
    condition = draw.draw(conditions)
    flow = ways.connect(sheet, source=source, target=target, condition=condition)
    wanted = (source, target, condition or None)
    return lambda now: (
        (now.flows[flow].source, now.flows[flow].target, now.flows[flow].condition) == wanted
    )


def disconnect(draw: Draw, sheet: Sheet) -> Check:
    flow = a_flow(draw, sheet)
    gone = ways.disconnect(sheet, flow=flow)
    return lambda now: flow not in now.flows and told(gone, now)


def reconnect(draw: Draw, sheet: Sheet) -> Check:
    flow, source, target = a_flow(draw, sheet), a_node(draw, sheet), a_node(draw, sheet)
    ways.reconnect(sheet, flow=flow, source=source, target=target)
    return lambda now: (now.flows[flow].source, now.flows[flow].target) == (source, target)


def condition(draw: Draw, sheet: Sheet) -> Check:
    flow, words = a_flow(draw, sheet), draw.draw(conditions)
    ways.set_condition(sheet, flow=flow, condition=words)
    return lambda now: now.flows[flow].condition == (words or None)


def default(draw: Draw, sheet: Sheet) -> Check:
    flow = a_flow(draw, sheet)
    ways.make_default(sheet, flow=flow)
    return lambda now: now.nodes[now.flows[flow].source].default_flow == flow


def branch(draw: Draw, sheet: Sheet) -> Check:
    names = draw.draw(st.lists(some_names, max_size=4))
    kind = draw.draw(st.sampled_from([*ways.SPLITTING, "eventBasedGateway"]))
    made = ways.branch(sheet, after=a_place(draw, sheet), kind=kind, names=names)
    return lambda now: [flow.name for flow in now.outgoing(made)] == names


def add_party(draw: Draw, sheet: Sheet) -> Check:
    name = draw.draw(texts)
    parties.add(sheet, name=name, after=draw.draw(st.just("")) or a_party(draw, sheet))
    return lambda now: " ".join(name.split()) in now.lanes


def change_party(draw: Draw, sheet: Sheet) -> Check:
    party, name = a_party(draw, sheet), draw.draw(some_names)
    parties.move(sheet, party=party, by=draw.draw(st.sampled_from([-1, 1])))
    parties.rename(sheet, party=party, name=name)
    return lambda now: name in now.lanes and party not in {*now.lanes} - {name}


def remove_party(draw: Draw, sheet: Sheet) -> Check:
    party = a_party(draw, sheet)
    parties.remove(sheet, party=party)
    return lambda now: party not in now.lanes


def mark(draw: Draw, sheet: Sheet) -> Check:
    element, due = a_node(draw, sheet), draw.draw(timers)
    act = draw.draw(st.sampled_from(["", "approve-site", "two words"]))
    marks.set_step(sheet, element=element, act=act, clauses=["A-1", "A-1", "B"], due=due)
    return lambda now: (
        (now.nodes[element].act, now.nodes[element].clauses, now.nodes[element].due)
        == (act or None, ("A-1", "B"), due or None)
    )


def loop(draw: Draw, sheet: Sheet) -> Check:
    element, times = a_node(draw, sheet), draw.draw(st.sampled_from(["3", "A.b", "", "=="]))
    marks.set_loop(sheet, element=element, times=times, sequential=True)
    return lambda now: now.nodes[element].loop == (times or None)


def ask(draw: Draw, sheet: Sheet) -> Check:
    element = a_node(draw, sheet)
    asked = draw.draw(st.lists(fields, max_size=3))
    forms.set_fields(sheet, element=element, fields=asked)
    return lambda now: (
        [field.id for field in now.nodes[element].fields] == [one.id for one in asked]
    )


def deadline(draw: Draw, sheet: Sheet) -> Check:
    timer, stops = draw.draw(timers), draw.draw(st.booleans())
    to = a_plain(draw) if draw.draw(st.booleans()) else a_node(draw, sheet)
    host = a_node(draw, sheet)
    event = deadlines.add(sheet, host=host, timer=timer, leads_to=to, interrupting=stops)
    wanted = (host, timer, stops, 1)
    return lambda now: (
        (
            now.nodes[event].attached_to,
            now.nodes[event].timer,
            now.nodes[event].interrupting,
            len(now.outgoing(event)),
        )
        == wanted
    )


def trigger(draw: Draw, sheet: Sheet) -> Check:
    element, name = a_node(draw, sheet), draw.draw(some_names)
    kind = sheet.diagram.nodes[element].kind if element in sheet.diagram.nodes else ""
    if "rror" in kind:
        events.set_error(sheet, element=element, error=name)
        return lambda now: now.nodes[element].error == name
    if "imer" in kind:
        events.set_timer(sheet, element=element, timer="PT2H")
        return lambda now: now.nodes[element].timer == "PT2H"
    events.set_message(sheet, element=element, message=name)
    return lambda now: now.nodes[element].message == name


EDITS = [
    rename, document, add, add_end, move, remove, hand_over, connect, disconnect, reconnect, condition,
    default, branch, add_party, change_party, remove_party, mark, loop, ask, deadline, trigger,
]  # fmt: skip


def check_edits(data: Draw, most: int) -> None:
    number = data.draw(st.integers(0, len(SHIPPED) - 1))
    sheet = Sheet.open(opened(number, by_canvas=data.draw(st.booleans())))
    for edit in data.draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=most)):
        before, theirs = sheet.to_bytes(), strange(sheet)
        try:
            with sheet.whole():
                holds = edit(data, sheet)
        except EditError:
            assert sheet.to_bytes() == before
            continue
        assert holds(sheet.diagram), edit
        check_whole(sheet, theirs)


def check_whole(sheet: Sheet, theirs: Counter[str]) -> None:
    diagram, findings = read(sheet.to_bytes())
    assert diagram is not None
    assert [finding for finding in findings if finding.severity == "error"] == []
    ids = Counter(part.get("id") for part in sheet.root.iter(f"{{{BPMN}}}*", f"{{{BPMNDI}}}*"))
    assert [one for one, times in ids.items() if one and times > 1] == []
    there = {part.get("id") for part in sheet.root.iter("*")}
    drawn = {shape.get("bpmnElement") for shape in sheet.root.iter(f"{{{BPMNDI}}}*")} - {None}
    assert drawn <= there
    lost = theirs - strange(sheet)
    assert {entry.split()[0] for entry in lost}.isdisjoint(there)
    assert in_step(sheet)


@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_any_edits_are_refused_in_words_or_leave_a_whole_file(data: Draw) -> None:
    check_edits(data, 6)


@pytest.mark.long
@given(st.data())
@settings(max_examples=1500, suppress_health_check=[HealthCheck.too_slow])
def test_any_long_row_of_edits_is_refused_in_words_or_leaves_a_whole_file(data: Draw) -> None:
    check_edits(data, 20)
