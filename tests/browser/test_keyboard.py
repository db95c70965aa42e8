"""Everything with the keyboard alone, and one always sees where one is."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.person import PHONE
from tests.browser.test_confidential import begin_complaint, send_complaint
from tests.browser.test_pipeline import start_request
from webapp.demo.people import PASSWORD, email_of

# Enough for the longest way that a test goes from one control to another.
MOST_TABS = 80

FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels?.[0]?.textContent ?? one.getAttribute('aria-label') ?? one.textContent;
  return label.replace(/\\s+/g, ' ').trim();
}"""

SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  const near = document.activeElement.closest('.diagram__canvas, label') ?? document.activeElement;
  const label = document.activeElement.labels?.[0];
  const ring = (one, pseudo) => {
    const found = getComputedStyle(one, pseudo);
    return found.outlineStyle !== 'none' && parseFloat(found.outlineWidth) >= 2;
  };
  return ring(document.activeElement) || ring(near) || (!!label && ring(label, '::before'));
}"""


def focused(page: Page) -> str:
    """The words of what has the focus."""
    words: str = page.evaluate(FOCUSED)
    return words


def tab_to(page: Page, words: str, *, back: bool = False) -> None:
    """Go on with the Tab key until something that begins with these words has the focus."""
    met: list[str] = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        met.append(focused(page))
        if met[-1].startswith(words):
            assert page.evaluate(SEEN), f"One does not see that {words!r} has the focus."
            return
    raise AssertionError(f"{words!r} is not reached by Tab: {met}")


def test_one_signs_in_finds_a_task_and_sends_it(arrive: Arrive) -> None:
    silas = arrive()
    page = silas.open("/login")
    tab_to(page, "E-mail address")
    page.keyboard.type(email_of("Silas Merriwort"))
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(silas.heading).to_have_text("Tasks")
    tab_to(page, "Advise on the law")
    page.keyboard.press("Enter")
    expect(silas.heading).to_have_text("Advise on the law")
    tab_to(page, "Yes")
    page.keyboard.press("Space")
    tab_to(page, "No concerns")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Advice to Communications")
    page.keyboard.type("The terms are usual. The page speaks for the office.")
    tab_to(page, "Advise Communications on the law")
    page.keyboard.press("Enter")
    expect(silas.said).to_contain_text("“Advise on the law” is done.")


def test_the_first_tab_skips_to_the_content(arrive: Arrive) -> None:
    page = arrive("Tobin Ashgrove").open("/tasks")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == "Start something"


def test_errors_take_the_focus_and_lead_to_their_fields(arrive: Arrive) -> None:
    juno = arrive("Juno Hallowell")
    start_request(juno)
    page = juno.page
    tab_to(page, "Request a site")
    page.keyboard.press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert page.title().startswith("Error: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "Create a new site"
    expect(juno.group("What do you ask for?").locator("legend")).to_be_in_viewport()


def test_menus_open_and_close_and_let_go(arrive: Arrive) -> None:
    page = arrive("Signe Albrook").open("/tasks")
    tab_to(page, "More")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Policy", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    assert focused(page) == "Policy"
    page.keyboard.press("Escape")
    assert focused(page) == "More"
    expect(page.get_by_role("link", name="Policy", exact=True)).to_be_hidden()
    tab_to(page, "Signe Albrook")
    page.keyboard.press("Enter")
    tab_to(page, "Sign out")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_the_places_of_a_telephone_open_by_key(arrive: Arrive) -> None:
    page = arrive("Tobin Ashgrove", viewport=PHONE).open("/tasks")
    expect(page.get_by_role("link", name="Cases", exact=True)).to_be_hidden()
    tab_to(page, "Menu")
    page.keyboard.press("Space")
    tab_to(page, "Cases")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")


def test_a_diagram_takes_keys_and_lets_go(arrive: Arrive) -> None:
    page = arrive("Tobin Ashgrove").open("/diagrams/create-site")
    expect(page.locator("[data-ready=true]")).to_be_visible()
    drawing = page.locator(".djs-container svg .viewport").first
    tab_to(page, "Create site, version")
    before = drawing.get_attribute("transform")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    assert drawing.get_attribute("transform") != before
    tab_to(page, "step ")
    tab_to(page, "Create site, version", back=True)
    tab_to(page, "Full screen", back=True)


def test_lists_have_keys_that_can_be_turned_off(arrive: Arrive) -> None:
    page = arrive("Odalys Fernbrook").open("/cases")
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("j")
    second = focused(page)
    page.keyboard.press("k")
    assert first != second
    assert focused(page) == first
    page.keyboard.press("?")
    tab_to(page, "Use these single keys in this browser")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert focused(page) == first


@pytest.mark.long
def test_a_confidential_step_is_kept_out_of_by_one_and_taken_by_another(arrive: Arrive) -> None:
    yuki = arrive("Yuki Farrowdale")
    begin_complaint(yuki)
    send_complaint(yuki)
    annika, cyrus = arrive("Annika Drumlin"), arrive("Cyrus Peltonen")
    for person in (annika, cyrus):
        page = person.open("/tasks?tab=roles")
        tab_to(page, "Confidential step for Human Resources")
        page.keyboard.press("Enter")
        expect(person.heading).to_have_text("Confidential step for Human Resources")
        if person is annika:
            tab_to(page, "I have a conflict of interest")
            page.keyboard.press("Enter")
            tab_to(page, "What the conflict is")
            page.keyboard.type("I know who complains.")
            tab_to(page, "Declare the conflict")
        else:
            tab_to(page, "Take this step")
        page.keyboard.press("Enter")
    expect(annika.heading).to_have_text("Tasks")
    expect(annika.page.locator("table")).to_have_count(0)
    expect(cyrus.heading).to_have_text("Receive the complaint")


def test_an_owner_reminds_of_a_chosen_step(arrive: Arrive) -> None:
    celeste = arrive("Celeste Varga-Holm")
    page = celeste.open("/reports/steps")
    tab_to(page, "R-1042: Decide on the request")
    page.keyboard.press("Space")
    tab_to(page, "Remind")
    page.keyboard.press("Space")
    tab_to(page, "Do this with the chosen steps")
    page.keyboard.press("Enter")
    expect(celeste.heading).to_have_text("Reminded: 1 of 1 step")


@pytest.mark.long
def test_one_asks_for_an_intervention_and_a_second_person_agrees(arrive: Arrive) -> None:
    celeste, ottoline = arrive("Celeste Varga-Holm"), arrive("Ottoline Harrowgate")
    page = celeste.open("/cases/1043/interventions")
    tab_to(page, "Skip Advise on security")
    page.keyboard.press("Enter")
    expect(celeste.heading).to_have_text("Skip “Advise on security” in R-1043")
    tab_to(page, "Reason")
    page.keyboard.type("Everybody who may advise is away.")
    tab_to(page, "Ask for a second person")
    page.keyboard.press("Enter")
    expect(celeste.said.first).to_contain_text("It waits for a second person")
    page = ottoline.open("/interventions")
    tab_to(page, "R-1043")
    page.keyboard.press("Enter")
    expect(ottoline.heading).to_have_text("Interventions: R-1043")
    tab_to(page, "Why you agree or refuse")
    page.keyboard.type("I have asked the director.")
    tab_to(page, "Agree, and do it")
    page.keyboard.press("Enter")
    expect(ottoline.said.first).to_contain_text("You agreed, and it is done.")
