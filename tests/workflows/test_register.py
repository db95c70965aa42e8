"""The public register: what anyone may know, and nothing more."""

import csv
import io
import json

import pytest
from flask import Flask

from models.database import db, transaction
from models.sites import SiteStatus
from tests import city
from tests.workflows import register_of
from workflows.register import as_csv, as_json, everything, in_words, search
from workflows.sites import PAGE_SIZE

# Whatever of the register is not for everyone: people, security, findings, records.
SECRETS = (
    "vault/secret-place",
    "recovery@northwater.example",
    "A secret finding",
    "Rosa",
    "Valdez",
    "Chen",
    "A clear need",
)


@pytest.fixture
def people(app: Flask) -> city.Cast:
    with transaction() as session:
        people = city.cast(session)
        register_of.a_site(session, people, "S02", finding="A secret finding")
        register_of.a_live_site(session, people, "S03", finding="A secret finding")
    return people


def verdicts() -> dict[str, tuple[str, bool]]:
    return {entry.code: (entry.verdict, entry.official) for entry in everything(db.session())}


def test_an_unverified_site_is_never_official(people: city.Cast) -> None:
    assert verdicts() == {"S02": ("Not verified", False), "S03": ("Official", True)}


@pytest.mark.parametrize(
    ("status", "decided", "expected"),
    [
        (SiteStatus.RESTRICTED, True, ("Official, with limited use", True)),
        (SiteStatus.RESTRICTED, False, ("Not verified", False)),
        (SiteStatus.SUSPENDED, True, ("Official, paused", True)),
        (SiteStatus.RETIRING, True, ("Official, closing soon", True)),
        (SiteStatus.RETIRED, True, ("No longer used", False)),
        (SiteStatus.RETIRED, False, ("No longer used", False)),
        (SiteStatus.ORPHAN, True, ("Not verified", False)),
        (SiteStatus.UNVERIFIED, True, ("Not verified", False)),
        (SiteStatus.IMPOSTOR, False, ("Not the City's", False)),
    ],
)
def test_the_verdict_follows_from_status_and_decision(
    people: city.Cast, status: SiteStatus, decided: bool, expected: tuple[str, bool]
) -> None:
    with transaction() as session:
        site = register_of.a_site(session, people, "S50")
        if decided:
            register_of.decide(session, site, people.chen)
        site.status = status
    assert verdicts()["S50"] == expected


def test_an_impostor_does_not_speak_under_the_citys_name(people: city.Cast) -> None:
    with transaction() as session:
        register_of.a_site(session, people, "S50", status=SiteStatus.IMPOSTOR)
    entry = everything(db.session())[-1]
    assert (entry.unit, entry.purpose, entry.audience) == ("", "", "")


def test_json_and_csv_hold_public_fields_alone(people: city.Cast) -> None:
    for written in (as_json(everything(db.session())), as_csv(everything(db.session()))):
        assert "Northwater Parks" in written
        for secret in SECRETS:
            assert secret not in written
    fields = set(json.loads(as_json(everything(db.session())))["sites"][0])
    assert fields == {
        "code",
        "name",
        "handle",
        "url",
        "platform",
        "presence_form",
        "unit",
        "purpose",
        "audience",
        "languages",
        "comments",
        "verdict",
        "official",
    }


def test_the_register_keeps_its_order(people: city.Cast) -> None:
    with transaction() as session:
        for code in ("S100", "S99", "S10"):
            register_of.a_site(session, people, code)
    codes = [entry.code for entry in everything(db.session())]
    assert codes == ["S02", "S03", "S10", "S99", "S100"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%"])
def test_no_cell_is_a_formula(people: city.Cast, start: str) -> None:
    with transaction() as session:
        register_of.a_site(session, people, "S50", name=f'{start}HYPERLINK("x")')
    rows = list(csv.reader(io.StringIO(as_csv(everything(db.session())), newline="")))
    assert rows[-1][1] == f'\'{start}HYPERLINK("x")'
    assert rows[-1][-1] == "no"
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_search_puts_official_sites_first(people: city.Cast) -> None:
    with transaction() as session:
        register_of.a_live_site(session, people, "S60").status = SiteStatus.RETIRED
    found = search(db.session(), "https://social.example/parks")
    assert [entry.code for entry in found.rows] == ["S03", "S60", "S02"]
    assert search(db.session(), "no such thing").total == 0
    assert search(db.session(), " ").total == 3


def test_a_search_comes_in_pages(people: city.Cast) -> None:
    with transaction() as session:
        for number in range(100, 100 + PAGE_SIZE):
            register_of.a_site(session, people, f"S{number}")
    page = search(db.session(), "parks", page=2)
    assert (page.total, page.number, len(page.rows)) == (27, 2, 2)


def test_choices_are_read_as_words() -> None:
    assert in_words("board-or-commission") == "Board or commission"
    assert in_words(None) == ""


def test_only_an_official_site_on_the_web_is_linked(people: city.Cast) -> None:
    with transaction() as session:
        register_of.a_live_site(session, people, "S50", url="javascript:alert(1)")
        register_of.a_live_site(session, people, "S51", url=None)
    links = {entry.code: entry.link for entry in everything(db.session())}
    assert links == {"S02": "", "S03": "https://www.social.example/parkss03/", "S50": "", "S51": ""}


def test_languages_are_read_as_words(people: city.Cast) -> None:
    with transaction() as session:
        register_of.a_site(session, people, "S50", languages=["en", "Karen"])
        register_of.a_site(session, people, "S51", languages=None)
    written = {entry.code: entry.languages for entry in everything(db.session())}
    assert (written["S50"], written["S51"]) == ("English, Karen", "")
