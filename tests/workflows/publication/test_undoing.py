"""Edits in words are undone one by one, and only while nothing else was saved in between."""

import pytest
from sqlalchemy import func, select

from models.database import db
from models.publication import DiagramDraft
from models.studio import DraftEdit
from tests.workflows.publication.authoring import ADVICE, NEW, Office
from workflows.errors import ConflictError
from workflows.publication import drafts, undoing
from workflows.publication.editing_together import autosave


def opened(office: Office) -> int:
    return drafts.open_from(ADVICE, None, by=office.otto, now=office.now).id


def now_is(draft: int) -> DiagramDraft:
    db.session.rollback()
    db.session.expire_all()
    return drafts.of_id(db.session(), draft)


def edit(office: Office, draft: int, to: str, revision: int | None = None) -> drafts.Saved:
    return undoing.edit(
        draft,
        office.changed(new=to),
        f"It is called {to}.",
        revision=now_is(draft).revision if revision is None else revision,
        by=office.otto,
        now=office.now,
    )


def undo(office: Office, draft: int) -> str:
    revision = now_is(draft).revision
    return undoing.undo(draft, revision=revision, by=office.otto, now=office.now)[1]


def words(draft: int) -> list[str]:
    found = now_is(draft)
    return [one.words for one in undoing.edits_of(db.session(), found)]


def test_the_last_edit_is_undone_first(office_on_either: Office) -> None:
    office = office_on_either
    draft = opened(office)
    before = now_is(draft).xml
    edit(office, draft, "One")
    edit(office, draft, "Two")
    assert words(draft) == ["It is called Two.", "It is called One."]
    assert undo(office, draft) == "It is called Two."
    assert now_is(draft).xml == office.changed(new="One")
    assert undo(office, draft) == "It is called One."
    assert now_is(draft).xml == before
    with pytest.raises(ConflictError, match="no edit to undo"):
        undo(office, draft)


def test_what_was_saved_otherwise_is_not_undone_with_it(office: Office) -> None:
    draft = opened(office)
    edit(office, draft, "One")
    content, revision = office.changed(new=NEW), now_is(draft).revision
    autosave(draft, content, revision=revision, by=office.bram, now=office.now)
    assert words(draft) == []
    with pytest.raises(ConflictError):
        undo(office, draft)
    assert now_is(draft).xml == content


def test_an_edit_of_a_draft_that_changed_is_kept_apart_and_not_remembered(office: Office) -> None:
    draft = opened(office)
    revision = now_is(draft).revision
    edit(office, draft, "One")
    saved = edit(office, draft, "Two", revision)
    assert saved.parted_from is not None
    assert words(draft) == ["It is called One."]
    assert words(saved.draft.id) == []


def test_an_edit_that_changes_nothing_is_not_remembered(office: Office) -> None:
    draft = opened(office)
    edit(office, draft, "One")
    edit(office, draft, "One")
    assert words(draft) == ["It is called One."]


def test_only_the_last_edits_of_open_drafts_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "MOST_EDITS", 2)
    dropped, draft = opened(office), opened(office)
    edit(office, dropped, "One")
    revision = now_is(dropped).revision
    drafts.drop(office.town.runtime, dropped, revision=revision, by=office.otto, now=office.now)
    for name in ("One", "Two", "Three"):
        edit(office, draft, name)
    assert words(draft) == ["It is called Three.", "It is called Two."]
    assert db.session.scalar(select(func.count(DraftEdit.id))) == 2
