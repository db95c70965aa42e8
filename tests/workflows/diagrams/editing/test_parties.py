"""Parties: lanes added, named, moved and taken out."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.editing.sheets import shipped, touched
from workflows.diagrams.editing import EditError, Sheet, parties, steps


def refuses(field: str, sheet: Sheet, edit: str, **arguments: object) -> str:
    with pytest.raises(EditError) as refused:
        getattr(parties, edit)(sheet, **arguments)
    assert refused.value.field == field
    return refused.value.message


def test_a_party_is_added_named_moved_and_removed() -> None:
    sheet = shipped("decide-action")
    before, lanes = sheet.to_bytes(), sheet.diagram.lanes
    parties.add(sheet, name="City Council", after=lanes[0])
    assert sheet.diagram.lanes == (lanes[0], "City Council", *lanes[1:])
    parties.move(sheet, party="City Council", by=-1)
    parties.rename(sheet, party="City Council", name="Council")
    assert sheet.diagram.lanes == ("Council", *lanes)
    parties.remove(sheet, party="Council")
    assert sheet.to_bytes() == before


def test_a_renamed_party_keeps_its_steps_and_nothing_else_changes() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    parties.rename(sheet, party="Communications", name="Press office")
    assert {node.lane for node in sheet.diagram.nodes.values()} == {"Press office"}
    assert touched(before, sheet.to_bytes()) == {"CommunicationsLane"}


def test_a_party_with_steps_is_not_removed_but_named_with_them() -> None:
    message = refuses("party", shipped("decide-request"), "remove", party="Communications")
    assert "Review the request" in message
    assert "11 more" in message


def test_the_drawing_of_a_removed_party_goes() -> None:
    sheet = shipped("give-notices")
    for node in list(sheet.diagram.nodes.values()):
        if node.lane == "Subject":
            steps.to_party(sheet, element=node.id, party="City Attorney")
    parties.remove(sheet, party=sheet.diagram.lanes[-1])
    assert b"SubjectLane" not in sheet.to_bytes()


def test_the_first_party_takes_all_steps_and_gives_the_process_a_pool() -> None:
    sheet = Sheet.open(sketch.process(sketch.start(), sketch.end(), sketch.flows("Begin Done")))
    parties.add(sheet, name="Clerk")
    assert {node.lane for node in sheet.diagram.nodes.values()} == {"Clerk"}
    assert sheet.diagram.pools == ("Try",)
    parties.add(sheet, name="Attorney")
    assert sheet.diagram.lanes == ("Clerk", "Attorney")
    for node in ("Begin", "Done"):
        steps.to_party(sheet, element=node, party="Attorney")
    parties.remove(sheet, party="Clerk")
    assert list(sheet.diagram.lanes) == ["Attorney"]


def test_the_last_party_goes_with_the_set_of_lanes() -> None:
    sheet = Sheet.open(sketch.process(sketch.start(), lanes={"Clerk": ""}))
    parties.remove(sheet, party="Clerk")
    assert b"laneSet" not in sheet.to_bytes()


def test_parties_that_cannot_be_are_refused() -> None:
    sheet = shipped("give-notices")
    lanes = sheet.diagram.lanes
    refuses("name", sheet, "add", name=" ")
    refuses("name", sheet, "add", name=lanes[0])
    refuses("after", sheet, "add", name="New", after="Nobody")
    refuses("name", sheet, "rename", party=lanes[0], name=lanes[1])
    refuses("party", sheet, "rename", party="Nobody", name="New")
    refuses("by", sheet, "move", party=lanes[0], by=-1)
    refuses("by", sheet, "move", party=lanes[-1], by=1)
    bare = Sheet.open(sketch.process(sketch.start()))
    assert "add it first" in refuses("party", bare, "remove", party="Clerk")
