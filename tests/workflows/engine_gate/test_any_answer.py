"""An answer that may be anything takes a case every way that conditions on it know, on the engine too."""

from dataclasses import replace

import pytest

from tests.workflows.diagrams.proof.drawing import draw
from tests.workflows.diagrams.proof.mutants import City
from tests.workflows.diagrams.proof.test_mutants import MUTANTS
from tests.workflows.engine_gate.side_by_side import disagreements, tried_city, tried_drawn
from workflows.diagrams.graph import Diagram, Field, Option

CHOICES = (Option("a", "A"), Option("b", "B"))
FIELDS = (
    Field("number", "Number", "long", required=True),
    Field("other", "Other", "decimal", required=True),
    Field("day", "Day", "date", required=True),
    Field("end", "End", "date", required=True),
    Field("note", "Note", "string", required=True),
    Field("name", "Name", "string"),
    Field("flag", "Flag", "boolean"),
    Field("choice", "Choice", "enum", options=CHOICES, required=True),
    Field("several", "Several", "multi-enum", options=CHOICES, required=True),
)
CONDITIONS = (
    "Ask.number > 5",
    "Ask.number = 5",
    "Ask.number >= Ask.other",
    'Ask.day < "2026-07-01"',
    "Ask.day > Ask.end",
    'Ask.note = "x"',
    'Ask.note in ["x", "y"]',
    "Ask.note = Ask.choice",
    "Ask.name != null",
    "Ask.flag",
    'Ask.choice = "b"',
    '"a" in Ask.several',
    "Ask.number > 3 and Ask.number < 2",
)


def deciding(condition: str, *marks: str) -> Diagram:
    steps = "\n".join(("start S\nuser Ask\nuser Do", *marks, "xor X default=X-No"))
    ways = f"S -> Ask -> Do -> X\nX -> Yes : {condition}\nX -> No"
    drawn = draw(f"{steps}\nuser Yes\nuser No\nend E\nend F\n{ways}\nYes -> E\nNo -> F")
    nodes = {**drawn.nodes, "Ask": replace(drawn.nodes["Ask"], fields=FIELDS)}
    return replace(drawn, nodes=nodes)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_way_of_a_decision_is_taken_on_the_engine(condition: str) -> None:
    proof, found = tried_drawn(deciding(condition))
    assert [finding.message for finding in disagreements(found)] == []
    assert (found.complete, found.agrees, proof.sound) == (True, True, True)


@pytest.mark.parametrize("times", ["Ask.number", "Ask.several", "2"])
@pytest.mark.parametrize("sequential", [False, True])
def test_a_step_is_done_not_at_all_once_and_twice(times: str, sequential: bool) -> None:
    drawn = deciding('count(Do.ok = "yes") >= 2')
    do = replace(drawn.nodes["Do"], loop=times, sequential=sequential, act="ask")
    do = replace(do, fields=(replace(FIELDS[7], id="ok"),))
    proof, found = tried_drawn(replace(drawn, nodes={**drawn.nodes, "Do": do}))
    assert [finding.message for finding in disagreements(found)] == []
    assert (found.complete, found.agrees, proof.sound) == (True, True, True)


# A reminder keeps a phase open while something around it is still waited for.
KEPT_OPEN = ("a withdrawal that nobody sees", "withdrawn and decided all the same")


@pytest.mark.parametrize("name", KEPT_OPEN)
def test_a_way_on_which_a_reminder_keeps_a_phase_open_is_walked_on_the_engine(name: str) -> None:
    city = City()
    next(mutant for mutant in MUTANTS if mutant.name == name).change(city)
    proof, found = tried_city(city, "create-site")
    paths = [*(one.path for one in proof.wrong), *(one.path for one in proof.judged)]
    assert any(happening.kind == "wait" for path in paths for happening in path)
    assert [finding.message for finding in found.findings] == []
    assert found.agrees
