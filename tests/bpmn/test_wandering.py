"""Whatever people answer, and in whatever order they work: no case gets stuck or breaks a rule."""

import random

import pytest

from tests.bpmn.walk import Walk, diagrams
from workflows.diagrams.conditions import Value
from workflows.diagrams.graph import Field, Node
from workflows.engine import Waiting

MOST_STEPS = 400


@pytest.mark.parametrize("seed", range(40))
def test_a_case_left_to_chance_comes_to_an_end(seed: int) -> None:
    assert wander(Walk(), random.Random(seed)).end


def wander(walk: Walk, chance: random.Random) -> Walk:
    """Let whatever can happen happen, until the case has ended."""
    for _step in range(MOST_STEPS):
        if walk.run.ended:
            break
        waiting = chance.choice(_likely(walk, chance))
        node = diagrams()[waiting.diagram].nodes[waiting.element]
        if waiting.kind in ("user", "service"):
            walk.do(waiting.element, **_answers(node, chance))
        else:
            walk.event(waiting.element)
    return walk


def _likely(walk: Walk, chance: random.Random) -> list[Waiting]:
    """Mostly people work; now and then a deadline comes or somebody withdraws."""
    waiting = walk.run.waiting()
    work = [w for w in waiting if w.kind in ("user", "service")]
    return work if work and chance.random() > 0.05 else list(waiting)


def _answers(node: Node, chance: random.Random) -> dict[str, Value]:
    return {field.id: _answer(field, chance) for field in node.fields if _is_choice(field)}


def _is_choice(field: Field) -> bool:
    return field.required and field.type in ("enum", "boolean")


def _answer(field: Field, chance: random.Random) -> Value:
    if field.type == "boolean":
        return chance.random() < 0.5
    return chance.choice([option.id for option in field.options])
