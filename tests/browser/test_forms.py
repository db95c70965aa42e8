"""A form keeps what one types, and asks only what the diagram asks after each answer."""

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_pipeline import start_request

# The first save follows the first pause in typing, later ones at most every ten seconds.
FIRST_SAVE = 20_000


def test_what_is_typed_is_there_after_a_reload(arrive: Arrive) -> None:
    noor = arrive("Noor Castellane")
    start_request(noor)
    noor.fill({"Proposed name of the site": "Plows Live", "Are comments allowed?": "Limited"})
    noor.fill({"Why allow comments, and who moderates them?": "For questions."})
    expect(noor.page.locator("[data-draft-state]")).to_contain_text(
        "Draft saved at", timeout=FIRST_SAVE
    )
    noor.page.reload()
    expect(noor.control("Proposed name of the site")).to_have_value("Plows Live")
    expect(noor.group("Are comments allowed?").get_by_label("Limited")).to_be_checked()
    expect(noor.control("Why allow comments, and who moderates them?")).to_have_value(
        "For questions."
    )
    expect(noor.page.locator("[data-draft-state]")).to_contain_text("Draft saved at")


def test_a_draft_is_kept_when_one_leaves_at_once(arrive: Arrive) -> None:
    wendell = arrive("Wendell Ironwood")
    case = start_request(wendell)
    wendell.fill({"Audience": "Cyclists"})
    wendell.open("/cases")
    wendell.open_task(case, "Submit site request")
    expect(wendell.control("Audience")).to_have_value("Cyclists")


def test_questions_come_and_go_with_the_answers(arrive: Arrive) -> None:
    tamsin = arrive("Tamsin Oxbow")
    start_request(tamsin)
    why = tamsin.control("Why allow comments, and who moderates them?")
    expect(why).to_be_hidden()
    tamsin.answer("Are comments allowed?", "Limited")
    expect(why).to_be_visible()
    assert why.get_attribute("required") is None
    tamsin.answer("Are comments allowed?", "Yes")
    assert why.get_attribute("required") is not None
    tamsin.answer("Are comments allowed?", "No")
    expect(why).to_be_hidden()
    expect(why).to_be_disabled()


def test_one_of_two_questions_is_required_until_the_other_is_answered(arrive: Arrive) -> None:
    priya = arrive("Priya Stonebridge")
    start_request(priya)
    platform = priya.control("Platform")
    assert platform.get_attribute("required") is not None
    priya.answer("Other platform", "Mastodon")
    assert platform.get_attribute("required") is None


def test_rows_are_added_and_taken_away(arrive: Arrive) -> None:
    gideon = arrive("Gideon Larkspur")
    start_request(gideon)
    table = gideon.group("Other people with access")
    rows = table.locator("[data-row]")
    expect(rows).to_have_count(1)
    table.get_by_role("button", name="Add").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1).get_by_role("combobox").first).to_be_focused()
    table.get_by_role("button", name="Remove").first.click()
    expect(rows).to_have_count(1)
    expect(table.get_by_role("status").last).to_have_text("Row 1 removed.")
