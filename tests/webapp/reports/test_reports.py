"""Reports as managers meet them: figures, filters, files, and the cases behind each number."""

import csv
import io
import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.cases import Case
from models.database import db, transaction
from models.people import Person
from tests import city
from tests.webapp.desk import Desk
from tests.webapp.door import password_hash
from tests.workflows import walking
from tests.workflows.status import busy

PROCESS = "/reports/processes/asking"


def settled(app: Flask, *, cases: int = 12) -> Desk:
    """The busy town with its people at their desks; Pia manages processes, Cora is the City Clerk."""
    app.config["NOW"] = busy.LOOKED
    town = busy.town()
    busy.busy_cases(town, cases)
    with transaction() as session:
        pia = city.person(session, "Pia", "Manager", town.people.communications)
        cora = city.person(session, "Cora", "Clerk", town.people.clerk)
        city.grant(session, pia, "process_manager")
        city.grant(session, cora, "city_clerk")
        session.execute(update(Person).values(password_hash=password_hash()))
    return Desk(app, town, busy.LOOKED)


@pytest.fixture
def town(app: Flask) -> Desk:
    return settled(app)


def person(name: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.given_name == name)).one()


def read(town: Desk, address: str, who: str = "Pia") -> str:
    answer = town.browser(person(who)).get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def rows(town: Desk, address: str) -> list[list[str]]:
    answer = town.browser(person("Pia")).get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.text)))


def test_the_page_of_all_processes_shows_what_waits_and_for_whom(town: Desk) -> None:
    page = read(town, "/reports")
    for words in ("Open cases", "Where cases wait", "Workload by role", "Rosa Valdez", "Forward"):
        assert words in page
    assert ">5</a>" in page
    assert "Ask for something" in page
    assert "<title id=" in page
    assert "style=" not in page
    assert rows(town, "/reports/tables/processes.csv")[1] == [
        "Ask for something", "5", "4", "2026-09-07", "none by design",
    ]  # fmt: skip


def test_the_page_of_a_process_marks_its_picture_and_says_the_same_in_a_table(town: Desk) -> None:
    page = read(town, PROCESS)
    assert '"Forward": "2 open"' in page
    assert '"Forward": "1 overdue"' in page
    assert '"times": {"Ask": "1 h", "Decide": "4 d", "Forward": "6 h"}' in page
    assert '"heat": {"Ask": 1, "Decide": 5, "Forward": 1}' in page
    table = rows(town, f"{PROCESS}/tables/steps.csv")
    assert table[2] == [
        "Forward", "Department", "2", "1", "0.23", "0.42", "0.08", "0.17", "10",
    ]  # fmt: skip
    assert table[3][4:6] == ["4.0", "7.0"]
    warm = read(town, f"{PROCESS}?heat=working")
    assert '"times": {"Forward": "2 h"}' in warm


@pytest.mark.parametrize("table", ["steps", "outcomes", "returned", "months"])
def test_every_table_of_a_process_is_a_file(town: Desk, table: str) -> None:
    assert len(rows(town, f"{PROCESS}/tables/{table}.csv")) > 1


@pytest.mark.parametrize("table", ["stages", "duties", "people", "returned", "months"])
def test_every_table_of_all_processes_is_a_file(town: Desk, table: str) -> None:
    assert len(rows(town, f"/reports/tables/{table}.csv")) > 1


def test_a_table_that_there_is_not_is_not_found(town: Desk) -> None:
    pia = town.browser(person("Pia"))
    for address in (
        "/reports/tables/none.csv",
        "/reports/processes/none",
        f"{PROCESS}/tables/x.csv",
    ):
        assert pia.get(address).status_code == 404
    assert pia.get("/reports/cases?month=last").status_code == 404


def test_no_file_holds_a_formula(town: Desk) -> None:
    with transaction() as session:
        session.execute(update(Case).values(title='=HYPERLINK("http://evil.example")'))
    (_, first, *_) = rows(town, "/reports/steps.csv")
    assert first[1] == '\'=HYPERLINK("http://evil.example")'
    assert rows(town, "/reports/cases.csv?state=ended")[1][1].startswith("'=")


