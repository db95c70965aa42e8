"""Two drafts of a process, or a draft and a version, compared; and how one goes on from there."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import transaction
from models.publication import DiagramDraft
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows.publication.authoring import ADVICE, NEW, OLD
from webapp.runtime import settings
from workflows import publication
from workflows.publication import drafts

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    return desk.owned(app, now)


def xml(to: str = OLD, key: str = ADVICE) -> bytes:
    return publication.shipped(settings().policy_dir)[key].replace(OLD.encode(), to.encode())


def parted(office: Desk) -> tuple[DiagramDraft, DiagramDraft]:
    """Have Ada be faster than Nora: theirs and Nora's own."""
    people = office.town.people
    opened = drafts.open_from(ADVICE, None, by=people.nora, now=office.now)
    for who, words in ((people.ada, "Ada's words"), (people.nora, NEW)):
        saved = drafts.replace(opened.id, xml(words), revision=1, by=who, now=office.now)
    assert saved.parted_from is not None
    return saved.parted_from, saved.draft


def page(office: Desk, address: str, who: int | None = None, status: int = 200) -> str:
    answer = office.browser(who or office.town.people.nora).get(address)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def compared(draft: int, other: str = "") -> str:
    return f"/diagrams/drafts/{draft}/compare" + (f"?other={other}" if other else "")


def test_theirs_and_yours_are_compared_and_one_of_them_is_dropped(office: Desk) -> None:
    nora, (theirs, mine) = office.town.people.nora, parted(office)
    text = page(office, compared(mine.id, f"draft-{theirs.id}"))
    assert f"draft {theirs.id} and draft {mine.id}" in text
    assert f"&#34;Ada&#39;s words&#34; is now called &#34;{NEW}&#34;." in text
    assert text.count("data-diagram") == 2
    for one in (theirs, mine):
        assert f'href="/diagrams/drafts/{one.id}/studio"' in text
        assert f'href="/diagrams/drafts/{one.id}/outline"' in text
        assert f'action="/diagrams/drafts/{one.id}/drop"' in text
    dropped = office.post(nora, f"/diagrams/drafts/{theirs.id}/drop", revision=str(theirs.revision))
    assert dropped.status_code == 303
    text = page(office, compared(mine.id, f"draft-{theirs.id}"))
    assert f'action="/diagrams/drafts/{theirs.id}/drop"' not in text
    assert f'action="/diagrams/drafts/{mine.id}/drop"' in text
    assert page(office, compared(mine.id)).count("selected") == 1


def test_a_draft_is_compared_with_a_version_and_alone_with_nothing(office: Desk) -> None:
    _, mine = parted(office)
    text = page(office, compared(mine.id, "version-1"))
    assert f"version 1 and draft {mine.id}" in text
    assert f"&#34;{OLD}&#34; is now called &#34;{NEW}&#34;." in text
    assert "Choose what to compare it with" in page(office, compared(mine.id, f"draft-{mine.id}"))
    new = xml().replace(ADVICE.encode(), b"ask-around")
    alone = drafts.open_upload(new, by=office.town.people.nora, now=office.now)
    assert "no other draft of it" in page(office, compared(alone.id))
    unchanged = drafts.open_from(ADVICE, None, by=office.town.people.nora, now=office.now)
    assert "They say the same" in page(office, compared(unchanged.id, "version-1"))


def test_only_two_of_the_same_process_are_compared(office: Desk) -> None:
    _, mine = parted(office)
    foreign = drafts.open_from("create-site", None, by=office.town.people.nora, now=office.now)
    text = page(office, compared(mine.id, f"draft-{foreign.id}"), status=404)
    assert "is of another process" in text
    for other in ("draft-999", "version-77", "nonsense", f"draft-{10**30}"):
        page(office, compared(mine.id, other), status=404)
    page(office, compared(999), status=404)


def test_whoever_may_not_read_drafts_may_not_compare_them(office: Desk) -> None:
    theirs, mine = parted(office)
    for other in ("", f"draft-{theirs.id}", "version-1"):
        page(office, compared(mine.id, other), office.town.people.rosa, status=403)


def test_a_damaged_draft_is_not_compared_and_says_how_it_is_mended(office: Desk) -> None:
    theirs, mine = parted(office)
    with transaction() as session:
        session.get_one(DiagramDraft, theirs.id).xml = b"<torn"
    text = page(office, compared(mine.id, f"draft-{theirs.id}"), status=409)
    assert f"Draft {theirs.id} is damaged" in text
    assert f'href="/diagrams/drafts/{theirs.id}/outline"' in text
    assert f'action="/diagrams/drafts/{theirs.id}/drop"' in text


def test_a_submitted_draft_is_compared_but_not_dropped_from_there(office: Desk) -> None:
    theirs, mine = parted(office)
    with transaction() as session:
        row = session.get_one(DiagramDraft, theirs.id)
        row.submitted_at, row.submitted_by_id = office.now, office.town.people.ada
    text = page(office, compared(mine.id, f"draft-{theirs.id}"))
    assert "Waits for review" in text
    assert f'action="/diagrams/drafts/{theirs.id}/drop"' not in text
