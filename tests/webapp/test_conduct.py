"""How the product conducts itself before strangers: the requirements of OWASP ASVS 5.0, by number.

Each check below is named after what holds, and runs as a test of its own. What other test files
show already (the table of permissions, sign-in and its cookies) is not repeated here.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from models.cases import File
from models.database import db, transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from webapp.incoming import LARGEST_FORM, LARGEST_ID

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
BEYOND = (LARGEST_ID + 1, 2**63, 10**30)

Check = Callable[[Desk], None]
CHECKS: list[Any] = []


def asvs(number: str) -> Callable[[Check], Check]:
    """Let a check run as the test of this requirement."""

    def register(check: Check) -> Check:
        CHECKS.append(pytest.param(check, id=f"V{number}-{check.__name__}"))
        return check

    return register


@asvs("2.2.1")
def numbers_that_no_row_has_are_not_found(town: Desk) -> None:
    client = town.browser(everything_at(town))
    for rule in town.app.url_map.iter_rules():
        numbers = [n for n, c in rule._converters.items() if isinstance(c, IntegerConverter)]
        for beyond in BEYOND if numbers else ():
            address = rule.rule
            for name in rule.arguments:
                address = address.replace(f"<int:{name}>", str(beyond)).replace(f"<{name}>", "x")
            for method in {"GET", "POST"} & (rule.methods or set()):
                given = client.open(address, method=method)
                assert given.status_code in {404, 405}, (method, address)


@asvs("2.2.1")
def lists_have_no_page_beyond_the_last(town: Desk) -> None:
    client = town.browser(everything_at(town))
    lists = ("/tasks?", "/tasks?tab=others&", "/cases?", "/sites?", "/register?")
    admin = ("/admin/people?", "/admin/jobs?", "/admin/audit?")
    for address in (*lists, *admin):
        for page in (*BEYOND, -1, "²", "x"):
            assert client.get(f"{address}page={page}").status_code == 200, (address, page)
    for address in ("/admin/people?unit=", "/admin/audit?person=", "/sites?platform=", "/cases?q="):
        for number in (*BEYOND, -1, "²", "x"):
            assert client.get(f"{address}{number}").status_code == 200, (address, number)


@asvs("2.2.1")
def a_sign_that_cannot_be_stored_is_refused_wherever_it_stands(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    rosa, task = town.town.people.rosa, walk.task("SubmitRequest").id
    client = town.browser(rosa)
    for address in ("/cases?q=%00", "/tasks?duty=a%00", "/sites/%00", "/register?%00=1"):
        assert client.get(address).status_code == 422, address
    for address in (f"/tasks/{task}/completion", f"/tasks/{task}/draft", f"/tasks/{task}/comments"):
        for sent in ({"text": "a\0b"}, {"a\0b": "text"}, {"unit": "1\0"}):
            assert town.post(rosa, address, **sent).status_code == 422, (address, sent)
    assert walk.waits_for == {"SubmitRequest"}


@asvs("2.2.2")
def a_choice_that_is_not_offered_is_refused_at_its_field(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    address = f"/tasks/{walk.task('SubmitRequest').id}/completion"
    for odd in ("no-such", "²", "99999999999999999999", "-1", "1 OR 1=1"):
        fields = ("unit", "platform", "presence_form", "content_types", "primary_admin")
        rows = ("other_admins-0-person", "other_admins-0-role", "other_admins-²-person")
        sent = dict.fromkeys((*fields, *rows), odd)
        given = town.post(town.town.people.rosa, address, **sent)
        assert given.status_code == 422, odd
        assert "error-summary" in given.text


@asvs("8.2.2")
def a_document_of_another_case_can_be_neither_named_nor_sent_on(town: Desk) -> None:
    people = town.town.people
    theirs = walking.start(town.town, now=town.now)
    sent = {"attachments": (BytesIO(PDF), "secret plan.pdf")}
    town.post(people.rosa, f"/tasks/{theirs.task('SubmitRequest').id}/completion", **sent)
    (file,) = db.session.scalars(select(File).where(File.case_id == theirs.case_id))
    ours = walking.start(town.town, now=town.now)
    address = f"/tasks/{ours.task('SubmitRequest').id}/completion"
    for kept in (str(file.id), "999999", "²", "-1", "9" * 30):
        given = town.post(people.rosa, address, **{"attachments-kept": kept})
        assert given.status_code == 422
        assert "secret plan" not in given.text
        assert f'name="attachments-kept" value="{kept}"' not in given.text


@asvs("2.4.1")
def a_form_larger_than_any_of_ours_is_not_read(town: Desk) -> None:
    client = town.app.test_client()
    given = client.post("/login", data={"email": "x" * LARGEST_FORM})
    assert given.status_code == 413
    parts = {f"field-{number}": "x" for number in range(1100)}
    many = client.post("/login", data=parts, content_type="multipart/form-data")
    assert many.status_code == 413


@asvs("2.4.1")
def a_remark_is_no_place_for_a_whole_book(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    address = f"/cases/{walk.case.number}/comments"
    long = town.post(town.town.people.rosa, address, text="x" * 4001)
    assert (long.status_code, "at most 4000" in long.text) == (422, True)
    assert town.post(town.town.people.rosa, address, text="x" * 4000).status_code == 303


@asvs("3.4.3")
def refusals_of_every_kind_are_protected(town: Desk) -> None:
    client = town.app.test_client()
    for method, address in (
        ("OPTIONS", "/static/dist/manifest.json"),
        ("DELETE", "/static/dist/manifest.json"),
        ("GET", "/static/dist/none.js"),
        ("GET", "/static/../config.py"),
        ("TRACE", "/login"),
        ("POST", "/login"),
        ("GET", "/tasks/1"),
        ("GET", "/register.json"),
        ("GET", "/cases?q=%00"),
    ):
        headers = client.open(address, method=method).headers
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            assert len(headers.getlist(name)) == 1, (method, address, name)


@asvs("4.1.3")
def no_address_is_made_from_the_host_that_a_request_names(town: Desk) -> None:
    client = town.app.test_client()
    elsewhere = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for address in ("/", "/tasks", "/tasks/", "/static//x", "//tasks", "/register", "/login/"):
        given = client.get(address, headers=elsewhere)
        assert "evil.example" not in given.text + str(given.headers), address


@asvs("5.3.2")
def nothing_outside_the_folder_of_static_files_is_served(town: Desk) -> None:
    client = town.app.test_client()
    for path in ("../config.py", "%2e%2e/config.py", "..%2f..%2fconfig.py", "/etc/passwd", "..\\x"):
        assert client.get(f"/static/{path}").status_code == 404, path


def everything_at(town: Desk) -> int:
    """Somebody with every office of the administration."""
    person = town.town.people.chen
    with transaction() as session:
        for role in ("sysadmin", "auditor", "process_manager"):
            city.grant(session, person, role)
    return person


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now)


@pytest.mark.parametrize("check", CHECKS)
def test_conduct(check: Check, town: Desk) -> None:
    check(town)


@pytest.mark.parametrize("address", [pytest.param("/start/x%0aERROR%20forged", id="V16.4.1")])
def test_nobody_writes_lines_of_their_own_into_the_log(
    town: Desk, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    with caplog.at_level(logging.INFO):
        assert town.browser(town.town.people.rosa).post(address).status_code == 400
    assert "forged" in caplog.text
    assert not any("\n" in record.getMessage() for record in caplog.records)
