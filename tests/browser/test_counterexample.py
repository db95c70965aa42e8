"""How a diagram would break the policy: walked on the picture step by step, by mouse, keys and words."""

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from config import Config
from models.database import db, transaction
from models.people import Person
from tests.browser import city
from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear, assert_focus_is_seen
from tests.browser.person import PHONE
from tests.browser.test_picture import lit
from tests.city import grant
from tests.webapp import broken
from webapp import create_app
from webapp.demo.people import email_of
from webapp.runtime import pack
from workflows import check_reports, publication
from workflows.diagrams.check import Report

OWNER, REQUESTER = "Celeste Varga-Holm", "Yuki Farrowdale"
REPORT = "/diagrams/decide-request/versions/1/report"
HURRIED = "/diagrams/prepare-site/versions/1/report"
STUCK = "/diagrams/gather-advice/versions/1/report"


@pytest.fixture(scope="module")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The demo city, in which a later check found two diagrams broken."""
    folder = tmp_path_factory.mktemp("city")
    database = folder / "broken.db"
    shutil.copy(demo, database)
    keep(database, "decide-request", broken.checked("decide-request", broken.approved_by_return()))
    keep(database, "gather-advice", broken.checked("gather-advice", broken.stuck()))
    keep(
        database,
        "prepare-site",
        broken.checked("prepare-site", broken.retention_by_its_label_only()),
    )
    let_draw(database, OWNER)
    with city.served(database, folder) as where:
        yield where


@contextmanager
def within(database: Path) -> Generator[None]:
    """Work in a database that nobody serves yet."""
    url = f"sqlite:///{database}"
    app = create_app(Config(database_url=url, secret_key="before it is served", demo=True))
    with app.app_context():
        yield
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.session.remove()
        db.engine.dispose()


def let_draw(database: Path, name: str) -> None:
    """Let somebody own the policy, whoever does in the demo city."""
    with within(database), transaction() as session:
        person = session.scalars(select(Person).where(Person.email == email_of(name))).one()
        grant(session, person.id, "policy_owner")


def keep(database: Path, process: str, report: Report) -> None:
    """Keep a report with the version in force."""
    with within(database):
        now = datetime.now(UTC)
        version = publication.published(db.session(), now=now)[process]
        with transaction() as session:
            check_reports.save(
                session,
                report,
                version_id=version.id,
                checked="c" * 64,
                policy=pack().version,
                now=now,
            )


def open_way(page: Page, rule: str) -> None:
    """Go from the report to the way of the finding on a rule."""
    page.goto(REPORT)
    finding = page.locator(".finding").filter(has_text=f"Rule {rule}").first
    finding.get_by_role("link", name="See the way there").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Counterexample: rule {rule}")
    expect(page.locator("[data-diagram]")).to_have_attribute("data-ready", "true")


def at(page: Page, number: int, words: str) -> None:
    """See that this step is the current one, in the list, the address and the sentence above."""
    expect(page.locator("[data-way-now]")).to_contain_text(f"Step {number} of ")
    expect(page.locator("[data-way-now]")).to_contain_text(words)
    current = page.locator("[data-way-step][aria-current=step]")
    expect(current).to_have_count(1)
    expect(current).to_contain_text(words)
    if number > 1:
        expect(page).to_have_url(re.compile(rf"[?&]step={number}$"))


def marked(diagram: Locator, marker: str, element: str) -> None:
    """See that this element alone carries the marker."""
    expect(diagram.locator(f".djs-element.{marker}")).to_have_attribute("data-element-id", element)


def test_the_arrow_keys_walk_the_way_through_called_diagrams(arrive: Arrive) -> None:
    page = arrive(REQUESTER).page
    open_way(page, "K01")
    diagram = page.locator("[data-diagram]")
    at(page, 1, "The case begins")
    marked(diagram, "is-here", "SiteWanted")
    page.keyboard.press("ArrowRight")
    at(page, 2, 'Requester does "Submit site request"')
    marked(diagram, "is-here", "SubmitRequest")
    assert {"SiteWanted", "SiteWantedToSubmitRequest"} <= lit(diagram, "is-passed")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    at(page, 4, "Department does")
    expect(diagram).to_have_attribute("aria-label", "Forward request, step 4 of 27")
    marked(diagram, "is-here", "ForwardRequest")
    page.keyboard.press("ArrowLeft")
    at(page, 3, '"Ask the department" begins')
    expect(diagram).to_have_attribute("aria-label", "Create site, step 3 of 27")
    marked(diagram, "is-here", "AskDepartment")
    assert "ForwardRequest" not in lit(diagram, "is-passed")


def test_buttons_and_sentences_lead_to_the_step_that_is_wrong(arrive: Arrive) -> None:
    page = arrive(REQUESTER).page
    open_way(page, "K01")
    diagram = page.locator("[data-diagram]")
    expect(page.get_by_role("link", name="Previous step")).to_be_disabled()
    page.get_by_role("link", name="Next step").click()
    at(page, 2, "Submit site request")
    page.locator("[data-way-step]").last.click()
    at(page, 27, '"Create the account" could be done although Communications has not approved it.')
    expect(diagram).to_have_attribute("aria-label", "Prepare site, step 27 of 27")
    marked(diagram, "is-wrong", "CreateAccount")
    expect(diagram.locator(".badge--wrong")).to_have_text("Here it goes wrong")
    expect(page.get_by_role("link", name="Next step")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    at(page, 27, "could be done although")
    page.get_by_role("link", name="Previous step").click()
    at(page, 26, "Create the account")
    expect(diagram.locator(".is-wrong")).to_have_count(0)


def test_an_address_of_a_step_opens_it(arrive: Arrive) -> None:
    page = arrive(REQUESTER).page
    open_way(page, "K01")
    page.goto(f"{page.url.partition('?')[0]}?step=4")
    at(page, 4, "Department does")
    diagram = page.locator("[data-diagram]")
    expect(diagram).to_have_attribute("data-ready", "true")
    marked(diagram, "is-here", "ForwardRequest")


def test_arrows_on_the_picture_move_it_instead(arrive: Arrive) -> None:
    page = arrive(REQUESTER).page
    open_way(page, "K01")
    page.locator("[data-diagram] svg[role=application]").focus()
    page.keyboard.press("ArrowRight")
    at(page, 1, "The case begins")


def test_the_way_reads_without_scripts(arrive: Arrive) -> None:
    person = arrive(REQUESTER, scripts=False)
    page = person.open(REPORT)
    page.locator(".finding").filter(has_text="Rule K01").get_by_role(
        "link", name="See the way"
    ).click()
    expect(page.locator("[data-way-step]")).to_have_count(27)
    page.get_by_role("link", name="Next step").click()
    at(page, 2, "Submit site request")
    page.locator("[data-way-step]").nth(3).click()
    at(page, 4, "Department does")
    expect(page.get_by_text("The picture needs scripts.")).to_be_visible()


def test_a_stuck_join_is_shown_in_the_diagram_that_has_it(arrive: Arrive) -> None:
    page = arrive(REQUESTER).page
    page.goto(STUCK)
    page.get_by_role("link", name="See the way there").first.click()
    page.locator("[data-way-step]").last.click()
    diagram = page.locator("[data-diagram]")
    expect(diagram.locator(".badge--wrong")).to_be_visible()
    marked(diagram, "is-wrong", "AdviceGiven")


def test_who_waits_meanwhile_is_painted_and_told(arrive: Arrive) -> None:
    person = arrive(REQUESTER)
    page = person.page
    page.goto(HURRIED)
    finding = page.locator(".finding").filter(has_text="Rule K09").first
    finding.get_by_role("link", name="See the way there").click()
    diagram = page.locator("[data-diagram]")
    expect(diagram).to_have_attribute("data-ready", "true")
    page.locator("[data-way-step]").filter(has_text='does "Check the training"').click()
    marked(diagram, "is-here", "CheckTraining")
    assert {"MeetStandards", "SetUpRetention"} == lit(diagram, "is-live")
    expect(diagram.locator(".badge--live").first).to_have_text("Waits here")
    told = 'Meanwhile waits: "Meet the standards'
    expect(page.locator("[data-way-meanwhile]")).to_contain_text(told)
    expect(page.locator("[data-way-step][aria-current=step] + [data-way-waits]")).to_contain_text(
        told
    )
    assert_clear(person, "counterexample-waits")
    page.locator("[data-way-step]").filter(has_text='does "Meet the standards"').click()
    assert lit(diagram, "is-live") == {"SetUpRetention", "SetUpDone"}
    expect(page.locator("[data-way-meanwhile]")).to_contain_text("a branch, for the others")
    page.locator("[data-way-step]").first.click()
    expect(page.locator("[data-way-meanwhile]")).to_be_empty()


def test_report_and_way_are_clear_to_everybody(arrive: Arrive) -> None:
    person = arrive(REQUESTER)
    person.open(REPORT)
    assert_clear(person, "check-report")
    assert_focus_is_seen(person)
    open_way(person.page, "K01")
    person.page.locator("[data-way-step]").nth(8).click()
    at(person.page, 9, "")
    assert_clear(person, "counterexample")
    assert_focus_is_seen(person)


def test_a_file_is_checked_and_its_way_is_walked(arrive: Arrive) -> None:
    person = arrive(OWNER)
    page = person.open("/diagrams/check")
    assert_clear(person, "check-file")
    data = broken.stuck()
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.bpmn", "mimeType": "application/xml", "buffer": data}
    )
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check of mine.bpmn", timeout=30_000)
    page.get_by_text("Finding 1: the way there in 4 steps").click()
    diagram = page.locator("[data-diagram]").first
    expect(diagram).to_have_attribute("data-ready", "true")
    page.locator("[data-way-step]").last.click()
    marked(diagram, "is-wrong", "AdviceGiven")
    assert_clear(person, "checked-file")


def test_the_way_fits_a_telephone(arrive: Arrive) -> None:
    page = arrive(REQUESTER, viewport=PHONE).page
    open_way(page, "K01")
    page.get_by_role("link", name="Next step").click()
    at(page, 2, "Submit site request")
    page.locator("[data-diagram]").scroll_into_view_if_needed()
    expect(page.locator("[data-element-id=SubmitRequest]").first).to_be_in_viewport()
    expect(page.get_by_role("link", name="Next step")).to_be_in_viewport()
