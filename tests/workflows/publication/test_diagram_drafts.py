"""Drafts of diagrams: from where they are opened, who saved what, and what the check says."""

from datetime import timedelta

import pytest

from models.database import db
from models.publication import CheckReport, DiagramDraft
from models.trust import AuditRecord
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.publication.authoring import ADVICE, NEW, OLD, Office
from workflows import check_reports
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import drafts, proving
from workflows.publication.drafts import UnreadableDiagramError

STUCK = "start S\nand G\nuser A\nuser B\nand J\nxor X\nend E\nS -> G\nG -> A -> J\nG -> B -> X\nX -> J\nX -> E\nJ -> E"


def actions() -> list[str]:
    rows = db.session.scalars(db.select(AuditRecord).order_by(AuditRecord.seq))
    return [row.action for row in rows if row.action.startswith(("draft:", "diagrams:"))][1:]


def test_a_draft_begins_as_the_version_in_force(office: Office) -> None:
    draft = drafts.open_from(ADVICE, None, by=office.otto, now=office.now)
    assert (draft.key, draft.name, draft.note) == (ADVICE, "Gather advice", "")
    assert drafts.of_id(db.session(), draft.id).xml == office.xml()
    assert draft.based_on is not None
    assert draft.based_on.number == 1
    assert [one.id for one in drafts.open_drafts(db.session())] == [draft.id]
    assert actions() == ["draft:opened"]


def test_a_draft_of_what_was_never_published_is_not_opened(office: Office) -> None:
    for key, number in (("retire-everything", None), (ADVICE, 7)):
        with pytest.raises(NotFoundError):
            drafts.open_from(key, number, by=office.otto, now=office.now)
    assert walking.count(db.session(), DiagramDraft) == 0


def test_one_can_return_to_an_older_version(office: Office) -> None:
    office.publish(office.submitted())
    draft = drafts.open_from(ADVICE, 1, by=office.bram, now=office.now)
    assert draft.note == "Return to version 1."
    assert draft.based_on is not None
    assert draft.based_on.number == 2
    assert OLD.encode() in drafts.of_id(db.session(), draft.id).xml
    again = office.submit(draft, by=office.bram)
    assert office.publish(again, by=office.otto)[0].number == 3
    assert office.xml() == office.xml(number=1)


def test_a_file_of_a_new_process_opens_a_draft_of_it(office: Office) -> None:
    content = drawn("start S\nuser A\nend E\nS -> A -> E", "lend-camera", name="Lend a camera")
    draft = drafts.open_upload(content, by=office.otto, now=office.now)
    assert (draft.key, draft.name, draft.based_on_id) == ("lend-camera", "Lend a camera", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no diagram",
        b"\xff\xfe\x00",
        b"<definitions",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        drawn("start S\nend E\nS -> E", "drafts"),
    ],
)
def test_what_is_no_diagram_is_told_and_not_kept(office: Office, content: bytes) -> None:
    with pytest.raises(UnreadableDiagramError, match="Nothing was kept") as caught:
        drafts.open_upload(content, by=office.otto, now=office.now)
    assert caught.value.report is not None
    draft = drafts.open_from(ADVICE, None, by=office.otto, now=office.now)
    with pytest.raises(UnreadableDiagramError, match="Nothing was kept"):
        drafts.replace(draft.id, content, revision=1, by=office.otto, now=office.now)
    assert walking.count(db.session(), DiagramDraft) == 1
    assert drafts.of_id(db.session(), draft.id).xml == office.xml()


def test_a_file_that_is_too_large_is_told_and_not_kept(office: Office) -> None:
    content = office.xml() + b" " * MAXIMUM_BYTES
    with pytest.raises(UnreadableDiagramError, match="larger than 1024 KiB"):
        drafts.open_upload(content, by=office.otto, now=office.now)


def test_a_file_of_another_process_does_not_take_the_place(office: Office) -> None:
    draft = drafts.open_from(ADVICE, None, by=office.otto, now=office.now)
    other = office.xml("launch-site")
    with pytest.raises(UnreadableDiagramError, match='of the process "launch-site"'):
        drafts.replace(draft.id, other, revision=1, by=office.otto, now=office.now)


