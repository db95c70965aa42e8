"""The public register over HTTP: for everyone, and of public fields alone."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.database import transaction
from models.sites import Site
from tests import city
from tests.workflows import register_of
from tests.workflows.test_register import SECRETS


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    with transaction() as session:
        people = city.cast(session)
        register_of.a_site(session, people, "S02", name="Snow Diary", finding="A secret finding")
        register_of.a_live_site(session, people, "S03", name="<b>Parks</b>")
    return app.test_client()


def test_anyone_may_ask_whether_an_account_is_official(client: FlaskClient) -> None:
    page = client.get("/register")
    assert page.status_code == 200
    assert "Is this account official?" in page.text
    assert "&lt;b&gt;Parks&lt;/b&gt;" in page.text
    assert 'href="https://www.social.example/parkss03/"' in page.text


def test_an_unverified_site_is_shown_as_such_and_not_linked(client: FlaskClient) -> None:
    page = client.get("/register?q=snow").text
    assert "Not verified" in page
    assert "Do not rely on what it says" in page
    assert 'href="https://www.social.example/parkss02/"' not in page
    assert ">Official<" not in page


def test_an_account_that_is_not_there_is_not_the_citys(client: FlaskClient) -> None:
    page = client.get("/register?q=%22%3E%3Cscript%3E").text
    assert "The register has no such account" in page
    assert "<script>" not in page


@pytest.mark.parametrize("address", ["/register", "/register.json", "/register.csv"])
def test_nothing_of_the_register_tells_more_than_is_public(
    client: FlaskClient, address: str
) -> None:
    text = client.get(address).text
    for secret in SECRETS:
        assert secret not in text


def test_programs_get_the_register_as_json(client: FlaskClient) -> None:
    answer = client.get("/register.json")
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert [site["official"] for site in answer.json["sites"]] == [False, True]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_spreadsheets_get_the_register_as_csv(client: FlaskClient) -> None:
    answer = client.get("/register.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=register.csv"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["code"] for row in rows] == ["S02", "S03"]
    assert rows[0]["handle"] == "'@parkss02"


@pytest.mark.parametrize("address", ["/register.json", "/register.csv"])
def test_a_list_that_has_not_changed_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("address", ["/register.json", "/register.csv"])
def test_a_list_that_has_changed_is_sent(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    with transaction() as session:
        site = session.scalars(select(Site).where(Site.code == "S02")).one()
        site.name = "Snow Diary, second winter"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "second winter" in again.text


@pytest.mark.parametrize("query", ["page=0", "page=-3", "page=x", "page=999", "q=" + "x" * 5000])
def test_odd_addresses_are_answered_all_the_same(client: FlaskClient, query: str) -> None:
    assert client.get(f"/register?{query}").status_code == 200


def test_nothing_can_be_sent_to_the_register(client: FlaskClient) -> None:
    for address in ("/register", "/register.json", "/register.csv"):
        assert client.post(address).status_code in {400, 405}
