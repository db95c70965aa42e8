"""What the picture of a diagram lights up, beside the same in words."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrive

ON_TOP = """(one) => {
  one.scrollIntoView({ block: 'center' });
  const { left, top, width, height } = one.getBoundingClientRect();
  const found = document.elementFromPoint(left + width / 2, top + height / 2);
  return one.contains(found) && getComputedStyle(one).opacity === '1';
}"""


def drawn(page: Page, name: str) -> Locator:
    """A diagram of the page, when it is drawn."""
    found = page.locator(f"[data-diagram][aria-label^='{name}']")
    expect(found).to_have_attribute("data-ready", "true")
    return found


def lit(diagram: Locator, marker: str) -> set[str]:
    """The elements that carry a marker."""
    marked: list[str] = diagram.locator(f".djs-element.{marker}").evaluate_all(
        "all => all.map((one) => one.dataset.elementId)"
    )
    return set(marked)


def test_a_case_shows_where_it_has_been_and_where_it_waits(arrive: Arrive) -> None:
    page = arrive("Odalys Fernbrook").open("/cases/1042")
    diagram = drawn(page, "Create site")
    assert lit(diagram, "is-live") == {"ReviewAndDecide"}
    assert {"SubmitRequest", "AskDepartment"} <= lit(diagram, "is-passed")
    assert not {"PrepareSite", "LaunchAndCheck", "RequestDeclined"} & lit(diagram, "is-passed")
    expect(diagram.locator(".badge--live")).to_have_text("Waiting")
    path = diagram.locator(".djs-connection.is-passed .djs-visual > path").first
    assert path.evaluate("one => getComputedStyle(one).stroke") == "rgb(47, 122, 74)"
    inside = drawn(page, "Decide on request")
    assert lit(inside, "is-live") == {"DecideRequest"}
    assert {"ReviewRequest", "RequestComplete", "GatherAdvice"} <= lit(inside, "is-passed")
    shape = inside.locator("[data-element-id=DecideRequest] .djs-visual > :first-child").first
    assert shape.evaluate("one => getComputedStyle(one).stroke") == "rgb(180, 83, 9)"


def test_a_step_of_a_called_diagram_is_lit_in_both(arrive: Arrive) -> None:
    page = arrive("Odalys Fernbrook").open("/cases/1045")
    assert lit(drawn(page, "Create site"), "is-live") == {"PrepareSite"}
    called = lit(drawn(page, "Prepare site"), "is-live")
    assert len(called) == 1
    folded = page.locator("details.called:has(> summary:has-text('Gather advice'))")
    expect(folded.locator("[data-diagram]")).to_be_hidden()
    folded.locator("summary").first.click()
    assert "AdviseSecurity" in lit(drawn(page, "Gather advice"), "is-passed")


def test_a_task_shows_itself(arrive: Arrive) -> None:
    person = arrive("Odalys Fernbrook").open_task("R-1042", "Decide on the request")
    diagram = drawn(person.page, "Diagram of Decide on request")
    assert lit(diagram, "is-here") == {"DecideRequest"}
    assert lit(diagram, "is-live") == set()
    badge = diagram.locator(".badge--here")
    expect(badge).to_have_text("This task")
    assert badge.evaluate(ON_TOP)


def test_the_watermark_of_bpmn_io_is_whole_and_on_top(arrive: Arrive) -> None:
    person = arrive("Odalys Fernbrook")
    for path in ("/diagrams/create-site", "/cases/1042"):
        page = person.open(path)
        diagram = drawn(page, "Create site")
        mark = diagram.locator("a.bjs-powered-by")
        expect(mark).to_be_visible()
        assert mark.evaluate(ON_TOP)


def test_the_same_stands_in_words(arrive: Arrive) -> None:
    page = arrive("Odalys Fernbrook").open("/cases/1042")
    drawn(page, "Create site")
    page.get_by_role("link", name="The same in words").first.click()
    words = page.locator(".twin").first
    expect(words).to_be_visible()
    waiting = words.get_by_role("listitem").filter(has_text="Waiting now")
    expect(waiting.first).to_contain_text("Review and decide")
    expect(words.get_by_role("listitem").filter(has_text="Done").first).to_be_visible()


def test_a_narrow_window_begins_where_the_case_stands(arrive: Arrive) -> None:
    page = arrive("Odalys Fernbrook").open("/cases/1042")
    drawn(page, "Create site")
    page.set_viewport_size({"width": 400, "height": 800})
    badge = page.locator(".badge--live").first
    badge.scroll_into_view_if_needed()
    expect(badge).to_be_in_viewport()
    assert badge.evaluate(
        "one => one.getBoundingClientRect().left < one.closest('[data-diagram]')"
        ".getBoundingClientRect().right"
    )
