"""Drafts of diagrams over HTTP: what is sent, said and kept, and who may do what."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.database import db
from models.publication import DiagramDraft
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from tests.workflows.publication.authoring import ADVICE, NEW, OLD
from webapp.handlers import handlers
from webapp.runtime import settings
from workflows import jobs, publication
from workflows.publication import drafts


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    return desk.owned(app, now)


def xml(key: str = ADVICE) -> bytes:
    return publication.shipped(settings().policy_dir)[key]


def send(
    office: Desk, who: int, address: str, content: bytes | None, **fields: str
) -> TestResponse:
    file = {"file": (BytesIO(content), "diagram.bpmn")} if content is not None else {}
    return office.post(who, address, **fields, **file)


def the_draft() -> DiagramDraft:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(DiagramDraft).order_by(DiagramDraft.id.desc())).first()  # type: ignore[return-value]


def edited(office: Desk) -> DiagramDraft:
    """Nora opens a draft on the page of the process, and uploads her file."""
    nora = office.town.people.nora
    assert office.post(nora, f"/diagrams/{ADVICE}/drafts", version="1").status_code == 303
    draft = the_draft()
    content = xml().replace(OLD.encode(), NEW.encode())
    address = f"/diagrams/drafts/{draft.id}/content"
    answer = send(office, nora, address, content, revision=str(draft.revision))
    assert (answer.status_code, answer.location) == (303, f"/diagrams/drafts/{draft.id}")
    return the_draft()


def submitted(office: Desk, **wish: str) -> DiagramDraft:
    draft = edited(office)
    nora = office.town.people.nora
    fields = {"revision": str(draft.revision), "note": "Plainer words.", **wish}
    answer = office.post(nora, f"/diagrams/drafts/{draft.id}/submission", **fields)
    assert answer.status_code == 303, answer.text
    return the_draft()


def page(office: Desk, who: int, address: str, status: int = 200) -> str:
    answer = office.browser(who).get(address)
    assert answer.status_code == status
    return " ".join(answer.text.split())


def test_a_change_goes_from_its_draft_to_its_version(office: Desk, clock_stands: None) -> None:
    people = office.town.people
    draft = submitted(office, for_staff="Look twice.")
    text = page(office, people.ada, "/diagrams/drafts")
    assert "Waits for review" in text
    assert "Plainer words." in text
    text = page(office, people.ada, f"/diagrams/drafts/{draft.id}/review")
    assert "&#34;Advise on security&#34; is now called &#34;Look at the security&#34;." in text
    assert 'href="/diagrams/decide-request"' in text
    assert "May be published" in text
    assert "Look twice." in text
    answer = office.post(
        people.ada,
        f"/diagrams/drafts/{draft.id}/review",
        revision=str(draft.revision),
        words="",
        answer="publish",
    )
    assert (answer.status_code, answer.location) == (303, f"/diagrams/{ADVICE}/versions/2")
    text = page(office, people.rosa, f"/diagrams/{ADVICE}")
    assert "Nora Quist edited it, Ada Osei published it Monday 16 November." in text
    assert "In force" in text
    assert "Earlier" in text
    assert "Look twice." in text
    assert "Open a draft" not in text
    text = page(office, people.nora, f"/diagrams/drafts/{draft.id}")
    assert "published as" in text
    assert f"/diagrams/{ADVICE}/compare?after=2" in text
    # A third owner had the page open, and is told on it.
    address = f"/diagrams/drafts/{draft.id}/review"
    late = office.post(people.ada, address, revision="2", words="Two suffice.", answer="return")
    assert late.status_code == 409
    assert "Ada Osei published this draft" in late.text
    assert "Two suffice." in late.text
    assert "Publish it" not in late.text
    report = page(office, people.rosa, f"/diagrams/{ADVICE}/versions/2/report")
    assert "May be published" in report


def test_the_author_is_refused_as_reviewer(office: Desk, clock_stands: None) -> None:
    nora, draft = office.town.people.nora, submitted(office)
    text = page(office, nora, f"/diagrams/drafts/{draft.id}/review")
    assert "somebody else publishes it" in text
    assert "Publish it" not in text
    for answer in ("publish", "return"):
        refused = office.post(
            nora,
            f"/diagrams/drafts/{draft.id}/review",
            revision=str(draft.revision),
            words="Mine.",
            answer=answer,
        )
        assert refused.status_code == 403
        assert "nobody publishes their own" in refused.text


def test_a_draft_is_sent_back_only_with_words(office: Desk, clock_stands: None) -> None:
    ada, draft = office.town.people.ada, submitted(office)
    address = f"/diagrams/drafts/{draft.id}/review"
    fields = {"revision": str(draft.revision), "answer": "return"}
    refused = office.post(ada, address, words="", **fields)
    assert refused.status_code == 422
    assert "Say what has to change" in refused.text
    assert office.post(ada, address, words="x" * 2001, **fields).status_code == 422
    neither = office.post(ada, address, words="Shorter.", **{**fields, "answer": "perhaps"})
    assert neither.status_code == 422
    assert "Choose whether to publish it or to send it back." in neither.text
    assert office.post(ada, address, words="Shorter.", **fields).status_code == 303
    text = page(office, office.town.people.nora, f"/diagrams/drafts/{draft.id}")
    assert "Ada Osei sent it back." in text
    again = office.post(ada, address, words="Once more.", **fields)
    assert again.status_code == 409
    assert "not under review" in again.text
    assert "Once more." in again.text


@pytest.mark.parametrize("content", [b"", b"no diagram", b"<a/>", b"\x00\xff", b"<" * 400_000])
def test_any_bytes_are_answered_with_what_is_wrong(
    office: Desk, clock_stands: None, content: bytes
) -> None:
    answer = send(office, office.town.people.nora, "/diagrams/drafts", content)
    assert answer.status_code == 422
    assert "This file was not taken" in answer.text
    assert "Nothing was kept" in " ".join(answer.text.split())
    assert walking.count(db.session(), DiagramDraft) == 0


def test_a_form_without_a_file_asks_for_one(office: Desk, clock_stands: None) -> None:
    nora = office.town.people.nora
    answer = send(office, nora, "/diagrams/drafts", None)
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)
    draft = edited(office)
    answer = send(office, nora, f"/diagrams/drafts/{draft.id}/content", None, revision="1")
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)
    wrong = send(
        office, nora, f"/diagrams/drafts/{draft.id}/content", xml("launch-site"), revision="1"
    )
    assert wrong.status_code == 422
    assert "of the process &#34;launch-site&#34;" in wrong.text


def test_a_new_file_opens_a_draft_with_its_findings(office: Desk, clock_stands: None) -> None:
    nora = office.town.people.nora
    broken = xml().replace(b'act="advise-law"', b'act="approve-site"')
    assert send(office, nora, "/diagrams/drafts", broken).status_code == 303
    draft = the_draft()
    text = page(office, nora, f"/diagrams/drafts/{draft.id}")
    assert "Being checked" in text
    assert "May not be published" not in text
    jobs.run_due(handlers(), now=office.now + timedelta(minutes=1), owner="a test")
    text = page(office, nora, f"/diagrams/drafts/{draft.id}")
    assert "May not be published" in text
    answer = office.post(
        nora,
        f"/diagrams/drafts/{draft.id}/submission",
        revision=str(draft.revision),
        note="A note that is long in the making.",
    )
    assert answer.status_code == 422
    assert "“Gather advice” cannot be published" in answer.text
    assert "A note that is long in the making." in answer.text
    checked = office.post(nora, f"/diagrams/drafts/{draft.id}/check")
    assert checked.location == f"/diagrams/drafts/{draft.id}/report"


def test_who_saves_later_is_told_and_both_files_can_be_had(
    office: Desk, clock_stands: None
) -> None:
    ada, draft = office.town.people.ada, edited(office)
    mine = xml().replace(OLD.encode(), b"Look twice")
    answer = send(
        office, ada, f"/diagrams/drafts/{draft.id}/content", mine, revision=str(draft.revision - 1)
    )
    assert answer.status_code == 409
    assert "Nora Quist saved this draft" in answer.text
    for number, content in ((draft.id, NEW.encode()), (the_draft().id, b"Look twice")):
        assert f'href="/diagrams/drafts/{number}/xml"' in answer.text
        assert content in office.browser(ada).get(f"/diagrams/drafts/{number}/xml").data
    compared = f"/diagrams/drafts/{the_draft().id}/compare?other=draft-{draft.id}"
    assert f'href="{compared}"' in answer.text
    assert "Look twice" in office.browser(ada).get(compared).text


def test_a_note_that_came_too_late_is_still_there(office: Desk, clock_stands: None) -> None:
    ada, draft = office.town.people.ada, edited(office)
    address = f"/diagrams/drafts/{draft.id}/note"
    seen = str(draft.revision)
    assert office.post(ada, address, revision=seen, note="First.").status_code == 303
    late = office.post(ada, address, revision=seen, note="Second.")
    assert late.status_code == 409
    assert "Ada Osei saved this draft" in late.text
    assert "Second." in late.text
    assert office.post(ada, address, revision=seen, note="").status_code == 422
    assert office.post(ada, "/diagrams/drafts/99/note", note="x").status_code == 404


def test_a_draft_is_taken_back_based_anew_and_dropped(office: Desk, clock_stands: None) -> None:
    nora, draft = office.town.people.nora, submitted(office)
    address = f"/diagrams/drafts/{draft.id}"
    assert "Take it back" in page(office, nora, address)
    assert (
        office.post(nora, f"{address}/take-back", revision=str(draft.revision)).status_code == 303
    )
    data = {"create-site": xml("create-site"), ADVICE: xml().replace(OLD.encode(), b"Look twice")}
    walking.put_in_force(data, now=office.now)
    assert "Meanwhile the policy pack published version 2" in page(office, nora, address)
    revision = str(the_draft().revision)
    assert office.post(nora, f"{address}/base", revision=revision).status_code == 303
    assert "Meanwhile" not in page(office, nora, address)
    dropped = office.post(nora, f"{address}/drop", revision=str(the_draft().revision))
    assert dropped.status_code == 303
    assert "It was dropped" in page(office, nora, address)
    assert office.post(nora, f"{address}/drop", revision=revision).status_code == 409


def test_a_version_is_scheduled_and_withdrawn(office: Desk, clock_stands: None) -> None:
    people = office.town.people
    draft = submitted(office, effective_from="2026-11-23")
    # The first minute of that day in the city.
    assert draft.effective_from == datetime.fromisoformat("2026-11-23T06:00:00+00:00")
    office.post(
        people.ada,
        f"/diagrams/drafts/{draft.id}/review",
        revision=str(draft.revision),
        answer="publish",
    )
    text = page(office, people.rosa, f"/diagrams/{ADVICE}/versions/2")
    assert "This version takes effect Monday 23 November." in text
    assert "Withdraw this version" not in text
    assert "version 1" in page(office, people.rosa, f"/diagrams/{ADVICE}")
    address = f"/diagrams/{ADVICE}/versions/2/withdrawal"
    assert office.post(people.nora, address, reason="").status_code == 422
    assert office.post(people.nora, address, reason="Not yet.").status_code == 303
    text = page(office, people.rosa, f"/diagrams/{ADVICE}/versions/2")
    assert "withdrawn Monday 16 November by Nora Quist" in text
    assert "Open a draft from it" in page(office, people.nora, f"/diagrams/{ADVICE}/versions/2")
    again = office.post(people.nora, address, reason="Again.")
    assert again.status_code == 409
    assert "There is a problem" in again.text
    assert "already: Not yet." in again.text


def test_a_day_that_has_passed_is_said_at_its_field(office: Desk, clock_stands: None) -> None:
    nora, draft = office.town.people.nora, edited(office)
    address = f"/diagrams/drafts/{draft.id}/submission"
    fields = {"revision": str(draft.revision), "note": "Plainer."}
    for day in ("2026-11-16", "the day after"):
        answer = office.post(nora, address, effective_from=day, **fields)
        assert answer.status_code == 422
    assert (
        "Choose a day to come"
        in office.post(nora, address, effective_from="2026-11-16", **fields).text
    )
    assert drafts.of_id(db.session(), draft.id).submitted_at is None


def test_a_retired_process_is_not_offered_and_begins_no_case(
    office: Desk, clock_stands: None
) -> None:
    people = office.town.people
    address = "/diagrams/create-site/retirement"
    assert "Create site" in page(office, people.rosa, "/start/")
    assert office.post(people.nora, address, reason=" ").status_code == 422
    assert office.post(people.nora, address, reason="A new one comes.").status_code == 303
    assert "/start/create-site" not in page(office, people.rosa, "/start/")
    refused = office.post(people.rosa, "/start/create-site")
    assert refused.status_code == 409
    assert "by Nora Quist: A new one comes." in refused.text
    assert "was retired" in page(office, people.rosa, "/diagrams/create-site")
    assert "retired Monday 16 November" in page(office, people.rosa, "/diagrams")
    assert office.post(people.nora, address, reason="It is needed.", back="yes").status_code == 303
    assert "/start/create-site" in page(office, people.rosa, "/start/")
    called = office.post(people.nora, f"/diagrams/{ADVICE}/retirement", reason="No.")
    assert called.status_code == 409
    assert "is called by" in called.text
    assert "Somebody was faster" not in called.text
    assert ">\r\nNo.</textarea>" in called.text


def test_running_confidential_cases_are_not_counted_out(
    office: Desk, clock_stands: None, now: datetime
) -> None:
    """The page of a draft says no more of them than the page of the process."""
    nora = office.town.people.nora
    office.app.config["NOW"] = now + timedelta(minutes=1)
    office.post(nora, "/diagrams/investigate-complaint/drafts", version="1")
    text = page(office, nora, f"/diagrams/drafts/{the_draft().id}")
    assert "Cases of it that run now: fewer than 5." in text


def test_the_page_where_it_is_started_says_what_is_otherwise(
    office: Desk, clock_stands: None
) -> None:
    people = office.town.people
    assert office.post(people.nora, "/diagrams/create-site/drafts", version="1").status_code == 303
    draft = the_draft()
    content = xml("create-site").replace(b"Submit site request", b"Ask for a site")
    address = f"/diagrams/drafts/{draft.id}"
    assert (
        send(
            office, people.nora, f"{address}/content", content, revision=str(draft.revision)
        ).status_code
        == 303
    )
    fields = {"note": "Plainer.", "for_staff": "The first step has a plainer name."}
    sent = office.post(
        people.nora, f"{address}/submission", revision=str(the_draft().revision), **fields
    )
    assert sent.status_code == 303, sent.text
    assert "plainer name" not in page(office, people.rosa, "/start/")
    published = office.post(
        people.ada,
        f"{address}/review",
        revision=str(the_draft().revision),
        words="",
        answer="publish",
    )
    assert published.status_code == 303, published.text
    assert "The first step has a plainer name." in page(office, people.rosa, "/start/")
