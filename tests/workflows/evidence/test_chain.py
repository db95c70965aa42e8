"""The chain verified from a page, and notes of an auditor: both stay on record."""

from datetime import datetime

import pytest
from sqlalchemy import text

from models.database import db, transaction
from tests.workflows import register_of, walking
from tests.workflows.walking import Town
from workflows import audit
from workflows.errors import InvalidAnswersError, NotFoundError
from workflows.evidence import chain


def verify(town: Town, now: datetime, *, stop: bool = False) -> audit.ChainReport:
    return chain.verify_chain(by=town.people.ada, now=now, enough=lambda: stop)


def test_a_whole_chain_is_said_to_be_whole_with_who_asked_and_when(
    town_on_either: Town, now: datetime
) -> None:
    walking.forwarded(town_on_either, now=now)
    report = verify(town_on_either, now)
    (found,) = chain.checks(db.session())
    assert (found.records, found.head) == (report.records, str(report.head))
    assert (found.fault, found.is_complete, found.at) == (None, True, now)
    assert found.by is not None
    assert found.by.id == town_on_either.people.ada
    walking.assert_whole(db.session())


def test_a_changed_record_is_found_and_where(town: Town, now: datetime) -> None:
    walking.forwarded(town, now=now)
    with transaction() as session:
        session.execute(text("DROP TRIGGER audit_record_no_update"))
        session.execute(text("UPDATE audit_record SET action = 'nothing' WHERE seq = 2"))
    verify(town, now)
    (found,) = chain.checks(db.session())
    assert found.fault is not None
    assert "Record 2" in found.fault


def test_whoever_waits_at_the_page_is_told_how_far_it_was_read(
    town: Town, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    walking.forwarded(town, now=now)
    monkeypatch.setattr(audit, "_ROWS_AT_ONCE", 2)
    report = verify(town, now, stop=True)
    assert (report.records, report.is_complete, report.is_intact) == (2, False, True)
    (found,) = chain.checks(db.session())
    assert (found.records, found.is_complete) == (2, False)


def test_a_note_stands_at_its_site_newest_first(town_on_either: Town, now: datetime) -> None:
    with transaction() as session:
        site = register_of.a_live_site(session, town_on_either.people).id
    for said, good in (("Letter missing", False), (" Letter seen ", True)):
        chain.note(site, said, verified=good, by=town_on_either.people.ada, now=now)
    notes = chain.notes_on(db.session(), [site])
    assert [(note.text, note.verified) for note in notes] == [
        ("Letter seen", True),
        ("Letter missing", False),
    ]
    assert chain.notes_on(db.session(), [site + 1]) == []


@pytest.mark.parametrize("said", ["  ", "x" * (chain.LONGEST_NOTE + 1)])
def test_a_note_without_words_or_with_too_many_is_refused(
    town: Town, now: datetime, said: str
) -> None:
    with pytest.raises(InvalidAnswersError):
        chain.note(1, said, verified=True, by=town.people.ada, now=now)


def test_a_note_on_no_site_is_refused(town: Town, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        chain.note(99, "Seen", verified=True, by=town.people.ada, now=now)
