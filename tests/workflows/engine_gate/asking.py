"""Random processes whose people fill in forms, and whose gateways decide by what they answered."""

import random
import re

from tests.workflows.engine.random_processes import Process

_FORM = (
    "<extensionElements><camunda:formData>"
    '<camunda:formField id="choice" label="Choice" type="enum">{required}'
    '<camunda:value id="a" name="A"/><camunda:value id="b" name="B"/></camunda:formField>'
    '<camunda:formField id="flag" label="Flag" type="boolean"/>'
    '<camunda:formField id="amount" label="Amount" type="long">{required}</camunda:formField>'
    '<camunda:formField id="day" label="Day" type="date">{required}</camunda:formField>'
    '<camunda:formField id="note" label="Note" type="string">{required}</camunda:formField>'
    "</camunda:formData></extensionElements>"
)
_REQUIRED = '<camunda:validation><camunda:constraint name="required"/></camunda:validation>'
_READING = (
    '{}.choice = "a"',
    '{}.choice in ["a", "c"]',
    "{}.choice != null",
    "{}.flag = true",
    "not({}.flag)",
    "{}.amount &gt; 5",
    "{0}.amount &gt;= 2 and {0}.amount &lt; 3",
    '{}.day &lt; "2026-06-01"',
    '{0}.note = "x" or {1}.flag',
    "{0}.note = {1}.note",
    '{0}.choice = "b" or {1}.amount = 7',
)
_MANY = ('count({}.choice = "a") &gt;= 2', "count({}.amount &gt; 1) = 0")
_USER = re.compile(r'<userTask (id="([^"]+)"[^>]*)>(?=(<multiInstance)?)')
_CONDITION = re.compile(r"(?<=<conditionExpression>)[^<]*")


def asking(process: Process, share: float = 0.8) -> dict[str, bytes]:
    """Write a process with a form on every task of a person; conditions read them, most of them."""
    chance = process.chance
    return {
        name: _asking(data.decode(), chance, share) for name, data in process.diagrams().items()
    }


def _asking(text: str, chance: random.Random, share: float) -> bytes:
    steps = [found[2] for found in _USER.finditer(text) if not found[3]]
    many = [found[2] for found in _USER.finditer(text) if found[3]]

    def form(found: re.Match[str]) -> str:
        required = _REQUIRED if chance.random() < 0.7 else ""
        return f"<userTask {found[1]}>" + _FORM.format(required=required)

    def condition(found: re.Match[str]) -> str:
        if chance.random() > share or not steps:
            return str(found[0])
        if many and chance.random() < 0.4:
            return chance.choice(_MANY).format(chance.choice(many))
        # Early steps are more often answered when a gateway reads them.
        read = [chance.choice(steps[: chance.randint(1, len(steps))]) for _ in range(2)]
        return chance.choice(_READING).format(*read)

    text = _CONDITION.sub(condition, _USER.sub(form, text))
    marks = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace'
    return text.replace("targetNamespace", marks, 1).encode()
