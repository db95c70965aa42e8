"""What rules would refuse further on: what can be reached without what they ask for first."""

from datetime import UTC, datetime

import pytest

from tests.bpmn.drawing import BPMN
from tests.workflows.drawn import drawn
from tests.workflows.walking import pack
from workflows import publication
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.foresight import acts_at, after, foresee, touched
from workflows.policy.guard import Deed

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
APPROVED = [Deed("approve-site", "approve", "Communications", 5, NOON)]


def graph(*files: bytes) -> dict[str, Diagram]:
    found = [read(data)[0] for data in files]
    return {diagram.process_id: diagram for diagram in found if diagram is not None}


SHIPPED = graph(*publication.shipped(BPMN).values())

SMALL = graph(
    drawn(
        "start S\nuser Decide\ncall Go to=inner\non Bad host=Go error=bad\nuser Mend\nend E\n"
        "S -> Decide -> Go -> E\nBad -> Mend -> Decide",
        acts={"Decide": "approve-site"},
        lanes={"Communications": ["Decide"]},
    ),
    drawn(
        "start T\nsub Box {\nstart V\nuser Make\nend W\nV -> Make -> W\n}\nxor X default=X-U\n"
        "error Failed error=bad\nservice Launch\nend U\n"
        'T -> Box -> Launch -> X -> U\nX -> Failed : Make.a = "b"',
        "inner",
        starters="",
        topics={"Launch": "launch-site"},
        acts={"Make": "create-account"},
        inputs="",
    ),
)


def refused(
    start: tuple[str, str], past: list[Deed] | None = None, among: dict[str, Diagram] = SMALL
) -> set[tuple[str, str]]:
    return {(one.rule.id, one.act) for one in foresee(pack(), past or [], among, [start])}


def test_an_act_behind_the_decision_is_refused_for_who_goes_around_it() -> None:
    found = refused(("main", "Go"))
    assert {("K01", "launch-site"), ("K01", "create-account")} <= found


def test_an_act_behind_the_decision_is_not_refused_for_who_comes_before_it() -> None:
    assert not {rule for rule, _ in refused(("main", "Decide"))} & {"K01"}


def test_what_was_decided_already_refuses_nothing() -> None:
    assert ("K01", "launch-site") not in refused(("main", "Go"), APPROVED)


def test_what_follows_is_found_from_inside_a_subprocess_and_a_call() -> None:
    assert ("K01", "launch-site") in refused(("inner", "Make"))
    assert refused(("inner", "U")) == set()


def test_what_follows_a_skipped_step_begins_behind_it() -> None:
    behind = after(SMALL, ("main", "Decide"))
    assert behind == [("main", "Go")]
    texts = [one.text for one in foresee(pack(), [], SMALL, behind)]
    assert any(
        text.startswith("“Launch the site” would be refused by rule K01 (GC-2)") for text in texts
    )


@pytest.mark.parametrize(
    ("place", "acts"),
    [
        (("main", "Decide"), {"approve-site"}),
        (("main", "Mend"), set()),
        (("inner", "Launch"), {"launch-site"}),
        (("inner", "Box"), {"create-account"}),
        (("main", "Go"), {"create-account", "launch-site"}),
    ],
)
def test_the_acts_of_a_place_are_those_of_all_that_is_in_it(
    place: tuple[str, str], acts: set[str]
) -> None:
    assert acts_at(pack(), SMALL, place) == acts


def test_only_rules_of_the_policy_and_the_law_are_touched() -> None:
    found = touched(pack(), ["approve-site"])
    assert {"K01", "K02", "K03"} <= {rule.id for rule in found}
    assert {rule.level for rule in found} <= {"policy", "law"}
    assert touched(pack(), ["no-such-act"]) == []


@pytest.mark.parametrize("apart", [8, pytest.param(1, marks=pytest.mark.long)])
def test_every_place_of_the_shipped_diagrams_can_be_looked_ahead_from(apart: int) -> None:
    for key, diagram in SHIPPED.items():
        for element in list(diagram.nodes)[::apart]:
            foresee(pack(), APPROVED, SHIPPED, [(key, element)])
