"""The page of the studio: what it is given, and when it says why nobody edits the draft."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import db
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows.publication.authoring import ADVICE, NEW, OLD
from webapp.runtime import runtime
from workflows.publication import drafts, reviewing
from workflows.publication.reviewing import Wish


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    return desk.owned(app, now)


def opened(office: Desk, now: datetime) -> int:
    draft = drafts.open_from(ADVICE, None, by=office.town.people.nora, now=now)
    return draft.id


def page(office: Desk, draft: int, status: int, who: int | None = None) -> str:
    browser = office.browser(who or office.town.people.nora)
    answer = browser.get(f"/diagrams/drafts/{draft}/studio")
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def test_the_page_holds_the_draft_and_where_to_send_it(office: Desk, now: datetime) -> None:
    draft = opened(office, now)
    text = page(office, draft, 200)
    assert f'"content": "/diagrams/drafts/{draft}/content"' in text
    assert '"revision": 1' in text
    assert "bpmn:definitions" in text
    assert f'href="/diagrams/drafts/{draft}/outline"' in text


def test_a_submitted_draft_is_not_drawn_on(office: Desk, now: datetime) -> None:
    draft, nora = opened(office, now), office.town.people.nora
    content = drafts.of_id(db.session(), draft).xml.replace(OLD.encode(), NEW.encode())
    drafts.replace(draft, content, revision=1, by=nora, now=now)
    wish = Wish(2, "Plainer words.", None)
    reviewing.submit(runtime(), draft, wish, by=nora, reviewers={"policy_owner"}, now=now)
    text = page(office, draft, 409)
    assert "submitted it for review" in text
    assert "Take it back to edit it" in text


def test_a_dropped_draft_is_not_drawn_on(office: Desk, now: datetime) -> None:
    draft = opened(office, now)
    drafts.drop(runtime(), draft, revision=1, by=office.town.people.nora, now=now)
    text = page(office, draft, 409)
    assert "It was dropped" in text
    assert "Take it back" not in text


def test_only_who_edits_diagrams_opens_it(office: Desk, now: datetime) -> None:
    draft = opened(office, now)
    page(office, draft, 403, who=office.town.people.rosa)
    page(office, draft + 1, 404)
