"""Where scripts do not run, or did not arrive: everything but the pictures of diagrams."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import request
from tests.browser.conftest import Arrive
from tests.browser.person import Person


@pytest.fixture
def plainly(arrive: Arrive) -> Callable[[str], Person]:
    """People whose browsers run no scripts."""
    return lambda name: arrive(name, scripts=False)


def test_a_task_is_done_and_said(plainly: Callable[[str], Person]) -> None:
    ravindra = plainly("Ravindra Coldspring")
    ravindra.open_task("R-1043", "Advise on security").fill(request.ADVISED).send()
    expect(ravindra.said).to_contain_text("“Advise on security” is done.")


def test_errors_stand_above_the_form_and_nothing_typed_is_lost(
    plainly: Callable[[str], Person],
) -> None:
    odalys = plainly("Odalys Fernbrook").open_task("R-1042", "Decide on the request")
    odalys.fill({"Decision": "Reject", "I have read the advice of Information Technology": True})
    odalys.fill({"Conditions": "None."}).send()
    summary = odalys.page.locator("[data-error-summary]")
    expect(summary).to_contain_text("Reason")
    expect(odalys.group("Decision").get_by_label("Reject")).to_be_checked()


def test_rows_of_a_table_can_be_filled_in(plainly: Callable[[str], Person]) -> None:
    paolo = plainly("Paolo Bristlecone").open_task("R-1045", "Set up retention")
    for number, code in enumerate(("COR-03", "COR-09")):
        row = paolo.group("Record series").locator("[data-row]").nth(number)
        for label, text in {"Code": code, "Title": "Letters", "Period": "3 years"}.items():
            row.get_by_label(label).fill(text)
        row.get_by_label("Counted from").select_option(label="Creation")
        row.get_by_label("Version of the schedule").fill("2026")
    answers = dict(request.RETAINED)
    for of_a_row in ("Code", "Title", "Period", "Counted from"):
        del answers[of_a_row]
    paolo.fill(answers).send()
    expect(paolo.said).to_contain_text("“Set up retention” is done.")
    paolo.open("/cases/1045")
    expect(paolo.page.locator("details.answers[open]")).to_contain_text("Code: COR-09")


def test_lists_are_filtered_by_address(plainly: Callable[[str], Person]) -> None:
    odalys = plainly("Odalys Fernbrook")
    page = odalys.open("/cases")
    page.get_by_label("State").select_option(label="Ended")
    odalys.press("Search")
    assert "state=ended" in page.url
    rows = page.locator("[data-list-row]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("R-1044")
    odalys.follow("Clear")
    odalys.open("/sites").get_by_label("Platform").select_option(label="YouTube")
    odalys.press("Filter")
    expect(page.locator("[data-list-row]")).to_have_count(1)


def test_menus_open(arrive: Arrive) -> None:
    odalys = arrive(scripts=False).sign_in("Odalys Fernbrook")
    odalys.page.locator("summary", has_text="Odalys Fernbrook").click()
    odalys.press("Sign out")
    expect(odalys.heading).to_have_text("Sign in")


def test_a_diagram_is_told_in_words(plainly: Callable[[str], Person]) -> None:
    page = plainly("Odalys Fernbrook").open("/cases/1042")
    canvas = page.locator("[data-diagram]").first
    expect(canvas).to_contain_text("The picture needs scripts.")
    canvas.get_by_role("link", name="Read the same in words.").click()
    words = page.locator(".twin").first
    expect(words).to_be_visible()
    step = words.get_by_role("listitem").filter(has_text="Review and decide")
    expect(step.first).to_contain_text("Waiting now")


def test_a_draft_is_read_in_words_and_the_policy_searched(
    plainly: Callable[[str], Person],
) -> None:
    bram = plainly("Bram Fennimore")
    page = bram.open("/diagrams/drafts")
    bram.follow("Decide on request")
    canvas = page.locator("[data-diagram]").first
    expect(canvas).to_contain_text("The picture needs scripts.")
    canvas.get_by_role("link", name="Read the same in words.").click()
    expect(page.locator(".twin").first).to_contain_text("Time limit: 3 business days.")
    bram.open("/policy")
    page.get_by_label("Id or words of a clause").fill("K01")
    bram.press("Search")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list tbody tr")).to_contain_text("K01")
