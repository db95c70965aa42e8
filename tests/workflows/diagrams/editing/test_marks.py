"""What a step means to the policy, what a process is about, what a step does."""

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.editing.sheets import shipped, touched
from workflows.diagrams.editing import EditError, Sheet, marks


def refuses(field: str, sheet: Sheet, edit: str, **arguments: object) -> None:
    before = sheet.to_bytes()
    with pytest.raises(EditError) as refused:
        getattr(marks, edit)(sheet, **arguments)
    assert refused.value.field == field
    assert sheet.to_bytes() == before


def test_one_mark_changes_and_the_others_stay() -> None:
    sheet = shipped("decide-request")
    before = sheet.to_bytes()
    marks.set_step(sheet, element="DecideRequest", due="PT4H")
    node = sheet.diagram.nodes["DecideRequest"]
    assert (node.act, node.due) == ("approve-site", "PT4H")
    marks.set_step(sheet, element="DecideRequest", act="", clauses=["CO-2", "GC-2"])
    node = sheet.diagram.nodes["DecideRequest"]
    assert (node.act, node.clauses, node.due) == (None, ("CO-2", "GC-2"), "PT4H")
    assert touched(before, sheet.to_bytes()) == {"DecideRequest"}


def test_a_first_mark_declares_its_namespace_and_the_last_leaves_no_trace() -> None:
    bare = b"".join(
        sketch.definitions('<bpmn:process id="try"><bpmn:userTask id="A"/></bpmn:process>').split(
            b' xmlns:siteward="urn:siteward:bpmn:1"'
        )
    )
    sheet = Sheet.open(bare)
    marks.set_step(sheet, element="A", clauses=[])
    assert b"siteward" not in sheet.to_bytes()
    marks.set_step(sheet, element="A", act="approve-site")
    assert sheet.diagram.nodes["A"].act == "approve-site"
    marks.set_step(sheet, element="A", act="")
    assert sheet.to_bytes().count(b"siteward") == 2
    assert b"extensionElements" not in sheet.to_bytes()


def test_a_prefix_that_means_something_else_is_not_taken() -> None:
    bare = sketch.definitions(
        '<bpmn:process id="try"><bpmn:userTask id="A"/></bpmn:process>'
    ).replace(b"urn:siteward:bpmn:1", b"urn:other")
    sheet = Sheet.open(bare)
    marks.set_step(sheet, element="A", act="approve-site")
    assert sheet.diagram.nodes["A"].act == "approve-site"
    assert b'xmlns:siteward2="urn:siteward:bpmn:1"' in sheet.to_bytes()


def test_marks_that_cannot_be_are_refused() -> None:
    sheet = shipped("decide-request")
    refuses("element", sheet, "set_step", element="SiteApproved", act="approve-site")
    refuses("element", sheet, "set_step", element="Nobody", act="approve-site")
    refuses("act", sheet, "set_step", element="DecideRequest", act="two words")
    refuses("clauses", sheet, "set_step", element="DecideRequest", clauses=["a b"])
    for due in ("soon", "2030-01-31", "R3/P1D"):
        refuses("due", sheet, "set_step", element="DecideRequest", due=due)


def test_what_a_process_is_about_changes_with_the_name_of_its_pool() -> None:
    sheet = shipped("decide-request")
    marks.set_process(sheet, owner="clerk", starters=["a", "b"], confidential=True, inputs=[])
    marks.name_process(sheet, name="Decide it", documentation="For that.")
    diagram = sheet.diagram
    assert (diagram.owner, diagram.starters, diagram.subject) == ("clerk", ("a", "b"), "site")
    assert (diagram.confidential, diagram.inputs) == (True, ())
    assert (diagram.name, diagram.documentation) == ("Decide it", "For that.")
    assert diagram.pools == ("Decide it",)
    marks.name_process(sheet, documentation="")
    marks.set_process(sheet, subject="none")
    assert (sheet.diagram.documentation, sheet.diagram.subject) == ("", "none")
    refuses("subject", sheet, "set_process", subject="weather")
    refuses("owner", sheet, "set_process", owner="two words")
    refuses("name", sheet, "name_process", name=" ")


def test_operations_called_diagrams_and_repetitions() -> None:
    sheet = shipped("decide-request")
    marks.set_topic(sheet, element="InformRejected", topic="remind")
    marks.set_called(sheet, element="GatherAdvice", called="give-notices")
    marks.set_loop(sheet, element="ReviewRequest", times="DecideRequest.number", sequential=True)
    nodes = sheet.diagram.nodes
    assert nodes["InformRejected"].topic == "remind"
    assert nodes["GatherAdvice"].called == "give-notices"
    assert (nodes["ReviewRequest"].loop, nodes["ReviewRequest"].sequential) == (
        "DecideRequest.number",
        True,
    )
    marks.set_loop(sheet, element="ReviewRequest", times="3")
    assert not sheet.diagram.nodes["ReviewRequest"].sequential
    marks.set_topic(sheet, element="InformRejected", topic="")
    marks.set_called(sheet, element="GatherAdvice", called="")
    marks.set_loop(sheet, element="ReviewRequest", times="")
    nodes = sheet.diagram.nodes
    assert (nodes["InformRejected"].topic, nodes["GatherAdvice"].called) == (None, None)
    assert nodes["ReviewRequest"].loop is None
    refuses("element", sheet, "set_topic", element="ReviewRequest", topic="remind")
    refuses("element", sheet, "set_called", element="ReviewRequest", called="x")
    refuses("element", sheet, "set_loop", element="GatherAdvice", times="3")
    refuses("times", sheet, "set_loop", element="ReviewRequest", times="a b")


def test_two_elements_with_the_same_id_are_not_edited() -> None:
    sheet = Sheet.open(sketch.process(sketch.user("A"), sketch.user("A")))
    refuses("element", sheet, "set_step", element="A", act="x")


def test_what_is_no_diagram_is_not_opened() -> None:
    for data in (b"", b"<a", b"<a/>", b'<!DOCTYPE d [<!ENTITY a "b">]><d/>', b"\xff"):
        with pytest.raises(EditError):
            Sheet.open(data)
    empty = Sheet.open(sketch.definitions(""))
    with pytest.raises(EditError):
        marks.name_process(empty, name="x")
    with pytest.raises(EditError):
        empty.diagram  # noqa: B018 - it is the question that is refused


def test_an_edit_that_makes_a_file_too_large_is_refused() -> None:
    sheet = Sheet.open(
        sketch.process(sketch.user("A")).replace(
            b"</bpmn:def", b"<!--" + b"x" * 1_047_000 + b"--></bpmn:def"
        )
    )
    refuses("", sheet, "name_process", documentation="x" * 9_999)
