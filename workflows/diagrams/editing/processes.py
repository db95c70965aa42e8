"""A new diagram from nothing."""

import re
from collections.abc import Sequence

from workflows.diagrams.document import BPMN, BPMNDI, CAMUNDA, DC, DI, SITEWARD
from workflows.diagrams.editing import marks, steps
from workflows.diagrams.editing import parties as lanes
from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.naming import pascal
from workflows.diagrams.editing.plain import Block, Plain
from workflows.diagrams.editing.sheet import XSI, Sheet

_KEY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,7}", re.ASCII)
_LONGEST_KEY = 60
_BARE = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:xsi="{XSI}" xmlns:bpmn="{BPMN}" xmlns:bpmndi="{BPMNDI}" xmlns:dc="{DC}" \
xmlns:di="{DI}" xmlns:camunda="{CAMUNDA}" xmlns:siteward="{SITEWARD}" id="WORDDefinitions" \
targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="KEY" isExecutable="true">
    <bpmn:startEvent id="WORDBegins" name="Begins">
      <bpmn:outgoing>WORDBeginsToWORDDone</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:endEvent id="WORDDone" name="Done">
      <bpmn:incoming>WORDBeginsToWORDDone</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="WORDBeginsToWORDDone" sourceRef="WORDBegins" targetRef="WORDDone" />
  </bpmn:process>
</bpmn:definitions>
"""


def new_process(
    *,
    key: str,
    name: str,
    parties: Sequence[str],
    first: Block | Plain,
    owner: str = "",
    starters: Sequence[str] = (),
) -> bytes:
    """Write a diagram with one pool, the parties' lanes, a start, a first step and an end.

    The first step is done by the first party. It has no drawing: `layout.tidy` makes one. Raises
    EditError (fields: key, name, parties, owner, starters, and those of the first step as
    `first.FIELD`).
    """
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY:
        raise EditError(
            "key", f'"{key[:80]}" cannot be the key. Write small letters, like create-site.'
        )
    if not parties:
        raise EditError("parties", "Choose at least one party: who does the first step.")
    word = pascal(key.replace("-", " "))
    sheet = Sheet.open(_BARE.replace("KEY", key).replace("WORD", word).encode())
    marks.name_process(sheet, name=name)
    marks.set_process(sheet, owner=owner, starters=starters, subject="none", confidential=False)
    for party in parties:
        _add_party(sheet, party)
    _add_first(sheet, first, f"{word}Begins")
    return sheet.to_bytes()


def _add_party(sheet: Sheet, party: str) -> None:
    try:
        lanes.add(sheet, name=party)
    except EditError as error:
        raise EditError("parties", error.message) from error


def _add_first(sheet: Sheet, first: Block | Plain, after: str) -> None:
    try:
        steps.add(sheet, block=first, after=after)
    except EditError as error:
        raise EditError(f"first.{error.field}", error.message) from error
