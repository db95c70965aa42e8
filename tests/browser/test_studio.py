"""Somebody who owns the policy draws a change: sees it judged and saved, and loses nothing of it."""

import re

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear, assert_focus_is_seen
from tests.browser.person import Person
from tests.browser.test_keyboard import focused, tab_to
from tests.browser.test_picture import ON_TOP, lit
from webapp.demo.people import PASSWORD, email_of

OWNER, OTHER = "Ottoline Harrowgate", "Bram Fennimore"
SAVED = re.compile(r"^Saved \d\d:\d\d$")
# A busy machine takes its time to judge, in milliseconds.
JUDGED = 60_000
# What the network or an ended sign-in makes the browser say of itself.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "status of 401", "status of 409")


def open_studio(person: Person, process: str = "decide-request") -> Page:
    """Open a draft of the version in force, and that draft on the canvas."""
    person.open(f"/diagrams/{process}")
    person.press("Open a draft to change it")
    person.page.get_by_role("link", name="Edit it on the canvas").first.click()
    return ready(person.page)


def ready(page: Page) -> Page:
    """Wait until the draft is drawn."""
    expect(canvas(page)).to_have_attribute("data-ready", "true", timeout=JUDGED)
    return page


def canvas(page: Page) -> Locator:
    return page.locator("[data-canvas]")


def saved(page: Page) -> Locator:
    return page.locator("[data-saved]")


def verdict(page: Page) -> Locator:
    return page.locator("[data-verdict]")


def element(page: Page, id_: str) -> Locator:
    return canvas(page).locator(f".djs-element[data-element-id={id_}]").first


def choose(page: Page, name: str) -> None:
    """Choose an element by the list, as one without a mouse does."""
    page.get_by_label("Go to", exact=True).select_option(label=name)


def rename(page: Page, name: str, new: str) -> None:
    choose(page, name)
    field = page.locator("[data-panel]").get_by_label("Name", exact=True)
    field.fill(new)
    field.press("Tab")


def forgive(person: Person) -> None:
    """Forget what a browser says of itself when its network or its sign-in is gone."""
    person.complaints[:] = [
        one for one in person.complaints if not any(words in one for words in EXPECTED)
    ]


