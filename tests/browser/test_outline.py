"""A process is changed in words, with the keyboard alone: no canvas, no mouse, no picture."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.colours import assert_told_without_colours
from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear, assert_focus_is_seen
from tests.browser.person import Person
from tests.browser.test_keyboard import tab_to
from webapp.demo.people import PASSWORD, email_of

OWNER = "Ottoline Harrowgate"
PROCESS = "/diagrams/decide-request"
# A page with a verdict waits for the proof, which shares the machine with the browser.
LONGEST_WAIT = 30_000

PAGES = {
    "": "outline",
    "/words": "outline-words",
    "/add?after=ReviewRequest": "outline-add",
    "/add?after=ReviewRequest&block=advise-law": "outline-adding",
    "/add?after=ReviewRequest&block=plain-exclusiveGateway": "outline-adding-decision",
    "/steps/ReviewRequest": "outline-step",
    "/steps/RequestComplete": "outline-decision",
    "/steps/ReviewRequest/form": "outline-form",
    "/steps/ReviewRequest/questions": "outline-new-question",
    "/steps/ReviewRequest/questions/decision": "outline-question",
    "/steps/ReviewRequest/questions/determination/refuse-when": "outline-question-condition",
    "/steps/ReviewRequest/place": "outline-move",
    "/steps/RequestComplete/removal": "outline-remove",
    "/steps/RequestComplete/ways/new": "outline-connect",
    "/steps/ReviewRequest/deadlines/new": "outline-new-deadline",
    "/steps/ReviewRequest/events/new": "outline-new-catch",
    "/deadlines/RequestWaitsForReview": "outline-deadline",
    "/ways/RequestCompleteToInformNotCitySupported": "outline-way",
    "/ways/RequestCompleteToGatherAdvice": "outline-way-otherwise",
    "/steps/DecideRequest/questions/decision": "outline-question-that-decides",
    "/parties": "outline-parties",
    "/parties/1": "outline-party",
    "/process": "outline-process",
}


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


def open_a_draft(ottoline: Person) -> None:
    """Open a draft of the process on its outline."""
    page = ottoline.open(PROCESS)
    go(page, "Open a draft to change it")
    go(page, "Edit it as an outline")
    expect(ottoline.heading).to_have_text("Outline: Decide on request")
    expect(page.locator("main")).to_contain_text("May be published")


def add_a_decision(ottoline: Person) -> None:
    """Put a decision with two ways after the review, in one form: one way on an answer, one otherwise."""
    page = ottoline.page
    go(page, "Add after: Step 2")
    write(page, "What the step does", "decision")
    enter(page)
    go(page, "A decision")
    write(page, "The question that is decided here", "Is the law in doubt?")
    tab_to(page, "Taken on this answer")
    page.keyboard.type("Is it a City-Supported site? Unclear")
    write(page, "What the way is called", "Yes")
    go(page, "Add it")
    expect(ottoline.said).to_contain_text("“Is the law in doubt?” was added.")
    words = 'If "Is it a City-Supported site?" is "Unclear'
    expect(page.locator("main")).to_contain_text(words)
    assert_clear(ottoline, "outline-with-problems")
    assert_focus_is_seen(ottoline)


def ask_the_attorney_on_it(ottoline: Person) -> None:
    """Put the advice of the attorney on that way, from a building block."""
    page = ottoline.page
    go(page, "Change this way out of Step 3")
    go(page, "Add a step on this way")
    write(page, "What the step does", "legal advice")
    enter(page)
    go(page, "Legal advice")
    go(page, "Add it")
    expect(ottoline.said).to_contain_text("was added.")
    expect(page.locator("main .page__lede")).to_contain_text("May be published")


def test_a_rule_is_broken_read_about_and_kept_again(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    open_a_draft(ottoline)
    add_a_decision(ottoline)
    ask_the_attorney_on_it(ottoline)
    page = ottoline.page
    # Without the question whether it is approved, everything would be.
    go(page, "Remove: Step 8: Approved?")
    go(page, "Remove it")
    lede = page.locator("main .page__lede")
    expect(lede).to_contain_text("May not be published")
    for words in ("See the", "The way there, in"):
        tab_to(page, words)
        page.keyboard.press("Enter")
    problem = page.locator(".finding--error", has=page.locator("details[open]"))
    expect(problem.locator("li").last).to_be_visible()
    expect(problem).to_contain_text(re.compile("Rule K"))
    page.reload()
    go(page, "Undo the last edit")
    expect(ottoline.said).to_contain_text("Undone: “Approved?” was removed.")
    expect(lede).to_contain_text("May be published")


@pytest.mark.long
def test_what_was_typed_outlives_the_sign_in(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    page = ottoline.open(PROCESS)
    ottoline.press("Open a draft to change it")
    outline = f"{page.url}/outline"
    adding = f"{outline}/add?block=plain-userTask&after=ReviewRequest"
    ottoline.open(adding).get_by_label(re.compile("^What it is called")).fill("Weigh it")
    ottoline.context.clear_cookies()
    ottoline.press("Add it")
    expect(ottoline.heading).to_have_text("Sign in")
    ottoline.fill({"E-mail address": email_of(OWNER), "Password": PASSWORD})
    ottoline.press("Sign in")
    expect(page.locator(".notice")).to_contain_text("What you typed is here again")
    expect(page.get_by_label(re.compile("^What it is called"))).to_have_value("Weigh it")
    look(ottoline, "outline-after-signing-in")
    ottoline.press("Add it")
    expect(ottoline.said).to_contain_text("“Weigh it” was added.")
    # It came back once, and is kept nowhere.
    expect(ottoline.open(adding).get_by_label(re.compile("^What it is called"))).to_have_value("")


@pytest.mark.long
def test_every_page_of_the_outline_is_clear_to_everybody(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    ottoline.open(PROCESS)
    ottoline.press("Open a draft to change it")
    draft = re.sub(r"\D", "", ottoline.page.url.rsplit("/", 1)[1])
    addresses = {f"/diagrams/drafts/{draft}/outline{part}": name for part, name in PAGES.items()}
    for address, name in {**addresses, "/diagrams/drafts/new-process": "outline-new"}.items():
        answer = ottoline.page.goto(address)
        assert answer is not None
        assert answer.status == 200
        look(ottoline, name)
    look_at_a_group(ottoline, f"/diagrams/drafts/{draft}/outline")


def look(person: Person, name: str) -> None:
    assert_clear(person, name)
    assert_told_without_colours(person)
    assert_focus_is_seen(person)


def look_at_a_group(ottoline: Person, outline: str) -> None:
    """Add a group of steps, and look at it and at what may happen while it is open."""
    ottoline.open(f"{outline}/add?after=GatherAdvice&block=plain-subProcess")
    ottoline.fill({"What it is called": "Prepare it"})
    look(ottoline, "outline-adding-group")
    ottoline.press("Add it")
    expect(ottoline.page.locator("main .page__lede")).to_contain_text("May be published")
    look(ottoline, "outline-with-group")
    for part, name in {
        "": "outline-group",
        "/removal": "outline-remove-group",
        "/events/new": "outline-new-catch-of-group",
    }.items():
        ottoline.open(f"{outline}/steps/PrepareIt{part}")
        look(ottoline, name)
    ottoline.fill({"What may happen": "It ends with an error, and not as planned"})
    look(ottoline, "outline-new-error")
    ottoline.press("Add it")
    ottoline.open(f"{outline}/deadlines/AnyErrorPrepareIt")
    look(ottoline, "outline-error")
