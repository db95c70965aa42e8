"""A complaint from its first word to the closed case, by the hands of those who may."""

from playwright.sync_api import expect

from tests.browser import complaint
from tests.browser.complaint import (
    ACKNOWLEDGEMENT,
    ADVISER,
    CASE,
    COMPLAINANT,
    CONFIRMED,
    EXCLUDED,
    LETTER,
    MADE_UP,
    NOTICE,
    REASONS,
    REPLY,
    STATEMENT,
    STEPS,
    SUBJECT,
    facts,
)
from tests.browser.conftest import Arrive
from tests.browser.looking import assert_clear
from tests.browser.person import Person
from tests.browser.request import today
from tests.browser.test_confidential import COMPLAINT, begin_complaint, send_complaint

CLERK = "Henrike Wolmar"
WHAT_HAPPENED = COMPLAINT["What happened?"]
LISTS = (
    *(f"/tasks?tab={tab}" for tab in ("mine", "roles", "others", "done")),
    "/cases",
    "/cases?q=C-01",
    "/notices",
)


def test_a_complaint_comes_to_its_end_and_nobody_sees_more_than_their_part(arrive: Arrive) -> None:
    names = {COMPLAINANT, EXCLUDED, CLERK, *(name for _step, name, _chosen in STEPS)}
    people = {name: arrive(name) for name in sorted(names)}
    begin_complaint(people[COMPLAINANT])
    send_complaint(people[COMPLAINANT])
    told_before(people[COMPLAINANT])
    for step, name, chosen in STEPS:
        person = people[name]
        complaint.take(person)
        expect(person.heading).to_have_text(step)
        address = person.page.url
        if step in ("Preserve the evidence", "Make the finding"):
            keeps_out(people[EXCLUDED], address)
        complaint.do(person, chosen)
    keeps_out(people[EXCLUDED], address)
    told_after(people[COMPLAINANT])
    told_the_subject(people[SUBJECT])
    whole_case(people[ADVISER])
    public_part(people[CLERK])


def told_before(complainant: Person) -> None:
    """Who complained reads what they wrote, and that nothing else is shown."""
    complainant.open(f"/cases/{CASE}")
    main = complainant.page.locator("main")
    expect(main).to_contain_text("This is your own part of a confidential case.")
    expect(main).to_contain_text(WHAT_HAPPENED)


def keeps_out(outsider: Person, step: str) -> None:
    """Whoever has no part finds the page of a case, and of a step, that is not there; no list names it."""
    assert met(outsider, f"/cases/{CASE}") == met(outsider, "/cases/C-99").replace("C-99", CASE)
    assert met(outsider, step) == met(outsider, "/tasks/99999")
    for path in LISTS:
        outsider.open(path)
        expect(outsider.page.locator("main")).not_to_contain_text(CASE)
    outsider.complaints.clear()


def met(person: Person, path: str) -> str:
    """What a page says that is not there for this person."""
    person.open(path)
    expect(person.heading).to_have_text("Not found")
    return person.page.locator("main").inner_text()


def told_after(complainant: Person) -> None:
    """Who complained has the reply, and not what was found or done, nor about whom."""
    complainant.open(f"/cases/{CASE}")
    assert facts(complainant, "What you are told") == [
        ("Received on", this_day()),
        ("Acknowledged on", this_day()),
        ("Acknowledgement", ACKNOWLEDGEMENT),
        ("Reply", REPLY),
        ("Replied on", this_day()),
    ]
    hides(complainant, SUBJECT, NOTICE, STATEMENT, LETTER, CONFIRMED, REASONS, MADE_UP)


def told_the_subject(subject: Person) -> None:
    """The subject has the notice, the letter and the end; not the complaint, nor what others advised."""
    subject.open(f"/cases/{CASE}")
    assert facts(subject, "What you are told") == [
        ("Notice to the subject", NOTICE),
        ("Given on", this_day()),
        ("Letter to the subject", LETTER),
        ("Decided on", this_day()),
        ("Reason", CONFIRMED),
        ("Final on", this_day()),
    ]
    assert facts(subject, "What you said") == [
        ("I have read the notice", "Yes"),
        ("Your statement", STATEMENT),
        ("I want to be accompanied by a representative", "No"),
        ("Do you appeal?", "Grievance"),
    ]
    hides(subject, COMPLAINANT, WHAT_HAPPENED, ACKNOWLEDGEMENT, REASONS, REPLY, MADE_UP)
    assert_clear(subject, "confidential-own-part-told")


def this_day() -> str:
    """Today as a page writes it."""
    return f"{today():%A} {today().day} {today():%B}"


def hides(person: Person, *texts: str) -> None:
    """None of these stands anywhere in the page, seen or not."""
    page = person.page.content()
    assert [text for text in texts if text in page] == []


def whole_case(adviser: Person) -> None:
    """Who is on the list reads how it ended and who did what."""
    adviser.open(f"/cases/{CASE}")
    main = adviser.page.locator("main")
    expect(main).to_contain_text("Ended")
    expect(main).to_contain_text("Lorna Greywater completed")
    assert_clear(adviser, "confidential-case-ended")


def public_part(clerk: Person) -> None:
    """Whoever answers requests for data sees the final discipline, and nothing else of the case."""
    clerk.open("/records/personnel-data")
    clerk.answer("Person asked about", f"{SUBJECT} (Public Works)")
    clerk.answer("Whose request, and which", "Request of the Courier of today.")
    clerk.send()
    expect(clerk.page.locator("main")).to_contain_text(REASONS)
    hides(clerk, COMPLAINANT, NOTICE, STATEMENT, LETTER, CONFIRMED, REPLY, MADE_UP)
