"""A site from the first question to the public register, by the hands of those who decide on it."""

import re

from playwright.sync_api import expect

from tests.browser import request
from tests.browser.conftest import Arrive
from tests.browser.person import Person


def start_request(person: Person) -> str:
    """Start a request for a site and give the number of its case, such as R-1046."""
    person.open("/start")
    card = person.page.locator(".cards__card").filter(has_text="Create site")
    card.get_by_role("button", name="Start").click()
    expect(person.heading).to_have_text("Submit site request")
    number = person.page.locator(".page__above").get_by_text(re.compile(r"R-\d+"))
    return number.inner_text()


def test_a_request_becomes_a_live_site_by_the_hands_of_many(arrive: Arrive) -> None:
    emeka = arrive("Emeka Stillwell")
    case = start_request(emeka)
    emeka.fill(request.REQUEST).send()
    expect(emeka.said).to_contain_text("now waits for Department (“Forward the request”)")
    people = {"Emeka Stillwell": emeka}
    for task, name, answers, next_party in request.STEPS:
        if name not in people:
            people[name] = arrive(name)
        people[name].open_task(case, task).fill(answers).send()
        expect(people[name].said).to_contain_text(f"“{task}” is done.")
        expect(people[name].said).to_contain_text(next_party)
    emeka.open("/cases?tab=mine")
    expect(emeka.page.get_by_role("row").filter(has_text=case)).to_contain_text(request.NAME)
    emeka.open("/sites")
    emeka.follow(request.NAME)
    expect(emeka.page.locator("main")).to_contain_text("Odalys Fernbrook approved it")
    stranger = arrive()
    stranger.open(f"/register?q={request.HANDLE}")
    row = stranger.page.get_by_role("row").filter(has_text=request.NAME)
    expect(row).to_contain_text("Official")


def test_a_requester_withdraws_with_a_reason(arrive: Arrive) -> None:
    yuki = arrive("Yuki Farrowdale")
    case = start_request(yuki)
    yuki.open("/cases?tab=mine")
    yuki.follow(case)
    yuki.page.locator("summary", has_text="Withdraw request").click()
    yuki.answer("Reason", "The league has a page of its own now.")
    yuki.press("Withdraw request")
    expect(yuki.said).to_contain_text("“Withdraw request” is done.")
    expect(yuki.page.locator("main")).to_contain_text("The league has a page of its own now.")
    yuki.open("/cases?tab=mine&state=ended")
    expect(yuki.page.get_by_role("row").filter(has_text=case)).to_contain_text("Withdrawn")


def test_the_second_of_two_is_told_who_was_faster(arrive: Arrive) -> None:
    odalys, marit = arrive("Odalys Fernbrook"), arrive("Marit Solvang-Pike")
    # Whoever begins to fill in a form has the task; both have to be there before that.
    for person in (odalys, marit):
        person.open_task("R-1042", "Decide on the request")
    for person in (odalys, marit):
        person.fill({**request.APPROVED, "Reason": "The conditions of IT are met."})
    odalys.send()
    expect(odalys.said).to_contain_text("is done")
    marit.send()
    expect(marit.heading).to_have_text("Somebody was faster")
    expect(marit.page.locator("main")).to_contain_text("Odalys Fernbrook")
    marit.follow("Open that page again")
    expect(marit.said).to_contain_text("Odalys Fernbrook completed this task")
