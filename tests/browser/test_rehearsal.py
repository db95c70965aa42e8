"""Somebody who owns the policy plays a draft, moves its clock, and keeps what must go on so."""

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear, assert_focus_is_seen
from tests.browser.person import Person

OWNER = "Bram Fennimore"
DRAFT = "/diagrams/drafts/1"


def do(person: Person, act: str) -> None:
    """Do the step that waits with invented answers."""
    person.follow("Fill in invented answers")
    person.press(act)
    expect(person.page.get_by_text("The story so far")).to_be_visible()


def test_a_draft_is_rehearsed_and_kept_as_a_scenario(arrive: Arrive) -> None:
    bram = arrive(OWNER)
    bram.open(DRAFT)
    bram.follow("Rehearse it")
    bram.press("Begin a rehearsal")
    expect(bram.heading).to_have_text("Rehearsal of Create site")
    do(bram, "Request a site")
    do(bram, "Forward the request to Communications")
    lit = bram.page.locator(".djs-element.is-here")
    expect(lit).to_have_attribute("data-element-id", "ReviewRequest")
    bram.page.get_by_role("button", name="Move to the next deadline").click()
    main = bram.page.locator("main")
    expect(main).to_contain_text("whoever holds an open step would be reminded")
    do(bram, "Review the request")
    expect(main).to_contain_text("Advise on security")
    assert_clear(bram, "rehearsal")
    assert_focus_is_seen(bram)
    bram.page.locator("summary", has_text="Keep it as a scenario").click()
    bram.answer("What it shows", "A complete request goes to the advisers")
    bram.press("Keep it")
    expect(bram.heading).to_have_text("A complete request goes to the advisers")
    expect(main).to_contain_text("Goes as it did")
    assert_clear(bram, "rehearsal-scenario")
    bram.follow("Rehearsals")
    expect(main).to_contain_text("All scenarios together took")
    assert_clear(bram, "rehearsals")
