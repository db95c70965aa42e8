"""The ways between steps: sequence flows, their conditions, and branches."""

from collections.abc import Sequence

from lxml import etree

from workflows.diagrams.document import child, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.borders import check_target
from workflows.diagrams.editing.building import Place, build
from workflows.diagrams.editing.clearing import cut_off
from workflows.diagrams.editing.containers import rewrite, set_or_drop
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.marks import mark_expression
from workflows.diagrams.editing.plain import Plain
from workflows.diagrams.editing.reach import Reach
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import XSI, Sheet, edit
from workflows.diagrams.editing.spacing import make, take
from workflows.diagrams.editing.wiring import (
    begin_at,
    draw,
    erase,
    lead_to,
    title,
    way_on,
)

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")
SPLITTING = (*_CHOOSING, "parallelGateway")
_FEWEST = 2
UNCONDITIONAL = frozenset({"parallelGateway", "eventBasedGateway"})


@edit
def connect(sheet: Sheet, *, source: str, target: str, name: str = "", condition: str = "") -> str:
    """Draw a way from one element to another of the same level; gives its id.

    Fields: source, target, name, condition.
    """
    given = words.condition(condition)
    if given:
        sheet.needs(XSI)
    begin, end = sheet.node(source, "source"), sheet.node(target, "target")
    _check_ends(begin, end)
    if any(way.get("targetRef") == target for way in sheet.outgoing(begin)) and not _splits(begin):
        raise EditError("target", f'A way leads to "{title(end)}" already. Choose another step.')
    flow = draw(sheet, begin, end)
    set_or_drop(flow, "name", words.name(name))
    if given:
        _may_have_condition(sheet, flow)
        write_condition(flow, given)
    return flow.get("id", "")


@edit
def disconnect(sheet: Sheet, *, flow: str) -> Removal:
    """Take a way out; tells which steps nothing leads to now. Field: flow."""
    before = Reach.of(sheet)
    erase(sheet, sheet.flow(flow))
    return Removal(flows=(flow,), cut_off=cut_off(sheet, before))


@edit
def reconnect(
    sheet: Sheet, *, flow: str, source: str | None = None, target: str | None = None
) -> None:
    """Let a way begin or end elsewhere; None leaves an end as it is. Fields: flow, source, target."""
    found = sheet.flow(flow)
    begin = sheet.node(source if source is not None else found.get("sourceRef", ""), "source")
    end = sheet.node(target if target is not None else found.get("targetRef", ""), "target")
    _check_ends(begin, end)
    if begin.get("id") != found.get("sourceRef"):
        begin_at(sheet, found, begin)
    if end.get("id") != found.get("targetRef"):
        lead_to(sheet, found, end)


@edit
def name(sheet: Sheet, *, flow: str, name: str) -> None:
    """Write on a way what it stands for, "" for nothing. Fields: flow, name."""
    set_or_drop(sheet.flow(flow), "name", words.name(name))


@edit
def set_condition(sheet: Sheet, *, flow: str, condition: str) -> None:
    """Say when a way is taken, "" for always. Fields: flow, condition."""
    found = sheet.flow(flow)
    given = words.condition(condition)
    if given:
        _may_have_condition(sheet, found)
        sheet.needs(XSI)
    write_condition(sheet.flow(flow), given)


def _may_have_condition(sheet: Sheet, flow: etree._Element) -> None:
    source = sheet.node(flow.get("sourceRef", ""), "flow")
    if local(source) in UNCONDITIONAL:
        raise EditError(
            "condition",
            "The ways from here are taken without a condition. Put a decision before it.",
        )
    if source.get("default") == flow.get("id"):
        raise EditError(
            "condition",
            "This way is taken when no other is, so it has no condition. Make another way the one that "
            "is taken otherwise, then come back.",
        )


def write_condition(flow: etree._Element, given: str) -> None:
    """Write the condition of a flow, "" for none. The prefix xsi must be declared."""
    expression = child(flow, "conditionExpression")
    if not given:
        if expression is not None:
            take(expression)
        return
    if expression is None:
        expression = make(flow, "conditionExpression")
        mark_expression(expression)
    rewrite(expression, given)


@edit
def make_default(sheet: Sheet, *, flow: str) -> None:
    """Let a way be the one taken when no other is; its condition, if any, goes. Field: flow."""
    found = sheet.flow(flow)
    source = sheet.node(found.get("sourceRef", ""), "flow")
    if local(source) not in _CHOOSING:
        raise EditError(
            "flow", "Only from a decision one way can be the one taken otherwise. Choose another."
        )
    write_condition(found, "")
    set_or_drop(source, "default", flow)


@edit
def clear_default(sheet: Sheet, *, element: str) -> None:
    """Let no way from here be the one taken otherwise. Field: element."""
    set_or_drop(sheet.node(element), "default", "")


@edit
def branch(sheet: Sheet, *, after: str, kind: str, names: Sequence[str], name: str = "") -> str:
    """Put a gateway behind an element or on a flow, with a way for each name, and where they join.

    `kind` is exclusiveGateway, inclusiveGateway or parallelGateway. All ways lead to the join at first: steps are
    added on them by their flow id. Of the first two kinds the last way is the one taken otherwise;
    the others want a condition. Gives the id of the gateway that splits. Fields: after, kind, names,
    name.
    """
    called = [words.needed(one, "names", "each way") for one in names]
    if kind not in SPLITTING or len(called) < _FEWEST:
        field = "names" if kind in SPLITTING else "kind"
        raise EditError(field, "Choose how it branches, and name at least two ways.")
    source, flow = way_on(sheet, after)
    split = build(sheet, Plain(kind, name), Place(source.get("id", "")))
    said = f"{split.get('id')} joined"
    join = build(sheet, Plain(kind), Place(split.get("id", ""), said=said))
    if flow is None:
        draw(sheet, source, split)
    else:
        target = sheet.node(flow.get("targetRef", ""), "after")
        lead_to(sheet, flow, split)
        draw(sheet, join, target)
    ways = [draw(sheet, split, join) for _ in called]
    for way, said in zip(ways, called, strict=True):
        way.set("name", said)
    if kind in _CHOOSING:
        split.set("default", ways[-1].get("id", ""))
    return split.get("id", "")


def _splits(node: etree._Element) -> bool:
    return local(node) in SPLITTING


def _check_ends(begin: etree._Element, end: etree._Element) -> None:
    if local(begin) == "endEvent":
        raise EditError("source", "Nothing follows an end. Choose the step before it.")
    if begin is end:
        raise EditError("target", "A way cannot lead back to where it begins. Choose another step.")
    check_target(begin, end, "target")
