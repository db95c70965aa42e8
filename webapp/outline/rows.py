"""The outline: the steps of a process in reading order, with their ways out and deadlines."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.outline.page import Opened
from workflows.diagrams.graph import ENDS, GATEWAYS, STARTS, Node
from workflows.diagrams.text import Branch, TextStep


@dataclass(frozen=True)
class Way:
    """A way out of a step: in words, the flow in the diagram, the number of the step it leads to."""

    words: str
    to: int | None
    element: str


@dataclass(frozen=True)
class Row:
    """A step of the outline, with what can be done to it.

    `deadlines` are all the events on its border; `inside` the steps of a group, in reading order.
    """

    step: TextStep
    node: Node
    ways: tuple[Way, ...]
    deadlines: tuple[Way, ...]
    inside: tuple[Node, ...] = ()

    @property
    def is_start(self) -> bool:
        """Whether a case begins here."""
        return self.node.kind in STARTS

    @property
    def is_end(self) -> bool:
        """Whether a case ends here, so that nothing comes after."""
        return self.node.kind in ENDS

    @property
    def is_gateway(self) -> bool:
        """Whether ways part or meet here."""
        return self.node.kind in GATEWAYS

    @property
    def has_form(self) -> bool:
        """Whether somebody answers questions here."""
        return self.node.kind == "userTask"

    @property
    def may_have_deadlines(self) -> bool:
        """Whether a deadline can stand on it: something that takes time."""
        return self.node.kind in (
            "userTask",
            "manualTask",
            "receiveTask",
            "callActivity",
            "subProcess",
        )


def rows_of(page: Opened) -> list[Row]:
    """Give the rows of the outline in reading order."""
    return [_row(page, step) for step in page.steps]


def row_of(page: Opened, element: str) -> Row:
    """Give the row of a step; one that is not told, such as a place where ways meet, gets its own."""
    found = next((step for step in page.steps if step.element == element), None)
    node = page.node(element)
    return _row(page, found or TextStep(0, element, node.kind, node.lane, node.title))


def meetings(page: Opened) -> list[Node]:
    """Give the places where ways only meet: the words pass over them, the drawing has them."""
    return [
        node
        for node in page.diagram.nodes.values()
        if node.kind in GATEWAYS and node.id not in page.numbers
    ]


def _row(page: Opened, step: TextStep) -> Row:
    node = page.diagram.nodes[step.element]
    borders = {boundary.id for boundary in page.diagram.boundaries(node.id)}
    told = {branch.element: branch for branch in step.branches}
    return Row(
        step=step,
        node=node,
        ways=tuple(_ways(page, node, told)),
        deadlines=tuple(
            Way(branch.text, branch.to, branch.element)
            for branch in step.branches
            if branch.element in borders
        ),
        inside=tuple(
            page.diagram.nodes[told.element]
            for told in page.steps
            if page.diagram.nodes[told.element].parent == node.id
        ),
    )


def _ways(page: Opened, node: Node, told: dict[str, Branch]) -> Iterator[Way]:
    flows = page.diagram.outgoing(node.id)
    for flow in sorted(flows, key=lambda one: one.id == node.default_flow):
        branch = told.get(flow.id)
        if branch is not None:
            yield Way(branch.text, branch.to, flow.id)
            continue
        number = target_of(page, flow.target)
        words = f"Then, go to step {number}." if number else "Then, nothing follows."
        yield Way(words, number, flow.id)


def target_of(page: Opened, element: str) -> int | None:
    """Give the number of the step that a way comes to, over places where ways only meet."""
    seen: set[str] = set()
    while element not in page.numbers and element not in seen:
        seen.add(element)
        outgoing = page.diagram.outgoing(element)
        if not outgoing:
            return None
        element = outgoing[0].target
    return page.numbers.get(element)
