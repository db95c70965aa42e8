"""What the studio's page asks while somebody edits: saved, refused, kept apart, judged."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.database import db
from models.publication import DiagramDraft
from models.trust import AuditRecord, Job
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows.publication.authoring import ADVICE, NEW, OLD
from webapp.handlers import handlers
from webapp.runtime import settings
from workflows import jobs, publication
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.diagrams.reading import read

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    return desk.owned(app, now)


def xml(key: str = ADVICE) -> bytes:
    return publication.shipped(settings().policy_dir)[key]


def changed(to: str = NEW) -> bytes:
    return xml().replace(OLD.encode(), to.encode())


def opened(office: Desk) -> DiagramDraft:
    nora = office.town.people.nora
    assert office.post(nora, f"/diagrams/{ADVICE}/drafts", version="1").status_code == 303
    return latest()


def latest() -> DiagramDraft:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(DiagramDraft).order_by(DiagramDraft.id.desc())).first()  # type: ignore[return-value]


def put(office: Desk, who: int, draft: int, revision: object, content: bytes) -> TestResponse:
    address = f"/diagrams/drafts/{draft}/content"
    return office.script("PUT", who, address, content, **{"If-Match": f'"{revision}"'})


def judged(office: Desk, content: bytes) -> Any:
    nora = office.town.people.nora
    return told(office.script("POST", nora, "/diagrams/studio/verdict", content))


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.get_json()


def presence(office: Desk, who: int, draft: int) -> Any:
    return told(office.script("POST", who, f"/diagrams/drafts/{draft}/presence"))


def records() -> int:
    db.session.rollback()
    saved = select(AuditRecord).where(AuditRecord.action == "draft:saved")
    return len(db.session.scalars(saved).all())


def test_a_sitting_is_saved_after_each_pause_and_recorded_once(
    office: Desk, now: datetime, app: Flask
) -> None:
    nora, draft = office.town.people.nora, opened(office)
    app.config["NOW"] = now + timedelta(minutes=20)
    revision = draft.revision
    for word in ("Look", "Look at", "Look at it"):
        answer = told(put(office, nora, draft.id, revision, changed(word)))
        assert answer["revision"] == revision + 1
        revision = answer["revision"]
    assert latest().xml == changed("Look at it")
    assert records() == 1
    again = told(put(office, nora, draft.id, revision, changed("Look at it")))
    assert again["revision"] == revision  # nothing to save
    app.config["NOW"] = now + timedelta(minutes=40)
    told(put(office, nora, draft.id, revision, changed("Look twice")))
    assert records() == 2


def test_who_saves_over_another_finds_both_versions_kept(office: Desk) -> None:
    people, draft = office.town.people, opened(office)
    seen = draft.revision
    told(put(office, people.ada, draft.id, seen, changed("Ada's words")))
    answer = told(put(office, people.nora, draft.id, seen, changed("Nora's words")), 409)
    apart = latest()
    assert answer["kept_as"] == {"id": apart.id, "url": f"/diagrams/drafts/{apart.id}"}
    assert f"Ada Osei changed draft {draft.id}" in answer["message"]
    assert answer["compare"] == f"/diagrams/drafts/{apart.id}/compare?other=draft-{draft.id}"
    assert office.browser(people.nora).get(answer["compare"]).status_code == 200
    assert apart.xml == changed("Nora's words")
    assert db.session.get_one(DiagramDraft, draft.id).xml == changed("Ada's words")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no diagram"),
        (b"<a/>", "is no diagram"),
        (b"<" * (MAXIMUM_BYTES + 5), "larger than"),
        (b"x" * (3 * MAXIMUM_BYTES), "too large"),
    ],
)
def test_what_is_no_diagram_is_not_kept(office: Desk, content: bytes, why: str) -> None:
    nora, draft = office.town.people.nora, opened(office)
    answer = put(office, nora, draft.id, draft.revision, content)
    assert answer.status_code in (413, 422)
    assert why in str(answer.get_json())
    assert latest().xml == xml()


def test_a_diagram_of_another_process_is_not_kept(office: Desk) -> None:
    nora, draft = office.town.people.nora, opened(office)
    answer = told(put(office, nora, draft.id, draft.revision, xml("launch-site")), 422)
    assert "launch-site" in answer["message"]


def test_an_expired_sign_in_is_told_with_the_way_back(office: Desk, app: Flask) -> None:
    draft = opened(office)
    answer = app.test_client().put(
        f"/diagrams/drafts/{draft.id}/content",
        data=changed(),
        content_type="application/xml",
        headers={
            "Accept": "application/json",
            "Referer": f"http://localhost/diagrams/drafts/{draft.id}/studio",
        },
    )
    body = told(answer, 401)
    assert body["sign_in"] == f"/login?next=/diagrams/drafts/{draft.id}/studio"
    assert latest().xml == xml()


def test_only_who_may_edit_diagrams_saves_or_asks(office: Desk) -> None:
    rosa, draft = office.town.people.rosa, opened(office)
    assert put(office, rosa, draft.id, draft.revision, changed()).status_code == 403
    for address in (f"/diagrams/drafts/{draft.id}/presence", "/diagrams/studio/verdict"):
        assert office.script("POST", rosa, address).status_code == 403
    assert latest().xml == xml()


def test_editors_see_each_other_until_one_leaves(office: Desk, now: datetime, app: Flask) -> None:
    people, draft = office.town.people, opened(office)
    assert presence(office, people.nora, draft.id)["editors"] == []
    assert presence(office, people.ada, draft.id)["editors"] == ["Nora Quist"]
    assert presence(office, people.nora, draft.id)["editors"] == ["Ada Osei"]
    app.config["NOW"] = now + timedelta(minutes=2)
    seen = presence(office, people.nora, draft.id)
    assert seen["editors"] == []
    assert seen["edited_by"] == "Nora Quist"
    assert (seen["submitted"], seen["closed"]) == (False, False)
    nowhere = office.script("POST", people.nora, "/diagrams/drafts/999/presence")
    assert nowhere.status_code == 404


def test_the_worker_checks_what_was_saved(office: Desk, now: datetime, app: Flask) -> None:
    nora, draft = office.town.people.nora, opened(office)
    assert presence(office, nora, draft.id)["check"]["state"] == "none"
    told(put(office, nora, draft.id, draft.revision, changed()))
    assert presence(office, nora, draft.id)["check"]["state"] == "running"
    app.config["NOW"] = now + timedelta(minutes=1)
    jobs.run_due(handlers(), now=app.config["NOW"], owner="a test")
    check = presence(office, nora, draft.id)["check"]
    assert check == {
        "state": "done",
        "publishable": True,
        "url": f"/diagrams/drafts/{draft.id}/report",
    }
    assert db.session.scalars(select(Job).where(Job.kind == "check-draft")).all() == []


def test_a_draft_dropped_meanwhile_is_not_checked(office: Desk, now: datetime, app: Flask) -> None:
    nora, draft = office.town.people.nora, opened(office)
    told(put(office, nora, draft.id, draft.revision, changed()))
    revision = str(latest().revision)
    assert (
        office.post(nora, f"/diagrams/drafts/{draft.id}/drop", revision=revision).status_code == 303
    )
    jobs.run_due(handlers(), now=now + timedelta(minutes=1), owner="a test")
    assert presence(office, nora, draft.id)["check"]["state"] == "none"


def test_the_verdict_names_what_breaks_the_policy_and_the_way_to_it(office: Desk) -> None:
    good = judged(office, changed())
    assert (good["publishable"], good["complete"]) == (True, True)
    bad = judged(office, xml("decide-request").replace(b"approve-site", b"review-request"))
    assert bad["publishable"] is False
    errors = [one for one in bad["findings"] if one["severity"] == "error"]
    assert any(one.get("way") for one in errors)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"<a", b"<" * (MAXIMUM_BYTES + 1)])
def test_the_verdict_on_any_bytes_is_findings(office: Desk, content: bytes) -> None:
    verdict = judged(office, content)
    assert verdict["publishable"] is False
    assert verdict["findings"]


def test_a_diagram_is_drawn_anew_and_says_the_same(office: Desk) -> None:
    nora = office.town.people.nora
    answer = office.script("POST", nora, "/diagrams/studio/tidy", changed())
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert read(answer.data)[0] == read(changed())[0]
    assert b"BPMNShape" in answer.data
    refused = told(office.script("POST", nora, "/diagrams/studio/tidy", b"<a"), 422)
    assert "is no diagram" in refused["message"]
