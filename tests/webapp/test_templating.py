"""How pages speak: dates, durations, people and forms as people meet them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from lxml import html
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from webapp import templating
from webapp.templating import CityClock, duration, page_numbers, people, person, plural, url_here

NORTHWATER = ZoneInfo("America/Los_Angeles")
SUNDAY_MORNING = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 10:00 in Northwater


@pytest.fixture
def clock() -> CityClock:
    return CityClock(NORTHWATER, lambda: SUNDAY_MORNING)


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("webapp", root_path=str(Path(templating.__file__).parent))
    app.config.update(SECRET_KEY="for tests only")
    templating.install(app, zone=NORTHWATER, now=lambda: SUNDAY_MORNING)
    app.add_url_rule("/tasks/<int:number>", "task", lambda number: f"task {number}")
    app.add_url_rule("/tasks", "tasks", lambda: url_here(sort="-due", page=None))
    with app.test_request_context("/tasks"):
        yield app


def offered(*values: str) -> Any:
    # The stubs know only tuples, which WTForms itself has begun to refuse.
    return list(values)


class Administrator(Form):
    person = SelectField("Person", choices=offered("", "3"))
    training = StringField("Training", validators=[InputRequired("Say which training.")])


class Request(Form):
    token = HiddenField()
    name = StringField(
        "Name", description="As the public sees it.", validators=[InputRequired("Enter a name.")]
    )
    platform = RadioField(
        "Platform", choices=offered("Instagram", "Another"), validators=[InputRequired()]
    )
    which = StringField("Which one", render_kw={"data-shown-when": '{"field": "platform"}'})
    purpose = TextAreaField("Purpose", validators=[Length(max=500)])
    languages = SelectMultipleField("Languages", choices=offered("English", "Spanish"))
    unit = SelectField("Unit", choices=offered(*map(str, range(20))))
    followers = IntegerField("Followers")
    comments = BooleanField("The public may comment")
    plan = FileField("Plan")
    administrators = FieldList(
        FormField(Administrator),
        "Administrators",
        min_entries=1,
        max_entries=4,
        render_kw={"data-row-name": "Administrator"},
    )


def whole(text: str) -> Any:
    return html.document_fromstring(text)


def drawn(app: Flask, form: Form) -> Any:
    template = app.jinja_env.from_string(
        '{% from "macros/forms.html" import form_page %}'
        '{{ form_page(form, "/tasks/7/completion", "Send to Communications",'
        ' draft_url="/tasks/7/draft") }}'
    )
    return html.fragment_fromstring(template.render(form=form), create_parent=True)


def sent(**values: str) -> Request:
    form = Request(MultiDict({"unit": "4", **values}))
    form.validate()
    return form


# Dates


def test_due_says_the_day_and_how_far_it_is(clock: CityClock) -> None:
    assert clock.due(SUNDAY_MORNING + timedelta(days=2)) == "due Tuesday 24 November (in 2 days)"
    assert clock.due(SUNDAY_MORNING + timedelta(days=1)) == "due Monday 23 November (tomorrow)"
    assert clock.due(date(2026, 11, 24)) == "due Tuesday 24 November (in 2 days)"


def test_overdue_says_since_when(clock: CityClock) -> None:
    past = SUNDAY_MORNING - timedelta(days=2)
    assert clock.due(past) == "was due Friday 20 November (2 days ago)"
    assert clock.due(SUNDAY_MORNING - timedelta(hours=1)) == "was due today at 09:00"
    assert clock.is_past(past)
    assert not clock.is_past(date(2026, 11, 22))


def test_due_today_names_the_hour(clock: CityClock) -> None:
    assert clock.due(SUNDAY_MORNING + timedelta(hours=7)) == "due today at 17:00"
    assert clock.due(date(2026, 11, 22)) == "due today"


def test_no_due_date_says_so(clock: CityClock) -> None:
    assert clock.due(None) == "no due date"


def test_days_are_the_citys_not_greenwichs(clock: CityClock) -> None:
    late_evening = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    assert clock.day(late_evening) == "Tuesday 24 November"


def test_another_year_is_named(clock: CityClock) -> None:
    assert clock.day(date(2027, 1, 4)) == "Monday 4 January 2027"


def test_a_moment_without_zone_is_refused(clock: CityClock) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        clock.due(datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001  the very mistake


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=42), "42 minutes ago"),
        (timedelta(hours=2), "today at 08:00"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_ago_grows_coarser(clock: CityClock, before: timedelta, words: str) -> None:
    assert clock.ago(SUNDAY_MORNING - before) == words


def test_a_moment_of_another_day_names_the_day(clock: CityClock) -> None:
    assert clock.moment(SUNDAY_MORNING) == "today at 10:00"
    assert clock.moment(SUNDAY_MORNING - timedelta(days=5)) == "Tuesday 17 November at 10:00"


def test_what_has_not_happened_is_left_empty(clock: CityClock) -> None:
    assert [clock.day(None), clock.moment(None), clock.ago(None), clock.time(None)] == [""] * 4


# Durations, counts, people


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ("P5BD", "5 working days"),
        ("P1BD", "1 working day"),
        ("P2W", "2 weeks"),
        ("P1DT4H", "1 day 4 hours"),
        ("PT30M", "30 minutes"),
        ("P1Y", "1 year"),
        ("soon", "soon"),
        ("P", "P"),
        (timedelta(days=3, hours=4, minutes=5), "3 days 4 hours"),
        (timedelta(seconds=20), "20 seconds"),
        (timedelta(0), "no time"),
        (None, ""),
    ],
)
def test_durations_in_words(length: timedelta | str | None, words: str) -> None:
    assert duration(length) == words


def test_counts_carry_their_noun() -> None:
    assert plural(0, "task") == "no tasks"
    assert plural(1, "task") == "1 task"
    assert plural(1200, "case") == "1,200 cases"
    assert plural(2, "policy") == "2 policies"
    assert plural(2, "day") == "2 days"
    assert plural(2, "breach") == "2 breaches"
    assert plural(2, "person", "people") == "2 people"


def test_people_are_named_with_their_unit() -> None:
    rosa = SimpleNamespace(name="Rosa Marin", unit=SimpleNamespace(name="Parks"))
    chen = SimpleNamespace(name="Chen Wu", unit=None)
    assert person(rosa) == "Rosa Marin, Parks"
    assert person(chen) == "Chen Wu"
    assert person("the worker") == "the worker"
    assert person(None) == "nobody"
    assert people([rosa, chen, "Ada"]) == "Rosa Marin, Parks; Chen Wu and Ada"
    assert people([chen]) == "Chen Wu"
    assert people([]) == "nobody"


# Lists


def test_page_numbers_leave_gaps_where_pages_are_many() -> None:
    assert page_numbers(1, 1) == [1]
    assert page_numbers(3, 5) == [1, 2, 3, 4, 5]
    assert page_numbers(6, 11) == [1, None, 5, 6, 7, None, 11]


def test_a_list_keeps_its_filters_when_sorted(app: Flask) -> None:
    answer = app.test_client().get("/tasks?unit=3&unit=4&sort=due&page=2")
    assert answer.text == "/tasks?unit=3&unit=4&sort=-due"


# Forms


def test_each_control_has_a_label_and_its_help(app: Flask) -> None:
    page = drawn(app, Request())
    for control in page.xpath(".//input[not(@type='hidden')] | .//select | .//textarea"):
        assert page.xpath(f".//label[@for='{control.get('id')}']"), control.get("id")
    (name,) = page.xpath(".//input[@id='name']")
    assert name.get("aria-describedby") == "name-hint"
    assert page.get_element_by_id("name-hint").text == "As the public sees it."


def test_required_and_optional_are_marked(app: Flask) -> None:
    page = drawn(app, Request())
    assert "*" in page.xpath(".//label[@for='name']")[0].text_content()
    assert "(optional)" in page.xpath(".//label[@for='purpose']")[0].text_content()


def test_choices_stand_in_a_group_with_a_legend(app: Flask) -> None:
    page = drawn(app, Request(data={"languages": ["Spanish"], "platform": "Instagram"}))
    assert [legend.text.strip() for legend in page.xpath(".//fieldset[@id='platform']/legend")] == [
        "Platform"
    ]
    assert page.xpath(".//input[@checked]/@id") == ["platform-0", "languages-1"]


def test_errors_are_summed_up_and_tied_to_their_fields(app: Flask) -> None:
    form = sent(**{"administrators-0-person": "3"})
    page = drawn(app, form)
    (summary,) = page.xpath(".//*[@role='alert']")
    assert summary.xpath(".//a/@href") == ["#name", "#platform-0", "#administrators-0-training"]
    for link in summary.xpath(".//a/@href"):
        page.get_element_by_id(link[1:])
    (name,) = page.xpath(".//input[@id='name']")
    assert name.get("aria-describedby") == "name-hint name-error"
    assert name.get("aria-invalid") == "true"
    assert "Enter a name." in page.get_element_by_id("name-error").text_content()


def test_the_summary_names_a_field_once(app: Flask) -> None:
    form = sent(**{"administrators-0-person": "3"})
    form.name.errors = ["Fill in “Name”."]
    lines = [
        link.text_content().strip() for link in drawn(app, form).xpath(".//*[@role='alert']//a")
    ]
    assert lines[0] == "Fill in “Name”."
    assert lines[2] == "Administrators 1, Training: Say which training."


def test_a_form_without_errors_has_no_summary(app: Flask) -> None:
    assert not drawn(app, Request()).xpath(".//*[@role='alert']")


def test_what_was_typed_stays(app: Flask) -> None:
    page = drawn(app, sent(purpose="News <of> the parks"))
    assert page.xpath(".//textarea[@id='purpose']")[0].text.strip() == "News <of> the parks"


def test_conditions_stand_on_the_group_not_on_the_control(app: Flask) -> None:
    page = drawn(app, Request())
    (group,) = page.xpath(".//*[@data-field='which']")
    assert group.get("data-shown-when") == '{"field": "platform"}'
    assert page.get_element_by_id("which").get("data-shown-when") is None


def test_a_table_offers_rows_with_and_without_scripts(app: Flask) -> None:
    page = drawn(app, Request(data={"administrators": [{"person": "3"}, {"person": ""}]}))
    (table,) = page.xpath(".//*[@data-rows]")
    assert table.get("data-rows-next") == "2"
    assert table.get("data-rows-max") == "4"
    names = table.xpath(".//select/@name")
    assert names == [f"administrators-{index}-person" for index in (0, 1, "__row__", 2, 3, 4)]
    assert [legend.text_content().split() for legend in table.xpath("./div//legend")] == [
        ["Administrator", "1"],
        ["Administrator", "2"],
    ]


def test_a_long_select_is_searchable_and_keeps_its_choice(app: Flask) -> None:
    page = drawn(app, Request(data={"unit": "7"}))
    (box,) = page.find_class("usa-combo-box")
    assert box.get("data-default-value") == "7"
    assert page.xpath(".//select[@id='administrators-0-person']/..")[0] != box


def test_long_text_counts_its_characters(app: Flask) -> None:
    (count,) = drawn(app, Request()).find_class("usa-character-count")
    assert count.get("data-maxlength") == "500"


def test_files_are_sent_as_such(app: Flask) -> None:
    (form,) = drawn(app, Request()).xpath(".//form")
    assert form.get("enctype") == "multipart/form-data"
    assert form.get("data-draft-url") == "/tasks/7/draft"


# Diagrams


def test_the_text_twin_says_where_a_case_stands_and_where_it_goes_on(app: Flask) -> None:
    steps = [
        {
            "number": 1,
            "element": "ReviewRequest",
            "kind": "userTask",
            "party": "Communications",
            "text": "Communications: Review the request.",
            "notes": ("Time limit: 2 business days.", f"Asks for: {'Reason; ' * 40}"),
            "branches": [
                {"text": "Otherwise, go on to step 2.", "to": 2},
                {"text": "After 90 days it ends.", "to": None},
            ],
        },
        {"number": 2, "element": "SiteLive", "kind": "end", "party": None, "text": "The end."},
    ]
    template = app.jinja_env.from_string(
        '{% from "macros/diagram.html" import both %}'
        '{{ both("/xml", "Create a site", steps, {"here": "ReviewRequest", "live": []}) }}'
    )
    page: Any = html.fragment_fromstring(template.render(steps=steps), create_parent=True)
    assert page.xpath(".//*[@data-diagram]/@data-xml-url") == ["/xml"]
    assert page.xpath(".//a[@href='#twin-2']/text()") == ["step 2"]
    assert "You are here" in page.get_element_by_id("twin-1").text_content()
    assert page.xpath(".//details/summary/text()") == ["Asks for …"]
    assert page.text_content().count("Communications") == 1


# Pages


@pytest.mark.parametrize("code", [403, 404, 409, 422, 429, 500, 503])
def test_every_error_page_says_what_happened_and_what_next(app: Flask, code: int) -> None:
    page = whole(templating.render_bare(app, f"errors/{code}.html"))
    assert len(page.xpath("//h1")) == 1
    assert page.find_class("page__lede")[0].text_content().strip()
    assert "What to do next" in [heading.text for heading in page.xpath("//h2")]


def test_a_refusal_names_rule_and_clauses(app: Flask) -> None:
    text = templating.render_bare(
        app, "errors/409.html", refusals=[("K05", "Nobody approves their own site.", ["CO-2"])]
    )
    assert "Nobody approves their own site." in text
    assert "Rule K05 · CO-2" in text


def test_the_frame_shows_places_person_and_demo(app: Flask) -> None:
    page = whole(
        templating.render_bare(
            app,
            "errors/404.html",
            city="City of Northwater",
            demo=True,
            places=[("Tasks", "/tasks", True)],
            more=[("Policy", "/policy", False)],
            person=SimpleNamespace(name="Rosa Marin", unit=SimpleNamespace(name="Parks")),
            sign_out_url="/logout",
        )
    )
    assert page.xpath("//nav[@aria-label='Places']//a[@aria-current]/text()") == ["Tasks"]
    assert page.xpath("//form[@method='post']/@action") == ["/logout"]
    assert page.find_class("demo-banner")
    assert page.xpath("//body/a[1]/@href") == ["#main"]


def test_pages_hold_nothing_that_the_content_policy_forbids(app: Flask) -> None:
    text = templating.render_bare(app, "errors/404.html", person="Rosa")
    page = whole(text)
    assert not page.xpath("//*[@style] | //style | //script[not(@src)]")
    assert "javascript:" not in text
