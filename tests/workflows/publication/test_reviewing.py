"""A second person publishes what the first one submitted, proved again, with its callers."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import DiagramVersion
from models.database import db
from models.trust import AuditRecord
from tests import city
from tests.workflows import walking
from tests.workflows.publication.authoring import (
    ADVICE,
    CALLERS,
    NEW,
    OLD,
    OWNERS,
    Office,
)
from workflows import audit, check_reports, publication
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    UnpublishableError,
)
from workflows.publication import drafts, publishing, retiring, reviewing
from workflows.publication.reviewing import Wish, Word


def latest_record() -> AuditRecord:
    return db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()  # type: ignore[return-value]


def test_a_second_person_publishes_what_was_submitted(office: Office) -> None:
    draft = office.submitted()
    assert walking.told(office.bram) == [
        "A change of “Gather advice” waits for your review, under Diagrams: Plainer words."
    ]
    (own, *callers) = office.publish(draft)
    assert (own.number, own.note, own.author_id, own.published_by_id) == (
        2,
        "Plainer words.",
        office.otto,
        office.bram,
    )
    assert sorted(version.process.key for version in callers) == CALLERS
    assert {version.note for version in callers} == {
        "Because “Gather advice” changed, which it calls."
    }
    assert office.in_force() == {ADVICE: 2, **dict.fromkeys(CALLERS, 2)}
    main = publication.published(db.session(), now=office.now)["create-site"]
    assert main.frozen[ADVICE] == own.id
    closed = drafts.of_id(db.session(), draft.id)
    assert (closed.closed_by_id, closed.version_id) == (office.bram, own.id)
    assert drafts.open_drafts(db.session()) == []
    (told,) = walking.told(office.otto)
    assert told.startswith("Version 2 of “Gather advice” is published and takes effect now: Plain")
    record = latest_record()
    assert (record.action, record.actor_id) == ("diagrams:published", office.bram)
    assert audit.verify(db.session()).first_break is None
    for version in (own, *callers):
        (report,) = check_reports.of_version(db.session(), version.id)
        assert report.publishable


def test_running_cases_stay_on_their_diagrams(office: Office) -> None:
    running = walking.forwarded(office.town, now=office.now)
    office.publish(office.submitted())
    fresh = walking.forwarded(office.town, now=office.now)
    assert running.do("ReviewRequest").task("AdviseSecurity").name == OLD
    assert fresh.do("ReviewRequest").task("AdviseSecurity").name == NEW


def test_nobody_publishes_or_returns_their_own(office: Office) -> None:
    draft = office.submitted()
    before = walking.everything(db.session())
    with pytest.raises(NotAllowedError, match="nobody publishes their own"):
        office.publish(draft, by=office.otto)
    with pytest.raises(NotAllowedError, match="nobody publishes their own"):
        send_back(office, draft.id, draft.revision, "No.", by=office.otto)
    assert walking.everything(db.session()) == before


def test_whoever_edited_last_does_not_publish_though_another_submitted(office: Office) -> None:
    """Otherwise one could edit, and ask a colleague to submit it."""
    draft = office.edited()
    with walking.writing() as session:
        third = city.person(session, "Celeste", "Holm", office.town.people.communications)
        city.grant(session, third, "policy_owner")
    submitted = office.submit(draft, by=office.bram)
    for own in (office.otto, office.bram):
        with pytest.raises(NotAllowedError):
            office.publish(submitted, by=own)
    assert office.publish(submitted, by=third)[0].number == 2


def test_a_draft_that_is_not_publishable_is_not_submitted(office: Office) -> None:
    broken = office.changed('act="advise-law"', 'act="approve-site"')
    draft = office.edited(broken)
    with pytest.raises(UnpublishableError, match="“Gather advice” cannot be published"):
        office.submit(draft)
    assert drafts.of_id(db.session(), draft.id).submitted_at is None
    assert walking.told(office.bram) == []


def test_the_wish_is_looked_at(office: Office) -> None:
    draft = office.edited()
    yesterday = office.now - timedelta(days=1)
    for wish, field in (
        (Wish(draft.revision, " "), "note"),
        (Wish(draft.revision, "Plainer.", yesterday), "effective_from"),
    ):
        with pytest.raises(InvalidAnswersError) as caught:
            reviewing.submit(
                office.town.runtime,
                draft.id,
                wish,
                by=office.otto,
                reviewers=OWNERS,
                now=office.now,
            )
        assert set(caught.value.errors) == {field}


def test_where_nobody_else_may_publish_it_is_said(office: Office) -> None:
    draft = office.edited()
    wish = Wish(draft.revision, "Plainer.")
    with pytest.raises(ConflictError, match="Nobody else may publish diagrams"):
        reviewing.submit(
            office.town.runtime,
            draft.id,
            wish,
            by=office.otto,
            reviewers={"clerk_data"},
            now=office.now,
        )


def test_the_same_as_in_force_is_not_submitted(office: Office) -> None:
    draft = drafts.open_from(ADVICE, None, by=office.otto, now=office.now)
    with pytest.raises(ConflictError, match="same as version 1"):
        office.submit(draft)


def send_back(office: Office, draft_id: int, revision: int, text: str, *, by: int) -> None:
    word = Word(revision, text)
    reviewing.send_back(office.town.runtime, draft_id, word, by=by, now=office.now)


def test_a_draft_comes_back_with_words(office: Office) -> None:
    draft = office.submitted()
    for wrong in (" ", "x" * 2001):
        with pytest.raises(InvalidAnswersError):
            send_back(office, draft.id, draft.revision, wrong, by=office.bram)
    send_back(office, draft.id, draft.revision, "Say it shorter.", by=office.bram)
    assert walking.told(office.otto) == [
        "Your change of “Gather advice” came back from review: Say it shorter."
    ]
    back = drafts.of_id(db.session(), draft.id)
    assert back.submitted_at is None
    (review,) = reviewing.reviews_of(db.session(), draft.id)
    assert (review.verdict, review.words, review.reviewer.name) == (
        "returned",
        "Say it shorter.",
        "Bram Fennimore",
    )
    with pytest.raises(ConflictError, match="not under review"):
        office.publish(back)
    assert office.publish(office.submit(back))[0].number == 2


def test_a_submitted_draft_is_taken_back(office: Office) -> None:
    draft = office.submitted()
    back = reviewing.take_back(
        office.town.runtime, draft.id, revision=draft.revision, by=office.otto, now=office.now
    )
    assert back.submitted_at is None
    with pytest.raises(ConflictError, match="not under review"):
        reviewing.take_back(
            office.town.runtime, draft.id, revision=back.revision, by=office.otto, now=office.now
        )


def test_what_the_reviewer_did_not_read_is_not_published(office: Office) -> None:
    read = office.submitted()
    runtime = office.town.runtime
    back = reviewing.take_back(
        runtime, read.id, revision=read.revision, by=office.otto, now=office.now
    )
    saved = drafts.replace(
        back.id,
        office.changed(new="Something else"),
        revision=back.revision,
        by=office.otto,
        now=office.now,
    )
    office.submit(saved.draft)
    with pytest.raises(ConflictError, match="Ottoline Harrowgate saved this draft"):
        office.publish(read)
    assert office.in_force() == {}


def test_what_somebody_published_meanwhile_is_said(office: Office) -> None:
    mine, other = office.submitted(), office.submitted(office.changed(new="Look twice"))
    office.publish(other)
    with pytest.raises(
        ConflictError,
        match=r"starts from version 1\. Meanwhile Bram Fennimore published version 2 "
        r"on 16 November 2026: Plainer words\.",
    ):
        office.publish(mine)
    runtime = office.town.runtime
    back = reviewing.take_back(
        runtime, mine.id, revision=mine.revision, by=office.otto, now=office.now
    )
    seen = drafts.take_up(runtime, back.id, revision=back.revision, by=office.otto, now=office.now)
    assert office.publish(office.submit(seen))[0].number == 3


def test_a_version_that_only_froze_anew_is_no_other_version(office: Office) -> None:
    """Create-site was published again because of what it calls: it says what it said before."""
    renamed = office.changed("Submit site request", "Ask for a site", "create-site")
    draft = office.edited(renamed, "create-site")
    office.publish(office.submitted())
    assert office.publish(office.submit(draft))[0].number == 3


def test_what_would_break_its_caller_is_not_submitted(office: Office) -> None:
    """A contract that can no longer be refused: nothing is wrong with it but for who calls it."""
    xml = re.sub(rb"<bpmn:errorEventDefinition [^>]*/>", b"", office.xml("agree-contract"))
    with pytest.raises(UnpublishableError, match='In "Create site", which calls this diagram'):
        office.submit(office.edited(xml, "agree-contract"))


def test_it_is_proved_again_under_the_policy_in_force(office: Office) -> None:
    """What was publishable when it was submitted: since then the policy knows an act no more."""
    draft = office.submitted()
    pack = office.town.runtime.pack
    acts = {key: act for key, act in pack.acts.items() if key != "advise-law"}
    runtime = replace(office.town.runtime, pack=replace(pack, acts=acts, version="stricter"))
    before = walking.everything(db.session())
    with pytest.raises(
        UnpublishableError, match=r"“Gather advice” cannot be published: .*advise-law"
    ):
        publishing.publish(
            runtime, draft.id, Word(draft.revision), by=office.bram, owners=OWNERS, now=office.now
        )
    assert walking.everything(db.session()) == before


def test_what_calls_a_retired_process_is_not_submitted(office: Office) -> None:
    draft = office.edited(
        office.changed("Submit site request", "Ask for a site", "create-site"), "create-site"
    )
    with walking.writing() as session:
        process = publication.version_of(session, "launch-site", 1).process
        process.retired_at, process.retired_by_id = office.now, office.bram
        process.retired_why = "Never again."
    with pytest.raises(ConflictError, match="calls what is retired: Launch"):
        office.submit(draft)


def test_a_retired_process_can_still_be_mended(office: Office) -> None:
    retire(office, "investigate-complaint")
    name = "Choose who leads"
    draft = office.edited(
        office.changed(name, "Say who leads", "investigate-complaint"), "investigate-complaint"
    )
    assert office.publish(office.submit(draft))[0].number == 2


def retire(office: Office, key: str) -> None:
    retiring.retire(
        office.town.runtime, key, "Not now.", by=office.otto, owners=OWNERS, now=office.now
    )


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told(
    app_on_either: Flask, office_on_either: Office
) -> None:
    office = office_on_either
    with walking.writing() as session:
        third = city.person(session, "Celeste", "Holm", office.town.people.communications)
        city.grant(session, third, "policy_owner")
    draft = office.submitted()
    found = walking.at_once(
        app_on_either, [partial(attempt, office, draft.id, by) for by in (office.bram, third)]
    )
    won = [words for words in found if words == "published"]
    lost = [words for words in found if words != "published"]
    assert len(won) == len(lost) == 1
    assert "published this draft on 16 November 2026 at 09:00, as version 2" in lost[0]
    assert office.in_force() == {ADVICE: 2, **dict.fromkeys(CALLERS, 2)}
    assert walking.count(db.session(), DiagramVersion) == 15 + 3


def test_of_two_drafts_published_at_once_one_wins(
    app_on_either: Flask, office_on_either: Office
) -> None:
    office = office_on_either
    ids = [office.submitted(office.changed(new=words)).id for words in ("Look once", "Look twice")]
    found = walking.at_once(
        app_on_either, [partial(attempt, office, one, office.bram) for one in ids]
    )
    assert sorted(words == "published" for words in found) == [False, True]
    assert "Meanwhile Bram Fennimore published version 2" in "".join(found)
    assert office.in_force()[ADVICE] == 2


def attempt(office: Office, draft_id: int, by: int) -> str:
    try:
        office.publish(drafts.of_id(db.session(), draft_id), by=by)
    except ConflictError as error:
        return str(error)
    return "published"


def test_an_act_that_fails_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = office.submitted()
    before = walking.everything(db.session())

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("The disk is gone.")

    monkeypatch.setattr(publishing, "keep_reports", fail)
    with pytest.raises(RuntimeError):
        office.publish(draft)
    assert walking.everything(db.session()) == before
