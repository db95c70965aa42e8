"""A process is changed in words, with the keyboard alone: no canvas, no mouse, no picture."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear, assert_focus_is_seen
from tests.browser.test_keyboard import tab_to

OWNER = "Ottoline Harrowgate"
PROCESS = "/diagrams/decide-request"
# A page with a verdict waits for the proof, which shares the machine with the browser.
LONGEST_WAIT = 30_000


def go(page: Page, words: str) -> None:
    """Tab to a link or a button that begins with these words, and follow it to its page."""
    tab_to(page, words)
    enter(page)


def enter(page: Page) -> None:
    """Press Enter, and wait for the page that comes."""
    with page.expect_navigation(timeout=LONGEST_WAIT):
        page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    """Tab to a field and write into it, over what is there."""
    tab_to(page, label)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def test_a_rule_is_broken_read_about_and_kept_again(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    page = ottoline.open(PROCESS)
    go(page, "Open a draft to change it")
    go(page, "Edit it as an outline")
    main = page.locator("main")
    expect(ottoline.heading).to_have_text("Outline: Decide on request")
    expect(main).to_contain_text("May be published")
    # A decision, with the advice of the attorney on one of its ways.
    go(page, "Add after: Step 2")
    write(page, "What the step does", "decision")
    enter(page)
    go(page, "A decision")
    write(page, "The question that is decided here", "Is the law in doubt?")
    write(page, "Its ways, one on each line", "Yes\nNo")
    go(page, "Add it")
    expect(ottoline.said).to_contain_text("“Is the law in doubt?” was added.")
    assert_clear(ottoline, "outline-with-problems")
    assert_focus_is_seen(ottoline)
    go(page, "Change this way out of Step 3")
    tab_to(page, "When these comparisons hold")
    tab_to(page, "Compare an answer")
    page.keyboard.type("Is it a City-Supported")
    go(page, "Add the comparison")
    tab_to(page, "Unclear, ask the City Attorney")
    page.keyboard.press("Space")
    assert_clear(ottoline, "outline-condition")
    go(page, "Save the way")
    expect(main).to_contain_text('If "Is it a City-Supported site?" is "Unclear')
    go(page, "Change this way out of Step 3")
    go(page, "Add a step on this way")
    write(page, "What the step does", "legal advice")
    enter(page)
    go(page, "Legal advice")
    go(page, "Add it")
    expect(ottoline.said).to_contain_text("was added.")
    expect(main.locator(".page__lede")).to_contain_text("May be published")
    # Without the question whether it is approved, everything would be.
    go(page, "Remove: Step 8: Approved?")
    assert_clear(ottoline, "outline-removal")
    go(page, "Remove it")
    expect(main.locator(".page__lede")).to_contain_text("May not be published")
    for words in ("See the", "The way there, in"):
        tab_to(page, words)
        page.keyboard.press("Enter")
    problem = main.locator(".finding--error", has=page.locator("details[open]"))
    expect(problem.locator("li").last).to_be_visible()
    expect(problem).to_contain_text(re.compile("Rule K"))
    page.reload()
    go(page, "Undo the last edit")
    expect(ottoline.said).to_contain_text("Undone: “Approved?” was removed.")
    expect(main.locator(".page__lede")).to_contain_text("May be published")
