"""What staff are told of a new version: proposed from the comparison, told on the day of effect."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from models.cases import DiagramVersion
from models.database import db
from models.publication import DiagramDraft
from tests.workflows import walking
from tests.workflows.publication.authoring import OWNERS, Office
from workflows import jobs
from workflows.diagrams.comparing import Change, Topic, compare
from workflows.diagrams.reading import read
from workflows.errors import InvalidAnswersError
from workflows.publication import reviewing, staff_notes
from workflows.publication.reviewing import Wish
from workflows.publication.taking_effect import EFFECT_JOB, take_effect

NOTE = "Information Technology: give the advice within 3 working days."


def submitted(office: Office, for_staff: str = NOTE, days: int = 0) -> DiagramDraft:
    draft = office.edited(sooner(office))
    day = office.now + timedelta(days=days) if days else None
    return reviewing.submit(
        office.town.runtime,
        draft.id,
        Wish(draft.revision, "Sooner.", day, for_staff),
        by=office.otto,
        reviewers=OWNERS,
        now=office.now,
    )


def sooner(office: Office) -> bytes:
    due = b'act="advise-security" clauses="IT-1" due="P5BD"'
    assert due in office.xml()
    return office.xml().replace(due, due.replace(b"P5BD", b"P3BD"))


def test_what_staff_read_is_proposed_from_what_changes_for_them(office: Office) -> None:
    before, after = (read(one)[0] for one in (office.xml(), sooner(office)))
    assert before is not None
    assert after is not None
    text = staff_notes.proposed(compare(before, after))
    assert text.startswith("Information Technology: ")
    assert "3 business days" in text
    assert staff_notes.proposed([Change(Topic.POLICY, "Clause CO-6 loses its only step.")]) == ""


def test_those_whose_steps_change_are_told_when_the_version_is_published(office: Office) -> None:
    office.publish(submitted(office))
    told = [text for text in walking.told(office.town.people.ivy) if NOTE in text]
    assert len(told) == 1
    assert "goes otherwise from now on (version 2)" in told[0]
    assert not [text for text in walking.told(office.town.people.rosa) if NOTE in text]


def test_they_are_told_on_the_day_of_effect_and_not_before(office: Office) -> None:
    office.publish(submitted(office, days=7))
    ivy = office.town.people.ivy
    assert not [text for text in walking.told(ivy) if NOTE in text]
    handlers: dict[str, jobs.Handler] = {EFFECT_JOB: partial(take_effect, office.town.runtime)}
    jobs.run_due(handlers, now=office.now + timedelta(days=7), owner="tests")
    assert [text for text in walking.told(ivy) if NOTE in text]


def test_nobody_is_told_where_nothing_is_written_for_staff(office: Office) -> None:
    office.publish(submitted(office, for_staff="  "))
    assert not [text for text in walking.told(office.town.people.ivy) if "otherwise" in text]


def test_a_note_that_is_too_long_is_refused(office: Office) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        submitted(office, for_staff="x" * 2001)
    assert "for_staff" in refused.value.errors


def test_what_staff_were_told_of_a_version_never_changes(office_on_either: Office) -> None:
    office_on_either.publish(submitted(office_on_either))
    version = db.session.scalars(
        select(DiagramVersion.id).where(DiagramVersion.for_staff == NOTE)
    ).one()
    with pytest.raises(DatabaseError, match="never changed"), walking.writing() as session:
        session.execute(
            update(DiagramVersion).where(DiagramVersion.id == version).values(for_staff="Else.")
        )
