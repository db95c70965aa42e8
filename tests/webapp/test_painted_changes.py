"""What is painted on the pictures of two versions."""

from webapp.painted_changes import Named, grouped, sides
from workflows.diagrams.comparing import Change
from workflows.diagrams.comparing.changes import Topic

CHANGES = [
    Change(Topic.STEPS, 'Gone: the step "Ask".', before=("Ask",)),
    Change(Topic.STEPS, 'New: the step "Look".', after=("Look",)),
    Change(Topic.TIMES, '"Decide" has more time.', before=("Decide",), after=("Choose",)),
    Change(Topic.TEXTS, '"Decide" is now called "Choose".', ("Decide",), ("Choose",)),
    Change(Topic.PROCESS, "It has another name."),
]


def test_each_side_says_what_is_new_gone_or_changed_with_the_numbers_of_the_list() -> None:
    before, after = sides(Named("Version 1", "/1.bpmn"), Named("Version 2", "/2.bpmn"), CHANGES)
    assert (before.name, after.xml_url) == ("Version 1", "/2.bpmn")
    assert before.changes == {
        "Ask": {"kind": "removed", "text": "Gone 1"},
        "Decide": {"kind": "changed", "text": "Changed 3, 4"},
    }
    assert after.changes == {
        "Look": {"kind": "added", "text": "New 2"},
        "Choose": {"kind": "changed", "text": "Changed 3, 4"},
    }


def test_changes_are_numbered_through_under_their_headings() -> None:
    found = grouped(CHANGES)
    assert [heading for heading, _ in found] == [
        Topic.STEPS.value, Topic.TIMES.value, Topic.TEXTS.value, Topic.PROCESS.value,
    ]  # fmt: skip
    assert [number for _, changes in found for number, _ in changes] == [1, 2, 3, 4, 5]
