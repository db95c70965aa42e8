"""A new diagram from nothing."""

import pytest

from config import ROOT
from workflows.diagrams.editing import EditError, Plain, Sheet, steps
from workflows.diagrams.editing.processes import new_process
from workflows.diagrams.reading import read
from workflows.policy.pack import load

FIRST = Plain("userTask", "Propose a change")


def test_a_new_process_has_a_pool_lanes_a_start_a_first_step_and_an_end() -> None:
    data = new_process(
        key="revise-policy", name="Revise the policy", parties=["Requester", "City Clerk"],
        first=FIRST, owner="policy_owner", starters=["requester"],
    )  # fmt: skip
    diagram, findings = read(data)
    assert findings == []
    assert diagram is not None
    assert (diagram.process_id, diagram.name) == ("revise-policy", "Revise the policy")
    assert (diagram.owner, diagram.starters) == ("policy_owner", ("requester",))
    assert diagram.lanes == ("Requester", "City Clerk")
    assert diagram.pools == ("Revise the policy",)
    assert [node.kind for node in diagram.nodes.values()] == ["start", "userTask", "end"]
    assert {node.lane for node in diagram.nodes.values()} == {"Requester"}


def test_a_new_process_begins_with_any_block_of_the_policy_and_goes_on() -> None:
    blocks = load(ROOT / "bpmn" / "policy").blocks
    for block in blocks[:4]:
        data = new_process(key="try-it", name="Try it", parties=["Requester"], first=block)
        sheet = Sheet.open(data)
        (step,) = [node for node in sheet.diagram.nodes.values() if node.kind == block.kind]
        assert steps.add(sheet, block=FIRST, after=step.id) == "ProposeChange"


@pytest.mark.parametrize("key", ["", "Two Words", "-a", "a--b", "x" * 61, "a_b", "Ä"])
def test_a_key_that_cannot_stand_in_an_address_is_refused(key: str) -> None:
    with pytest.raises(EditError) as refused:
        new_process(key=key, name="Try", parties=["Requester"], first=FIRST)
    assert refused.value.field == "key"


def test_a_process_without_a_name_a_party_or_a_first_step_is_refused() -> None:
    def refused(field: str, name: str, parties: list[str], first: Plain, owner: str = "") -> None:
        with pytest.raises(EditError) as error:
            new_process(key="try", name=name, parties=parties, first=first, owner=owner)
        assert error.value.field == field

    refused("name", " ", ["Requester"], FIRST)
    refused("parties", "Try", [], FIRST)
    refused("parties", "Try", ["A", "A"], FIRST)
    refused("first.name", "Try", ["A"], Plain("userTask"))
    refused("owner", "Try", ["A"], FIRST, "two words")
