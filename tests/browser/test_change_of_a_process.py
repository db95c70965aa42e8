"""A policy owner changes a process: from the first stroke to the cases that run on it.

Drawn by the mouse; from there on with the keyboard alone, as after an edit of the outline.
"""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear
from tests.browser.person import Person
from tests.browser.test_keyboard import tab_to
from tests.browser.test_studio import (
    OTHER,
    OWNER,
    SAVED,
    choose,
    open_studio,
    saved,
    verdict,
)
from tests.browser.test_studio_panel import panel, question, write

FINE = "Nothing in the way of publishing"


def test_a_process_is_changed_tried_published_and_its_cases_moved(arrive: Arrive) -> None:
    ottoline, bram = arrive(OWNER), arrive(OTHER)
    page = open_studio(ottoline)
    expect(verdict(page)).to_have_text(FINE)
    change_a_question_and_when_it_is_asked(page)
    break_a_rule_and_mend_it(page)
    expect(saved(page)).to_have_text(SAVED)
    ottoline.follow("Try, submit, publish")
    draft = page.url
    rehearse(ottoline)
    ottoline.open(draft)
    compare_and_submit(ottoline)
    publish(bram, draft)
    move_a_case(ottoline)


def change_a_question_and_when_it_is_asked(page: Page) -> None:
    choose(page, "Review the request")
    reason = question(page, "reason")
    write(reason, "Question", "Why, in plain words")
    asked = question(page, "reason").get_by_role("group", name="It is asked when")
    asked.get_by_role("button", name="Add a line").click()
    asked.get_by_label("Answer 2").select_option(label="The platform is new to the City")
    asked.get_by_label(re.compile("how the lines belong")).select_option(label="one of these holds")


def break_a_rule_and_mend_it(page: Page) -> None:
    """Let what is returned count as approved: who would launch it is shown the way there."""
    choose(page, "Approved?")
    ways = panel(page).locator("[data-way]")
    taken = ways.first.get_by_role("group", name="It is taken when")
    taken.get_by_label(re.compile("^Return")).check()
    expect(verdict(page)).to_contain_text("in the way of publishing")
    expect(verdict(page)).not_to_have_text(FINE)
    page.get_by_role("button", name="See the way there").first.click()
    now = page.locator("[data-walk-now]")
    expect(now).to_contain_text("Step 1 of ")
    page.keyboard.press("ArrowRight")
    expect(now).to_contain_text("Step 2 of ")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(verdict(page)).to_have_text(FINE)


def keyed(page: Page, *words: str) -> None:
    """Go to one thing after the other with the Tab key, and press Enter on each."""
    for one in words:
        tab_to(page, one)
        with page.expect_navigation():
            page.keyboard.press("Enter")


def rehearse(person: Person) -> None:
    page = person.page
    keyed(page, "Rehearse it")
    expect(person.heading).to_contain_text("Rehearsals of")
    keyed(page, "Begin a rehearsal")
    for act in ("Request a site", "Forward the request to Communications"):
        expect(person.heading).to_contain_text("Rehearsal of")
        keyed(page, "Fill in invented answers")
        expect(page.get_by_role("button", name=act, exact=True)).to_be_visible()
        keyed(page, act)
    expect(page.locator("main")).to_contain_text("Review the request")
    keyed(page, "Fill in invented answers")
    expect(page.get_by_text("Why, in plain words").first).to_be_attached()


def compare_and_submit(person: Person) -> None:
    page = person.page
    expect(page.locator("main")).to_contain_text(
        '"Why, in plain words": before, it was called "Reason".'
    )
    assert_clear(person, "draft-changed")
    tab_to(page, "What changes, and why")
    page.keyboard.type("Plainer words for those who are asked.")
    keyed(page, "Submit for review")
    expect(person.said).to_contain_text("It waits for a second person")


def publish(person: Person, draft: str) -> None:
    page = person.open("/notices")
    expect(page.locator("main")).to_contain_text("waits for your review")
    person.open(f"{draft}/review")
    assert_clear(person, "review-of-a-change")
    keyed(page, "Publish it")
    expect(person.said).to_contain_text("Version 2 of Decide on request is published.")


def move_a_case(person: Person) -> None:
    page = person.open("/diagrams/create-site/migrations")
    keyed(page, "Move this one only")
    tab_to(page, "Reason")
    page.keyboard.type("The new words are for everybody.")
    keyed(page, "Move R-")
    expect(page.get_by_text("All cases have been looked at.")).to_be_visible()
    expect(page.get_by_text("Moved: 1")).to_be_visible()
