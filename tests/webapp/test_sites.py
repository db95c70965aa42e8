"""The register over HTTP: lists that one can come back to, and pages that keep what is secret."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from models.cases import Case
from models.database import db, transaction
from models.people import Person
from models.sites import Site, SiteStatus
from tests import city
from tests.webapp.door import csrf_token, password_hash, sign_in
from tests.workflows import register_of

pytestmark = pytest.mark.usefixtures("clock_stands")


@dataclass
class Office:
    """The pages as one person after the other sees them."""

    app: Flask
    people: city.Cast

    def as_(self, name: str) -> FlaskClient:
        person = db.session.get_one(Person, getattr(self.people, name))
        client = self.app.test_client()
        assert sign_in(client, person.email).status_code == 303
        return client


@pytest.fixture
def office(app: Flask) -> Office:
    with transaction() as session:
        people = city.cast(session)
        session.execute(update(Person).values(password_hash=password_hash()))
        register_of.a_site(session, people, "S02", name="Snow Diary", platform="Blog")
        register_of.a_live_site(session, people, "S03", handle="<b>parks</b>")
        register_of.a_site(
            session, people, "S04", name="Old Forum", status=SiteStatus.ORPHAN, owner_id=None
        )
    return Office(app, people)


def filled(client: FlaskClient, people: city.Cast, **changes: object) -> dict[str, object]:
    page = client.get("/sites/S02/earlier-decision")
    fields: dict[str, object] = {
        "csrf_token": csrf_token(client, page.text),
        "decided_by": str(people.chen),
        "decided_on": "2024-05-06",
        "reason": "The snow crew tells what it does",
        "conditions": "",
        "document": (BytesIO(register_of.LETTER), "letter.pdf"),
    }
    return {key: value for key, value in {**fields, **changes}.items() if value is not None}


def send(client: FlaskClient, fields: Mapping[str, object], code: str = "S02") -> TestResponse:
    return client.post(f"/sites/{code}/earlier-decision", data=fields)


def status_of(code: str) -> str:
    db.session.rollback()  # another connection has written since
    return db.session.scalars(select(Site.status).where(Site.code == code)).one()


@pytest.mark.parametrize(
    "address",
    ["/sites", "/sites/S03", "/sites/S02/earlier-decision", "/sites/S02/decisions/1/document"],
)
def test_nobody_sees_the_register_of_the_office_without_signing_in(
    office: Office, address: str
) -> None:
    answer = office.app.test_client().get(address)
    assert answer.status_code == 303
    assert "/login" in answer.headers["Location"]


def test_the_list_names_every_site_with_its_status_in_a_word(office: Office) -> None:
    page = office.as_("nora").get("/sites").text
    for words in ("Snow Diary", "Unverified", "Northwater Parks", "Live", "Old Forum", "Orphan"):
        assert words in page
    assert 'href="/sites/S03"' in page
    assert "&lt;b&gt;parks&lt;/b&gt;" in page
    assert "vault/secret-place" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("status=live", "Northwater Parks", "Snow Diary"),
        ("q=snow", "Snow Diary", "Northwater Parks"),
        ("q=snow&status=", "Snow Diary", "Northwater Parks"),
        ("status=nonsense&sort=nonsense&page=x", "Snow Diary", "Nothing"),
        ("sort=-name", "Snow Diary", "Nothing"),
        ("platform=99999999999999999999", "Snow Diary", "Nothing"),
        ("q=nothing+like+it", "No site here", "Snow Diary"),
        ("status=retired", "No site here", "Snow Diary"),
    ],
)
def test_filters_and_order_stand_in_the_address(
    office: Office, query: str, shown: str, hidden: str
) -> None:
    page = office.as_("nora").get(f"/sites?{query}")
    assert page.status_code == 200
    table = page.text.split('id="list"')[1]
    assert shown in table
    assert hidden not in table


def test_the_tabs_count_and_keep_the_other_filters(office: Office) -> None:
    page = office.as_("nora").get(f"/sites?unit={office.people.parks}&sort=name").text
    assert f'href="/sites?unit={office.people.parks}&amp;sort=name&amp;status=live"' in page


def test_the_list_says_how_much_is_to_mend(office: Office) -> None:
    page = office.as_("nora").get("/sites?q=snow").text
    assert 'title="4 findings"' in page
    assert "nothing</td>" in office.as_("nora").get("/sites?q=s03").text


def test_whoever_runs_the_server_imports_sites(app: Flask, office: Office, tmp_path: Path) -> None:
    table = tmp_path / "sites.csv"
    table.write_text(
        "name,handle,platform,presence_form,acting_as,unit,purpose,audience\n"
        "Fire Watch,firewatch,Nextdoor,account,department,FIR,Warn of fires,Residents\n"
    )
    run = app.test_cli_runner().invoke
    trial = run(args=["sites", "import", str(table), "--dry-run"])
    assert trial.output == "1 site would enter, 0 known already and left as they are.\n"
    done = run(args=["sites", "import", str(table)])
    assert done.output == "1 site entered, 0 known already and left as they are.\n"
    assert status_of("S05") == SiteStatus.UNVERIFIED


def test_an_import_with_a_mistake_names_its_line_and_saves_nothing(
    app: Flask, office: Office, tmp_path: Path
) -> None:
    table = tmp_path / "sites.csv"
    table.write_text("name,handle\nFire Watch,firewatch\n")
    done = app.test_cli_runner().invoke(args=["sites", "import", str(table)])
    assert done.exit_code == 1
    assert "Nothing was saved." in done.output
    assert "Line 1: column platform is missing" in done.output


def test_a_live_site_says_by_which_decision_it_may_exist(office: Office) -> None:
    page = office.as_("nora").get("/sites/S03").text
    assert "This site may exist: Chen Wu approved it for Communications" in page
    assert "A clear need" in page
    assert "Nothing to mend" in page
    assert "Rosa Valdez became owner of the site." in page


def test_an_unverified_site_says_what_is_missing(office: Office) -> None:
    page = office.as_("nora").get("/sites/S02").text
    assert "No decision of Communications is on record" in page
    assert "GC-2" in page
    assert "Enter an earlier decision" not in page


def test_a_site_that_does_not_exist_is_not_found(office: Office) -> None:
    assert office.as_("nora").get("/sites/S99").status_code == 404


@pytest.mark.parametrize(
    ("who", "sees"),
    [("rosa", True), ("chen", True), ("ivy", True), ("dan", False), ("nora", False)],
)
def test_security_fields_are_for_the_owner_communications_and_it_security(
    office: Office, who: str, sees: bool
) -> None:
    page = office.as_(who).get("/sites/S03").text
    assert ("vault/secret-place" in page) is sees
    assert ("recovery@northwater.example" in page) is sees


def test_an_address_that_a_browser_would_run_is_not_a_link(office: Office) -> None:
    with transaction() as session:
        session.execute(update(Site).where(Site.code == "S03").values(url="javascript:alert(1)"))
    assert 'href="javascript' not in office.as_("nora").get("/sites/S03").text


def test_a_case_is_named_only_to_those_who_may_read_it(office: Office) -> None:
    with transaction() as session:
        people = office.people
        site = session.scalars(select(Site).where(Site.code == "S03")).one()
        for confidential in (False, True):
            number = city.case(session, people.rosa, people.parks, confidential=confidential)
            case = session.get_one(Case, number)
            case.site_id, case.title = site.id, f"Secret {confidential}"
    rosa, nora = (office.as_(who).get("/sites/S03").text for who in ("rosa", "nora"))
    assert "Secret False" in rosa
    assert "Secret False" not in nora
    assert "Secret True" not in rosa


def test_communications_verifies_a_site_with_its_document(office: Office) -> None:
    chen = office.as_("chen")
    assert 'href="/sites/S02/earlier-decision"' in chen.get("/sites/S02").text
    answer = send(chen, filled(chen, office.people, conditions="Captions"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sites/S02")
    assert status_of("S02") == SiteStatus.LIVE
    page = chen.get("/sites/S02").text
    assert "The decision is on record: Snow Diary is live" in page
    assert "Approved with conditions" in page
    assert "letter.pdf" in page
    assert "Enter an earlier decision" not in page
    given = chen.get(document_address(page))
    assert given.data == register_of.LETTER
    assert given.headers["Content-Disposition"] == "attachment; filename=letter.pdf"
    assert "sandbox" in given.headers["Content-Security-Policy"]


def document_address(page: str) -> str:
    found = re.search(r"/sites/S02/decisions/\d+/document", page)
    assert found
    return found[0]


@pytest.mark.parametrize("who", ["rosa", "dan", "ivy", "nora"])
def test_nobody_else_gets_the_form_or_may_send_it(office: Office, who: str) -> None:
    client = office.as_(who)
    assert client.get("/sites/S02/earlier-decision").status_code == 403
    fields = {
        "csrf_token": csrf_token(client, client.get("/password").text),
        "decided_by": str(office.people.chen),
        "decided_on": "2024-05-06",
        "reason": "Mine",
        "document": (BytesIO(register_of.LETTER), "letter.pdf"),
    }
    assert send(client, fields).status_code == 403
    assert status_of("S02") == SiteStatus.UNVERIFIED


def wrong_fields() -> Iterator[tuple[dict[str, object], str]]:
    yield {"reason": ""}, "Say why the site may exist."
    yield {"decided_on": "2030-01-01"}, "cannot be of a day to come"
    yield {"decided_on": ""}, "Give the date of the decision."
    yield {"document": None}, "Add the document that shows the decision."
    yield (
        {"document": (BytesIO(b"MZ nothing good"), "letter.exe")},
        "is of a kind that is not taken",
    )
    yield {"document": (BytesIO(b"no pdf"), "letter.pdf")}, "is not what its name says"
    yield {"decided_by": "999"}, "Not a valid choice"


@pytest.mark.parametrize(("changes", "words"), list(wrong_fields()))
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    office: Office, changes: dict[str, object], words: str
) -> None:
    chen = office.as_("chen")
    answer = send(chen, filled(chen, office.people, **{"conditions": "Captions", **changes}))
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert "Captions" in answer.text
    assert status_of("S02") == SiteStatus.UNVERIFIED


@pytest.mark.parametrize(("code", "words"), [("S03", "S03 is live"), ("S04", "no owner yet")])
def test_a_site_that_is_not_unverified_takes_no_decision(
    office: Office, code: str, words: str
) -> None:
    chen = office.as_("chen")
    answer = send(chen, filled(chen, office.people), code)
    assert answer.status_code == 409
    assert words in answer.text


def test_a_decision_without_token_is_refused(office: Office) -> None:
    chen = office.as_("chen")
    assert send(chen, filled(chen, office.people, csrf_token=None)).status_code == 400
    assert status_of("S02") == SiteStatus.UNVERIFIED
