"""Careless changes to our diagrams, for what must notice them: the proof, and the rules at work."""

import re
from functools import cache

from tests.bpmn.drawing import BPMN


@cache
def text(key: str) -> str:
    return (BPMN / f"{key}.bpmn").read_text()


def led(key: str, flow: str, target: str) -> dict[str, str]:
    """Let a flow lead somewhere else."""
    changed, times = re.subn(
        rf'(<bpmn:sequenceFlow id="{flow}"[^>]*targetRef=")[^"]+"', rf'\g<1>{target}"', text(key)
    )
    assert times == 1
    return {key: changed}


def acting(key: str, step: str, act: str) -> dict[str, str]:
    """Let a step carry another act."""
    before, step_begins, rest = text(key).partition(f'<bpmn:userTask id="{step}"')
    assert step_begins
    return {
        key: before
        + step_begins
        + re.sub(r'siteward:step act="[^"]+"', f'siteward:step act="{act}"', rest, count=1)
    }


def in_lane(key: str, step: str, lane: str) -> dict[str, str]:
    """Draw a step into another lane."""
    reference = f"<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>"
    name = f'<bpmn:lane id="{lane}" name="'
    assert reference in text(key)
    without = text(key).replace(reference, "")
    before, lane_begins, rest = without.partition(name)
    assert lane_begins
    return {key: before + lane_begins + rest.replace(">", f">{reference}", 1)}