def test_a_change_is_drawn_judged_mended_and_saved(arrive: Arrive) -> None:
    ottoline = arrive(OWNER)
    page = open_studio(ottoline)
    expect(verdict(page)).to_have_text("Nothing in the way of publishing", timeout=JUDGED)
    rename(page, "Review the request", "Read the request")
    expect(element(page, "ReviewRequest")).to_contain_text("Read the request")
    expect(saved(page)).to_have_text(SAVED)
    page.get_by_label("Find a block").fill("legal advice")
    page.locator("[data-blocks]").get_by_role("button", name="Legal advice").click()
    placed = element(page, "AdviseLaw")
    expect(placed).to_have_class(re.compile("selected"))
    expect(page.locator("[data-said]")).to_contain_text("City Attorney takes part from now on.")
    party = page.locator("[data-panel]").get_by_label("Party", exact=True)
    expect(party).to_have_value("City Attorney")
    party.select_option(label="Communications")
    expect(verdict(page)).to_have_text("1 problem in the way of publishing", timeout=JUDGED)
    assert lit(canvas(page), "has-error") == {"AdviseLaw"}
    expect(canvas(page).locator(".flag--error")).to_have_count(1)
    go_from_the_problem(page)
    assert_watermark_on_top(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(placed).to_have_count(0)
    expect(verdict(page)).to_have_text("Nothing in the way of publishing", timeout=JUDGED)
    expect(saved(page)).to_have_text(SAVED)
    page.reload()
    expect(element(ready(page), "ReviewRequest")).to_contain_text("Read the request")
    assert_clear(ottoline, "studio")
    assert_focus_is_seen(ottoline)


def go_from_the_problem(page: Page) -> None:
    """Find the element and the control of what is wrong by the list of problems."""
    choose(page, "Approved")
    problem = page.locator(".problem--error .problem__go")
    expect(problem).to_contain_text('only "City Attorney" may do it')
    problem.click()
    placed = element(page, "AdviseLaw")
    expect(placed).to_have_class(re.compile("selected"))
    expect(placed).to_be_in_viewport()
    expect(page.locator("[data-panel]").get_by_label("Party", exact=True)).to_be_focused()


def assert_watermark_on_top(page: Page) -> None:
    mark = canvas(page).locator("a.bjs-powered-by")
    expect(mark).to_be_visible()
    assert mark.evaluate(ON_TOP)


def test_nothing_drawn_is_lost_to_the_network_or_to_somebody_faster(arrive: Arrive) -> None:
    ottoline, bram = arrive(OWNER), arrive(OTHER)
    page = open_studio(ottoline)
    ottoline.context.set_offline(True)
    rename(page, "Review the request", "Read it first")
    expect(saved(page)).to_contain_text("Not saved: no connection. Kept in this browser")
    expect(verdict(page)).to_have_text("Not judged: no connection")
    ottoline.context.set_offline(False)
    expect(saved(page)).to_have_text(SAVED)
    expect(verdict(page)).to_have_text("Nothing in the way of publishing", timeout=JUDGED)
    close_while_typing(page)
    theirs = page.url
    other = ready(bram.open(theirs))
    expect(element(other, "ReviewRequest")).to_contain_text("Read it first")
    expect(other.locator("[data-others]")).to_have_text(f"{OWNER} has this draft open too")
    rename(other, "Read it first", "Weigh it first")
    expect(saved(other)).to_have_text(SAVED)
    rename(page, "Gather advice", "Ask for advice")
    notice = page.locator("[data-notice=parted]")
    expect(notice).to_contain_text(f"{OTHER} changed draft")
    expect(notice.get_by_role("link", name="Look at theirs")).to_be_visible()
    compared = notice.get_by_role("link", name="Compare theirs and yours").get_attribute("href")
    expect(saved(page)).to_have_text(SAVED)
    assert_kept_apart(page, bram, theirs)
    expect(bram.open(str(compared)).locator(".changes").first).to_contain_text("Ask for advice")
    assert_clear(bram, "drafts-compared")
    forgive(ottoline)
    lose_the_sign_in(ottoline)


def assert_kept_apart(page: Page, other: Person, theirs: str) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/presence")):
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    # What is kept apart is this page's own.
    expect(page.locator("[data-notice=others-saved]")).to_have_count(0)
    expect(element(ready(other.open(theirs)), "GatherAdvice")).to_contain_text("Gather advice")


def close_while_typing(page: Page) -> None:
    """Leave the page in the middle of a word, against its warning: the word is there when it opens again."""
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", leave)
    choose(page, "Read it first")
    field = page.locator("[data-panel]").get_by_label("Name", exact=True)
    field.press("End")
    field.press_sequentially(" of all")
    page.reload()
    assert asked == ["beforeunload"]
    expect(ready(page).locator("[data-notice=kept]")).to_contain_text("It is back.")
    expect(element(page, "ReviewRequest")).to_contain_text("of all")
    page.get_by_role("button", name="Go back to what is saved").click()
    expect(saved(page)).to_have_text(SAVED)


def lose_the_sign_in(person: Person) -> None:
    """Go on drawing after the sign-in has ended, sign in again, and find what was drawn."""
    page = person.page
    person.context.clear_cookies()
    rename(page, "Ask for advice", "Ask all sides")
    expect(saved(page)).to_have_text("Not saved: your sign-in has ended")
    page.get_by_role("link", name="Sign in again").click()
    person.fill({"E-mail address": email_of(OWNER), "Password": PASSWORD})
    person.press("Sign in")
    expect(ready(page).locator("[data-notice=kept]")).to_contain_text("It is back.")
    expect(element(page, "GatherAdvice")).to_contain_text("Ask all sides")
    expect(saved(page)).to_have_text(SAVED)
    page.reload()
    expect(element(ready(page), "GatherAdvice")).to_contain_text("Ask all sides")
    expect(page.locator("[data-notice=kept]")).to_have_count(0)
    forgive(person)


@pytest.mark.long
def test_a_group_of_steps_is_placed_whole_tidied_and_taken_back(arrive: Arrive) -> None:
    page = open_studio(arrive(OWNER))
    choose(page, "Gather advice")
    page.get_by_label("Find a block").fill("group of steps")
    page.locator("[data-blocks]").get_by_role("button", name="A group of steps").click()
    expect(element(page, "GroupSteps")).to_have_class(re.compile("selected"))
    inside = ("GroupStepsReady", "GroupStepsFirstStep", "GroupStepsDone")
    for one in inside:
        expect(element(page, one)).to_be_visible()
    expect(verdict(page)).to_have_text("Nothing in the way of publishing", timeout=JUDGED)
    page.get_by_role("button", name="Tidy").click()
    expect(page.locator("[data-said]")).to_contain_text("The diagram is drawn anew.")
    choose(page, "First step")
    party = page.locator("[data-panel] [data-entry=party]")
    expect(party).to_contain_text("Communications: whoever does the group of steps.")
    expect(saved(page)).to_have_text(SAVED)
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    for one in ("GroupSteps", *inside):
        expect(element(page, one)).to_have_count(0)


def test_keys_alone_draw_connect_and_walk_to_what_is_wrong(arrive: Arrive) -> None:
    page = open_studio(arrive(OWNER))
    choose(page, "Review the request")
    canvas(page).locator("svg[role=application]").focus()
    page.keyboard.press("a")
    page.keyboard.type("at the same time")
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("is placed after “Review the request”")
    page.get_by_label("connect it to", exact=True).select_option(label="Approved")
    tab_to(page, "Connect")
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("now leads to “Approved”")
    expect(page.locator(".problem__way").first).to_be_visible(timeout=JUDGED)
    tab_to(page, "See the way there")
    page.keyboard.press("Enter")
    walk = page.locator("[data-walk-now]")
    expect(walk).to_contain_text("Step 1 of ")
    expect(canvas(page).locator(".is-here")).to_have_attribute("data-element-id", "RequestArrived")
    page.keyboard.press("ArrowRight")
    expect(walk).to_contain_text("Step 2 of ")
    page.keyboard.press("Escape")
    expect(walk).to_be_hidden()
    assert focused(page).startswith("See the way there")
    canvas(page).locator("svg[role=application]").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(verdict(page)).to_have_text("Nothing in the way of publishing", timeout=JUDGED)
