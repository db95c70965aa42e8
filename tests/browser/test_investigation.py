"""A complaint from its first word to the action of the department, by the hands of those who may."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.request import in_days
from tests.browser.test_confidential import complain

HR, ADVISER, ATTORNEY = "Cyrus Peltonen", "Annika Drumlin", "Beatrix Okonjo-Vale"
HEAD, SUBJECT, OUTSIDER = "Lorna Greywater", "Wendell Ironwood", "Emeka Stillwell"
MOST_MENDINGS = 6

# The step, who does it, and what is chosen in it; whatever else the form asks for is made up.
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "Receive the complaint",
        HR,
        {"deciding_unit": "Public Works", "speech_concern": True, "hold_question": False},
    ),
    ("Advise on speech and records", ATTORNEY, {}),
    ("Preserve the evidence", HR, {}),
    ("Decide on the scope", HR, {"decision": "in-scope"}),
    ("Decide on an interim measure", HR, {"measure": "none"}),
    (
        "Choose who leads",
        HR,
        {
            "lead": "human-resources",
            "ask_attorney_about_notice": False,
            "subject_answers_here": True,
        },
    ),
    ("Give the notices", HR, {}),
    ("Answer the notice", SUBJECT, {}),
    ("Gather evidence", HR, {"next_step": "interview"}),
    ("Interview a person", HR, {}),
    ("Gather evidence", HR, {"next_step": "complete"}),
    ("Advise on the finding", ADVISER, {"attorney_needed": True}),
    ("Advise on the finding in law", ATTORNEY, {}),
    ("Make the finding", HR, {"finding": "violation"}),
    ("Establish the category", ADVISER, {"category": "employee"}),
    ("Advise on discipline", ADVISER, {"level": "written-warning"}),
    ("Say what is considered", HEAD, {"plan": "other"}),
    ("Take action", HEAD, {"decision": "discipline"}),
]


def test_a_complaint_becomes_an_action_by_the_hands_of_those_who_may(arrive: Arrive) -> None:
    yuki = arrive("Yuki Farrowdale")
    complain(yuki)
    people = {name: arrive(name) for name in (HR, ADVISER, ATTORNEY, HEAD, SUBJECT, OUTSIDER)}
    for step, name, chosen in STEPS:
        person = people[name]
        take(person)
        expect(person.heading).to_have_text(step)
        do(person, chosen)
        if step == "Make the finding":
            keeps_out(people[OUTSIDER], yuki)
    annika = people[ADVISER]
    annika.open("/cases/C-01")
    expect(annika.page.locator("main")).to_contain_text("Lorna Greywater completed")


def take(person: Person) -> None:
    """Open the step of the case that waits for this person, and take it where it is offered."""
    for tab in ("mine", "roles"):
        person.open(f"/tasks?tab={tab}")
        row = person.page.get_by_role("row").filter(has_text="C-01")
        if row.count():
            row.first.get_by_role("link").first.click()
            break
    offered = person.page.get_by_role("button", name="Take this step", exact=True)
    if offered.count():
        offered.click()


def do(person: Person, chosen: dict[str, Any]) -> None:
    """Choose, send, and answer what the form still asks for, as its summary of errors says."""
    for name, answer in chosen.items():
        choose(person, name, answer)
    for _ in range(MOST_MENDINGS):
        with person.page.expect_navigation():
            person.send()
        links = person.page.locator("[data-error-summary] a")
        if not links.count():
            break
        for target in [link.get_attribute("href") or "" for link in links.all()]:
            make_up(person, target.removeprefix("#"))
    expect(person.said.first).to_contain_text("C-01")


def choose(person: Person, name: str, answer: Any) -> None:
    listed = person.page.locator(f"main select[name='{name}']")
    if listed.count():
        known = listed.locator(f"option[value='{answer}']").count()
        listed.select_option(**({"value": answer} if known else {"label": answer}))
        return
    value = {True: "yes", False: "no"}.get(answer, answer)
    control = person.page.locator(f"main [name='{name}'][value='{value}']")
    person.page.locator(f"label[for='{control.get_attribute('id')}']").click()


def make_up(person: Person, target: str) -> None:
    control = person.page.locator(f"main [id='{target}']")
    match control.evaluate("one => one.tagName === 'FIELDSET' ? 'group' : one.role || one.type"):
        case "group":
            control.locator("label").first.click()
        case "combobox":
            person.pick(control, SUBJECT)
        case "select-one":
            control.select_option(index=1)
        case "checkbox" | "radio":
            person.page.locator(f"label[for='{target}']").click()
        case "date":
            control.fill(in_days(0))
        case "datetime-local":
            control.fill(f"{in_days(0)}T10:00")
        case "number":
            control.fill("1")
        case _:
            control.fill("As it was said.")


def keeps_out(outsider: Person, complainant: Person) -> None:
    """Whoever has no part finds nothing; who complained sees only that part."""
    outsider.open("/cases/C-01")
    expect(outsider.heading).to_have_text("Not found")
    complainant.open("/cases/C-01")
    main = complainant.page.locator("main")
    expect(main).to_contain_text("your own part of a confidential case")
    expect(main).not_to_contain_text(SUBJECT)
