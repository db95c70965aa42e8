"""Lint: beginnings, ends and arrows."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import found, linted, whole
from tests.workflows.diagrams.sketch import (
    boundary,
    end,
    flow,
    flows,
    start,
    user,
)
from workflows.diagrams.graph import Diagram, Field, Flow, Node, Option
from workflows.diagrams.lint import Known, lint


def test_a_plain_diagram_has_no_findings() -> None:
    assert linted(whole(start(), user("Ask"), end(), flows("Begin Ask Done"))) == []


def test_an_empty_process_lacks_start_and_end() -> None:
    assert found(whole()) == {("no-start", "try"), ("no-end", "try")}


def test_an_empty_subprocess_lacks_start_and_end() -> None:
    diagram = whole(start(), sketch.subprocess("Part"), end(), flows("Begin Part Done"))
    assert {("no-start", "Part"), ("no-end", "Part")} <= found(diagram)


def test_two_plain_starts_are_one_too_many_but_a_message_start_may_stand_beside() -> None:
    two = whole(start(), start("Again"), user("Ask"), end(), flows("Begin Ask Done", "Again Ask"))
    assert ("several-starts", "Again") in found(two)
    beside = whole(
        start(), start("Again", sketch.message()), user("Ask"), end(),
        flows("Begin Ask Done", "Again Ask"), top=sketch.MESSAGES,
    )  # fmt: skip
    assert found(beside) == set()


def test_a_subprocess_begins_with_a_plain_start() -> None:
    inner = (
        start("Inner", sketch.timer("R/P1D", "timeCycle"))
        + end("InnerDone")
        + flows("Inner InnerDone")
    )
    diagram = whole(start(), sketch.subprocess("Part", inner), end(), flows("Begin Part Done"))
    assert ("start-kind", "Part") in found(diagram)


@pytest.mark.parametrize(
    ("parts", "code", "element"),
    [
        (flows("Begin Ask", "Ask Begin"), "incoming-at-start", "Begin"),
        (flows("Begin Done"), "no-incoming", "Ask"),
        (flows("Begin Ask Done", "Done Ask"), "outgoing-at-end", "Done"),
        (flows("Begin Ask"), "no-outgoing", "Ask"),
        (flows("Begin Done", "Ask Ask"), "unreachable", "Ask"),
        (flows("Begin Ask", "Ask Ask"), "no-way-out", "Ask"),
        (flows("Begin Ask Done", "Ask Ask"), "split-without-gateway", "Ask"),
        (flow("Begin", "Ask") + flow("Ask", "Done", "true"), "condition-ignored", "AskToDone"),
    ],
)
def test_an_arrow_that_leads_nowhere_good_is_found(parts: str, code: str, element: str) -> None:
    assert (code, element) in found(whole(start(), user("Ask"), end(), parts))


@pytest.mark.parametrize("identity", ["Start", "End", "Root", "main.EndJoin"])
def test_no_id_is_kept_for_the_engine(identity: str) -> None:
    diagram = whole(start(), user(identity), end(), flows(f"Begin {identity} Done"))
    assert {code for code, element in found(diagram) if element == identity} <= {"no-due"}


def test_a_step_without_name_and_a_crowded_diagram_are_mentioned() -> None:
    steps = " ".join(f"Ask{number}" for number in range(25))
    diagram = whole(
        start(), *(user(step).replace('name="Ask3"', "") for step in steps.split()), end(),
        flows(f"Begin {steps} Done"),
    )  # fmt: skip
    assert found(diagram) == {("no-name", "Ask3"), ("many-elements", "try")}


def test_a_boundary_event_needs_a_host_at_its_own_level() -> None:
    inner = start("Inner") + user("Deep") + end("InnerDone") + flows("Inner Deep InnerDone")
    diagram = whole(
        start(), sketch.subprocess("Part", inner), end(), end("Late"),
        boundary("Ghostly", "Ghost", sketch.timer("P1D")),
        boundary("Outside", "Deep", sketch.timer("P1D")),
        boundary("Wrong", "Begin", sketch.timer("P1D")),
        flows("Begin Part Done", "Ghostly Late", "Outside Late", "Wrong Late"),
    )  # fmt: skip
    assert {("boundary-without-host", name) for name in ("Ghostly", "Outside", "Wrong")} <= found(
        diagram
    )
    assert ("unreachable", "Late") not in found(diagram)


def test_a_node_outside_the_profile_is_linted_without_breaking_down() -> None:
    diagram = Diagram(
        "try",
        nodes={
            "Odd": Node("Odd", "unsupported"),
            "Lost": Node("Lost", "boundaryError", attached_to="Ghost", parent="Nowhere"),
        },
    )
    assert ("no-start", "try") in found(diagram, Known())


def test_a_diagram_with_loose_flows_is_linted_without_breaking_down() -> None:
    kinds = {
        "Begin": "start", "First": "eventBasedGateway", "Both": "parallelGateway", "Which": "exclusiveGateway",
        "Remind": "boundaryTimer", "Run": "serviceTask",
    }  # fmt: skip
    nodes = {name: Node(name, kind, interrupting=False) for name, kind in kinds.items()}
    arrows = [
        Flow(f"To{number}", source, "Ghost") for number, source in enumerate([*kinds, *kinds])
    ]
    arrows += [
        Flow("In", "Begin", "First"),
        Flow("Strange", "Ghost", "Both", condition='Ghost.x = "y"'),
    ]
    diagram = Diagram("try", nodes=nodes, flows={arrow.id: arrow for arrow in arrows})
    assert ("unknown-step", "Strange") in found(diagram, Known())


def test_what_is_called_something_can_be_read_in_a_list() -> None:
    long = "Name " * 41
    plain = whole(start(), user("Ask"), end(), flows("Begin Ask Done"))
    assert len(long) > 200
    node, choice = plain.nodes["Ask"], Option("a", long)
    for changed in (
        replace(plain, name=long),
        replace(plain, documentation="a" * 10_001),
        replace(plain, nodes={**plain.nodes, "Ask": replace(node, name=long)}),
        replace(plain, nodes={**plain.nodes, "Ask": replace(node, fields=(Field("a", long),))}),
        replace(
            plain,
            nodes={
                **plain.nodes,
                "Ask": replace(node, fields=(Field("a", "A", options=(choice,)),)),
            },
        ),
        replace(plain, flows={k: replace(one, name=long) for k, one in plain.flows.items()}),
    ):
        (first, *_) = [one for one in lint(changed, Known()) if one.code == "too-long"]
        assert first.severity == "error"
        assert "letters" in first.message
        assert len(first.message) < 200
    kept = replace(plain, name="n" * 200, documentation="a" * 10_000)
    assert [one for one in lint(kept, Known()) if one.code == "too-long"] == []
