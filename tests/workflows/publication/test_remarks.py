"""Remarks on a draft: made, settled, told to whom it concerns, refused with what to do."""

from datetime import timedelta

import pytest

from models.database import db
from tests.workflows.publication.authoring import Office
from workflows import notices
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import drafts, remarks


def told(person: int) -> list[str]:
    db.session.rollback()
    return [notice.text for notice in notices.unread(db.session(), person)]


def test_a_remark_on_a_step_reaches_the_author_and_its_settling_who_made_it(office: Office) -> None:
    draft = office.edited()
    row = remarks.remark(
        office.town.runtime,
        draft.id,
        " Is this needed? ",
        "AdviseSecurity",
        by=office.bram,
        now=office.now,
    )
    assert (row.words, row.element) == ("Is this needed?", "AdviseSecurity")
    (text,) = told(office.otto)
    assert "made a remark on “Look at the security”" in text
    assert "Is this needed?" in text
    assert told(office.bram) == []
    assert remarks.open_on(db.session(), draft.id) == 1
    later = office.now + timedelta(hours=1)
    remarks.settle(office.town.runtime, draft.id, row.id, by=office.otto, now=later)
    assert "settled your remark" in told(office.bram)[0]
    assert remarks.open_on(db.session(), draft.id) == 0
    with pytest.raises(ConflictError, match="settled this remark"):
        remarks.settle(office.town.runtime, draft.id, row.id, by=office.bram, now=later)


def test_open_remarks_stand_before_settled_ones(office: Office) -> None:
    draft = office.edited()
    runtime, bram = office.town.runtime, office.bram
    made = [
        remarks.remark(runtime, draft.id, words, None, by=bram, now=office.now).id
        for words in ("First", "Second")
    ]
    remarks.settle(runtime, draft.id, made[0], by=bram, now=office.now)
    rows = remarks.of_draft(db.session(), draft.id)
    assert [row.words for row in rows] == ["Second", "First"]
    assert told(bram) == []


@pytest.mark.parametrize(
    ("words", "element", "field"),
    [("  ", None, "words"), ("x" * 2001, None, "words"), ("Why?", "NoSuchStep", "element")],
)
def test_a_remark_that_says_nothing_or_is_on_nothing_is_not_kept(
    office: Office, words: str, element: str | None, field: str
) -> None:
    draft = office.edited()
    with pytest.raises(InvalidAnswersError) as refused:
        remarks.remark(
            office.town.runtime, draft.id, words, element, by=office.bram, now=office.now
        )
    assert field in refused.value.errors
    assert remarks.of_draft(db.session(), draft.id) == []


def test_a_closed_draft_takes_no_remark_and_no_remark_of_another(office: Office) -> None:
    draft, runtime = office.edited(), office.town.runtime
    other = drafts.open_from("launch-site", None, by=office.otto, now=office.now)
    row = remarks.remark(runtime, draft.id, "Why?", None, by=office.bram, now=office.now)
    with pytest.raises(NotFoundError):
        remarks.settle(runtime, other.id, row.id, by=office.otto, now=office.now)
    drafts.drop(runtime, other.id, revision=other.revision, by=office.otto, now=office.now)
    with pytest.raises(ConflictError, match="was dropped"):
        remarks.remark(runtime, other.id, "Why?", None, by=office.bram, now=office.now)
