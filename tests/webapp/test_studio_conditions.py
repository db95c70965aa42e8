"""Conditions as rows of drop-downs: what the panel reads it writes back, meaning the same."""

import json
import os
import subprocess
from functools import cache

import pytest

from config import ROOT
from webapp.assets import find_node
from workflows.diagrams.conditions import compile_condition
from workflows.diagrams.reading import read

MODULE = ROOT / "webapp/frontend/src/studio/panel/condition/text.js"
SCRIPT = f"""
import {{ rulesOf, textOf }} from {json.dumps(MODULE.as_uri())};
const texts = JSON.parse(await new Response(process.stdin).text());
const made = texts.map((text) => rulesOf(text)).map((rule) => rule && textOf(rule));
console.log(JSON.stringify(made));
"""
# Texts that rows can say, and what they become where they are written otherwise.
SAYABLE = {
    "A.b": "A.b = true",
    "not(A.b)": "not(A.b = true)",
    "A.b = null": "A.b = null",
    "A.b != null and A.b > 3": "A.b != null and A.b > 3",
    "A.b <= -1.50": "A.b <= -1.50",
    'not(A.b in ["x", "y"])': 'not(A.b in ["x", "y"])',
    '"law" in A.topics or not("money" in A.topics)': (
        '"law" in A.topics or not("money" in A.topics)'
    ),
    'count(A.vote = "yes") >= 2': 'count(A.vote = "yes") >= 2',
    'not(A.b = "x" or A.c-d = false)': 'not(A.b = "x" or A.c-d = false)',
    'A.b = "say \\"hi\\" \\\\ twice"': 'A.b = "say \\"hi\\" \\\\ twice"',
    '  A.b="x"\n and\tA.c<3 ': 'A.b = "x" and A.c < 3',
}
TOO_RICH = [
    "true",
    '(A.b = 1 or A.c = 2) and A.d = "x"',
    "A.b = 1 or A.c = 2 and A.d = 3",
    "A.b = B.c",
    "3 < A.b",
    "A.b in [1, 2]",
    "count(A.b = 1 and A.b < 3) = 1",
    "A.b ==",
    "",
    'A.b = "x',
    "A.b = 'x'",
    "A.b.c = 1",
    "not A.b",
    "((((",
    "A.b = 1 A.c",
    "count(A.b)",
]


def rewritten(*texts: str) -> list[str | None]:
    """Read texts into rows and write them again, null where rows cannot say them."""
    node = find_node(dict(os.environ))
    ran = subprocess.run(
        [*node.node, "--input-type=module", "--eval", SCRIPT],
        input=json.dumps(texts),
        env=node.environment,
        capture_output=True,
        check=True,
        text=True,
    )
    made: list[str | None] = json.loads(ran.stdout)
    return made


@cache
def shipped() -> list[str]:
    """All conditions of the diagrams that come with the product, but those that always hold."""
    found: set[str | None] = set()
    for path in (ROOT / "bpmn").glob("*.bpmn"):
        diagram = read(path.read_bytes())[0]
        assert diagram is not None
        found.update(flow.condition for flow in diagram.flows.values())
        for field in (field for node in diagram.nodes.values() for field in node.fields):
            found |= {field.shown_when, field.required_when, field.refuse_when}
    return sorted(text for text in found if text not in (None, "true"))


def test_rows_can_say_every_condition_of_the_shipped_diagrams() -> None:
    texts = shipped()
    assert len(texts) > 60
    assert rewritten(*texts) == texts


def test_what_is_written_otherwise_means_the_same() -> None:
    made = rewritten(*SAYABLE)
    assert dict(zip(SAYABLE, made, strict=True)) == SAYABLE
    for text, again in SAYABLE.items():
        assert compile_condition(text).names == compile_condition(again).names


def test_what_rows_cannot_say_is_left_as_text() -> None:
    assert rewritten(*TOO_RICH) == [None] * len(TOO_RICH)


@pytest.mark.parametrize("text", SAYABLE.values())
def test_what_the_panel_writes_can_be_read(text: str) -> None:
    assert compile_condition(text).text == text