def test_of_two_who_edit_the_later_one_is_told_and_both_files_are_kept(office: Office) -> None:
    draft = drafts.open_from(ADVICE, None, by=office.otto, now=office.now)
    seen = draft.revision
    first, second = office.changed(), office.changed(new="Look at security twice")
    later = office.now + timedelta(minutes=5)
    drafts.replace(draft.id, first, revision=seen, by=office.otto, now=office.now)
    saved = drafts.replace(draft.id, second, revision=seen, by=office.bram, now=later)
    assert saved.parted_from is not None
    assert saved.parted_from.id == draft.id
    assert saved.parted_from.edited_by.name == "Ottoline Harrowgate"
    assert drafts.of_id(db.session(), draft.id).xml == first
    apart = drafts.of_id(db.session(), saved.draft.id)
    assert (apart.xml, apart.edited_by_id, apart.based_on_id) == (
        second,
        office.bram,
        draft.based_on_id,
    )
    assert actions() == ["draft:opened", "draft:saved", "draft:kept-apart"]


def test_a_note_is_kept_and_who_came_later_is_told(office: Office) -> None:
    draft = office.edited()
    runtime, seen = office.town.runtime, draft.revision
    drafts.describe(runtime, draft.id, " Plainer. ", revision=seen, by=office.bram, now=office.now)
    assert drafts.of_id(db.session(), draft.id).note == "Plainer."
    with pytest.raises(ConflictError, match="Bram Fennimore saved this draft on 16 November 2026"):
        drafts.describe(runtime, draft.id, "Other", revision=seen, by=office.otto, now=office.now)
    for wrong in (" ", "x" * 2001):
        with pytest.raises(InvalidAnswersError):
            drafts.describe(
                runtime, draft.id, wrong, revision=seen + 1, by=office.otto, now=office.now
            )


def test_a_dropped_draft_is_closed_for_good(office: Office) -> None:
    draft = office.edited()
    runtime = office.town.runtime
    dropped = drafts.drop(
        runtime, draft.id, revision=draft.revision, by=office.otto, now=office.now
    )
    assert drafts.open_drafts(db.session()) == []
    with pytest.raises(ConflictError, match="was dropped on 16 November 2026 at 09:00"):
        drafts.drop(runtime, draft.id, revision=dropped.revision, by=office.otto, now=office.now)
    with pytest.raises(ConflictError, match="was dropped"):
        office.submit(dropped)
    assert drafts.of_id(db.session(), draft.id).xml == office.changed()
    with pytest.raises(NotFoundError):
        drafts.of_id(db.session(), 99)


def test_a_draft_is_checked_with_all_around_it(office: Office) -> None:
    report = drafts.check(office.town.runtime, office.edited().id, now=office.now)
    assert report.publishable
    verdict = check_reports.verdict_of(report)
    assert (verdict["process"], verdict["findings"]) == (ADVICE, verdict["findings"])


def test_what_is_wrong_with_a_draft_is_kept_with_it(office: Office) -> None:
    draft = drafts.open_upload(drawn(STUCK, "stuck"), by=office.otto, now=office.now)
    report = drafts.check(office.town.runtime, draft.id, now=office.now)
    assert not report.publishable
    assert "error" in {one["severity"] for one in check_reports.verdict_of(report)["findings"]}


def test_what_was_found_publishable_is_not_checked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = office.edited()
    runtime = office.town.runtime
    first = drafts.check(runtime, draft.id, now=office.now)
    asked: list[object] = []
    monkeypatch.setattr(proving, "check_files", lambda *what, **_: asked.append(what))
    assert drafts.check(runtime, draft.id, now=office.now).id == first.id
    assert asked == []
    assert walking.count(db.session(), CheckReport) == 15 + 1


def test_a_report_of_other_diagrams_around_is_not_current(office: Office) -> None:
    """A draft that calls others is checked anew when one of these has changed."""
    runtime = office.town.runtime
    draft = office.edited(
        office.changed("Submit site request", "Ask for a site", "create-site"), "create-site"
    )
    report = drafts.check(runtime, draft.id, now=office.now)
    assert drafts.current_report(runtime, db.session(), draft_of(draft.id), now=office.now)
    office.publish(office.submitted())
    assert not drafts.current_report(runtime, db.session(), draft_of(draft.id), now=office.now)
    assert drafts.check(runtime, draft.id, now=office.now).checked != report.checked


def draft_of(draft_id: int) -> DiagramDraft:
    return drafts.of_id(db.session(), draft_id)


def test_a_submitted_draft_is_not_edited(office: Office) -> None:
    draft = office.submitted()
    runtime = office.town.runtime
    with pytest.raises(ConflictError, match=r"submitted this draft for review .* Take it back"):
        drafts.describe(
            runtime, draft.id, "x", revision=draft.revision, by=office.bram, now=office.now
        )
    saved = drafts.replace(
        draft.id,
        office.changed(new=NEW + " again"),
        revision=draft.revision,
        by=office.bram,
        now=office.now,
    )
    assert saved.parted_from is not None
    assert drafts.of_id(db.session(), draft.id).xml == office.changed()
