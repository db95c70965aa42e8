"""Every kind of page, in three widths: nothing for axe-core, nothing sticks out, no complaints."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser import request
from tests.browser.colours import assert_told_without_colours
from tests.browser.conftest import Arrive
from tests.browser.looking import PICTURES, assert_clear, assert_focus_is_seen, settle
from tests.browser.person import PHONE, Person
from tests.browser.test_pipeline import start_request

REQUESTER, DECIDER, ADMIN = "Yuki Farrowdale", "Odalys Fernbrook", "Signe Albrook"
AUDITOR, OWNER, EDITOR = "Tobias Quenby", "Celeste Varga-Holm", "Ottoline Harrowgate"

# The picture's name, who looks, and at what.
PAGES = [
    ("tasks-mine", REQUESTER, "/tasks?tab=mine"),
    ("tasks-roles", "Tobin Ashgrove", "/tasks?tab=roles"),
    ("tasks-others", REQUESTER, "/tasks?tab=others"),
    ("tasks-done", REQUESTER, "/tasks?tab=done"),
    ("start", REQUESTER, "/start"),
    ("cases", DECIDER, "/cases"),
    ("cases-none", REQUESTER, "/cases?q=nothing+like+it"),
    ("case-late", "Hollis Birchmere", "/cases/1041"),
    ("case-open", DECIDER, "/cases/1042"),
    ("case-ended", DECIDER, "/cases/1044"),
    ("case-called", DECIDER, "/cases/1045"),
    ("diagrams", REQUESTER, "/diagrams"),
    ("diagram", REQUESTER, "/diagrams/create-site"),
    ("diagram-called", REQUESTER, "/diagrams/prepare-site"),
    ("diagram-review-second", "Bram Fennimore", "/diagrams/drafts/1/review"),
    ("check-report-kept", REQUESTER, "/diagrams/create-site/versions/1/report"),
    ("policy", REQUESTER, "/policy?q=launch"),
    ("policy-clause", AUDITOR, "/policy/clauses/CO-6"),
    ("policy-act", REQUESTER, "/policy/acts/approve-site"),
    ("policy-rule", REQUESTER, "/policy/rules/K01"),
    ("policy-process", REQUESTER, "/policy/processes/create-site"),
    ("policy-gaps", REQUESTER, "/policy/gaps"),
    ("policy-versions", REQUESTER, "/policy/versions"),
    ("policy-version", REQUESTER, "/policy/versions/1"),
    ("sites", DECIDER, "/sites"),
    ("site", DECIDER, "/sites/S05"),
    ("site-orphan", DECIDER, "/sites/S08"),
    ("evidence", AUDITOR, "/evidence"),
    ("evidence-site", AUDITOR, "/evidence/sites/S03"),
    ("evidence-sample", AUDITOR, "/evidence/sample?seed=2026"),
    ("evidence-four-eyes", AUDITOR, "/evidence/four-eyes"),
    ("evidence-chain", AUDITOR, "/evidence/chain"),
    ("evidence-interventions", AUDITOR, "/evidence/interventions"),
    ("evidence-reads", AUDITOR, "/evidence/reads"),
    ("evidence-break-glass", AUDITOR, "/evidence/break-glass"),
    ("interventions", OWNER, "/interventions"),
    ("interventions-case", OWNER, "/cases/1042/interventions"),
    ("interventions-ended", OWNER, "/cases/1044/interventions"),
    ("intervene", OWNER, "/cases/1042/interventions/place?place=launch-site/LaunchSite"),
    ("notices", REQUESTER, "/notices"),
    ("password", REQUESTER, "/password"),
    ("reports", OWNER, "/reports"),
    ("reports-process", OWNER, "/reports/processes/create-site"),
    ("reports-confidential", OWNER, "/reports/processes/investigate-complaint"),
    ("reports-steps", OWNER, "/reports/steps"),
    ("reports-cases", OWNER, "/reports/cases?state=ended"),
    ("absences", DECIDER, "/absences/"),
    ("absences-others", DECIDER, "/absences/others"),
    ("break-glass", "Beatrix Okonjo-Vale", "/break-glass"),
    ("personnel-data", "Henrike Wolmar", "/records/personnel-data"),
    ("site-earlier-decision", DECIDER, "/sites/S08/earlier-decision"),
    ("diagram-drafts", EDITOR, "/diagrams/drafts"),
    ("diagram-draft", EDITOR, "/diagrams/drafts/1"),
    ("diagram-draft-outline", EDITOR, "/diagrams/drafts/1/outline"),
    ("diagram-review", EDITOR, "/diagrams/drafts/1/review"),
    ("diagram-draft-remarks", EDITOR, "/diagrams/drafts/1/remarks"),
    ("diagram-draft-impact", EDITOR, "/diagrams/drafts/1/impact"),
    ("diagram-compare", REQUESTER, "/diagrams/create-site/compare"),
    ("diagram-impact", EDITOR, "/diagrams/create-site/versions/1/impact"),
    ("diagram-version", REQUESTER, "/diagrams/create-site/versions/1"),
    ("admin", ADMIN, "/admin"),
    ("admin-people", ADMIN, "/admin/people"),
    ("admin-person", ADMIN, "/admin/people/2"),
    ("admin-details", ADMIN, "/admin/people/2/details"),
    ("admin-invitation", ADMIN, "/admin/people/new"),
    ("admin-roles", ADMIN, "/admin/roles"),
    ("admin-units", ADMIN, "/admin/units"),
    ("admin-unit", ADMIN, "/admin/units/2"),
    ("admin-unit-new", ADMIN, "/admin/units/new"),
    ("admin-absences", ADMIN, "/admin/absences"),
    ("admin-jobs", ADMIN, "/admin/jobs"),
    ("admin-incidents", ADMIN, "/admin/incidents"),
    ("admin-calendar", ADMIN, "/admin/calendar"),
    ("admin-audit", ADMIN, "/admin/audit"),
]

PUBLIC = [("login", "/login"), ("register", "/register"), ("accessibility", "/accessibility")]

# Pages that no address alone leads to, and the tests that look at them.
LOOKED_AT_ELSEWHERE = {
    "case_migrations.index": "test_migration",
    "case_migrations.show": "test_migration",
    "rehearsals.index": "test_rehearsal",
    "rehearsals.show": "test_rehearsal",
    "rehearsals.scenario": "test_rehearsal",
    "studio.show": "test_studio",
    "comparisons.with_draft": "test_studio",
    **dict.fromkeys(
        (
            "outline.add",
            "outline.connection",
            "outline.deadline",
            "outline.new_catch",
            "outline.moving",
            "outline.new_deadline",
            "outline.new_process",
            "outline.new_question",
            "outline.parties",
            "outline.party",
            "outline.process",
            "outline.question",
            "outline.question_condition",
            "outline.questions",
            "outline.removal",
            "outline.step",
            "outline.way",
            "outline.words",
        ),
        "test_outline",
    ),
    "check_reports.way_of_version": "test_counterexample",
    "check_reports.of_draft": "test_counterexample, as that of a version",
    "check_reports.way_of_draft": "test_counterexample, as that of a version",
    "check_reports.check": "test_counterexample",
    "tasks.show": "test_a_task_is_clear_from_the_empty_form_to_its_errors, and test_confidential",
}

# What is not a page: it is saved or read by programs, or leads on to a page.
NOT_PAGES = {
    "studio_vocabulary.show": "JSON, for the panel of the studio",
    "static": "what pages are made of",
    "frame.home": "leads on to the tasks",
    "health.healthz": "text for a watching program",
    "health.readyz": "text for a watching program",
    "diagrams.xml": "a file to save",
    "diagram_drafts.xml": "a file to save",
    "policy.as_json": "for programs",
    "files.download": "a file to save",
    "personnel_data.document": "a file to save",
    "sites.document": "a file to save",
    "register.as_json": "for programs",
}

ERRORS = [("error-403", "/admin/people", 403), ("error-404", "/cases/99999", 404)]


def test_every_kind_of_page_is_looked_at(app: Flask) -> None:
    addresses = app.url_map.bind("")
    paths = [path for *_, path in [*PAGES, *PUBLIC]]
    looked_at = {addresses.match(path.partition("?")[0])[0] for path in paths}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.endswith(".csv")
    }
    assert pages - looked_at - LOOKED_AT_ELSEWHERE.keys() - NOT_PAGES.keys() == set()
    assert (LOOKED_AT_ELSEWHERE.keys() | NOT_PAGES.keys()) <= pages - looked_at


# Every third page is looked at each day, the others in the long tests.
SOME = [
    page if number % 3 == 0 else pytest.param(*page, marks=pytest.mark.long)
    for number, page in enumerate(PAGES)
]


@pytest.mark.parametrize(("name", "who", "path"), SOME)
def test_a_page_is_clear_to_everybody(arrive: Arrive, name: str, who: str, path: str) -> None:
    person = arrive(who)
    answer = person.page.goto(path)
    assert answer is not None
    assert answer.status == 200
    assert_clear(person, name)
    assert_focus_is_seen(person)
    assert_told_without_colours(person)


@pytest.mark.long
@pytest.mark.parametrize(("name", "who", "path"), PAGES)
def test_a_page_is_clear_on_a_telephone(arrive: Arrive, name: str, who: str, path: str) -> None:
    person = arrive(who)
    person.page.goto(path)
    assert_clear(person, name, thoroughly=True)


@pytest.mark.parametrize(("name", "path"), PUBLIC)
def test_a_public_page_is_clear_to_everybody(arrive: Arrive, name: str, path: str) -> None:
    stranger = arrive()
    stranger.open(path)
    assert_clear(stranger, name)
    assert_told_without_colours(stranger)


@pytest.mark.parametrize(("name", "path", "status"), ERRORS)
def test_an_error_page_is_clear_to_everybody(
    arrive: Arrive, name: str, path: str, status: int
) -> None:
    person = arrive(REQUESTER)
    answer = person.page.goto(path)
    assert answer is not None
    assert answer.status == status
    assert_clear(person, name)


def test_charts_keep_their_shapes_in_forced_colours(arrive: Arrive) -> None:
    celeste = arrive(OWNER)
    celeste.page.emulate_media(forced_colors="active")
    celeste.open("/reports/processes/create-site")
    settle(celeste.page)
    celeste.photograph(PICTURES / "reports-process-forced.png")
    for colour, ours, other in (
        ("fill", ".chart__bar--1", ".chart__bar--2"),
        ("backgroundColor", ".charts__key", ".charts__key--number-2"),
        ("backgroundColor", ".heat-scale__one--1", ".heat-scale__one--5"),
        ("backgroundColor", ".heat-scale__one--1", ".badge--note"),
    ):
        assert colour_of(celeste, ours, colour) != colour_of(celeste, other, colour), (ours, other)


def colour_of(person: Person, selector: str, name: str) -> str:
    """A colour of the first such thing on the page, of the mark before it where it has one."""
    look = """(one, name) => getComputedStyle(one, one.matches('.charts__key') ? '::before' : null)[name]"""
    return str(person.page.locator(selector).first.evaluate(look, name))


def test_a_wrong_password_is_told_clearly(arrive: Arrive) -> None:
    stranger = arrive()
    stranger.open("/login")
    stranger.fill({"E-mail address": "nobody@northwater.example", "Password": "wrong"})
    stranger.press("Sign in")
    expect(stranger.page.locator("[data-error-summary]")).to_be_visible()
    assert_clear(stranger, "login-refused")


def test_a_task_is_clear_from_the_empty_form_to_its_errors(arrive: Arrive) -> None:
    person = arrive("Marit Solvang-Pike").open_task("R-1042", "Decide on the request")
    assert_clear(person, "task")
    person.send()
    expect(person.page.locator("[data-error-summary]")).to_be_visible()
    assert_clear(person, "task-errors")


def test_a_long_form_is_clear_with_its_errors(arrive: Arrive) -> None:
    person = arrive("Cyrus Peltonen")
    start_request(person)
    person.fill({"Are comments allowed?": "Yes", "Proposed handle": "northwater"})
    person.page.get_by_role("button", name="Add other people with access").click()
    assert_clear(person, "task-long")
    assert_told_without_colours(person)
    person.send()
    expect(person.page.locator("[data-error-summary]")).to_be_visible()
    assert_clear(person, "task-long-errors")


def test_what_opens_on_a_page_is_clear(arrive: Arrive) -> None:
    signe = arrive("Signe Albrook")
    page = signe.open("/tasks")
    page.locator("summary", has_text="More").click()
    assert_clear(signe, "menu-more")
    page.locator("summary", has_text="Signe Albrook").click()
    assert_clear(signe, "menu-person")
    page.keyboard.press("Escape")
    signe.press("Keyboard shortcuts")
    assert_clear(signe, "keys")


def test_the_menu_of_a_telephone_is_clear(arrive: Arrive) -> None:
    signe = arrive("Signe Albrook", viewport=PHONE)
    signe.open("/tasks")
    signe.press("Menu")
    signe.page.locator("summary", has_text="More").click()
    assert_clear(signe, "menu-telephone")


def test_a_refused_withdrawal_is_clear(arrive: Arrive) -> None:
    tamsin = arrive("Tamsin Oxbow")
    start_request(tamsin)
    tamsin.page.locator(".page__above a").last.click()
    tamsin.page.locator("summary", has_text="Withdraw request").click()
    assert_clear(tamsin, "case-withdraw")
    tamsin.press("Withdraw request")
    expect(tamsin.heading).to_have_text("Some answers need another look")
    assert_clear(tamsin, "error-422")
    tamsin.follow("Open that page again")
    expect(tamsin.heading).to_have_text("Create site")


def test_a_notice_is_clear(arrive: Arrive) -> None:
    hollis = arrive("Hollis Birchmere")
    hollis.open("/notices")
    assert_clear(hollis, "notices-unread")


def test_a_task_that_another_person_holds_says_so(arrive: Arrive) -> None:
    beatrix, silas = arrive("Beatrix Okonjo-Vale"), arrive("Silas Merriwort")
    beatrix.open_task("R-1043", "Advise on the law").press("Take this task")
    expect(beatrix.said).to_contain_text("You work on")
    silas.open_task("R-1043", "Advise on the law")
    expect(silas.said).to_contain_text("Beatrix Okonjo-Vale works on this task")
    assert_clear(silas, "task-held")
    beatrix.press("Release")


def test_a_task_that_a_rule_refuses_says_why(arrive: Arrive) -> None:
    hollis = arrive("Hollis Birchmere")
    case = start_request(hollis)
    hollis.fill(
        {
            **request.REQUEST,
            "Department, board or office that will run the site": "Parks and Recreation",
        }
    )
    hollis.send()
    hollis.open_task(case, "Forward the request")
    expect(hollis.said).to_contain_text("The policy does not let you do this now.")
    assert_clear(hollis, "task-refused")


def test_the_second_of_two_meets_a_clear_page(arrive: Arrive) -> None:
    first, second = arrive("Gideon Larkspur"), arrive("Gideon Larkspur")
    case = start_request(first)
    first.fill(request.REQUEST)
    second.open_task(case, "Submit site request").fill(request.REQUEST)
    first.send()
    expect(first.said).to_contain_text("is done")
    second.send()
    expect(second.heading).to_have_text("Somebody was faster")
    assert_clear(second, "error-409")