def test_filters_stand_in_the_address_and_narrow_the_page(town: Desk) -> None:
    fire = town.town.people.fire
    page = read(town, f"{PROCESS}?unit={fire}")
    assert f'<option value="{fire}" selected>' in page
    assert '"Forward": "1 open"' in page
    assert f"unit={fire}" in page.split("Table as CSV")[0]
    row = rows(town, f"/reports/tables/processes.csv?unit={fire}")[1]
    assert row[1] == "1"
    months = rows(town, f"{PROCESS}/tables/months.csv?outcome=Rejected&version=1")
    assert sum(int(row[1]) for row in months[1:]) == 1
    days = rows(
        town, f"{PROCESS}/tables/outcomes.csv?period=started&from=2026-09-01&until=2026-09-02"
    )
    assert days[1][:2] == ["Approved", "2"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("unit=999", "There is no such unit"),
        ("unit=parks", "There is no such unit"),
        ("version=77", "There is no such version"),
        ("age=old", "The age of open cases is a number of days"),
        ("period=eaten", "A period is one of"),
        ("from=yesterday", "is not a date such as"),
        ("until=1066-10-14", "is not a date such as"),
        ("from=2026-09-02&until=2026-09-01", "The period ended before it began"),
    ],
)
def test_what_makes_no_sense_in_an_address_is_said_and_left_out(
    town: Desk, query: str, words: str
) -> None:
    page = read(town, f"{PROCESS}?{query}")
    assert words in page
    assert '"Forward": "2 open"' in page


def test_each_number_leads_to_the_steps_and_cases_behind_it(town: Desk) -> None:
    page = read(town, PROCESS)
    links = dict.fromkeys(
        re.findall(r'href="(/reports/(?:steps|cases)\?[^"]+)">([\d,]+)</a>', page)
    )
    assert len(links) > 12
    for address, count in links:
        listed = read(town, address)
        found = re.search(r'class="pages__count">(?:\d+ to \d+ of )?(\d+)', listed)
        assert found, address
        assert found[1] == count, address


def test_the_numbers_of_all_processes_lead_to_what_is_behind_them(town: Desk) -> None:
    page = read(town, "/reports?age=7")
    for address, count in re.findall(
        r'href="(/reports/(?:steps|cases)\?[^"]+)">([\d,]+)</a>', page
    ):
        found = re.search(r'class="pages__count">(?:\d+ to \d+ of )?(\d+)', read(town, address))
        assert found, address
        assert found[1] == count, address


def test_whoever_may_not_read_a_case_sees_that_there_are_more(town: Desk) -> None:
    page = read(town, "/reports/cases", who="Cora")
    assert "5 cases in all; you may read none of them" in page
    assert "R-10" not in page
    assert "5 steps in all" in read(town, "/reports/steps", who="Cora")


def test_reports_are_closed_to_those_without_such_an_office(town: Desk) -> None:
    rosa = town.browser(town.town.people.rosa)
    for address in ("/reports", PROCESS, "/reports/steps", "/reports/cases", "/reports/steps.csv"):
        assert rosa.get(address).status_code == 403


def test_confidential_cases_are_a_number_that_no_filter_narrows(town: Desk) -> None:
    telling = "/reports/processes/telling"
    assert "fewer than 5" in read(town, telling)
    busy.confidential_cases(town.town, 4)
    before = read(town, telling)
    assert "fewer than 5" in before
    assert "Where cases wait" not in before
    busy.confidential_cases(town.town, 1)
    for query in ("", f"?unit={town.town.people.fire}", "?age=90", "?outcome=Told"):
        assert ">5<" in read(town, f"{telling}{query}")
        row = rows(town, f"/reports/tables/processes.csv{query}")[2]
        assert (row[0], row[-1]) == ("Tell in confidence", "5")
    assert "C-0" not in read(town, "/reports/cases?process=telling")
    assert "Tell" not in rows(town, "/reports/steps.csv")[0]
    assert rows(town, "/reports/tables/people.csv")[1][:2] == ["Rosa Valdez", "2"]
    assert all(row[1] == "0" for row in rows(town, f"{telling}/tables/months.csv")[1:])


def test_a_page_asks_as_many_questions_whatever_there_is_to_show(app: Flask) -> None:
    town = settled(app, cases=8)
    pages = ("/reports", PROCESS, f"{PROCESS}?unit={town.town.people.parks}", "/reports/steps")
    first = {page: _questions(town, page) for page in pages}
    busy.busy_cases(town.town, 12)
    assert all(_questions(town, page) <= asked for page, asked in first.items())
    assert max(first.values()) <= 30


def _questions(town: Desk, page: str) -> int:
    read(town, page)  # what is parsed once is parsed
    with walking.counted() as sent:
        read(town, page)
    return len(sent)
