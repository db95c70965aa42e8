"""The ways between steps: sequence flows, their conditions, and branches."""

from collections.abc import Sequence

from lxml import etree

from workflows.diagrams.document import child, local
from workflows.diagrams.editing import words
from workflows.diagrams.editing.containers import rewrite, set_or_drop
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.marks import mark_expression
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import XSI, Sheet, edit
from workflows.diagrams.editing.spacing import make, take

UNCONDITIONAL = frozenset({"parallelGateway", "eventBasedGateway"})


@edit
def connect(sheet: Sheet, *, source: str, target: str, name: str = "", condition: str = "") -> str:
    """Draw a way from one element to another of the same level; gives its id.

    Fields: source, target, name, condition.
    """
    raise NotImplementedError


@edit
def disconnect(sheet: Sheet, *, flow: str) -> Removal:
    """Take a way out; tells which steps nothing leads to now. Field: flow."""
    raise NotImplementedError


@edit
def reconnect(
    sheet: Sheet, *, flow: str, source: str | None = None, target: str | None = None
) -> None:
    """Let a way begin or end elsewhere; None leaves an end as it is. Fields: flow, source, target."""
    raise NotImplementedError


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
    raise NotImplementedError


@edit
def clear_default(sheet: Sheet, *, element: str) -> None:
    """Let no way from here be the one taken otherwise. Field: element."""
    raise NotImplementedError


@edit
def branch(sheet: Sheet, *, after: str, kind: str, names: Sequence[str], name: str = "") -> str:
    """Put a gateway behind an element or on a flow, with a way for each name, and where they join.

    `kind` is exclusiveGateway, inclusiveGateway or parallelGateway. All ways lead to the join at first: steps are
    added on them by their flow id. Of the first two kinds the last way is the one taken otherwise;
    the others want a condition. Gives the id of the gateway that splits. Fields: after, kind, names,
    name.
    """
    raise NotImplementedError
