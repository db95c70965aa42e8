"""Five ordinary changes of a process, on the canvas and in the outline: how many clicks and keys each takes.

What is counted is what a person does with the mouse and the keyboard; a choice in a drop-down is two clicks.
docs/studio-first-use.md tells the counts.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_studio import (
    JUDGED,
    OWNER,
    SAVED,
    choose,
    element,
    open_studio,
    ready,
    saved,
    verdict,
)
from workflows.diagrams.reading import read

NEW = "Its profile picture"


@dataclass
class Hand:
    """A hand at the mouse and the keyboard that counts what it does."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, what: Locator) -> None:
        """Press the mouse on something, once."""
        self.clicks += 1
        what.click()

    def pick(self, what: Locator, label: str | re.Pattern[str]) -> None:
        """Choose from a drop-down: open it, press the line."""
        self.clicks += 2
        lines = what.locator("option")
        what.select_option(value=lines.filter(has_text=label).first.get_attribute("value"))

    def write(self, text: str, into: Locator) -> None:
        """Write into a field, over what is there."""
        self.click(into)
        into.select_text()
        self.keys += len(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """Press one key."""
        self.keys += 1
        self.page.keyboard.press(key)

    def send(self) -> None:
        """Press the button of the form, and wait for what comes."""
        form = self.page.locator("main")
        with self.page.expect_navigation(timeout=JUDGED):
            self.click(form.get_by_role("button", name=re.compile("^Save|^Connect|^Add it")))

    def follow(self, words: str) -> None:
        """Press the first link whose text begins so."""
        links = self.page.locator("main").get_by_role("link", name=re.compile(f"^{words}"))
        self.click(links.first)

    @property
    def panel(self) -> Locator:
        """The panel beside the canvas."""
        return self.page.locator("[data-panel]")


def require_on_the_canvas(hand: Hand) -> None:
    hand.click(element(hand.page, "RequestChange"))
    hand.click(hand.panel.get_by_role("button", name=re.compile("^New audience")))
    hand.pick(hand.panel.get_by_label("Must it be answered?"), "Yes, always")


def ask_for_advice_on_the_canvas(hand: Hand) -> None:
    hand.click(element(hand.page, "ForwardChange"))
    hand.write("legal", hand.page.get_by_label("Find a block"))
    hand.click(hand.page.locator(".block", has_text="Legal advice"))


def limit_on_the_canvas(hand: Hand) -> None:
    hand.click(element(hand.page, "DecideOnChange"))
    hand.write("9", hand.panel.get_by_label("To be done within", exact=True))
    hand.press("Tab")


def add_a_choice_on_the_canvas(hand: Hand) -> None:
    hand.click(element(hand.page, "RequestChange"))
    kinds = hand.panel.locator("[data-question=change_type]")
    hand.click(kinds.locator(".panel-questions__open"))
    hand.write(NEW, kinds.get_by_label("New choice"))
    hand.press("Enter")
    hand.click(element(hand.page, "WhatIsToChange"))
    hand.click(hand.panel.get_by_text("Choices without a way of their own"))
    hand.click(hand.panel.get_by_role("button", name=f"A way for “{NEW}”"))


def hand_over_on_the_canvas(hand: Hand) -> None:
    hand.click(element(hand.page, "ShowChange"))
    hand.pick(hand.panel.get_by_label("Party", exact=True), "City Clerk")


def require_in_the_outline(hand: Hand) -> None:
    hand.follow("Form ?: Step 2")
    hand.follow("New audience")
    hand.click(hand.page.locator("main").get_by_text("It must be answered", exact=True))
    hand.send()


def ask_for_advice_in_the_outline(hand: Hand) -> None:
    hand.follow("Add after ?: Step 6")
    hand.write("legal", hand.page.locator("main").get_by_label("What the step does"))
    hand.press("Enter")
    hand.follow("Legal advice")
    hand.send()


def limit_in_the_outline(hand: Hand) -> None:
    hand.follow("Step 17: Communications: Decide on the change")
    hand.write("9", hand.page.locator("main").get_by_label("To be done within"))
    hand.send()


def add_a_choice_in_the_outline(hand: Hand) -> None:
    main, outline = hand.page.locator("main"), hand.page.url
    hand.follow("Form ?: Step 2")
    hand.follow("What is to change")
    hand.click(main.get_by_label("Choices"))
    hand.press("ControlOrMeta+End")
    hand.press("Enter")
    hand.keys += len(NEW)
    hand.page.keyboard.type(NEW)
    hand.send()
    hand.page.goto(outline)
    hand.follow("Connect ?: Step 3")
    hand.click(main.get_by_role("combobox", name="It leads to"))
    hand.click(hand.page.get_by_role("option", name="Step 6: Forward the change"))
    hand.send()
    hand.pick(main.locator("select[name=more]"), f"What is to change? {NEW}")
    hand.send()


def hand_over_in_the_outline(hand: Hand) -> None:
    hand.follow("Step 22: Requester: Show the change")
    hand.pick(hand.page.locator("main").get_by_label("Whose step it is"), "City Clerk")
    hand.send()


# Each with the clicks and keys that it may take at most.
ON_THE_CANVAS = (
    (require_on_the_canvas, 4, 0),
    (ask_for_advice_on_the_canvas, 3, 5),
    (limit_on_the_canvas, 2, 2),
    (add_a_choice_on_the_canvas, 6, 20),
    (hand_over_on_the_canvas, 3, 0),
)
IN_THE_OUTLINE = (
    (require_in_the_outline, 4, 0),
    (ask_for_advice_in_the_outline, 4, 6),
    (limit_in_the_outline, 3, 1),
    (add_a_choice_in_the_outline, 11, 21),
    (hand_over_in_the_outline, 4, 0),
)


@pytest.mark.long
@pytest.mark.parametrize("canvas", [True, False], ids=["canvas", "outline"])
def test_five_changes_take_as_few_clicks_and_keys_as_told(
    arrive: Arrive, record_property: Callable[[str, object], None], canvas: bool
) -> None:
    ottoline = arrive(OWNER)
    page = ottoline.open("/diagrams/change-site")
    ottoline.press("Open a draft to change it")
    draft = page.url.partition("?")[0]
    for change, clicks, keys in ON_THE_CANVAS if canvas else IN_THE_OUTLINE:
        if not canvas:
            page.goto(f"{draft}/outline")
        elif not page.url.endswith("/studio"):
            page.goto(f"{draft}/studio")
            ready(page).get_by_role("button", name="Whole").click()
        hand, begin = Hand(page), time.perf_counter()
        change(hand)
        told = f"{hand.clicks} clicks, {hand.keys} keys, {time.perf_counter() - begin:.1f} s"
        record_property(change.__name__, told)
        assert (hand.clicks, hand.keys) == (clicks, keys), change.__name__
    if canvas:
        expect(saved(page)).to_have_text(SAVED)
    assert_all_is_changed(ottoline, draft)


def assert_all_is_changed(person: Person, draft: str) -> None:
    found, _ = read(person.context.request.get(f"{draft}/xml").body())
    assert found
    step = found.nodes["RequestChange"]
    assert next(one for one in step.fields if one.id == "new_audience").required
    assert any(node.act == "advise-law" for node in found.nodes.values())
    assert found.nodes["DecideOnChange"].due == "P9BD"
    choices = next(one for one in step.fields if one.id == "change_type")
    assert NEW in [option.label for option in choices.options]
    conditions = [
        flow.condition for flow in found.flows.values() if flow.source == "WhatIsToChange"
    ]
    assert 'RequestChange.change_type = "its-profile-picture"' in conditions
    assert found.nodes["ShowChange"].lane == "City Clerk"


@pytest.mark.long
def test_a_decision_gets_a_way_for_each_choice_and_a_deadline_one_of_its_own(
    arrive: Arrive,
) -> None:
    page = open_studio(arrive(OWNER))
    hand = Hand(page)
    choose(page, "Review the request")
    hand.click(page.locator("[data-block=decision]"))
    hand.click(hand.panel.get_by_role("button", name="Make these ways"))
    ways = hand.panel.locator("[data-way]")
    expect(ways.get_by_label("Name of the way")).to_have_count(3)
    ended = page.locator("[data-canvas] .djs-shape", has_text="Return to the requester")
    expect(ended.first).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(ended).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(verdict(page)).to_have_text("Nothing in the way of publishing", timeout=JUDGED)
    studio = page.locator("[data-studio]")
    judged = studio.get_attribute("data-judged") or ""
    choose(page, "Decide on the request")
    hand.click(page.locator("[data-block=deadline]"))
    expect(page.locator("[data-canvas] .djs-label", has_text="The time is over")).to_be_visible()
    expect(studio).not_to_have_attribute("data-judged", judged, timeout=JUDGED)
    expect(verdict(page)).to_have_text("Nothing in the way of publishing")
