"""The policy map over HTTP: clauses, rules, acts and steps, each found from the others."""

import csv
import io
import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from models.cases import Task
from models.database import transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import investigating, walking


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town with an auditor (Nora)."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "auditor")
    return found


@pytest.fixture
def launched(office: Desk) -> walking.Walk:
    return walking.launched(office.town, now=office.now)


def page(office: Desk, address: str, who: int | None = None) -> str:
    answer = office.browser(office.town.people.nora if who is None else who).get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.text.split())


def test_everybody_with_an_account_reads_the_map_and_nobody_else(office: Desk) -> None:
    text = page(office, "/policy", office.town.people.rosa)
    assert "No site of the City is opened without a yes from Communications." in text
    assert "/policy/rules/K39" in text
    assert "Not enforced yet: That every block can be appealed." in text
    assert office.app.test_client().get("/policy/gaps").status_code == 303


def test_a_search_leaves_what_has_its_words(office: Desk) -> None:
    text = page(office, "/policy?q=retention+launch")
    assert "/policy/rules/K09" in text
    assert "/policy/rules/K24" not in text
    assert 'value="retention launch"' in text
    assert "/policy/processes/launch-site" in page(office, "/policy?q=launch")
    assert "Nothing found" in page(office, "/policy?q=%3Cb%3Exyzzy")


def test_a_clause_leads_to_its_acts_rules_and_steps(office: Desk) -> None:
    text = page(office, "/policy/clauses/CO-6")
    for part in ("acts/set-up-retention", "rules/K09", "processes/prepare-site"):
        assert f"/policy/{part}" in text
    assert "Nothing was done for it in the last 12 months." in text


def test_an_act_leads_to_its_clauses_rules_and_steps(office: Desk) -> None:
    text = page(office, "/policy/acts/approve-site")
    for part in ("clauses/GC-2", "rules/K01", "processes/decide-request"):
        assert f"/policy/{part}" in text
    assert "approve, approve-with-conditions, reject, return" in text
    assert "the machine" in page(office, "/policy/acts/launch-site")


def test_a_rule_says_what_it_asks_and_where_it_is_held(office: Desk) -> None:
    text = page(office, "/policy/rules/K01")
    assert "The latest “Decide on the request” with “approve” or “approve-with-conditions”" in text
    assert "proof and run time" in text
    assert "Operation launch-site: The launch reads the decision again." in text
    assert "Not enforced yet: That every block can be appealed" in page(office, "/policy/rules/K42")
    assert "No diagram can tell" in page(office, "/policy/rules/K34")


def test_a_process_says_what_it_keeps(office: Desk) -> None:
    text = page(office, "/policy/processes/prepare-site")
    assert "/policy/clauses/CO-6" in text
    assert "/diagrams/prepare-site" in text


@pytest.mark.parametrize(
    "address", ["clauses/GC-99", "acts/approve-sites", "rules/K99", "processes/none"]
)
def test_what_the_policy_does_not_know_is_not_found(office: Desk, address: str) -> None:
    browser = office.browser(office.town.people.rosa)
    assert browser.get(f"/policy/{address}").status_code == 404


def test_the_gaps_are_named(office: Desk) -> None:
    text = page(office, "/policy/gaps")
    assert "/policy/rules/K22" in text
    assert "/policy/clauses/DF-4b" in text
    assert "/policy/acts/destroy-records" in text
    assert "/policy/acts/approve-site" not in text


def test_what_was_done_is_counted_and_the_cases_named_to_those_who_may_read(
    office: Desk, launched: walking.Walk
) -> None:
    label = launched.case.label
    told = page(office, "/policy/clauses/CO-6")
    assert "in 1 case, at the steps below." in told
    assert label in told
    assert label in page(office, "/policy/acts/set-up-retention", office.town.people.cleo)
    hal = page(office, "/policy/clauses/CO-6", office.town.people.hal)
    assert "in 1 case, at the steps below." in hal
    assert label not in hal
    assert "You have no part in any of the latest." in hal


def test_a_few_confidential_cases_are_neither_named_nor_counted(office: Desk) -> None:
    """The page of an act of investigations is the same with one of them and without any."""
    people = office.town.people
    colleagues = investigating.open_office(office.town)
    act = "/policy/acts/file-complaint"
    whoever = (people.nora, people.dan, people.ada)
    before = [main_of(page(office, act, who)) for who in whoever]
    complaint = investigating.complain(office.town, colleagues, now=office.now)
    complaint.do("FileComplaint")
    assert [main_of(page(office, act, who)) for who in whoever] == before
    assert "fewer than five confidential cases" in before[0]
    assert "confidential" not in before[1]


def test_five_confidential_cases_are_counted_for_those_who_read_reports(office: Desk) -> None:
    colleagues = investigating.open_office(office.town)
    for minute in range(5):
        at = office.now + timedelta(hours=minute)
        investigating.complain(office.town, colleagues, now=at).do("FileComplaint")
    office.app.config["NOW"] = office.now + timedelta(days=1)
    act = "/policy/acts/file-complaint"
    told = page(office, act)
    assert "Beside these, 5 confidential cases." in told
    assert "C-0" not in told
    assert "confidential" not in page(office, act, office.town.people.dan)


def test_what_was_done_longer_ago_than_a_year_does_not_count(
    office: Desk, launched: walking.Walk
) -> None:
    with transaction() as session:
        session.execute(update(Task).values(closed_at=office.now - timedelta(days=366)))
    assert "Nothing was done for it" in page(office, "/policy/clauses/CO-6")


def test_the_map_is_given_to_a_spreadsheet_and_to_a_program(office: Desk) -> None:
    rows = [*csv.DictReader(io.StringIO(table(office, "/policy/map.csv")))]
    by_id = {row["id"]: row for row in rows}
    assert by_id["K01"]["clauses"] == "GC-2"
    assert by_id["CO-6"]["kind"] == "clause"
    assert "prepare-site#" in by_id["CO-6"]["steps"]
    assert by_id["K22"]["held by"] == "rule set: nothing_open_elsewhere (run time)"
    assert by_id["K22"]["not enforced yet"]
    told = json.loads(table(office, "/policy/map.json"))
    assert {row["id"] for row in told["map"]} == set(by_id)
    launch = next(row for row in told["map"] if (row["kind"], row["id"]) == ("act", "launch-site"))
    assert "K01" in launch["rules"]


def main_of(text: str) -> str:
    return text.split("<main")[1].split("</main>", maxsplit=1)[0]


def table(office: Desk, address: str) -> str:
    return office.browser(office.town.people.nora).get(address).text
