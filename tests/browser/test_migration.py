"""Running cases moved to a changed version by its owner's hands, and one taken back."""

import re
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from config import Config
from models.database import db
from tests.bpmn.drawing import BPMN
from tests.browser import city
from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear
from tests.workflows import walking
from webapp import create_app
from workflows import publication

OWNER = "Celeste Varga-Holm"
INDEX = "/diagrams/create-site/migrations"


@pytest.fixture(scope="module")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The demo city after a version was published in which forwarding is another step."""
    folder = tmp_path_factory.mktemp("city")
    with city.served(demo, folder) as where:
        # Once it has started: a start brings the policy pack's own diagrams back.
        publish_changed(f"sqlite:///{folder / 'siteward.db'}")
        yield where


def publish_changed(url: str) -> None:
    app = create_app(Config(database_url=url, secret_key="for publishing only", demo=True))
    with app.app_context():
        changed = {
            key: data.replace(b"ForwardRequest", b"PassOnRequest")
            for key, data in publication.shipped(BPMN).items()
            if b"ForwardRequest" in data or key == "create-site"
        }
        walking.put_in_force(changed, now=datetime.now(UTC))
        db.session.remove()
        db.engine.dispose()


def test_an_owner_moves_running_cases_and_takes_one_back(arrive: Arrive) -> None:
    owner = arrive(OWNER)
    owner.open("/diagrams/create-site").get_by_role("link", name="Running cases").click()
    expect(owner.heading).to_have_text("Running cases: Create site")
    page = owner.page
    assert_clear(owner, "migrations")
    owner.answer("Forward the request (1 case)", "Forward the request (Forward request)")
    asked = page.locator("fieldset").get_by_role("combobox").first
    chosen = asked.input_value()
    owner.press("Sort them again")
    expect(page.get_by_text("Need a decision: 0")).to_be_visible()
    button = page.get_by_role("button", name=re.compile(r"^Move \d+ cases?$"))
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Say why, for the record.")
    expect(asked).to_have_value(chosen)
    page.get_by_label("Reason").fill("Forwarding has another name now.")
    button.click()
    expect(page.get_by_text("All cases have been looked at.")).to_be_visible()
    page.reload()
    assert_clear(owner, "migration")
    row = page.get_by_role("row").filter(has=page.get_by_text("Moved", exact=True)).first
    case = row.get_by_role("rowheader").get_by_role("link")
    label = case.inner_text().partition(",")[0]
    row.get_by_role("button", name="Take it back").click()
    expect(owner.said).to_contain_text("It is taken back")
    taken = page.get_by_role("row").filter(has_text=label)
    expect(taken).to_contain_text("Taken back")
    taken.get_by_role("link").click()
    history = page.locator("#history").get_by_text("moved the case from version 1 to version 2.")
    expect(history).to_be_visible()
    assert_clear(owner, "moved-case")
