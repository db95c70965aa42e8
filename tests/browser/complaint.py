"""A complaint from its receipt to the closed case, told as steps: who does them, and what they choose.

Whatever else a form asks for is made up: its summary of errors says what that is.
"""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.browser.request import in_days

CASE = "C-01"
COMPLAINANT, SUBJECT, EXCLUDED = "Yuki Farrowdale", "Wendell Ironwood", "Emeka Stillwell"
HR, ADVISER, ATTORNEY, HEAD = (
    "Cyrus Peltonen",
    "Annika Drumlin",
    "Beatrix Okonjo-Vale",
    "Lorna Greywater",
)
MOST_MENDINGS = 6
MADE_UP = "As it was said."

ACKNOWLEDGEMENT = "Your complaint has arrived."
NOTICE = "You are asked about an address that was posted. You may refuse to answer."
STATEMENT = "I wrote it and took it down within the hour."
LETTER = "You receive a written warning."
CONFIRMED = "The warning is proportionate."
REASONS = "A private address was posted on a page of the City."
REPLY = "We looked into it, and the department has acted."

# By the names of the fields, in the order of the steps: the step, who does it, what they choose.
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "Receive the complaint",
        HR,
        {
            "deciding_unit": "Public Works",
            "acknowledged_how": "telephone",
            "acknowledgement": ACKNOWLEDGEMENT,
            "conflicts-0-person": EXCLUDED,
            "conflicts-0-reason": "witness",
            "speech_concern": True,
            "hold_question": False,
        },
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
    ("Give the notices", HR, {"notice_text": NOTICE}),
    ("Answer the notice", SUBJECT, {"read_notice": True, "statement": STATEMENT}),
    ("Gather evidence", HR, {"next_step": "interview"}),
    ("Interview a person", HR, {}),
    ("Gather evidence", HR, {"next_step": "complete"}),
    ("Advise on the finding", ADVISER, {"attorney_needed": True}),
    ("Advise on the finding in law", ATTORNEY, {}),
    ("Make the finding", HR, {"finding": "violation"}),
    ("Establish the category", ADVISER, {"category": "employee"}),
    ("Advise on discipline", ADVISER, {"level": "written-warning"}),
    ("Say what is considered", HEAD, {"plan": "other"}),
    (
        "Take action",
        HEAD,
        {
            "decision": "discipline",
            "kind": "written-warning",
            "follows_advice": True,
            "letter": LETTER,
        },
    ),
    ("Choose whether to appeal", SUBJECT, {"choice": "grievance"}),
    ("Record the choice", HR, {"choice": "grievance"}),
    ("Record the grievance decision", ADVISER, {"decision": "confirm", "reason": CONFIRMED}),
    (
        "Record the final discipline",
        HR,
        {"disposition": "discipline", "kind": "written-warning", "reasons": REASONS},
    ),
    ("Reply to the complainant", HR, {"how": "here", "reply": REPLY}),
    ("Close the case", HR, {}),
]


def take(person: Person) -> None:
    """Open the step of the case that waits for this person, and take it where it is offered."""
    for tab in ("mine", "roles"):
        person.open(f"/tasks?tab={tab}")
        row = person.page.get_by_role("row").filter(has_text=CASE)
        if row.count():
            row.first.get_by_role("link").first.click()
            break
    offered = person.page.get_by_role("button", name="Take this step", exact=True)
    if offered.count():
        offered.click()


def do(person: Person, chosen: dict[str, Any]) -> None:
    """Choose, send, and answer what the form still asks for, as its summary of errors says."""
    for name, answer in chosen.items():
        _choose(person, name, answer)
    for _ in range(MOST_MENDINGS):
        with person.page.expect_navigation():
            person.send()
        links = person.page.locator("[data-error-summary] a")
        if not links.count():
            break
        for target in [link.get_attribute("href") or "" for link in links.all()]:
            _make_up(person, target.removeprefix("#"))
    expect(person.said.first).to_contain_text(CASE)


def facts(person: Person, heading: str) -> list[tuple[str, str]]:
    """What the page of the case tells below a heading: each question with its answer."""
    section = person.page.locator("section").filter(
        has=person.page.get_by_role("heading", name=heading, exact=True)
    )
    rows: list[Locator] = section.locator("dl > div").all()
    return [(row.locator("dt").inner_text(), row.locator("dd").inner_text()) for row in rows]


def _choose(person: Person, name: str, answer: Any) -> None:
    control = person.page.locator(f"main [id='{name}']")
    kind = _kind(control) if control.count() else "group"
    match kind:
        case "combobox":
            person.pick(control, answer)
        case "select-one":
            known = control.locator(f"option[value='{answer}']").count()
            control.select_option(**({"value": answer} if known else {"label": answer}))
        case "group":
            value = {True: "yes", False: "no"}.get(answer, answer)
            choice = person.page.locator(f"main [name='{name}'][value='{value}']")
            person.page.locator(f"label[for='{choice.get_attribute('id')}']").click()
        case "checkbox":
            person.page.locator(f"label[for='{name}']").click()
        case _:
            control.fill(answer)


def _make_up(person: Person, target: str) -> None:
    control = person.page.locator(f"main [id='{target}']")
    match _kind(control):
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
            control.fill(MADE_UP)


def _kind(control: Locator) -> str:
    look = "one => one.tagName === 'FIELDSET' ? 'group' : one.role || one.type"
    return str(control.evaluate(look))
