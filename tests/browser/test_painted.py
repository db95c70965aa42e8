"""Changes painted on two pictures side by side: numbered, moved together, shown from the list."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.looking import PICTURES, assert_clear, assert_focus_is_seen, settle

SCALES = """all => all.map((one) => one.querySelector('.djs-container g.viewport')
  .transform.baseVal.consolidate().matrix.a.toFixed(3))"""


def zooms(page: Page) -> list[str]:
    """How large both pictures are shown."""
    scales: list[str] = page.locator("[data-painted] [data-diagram]").evaluate_all(SCALES)
    return scales


def test_a_reviewer_sees_each_change_numbered_on_both_pictures(arrive: Arrive) -> None:
    person = arrive("Bram Fennimore")
    page = person.open("/diagrams/drafts/1/review")
    settle(page)
    changes = page.locator("li[data-change]")
    pictures = page.locator("[data-painted] [data-diagram]")
    expect(pictures).to_have_count(2)
    painted = " ".join(page.locator("[data-painted] .djs-overlays .badge").all_text_contents())
    for number in range(1, changes.count() + 1):
        assert re.search(rf"(New|Gone|Changed) (\d+, )*{number}\b", painted), number

    before = zooms(page)
    page.get_by_role("button", name="Zoom in").first.click()
    after = zooms(page)
    assert after[0] != before[0]
    assert after[0] == after[1]
    page.get_by_label("Move both together").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Zoom in").first.click()
    apart = zooms(page)
    assert apart[0] != after[0]
    assert apart[1] == after[1]
    page.keyboard.press("Tab")

    page.get_by_role("button", name="Show change 1 on the drawings", exact=True).focus()
    page.keyboard.press("Enter")
    shown = page.locator("[data-painted] .djs-element.is-shown")
    expect(shown.first).to_be_in_viewport()
    person.photograph(PICTURES / "painted-1366.png")
    assert_focus_is_seen(person)
    assert_clear(person, "painted")
