"""The evidence over HTTP: for whom it is, what it says, and what it never tells."""

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from models.cases import Case, Intervention, InterventionKind, Task
from models.confidence import BreakGlass, CaseRead
from models.database import db, transaction
from models.people import Person
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.webapp.door import password_hash
from tests.workflows import register_of, walking
from webapp import evidence

PAGES = ("/evidence", "/evidence/sites.csv", "/evidence/four-eyes", "/evidence/four-eyes.csv")
OF_THE_AUDIT = (
    "/evidence/sample?seed=1",
    "/evidence/sample.csv?seed=1",
    "/evidence/chain",
    "/evidence/chain.csv",
    "/evidence/interventions",
    "/evidence/interventions.csv",
    "/evidence/reads",
    "/evidence/reads.csv",
    "/evidence/break-glass",
    "/evidence/break-glass.csv",
)


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town with an auditor (Nora), a site launched by a case, and one that nobody decided on."""
    found = desk.settle(app, now)
    people = found.town.people
    with transaction() as session:
        city.grant(session, people.nora, "auditor")
        city.grant(session, people.ada, "city_clerk")
        admin = city.person(session, "Sig", "Holt", people.it, password_hash=password_hash())
        city.grant(session, admin, "sysadmin")
        register_of.a_site(session, people, "S90", name="=Snow Diary")
    return found


@pytest.fixture
def launched(office: Desk) -> walking.Walk:
    return walking.launched(office.town, now=office.now)


def page(office: Desk, address: str, who: int | None = None) -> str:
    answer = office.browser(office.town.people.nora if who is None else who).get(address)
    assert answer.status_code == 200, address
    return answer.text


def rows(office: Desk, address: str) -> list[dict[str, str]]:
    answer = office.browser(office.town.people.nora).get(address)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def refusal(office: Desk, who: int, address: str) -> int:
    return office.browser(who).get(address).status_code


def test_those_who_answer_for_sites_read_why_they_are_live(office: Desk) -> None:
    town = office.town
    for who in (town.people.nora, town.mia, town.people.ada):
        for address in PAGES:
            page(office, address, who)


def test_only_the_auditor_audits(office: Desk, launched: walking.Walk) -> None:
    for address in OF_THE_AUDIT:
        page(office, address)
        assert refusal(office, office.town.mia, address) == 403
    sent = office.post(office.town.mia, "/evidence/sites/S90/notes", text="Seen", verified="y")
    assert sent.status_code == 403
    assert office.post(office.town.mia, "/evidence/chain").status_code == 403


def test_nobody_else_gets_in(office: Desk) -> None:
    admin = db.session.query(Person.id).filter_by(given_name="Sig").scalar()
    for who in (office.town.people.rosa, office.town.people.dan, admin):
        for address in (*PAGES, *OF_THE_AUDIT):
            assert refusal(office, who, address) == 403


def test_the_page_counts_the_undecided_and_shows_them_first(
    office: Desk, launched: walking.Walk
) -> None:
    text = page(office, "/evidence")
    assert "1 of 2 sites in use has the decision of Communications on record" in text
    assert "50 %" in text
    assert text.index("=Snow Diary") < text.index("Northwater Parks")
    assert "None on record" in text
    assert "Rules hold" in text
    assert f'href="/cases/{launched.case.number}"' in text
    assert "0 exceptions" in text


def test_nobody_is_led_to_a_case_that_they_may_not_open(
    office: Desk, launched: walking.Walk
) -> None:
    assert f'href="/cases/{launched.case.number}"' not in page(office, "/evidence", office.town.mia)
    with walking.writing() as session:
        session.execute(update(Case).where(Case.id == launched.case_id).values(confidential=True))
    text = page(office, "/evidence")
    assert f'href="/cases/{launched.case.number}"' not in text
    assert launched.case.label in text


def test_a_violation_shows_on_the_page_the_site_and_in_the_spreadsheet(
    office: Desk, launched: walking.Walk
) -> None:
    with walking.writing() as session:
        session.execute(update(Task).where(Task.element == "DecideRequest").values(act=None))
    assert "violated" in page(office, "/evidence")
    found = {row["number"]: row for row in rows(office, "/evidence/sites.csv")}
    (code,) = set(found) - {"S90"}
    assert "Communications has not approved it" in found[code]["violations"]
    assert "Communications has not approved it" in page(office, f"/evidence/sites/{code}")


def test_the_spreadsheet_has_every_site_and_runs_nothing(
    office: Desk, launched: walking.Walk
) -> None:
    bare, kept = rows(office, "/evidence/sites.csv")
    assert (bare["name"], bare["decision"]) == ("'=Snow Diary", "none on record")
    assert kept["case or document"] == launched.case.label
    assert kept["rules violated"] == "0"
    assert kept["multi-factor sign-in"] == "yes"


def test_an_earlier_decision_leads_to_its_document(office: Desk) -> None:
    with transaction() as session:
        register_of.a_live_site(session, office.town.people, "S05")
    assert "no document" in page(office, "/evidence")
    assert "No case of the product launched this site" in page(office, "/evidence/sites/S05")
    assert rows(office, "/evidence/sites.csv")[1]["case or document"] == "no document"


def test_a_site_that_is_not_there_is_not_found(office: Desk) -> None:
    assert refusal(office, office.town.people.nora, "/evidence/sites/S404") == 404


def test_an_auditor_notes_what_was_found(office: Desk) -> None:
    nora = office.town.people.nora
    sent = office.post(nora, "/evidence/sites/S90/notes", text="No letter yet.")
    assert sent.status_code == 303
    assert "No letter yet." in page(office, "/evidence/sites/S90")
    assert "Nora Quist" in page(office, "/evidence")
    office.post(nora, "/evidence/sites/S90/notes", text="Letter seen.", verified="y")
    assert "In order" in page(office, "/evidence")


def test_a_note_without_words_comes_back(office: Desk) -> None:
    nora = office.town.people.nora
    for words in ("", "   "):
        sent = office.post(nora, "/evidence/sites/S90/notes", text=words)
        assert sent.status_code == 422
        assert "Write what you looked at" in sent.text


def test_a_sample_has_an_address_of_its_own(office: Desk, launched: walking.Walk) -> None:
    nora = office.browser(office.town.people.nora)
    first = nora.get("/evidence/sample")
    assert first.status_code == 303
    text = nora.get(first.location).text
    assert launched.case.label in text
    (address,) = re.findall(r'href="(/evidence/sample\?[^"]*upto=[^"]*)"', text)
    assert launched.case.label in page(office, address.replace("&amp;", "&"))
    (row,) = rows(office, "/evidence/sample.csv?seed=1&n=5")
    assert (row["case"], row["rules violated"]) == (launched.case.label, "0")


@pytest.mark.parametrize(
    "query", ["seed=&n=0", "seed=x&n=99999999999", "seed=x&upto=1", "seed=x&n=-3"]
)
def test_an_odd_sample_is_a_page_all_the_same(
    office: Desk, launched: walking.Walk, query: str
) -> None:
    page(office, f"/evidence/sample?{query}")


def test_an_exception_is_named(office: Desk, launched: walking.Walk) -> None:
    with walking.writing() as session:
        dan = office.town.people.dan
        step = update(Task).where(Task.element == "DecideRequest")
        session.execute(step.values(completed_by_id=dan))
    assert "1 exception" in page(office, "/evidence")
    assert "Dan Okafor" in page(office, "/evidence/four-eyes")
    (row,) = rows(office, "/evidence/four-eyes.csv")
    assert (row["person"], row["rule"]) == ("Dan Okafor", "K06")


def test_the_chain_is_verified_on_demand(office: Desk, launched: walking.Walk) -> None:
    assert "Not verified from here yet" in page(office, "/evidence/chain")
    assert office.post(office.town.people.nora, "/evidence/chain").status_code == 303
    text = page(office, "/evidence/chain")
    assert "Whole" in text
    assert "Nora Quist" in text
    (row,) = rows(office, "/evidence/chain.csv")
    assert (row["by"], row["to the end"], row["fault"]) == ("Nora Quist", "yes", "")


def test_a_chain_that_takes_too_long_is_read_in_part(
    office: Desk, launched: walking.Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "SECONDS_FOR_THE_CHAIN", -1)
    monkeypatch.setattr("workflows.audit._ROWS_AT_ONCE", 2)
    office.post(office.town.people.nora, "/evidence/chain")
    assert "Whole so far" in page(office, "/evidence/chain")


def test_reads_are_shown_by_number_and_never_by_title(office: Desk) -> None:
    people = office.town.people
    with transaction() as session:
        case = city.case(session, people.rosa, people.parks, confidential=True)
        for at in (office.now, office.now - timedelta(days=3)):
            session.add(CaseRead(case_id=case, person_id=people.hal, what="the case", at=at))
    text = page(office, "/evidence/reads")
    assert text.count('data-label="Who"') == 2
    assert "Hal Brandt" in text
    assert "C-01" in text
    for query, count in (
        ("case=C-01", 2),
        ("case=C-02", 0),
        (f"person={people.hal}", 2),
        ("since=2026-11-16", 1),
        ("until=2026-11-15", 1),
        ("since=9999-12-31", 0),
        ("until=9999-12-31", 2),
        ("since=never&person=x", 2),
    ):
        assert page(office, f"/evidence/reads?{query}").count('data-label="Who"') == count, query
    assert [row["case"] for row in rows(office, "/evidence/reads.csv?since=2026-11-16")] == ["C-01"]


def test_requests_to_break_the_glass_are_listed(office: Desk) -> None:
    people = office.town.people
    with transaction() as session:
        case = city.case(session, people.rosa, people.parks, confidential=True)
        asked = {"asked_by_id": people.ada, "second_id": people.cleo}
        session.add(
            BreakGlass(
                number_asked="C-01",
                case_id=case,
                reason="The lead is ill.",
                asked_at=office.now,
                answered_at=office.now,
                granted=True,
                answer="Agreed.",
                **asked,
            )
        )
        session.add(BreakGlass(number_asked="C-99", reason="A call.", asked_at=office.now, **asked))
        session.add(
            CaseRead(case_id=case, person_id=people.ada, what="page of the case", at=office.now)
        )
    text = page(office, "/evidence/break-glass")
    for words in ("The lead is ill.", "Agreed.", "there is no such case", "page of the case"):
        assert words in text
    one, other = sorted(rows(office, "/evidence/break-glass.csv"), key=lambda row: row["state"])
    assert (one["state"], one["exists"]) == ("granted", "yes")
    assert (other["state"], other["exists"]) == ("waits for the second person", "no")


def test_interventions_are_listed_and_of_confidential_cases_only_that(
    office: Desk, launched: walking.Walk
) -> None:
    people = office.town.people
    with transaction() as session:
        hidden = city.case(session, people.rosa, people.parks, confidential=True)
        common = {"rules": ["K01"], "asked_by_id": people.ada, "asked_at": office.now}
        for case, reason in ((launched.case_id, "Done on paper."), (hidden, "A secret.")):
            session.add(
                Intervention(
                    case_id=case,
                    kind=InterventionKind.PLACE,
                    diagram="create-site",
                    element="SubmitRequest",
                    reason=reason,
                    **common,
                )
            )
        session.add(
            Intervention(
                case_id=launched.case_id,
                kind=InterventionKind.CANCEL,
                reason="No.",
                second_id=people.chen,
                refused_at=office.now,
                **common,
            )
        )
    text = page(office, "/evidence/interventions")
    assert "Done on paper." in text
    assert "Place the case at “Submit site request”" in text
    assert "A secret." not in text
    found = rows(office, "/evidence/interventions.csv")
    assert [(row["case"][:2], row["state"]) for row in found] == [
        ("R-", "refused"),
        ("C-", "waits"),
        ("R-", "waits"),
    ]
    assert found[1]["what"] == "confidential"
