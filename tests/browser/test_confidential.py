"""A complaint, by the hands of who complains, who takes it, and who reads it by break glass."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear
from tests.browser.person import Person

COMPLAINT: dict[str, Any] = {
    "Who complains?": "Somebody who works for the City",
    "Person who complains": "Yuki Farrowdale (Parks and Recreation)",
    "Whom is it about?": "Whoever keeps the page of the pool",
    "Where did it happen?": "On the page of the pool",
    "Day of the incident": "2026-11-02",
    "What happened?": "The address of a neighbour was posted there.",
    "What I write is true as far as I know": True,
}


def begin_complaint(person: Person) -> None:
    """Start a complaint and fill in its form."""
    person.open("/start")
    card = person.page.locator(".cards__card").filter(has_text="Investigate a complaint")
    card.get_by_role("button", name="Start").click()
    person.fill(COMPLAINT)


def send_complaint(person: Person) -> None:
    """Send the form of a complaint and land in one's own list."""
    person.send()
    expect(person.said).to_have_text("Your step in C-01 is done.")


def test_a_complaint_is_taken_read_and_kept_apart(arrive: Arrive) -> None:
    yuki, annika = arrive("Yuki Farrowdale"), arrive("Annika Drumlin")
    begin_complaint(yuki)
    assert_clear(yuki, "confidential-complaint")
    send_complaint(yuki)
    yuki.open("/cases?tab=mine")
    assert_clear(yuki, "confidential-mine")
    yuki.open("/cases/C-01")
    expect(yuki.page.locator("main")).to_contain_text("your own part of a confidential case")
    assert_clear(yuki, "confidential-own-part")

    annika.open("/tasks?tab=roles")
    assert_clear(annika, "confidential-inbox")
    annika.follow("Confidential step for Human Resources")
    annika.page.locator("summary", has_text="I have a conflict").click()
    assert_clear(annika, "confidential-offer")
    annika.press("Declare the conflict")
    expect(annika.page.locator("[data-error-summary]")).to_be_visible()
    assert_clear(annika, "confidential-offer-errors")
    annika.press("Take this step")
    expect(annika.said.first).to_contain_text("Each look at it is put on record.")
    assert_clear(annika, "confidential-task")
    annika.open("/cases/C-01")
    assert_clear(annika, "confidential-case")

    beatrix, odalys = arrive("Beatrix Okonjo-Vale"), arrive("Odalys Fernbrook")
    beatrix.open("/break-glass")
    beatrix.fill({"Number of the case": "C-01", "Reason": "The court asks for the file today."})
    beatrix.answer("Who shall confirm it", "Odalys Fernbrook, Communications")
    assert_clear(beatrix, "break-glass-ask")
    odalys.open("/cases/C-01")
    expect(odalys.heading).to_have_text("Not found")


def test_one_asks_to_break_the_glass_and_another_confirms(arrive: Arrive) -> None:
    beatrix, silas = arrive("Beatrix Okonjo-Vale"), arrive("Silas Merriwort")
    beatrix.open("/break-glass")
    beatrix.fill({"Number of the case": "C-77", "Reason": "The court asks for the file today."})
    beatrix.answer("Who shall confirm it", "Silas Merriwort, City Attorney")
    beatrix.send()
    expect(beatrix.said).to_contain_text("has been asked")
    silas.open("/break-glass")
    assert_clear(silas, "break-glass-answer")
    silas.answer("Your answer", "I confirm it")
    silas.page.locator("section").get_by_label("Why").fill("I called the court.")
    silas.press("Answer the request")
    beatrix.open("/break-glass")
    assert_clear(beatrix, "break-glass-answered")


def test_the_clerk_looks_up_what_is_public(arrive: Arrive) -> None:
    henrike = arrive("Henrike Wolmar")
    henrike.open("/records/personnel-data")
    assert_clear(henrike, "personnel-data")
    henrike.answer("Person asked about", "Yuki Farrowdale (Parks and Recreation)")
    henrike.answer("Whose request, and which", "Request of the Courier of today.")
    henrike.send()
    expect(henrike.heading).to_contain_text("Complaints about Yuki Farrowdale")
    assert_clear(henrike, "personnel-data-found")
