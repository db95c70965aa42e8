"""How the product conducts itself before strangers: the requirements of OWASP ASVS 5.0, by number.

Each check below is named after what holds, and runs as a test of its own. What other test files
show already (the table of permissions, sign-in and its cookies) is not repeated here.
"""

import csv
import logging
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

from models.cases import File, TaskKind
from models.database import db, transaction
from models.sites import Site
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from webapp.incoming import LARGEST_FORM, LARGEST_ID
from webapp.step_fields import Surroundings
from webapp.step_form import form_for
from workflows.diagrams.graph import Field, Node

HOSTILE = "=<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
TEXTS = frozenset({"string", "long-text"})
NOTHING_TO_CHOOSE = Surroundings(ZoneInfo("America/Chicago"), lambda _kind: [])
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


@asvs("1.2.1")
def what_people_type_is_shown_and_never_run(town: Desk) -> None:
    who, walk = town.town.people, walking.start(town.town, now=town.now)
    for element in walking.TO_A_LIVE_SITE:
        node = walk.diagrams.node(walk.task(element).diagram, element)
        told = {f.id: HOSTILE[: f.max_length] for f in node.fields if f.type in TEXTS}
        given = town.complete(walk, element, **told)
        assert given.status_code == 303, given.text
    address = f"/cases/{walk.case.number}"
    assert town.post(who.rosa, f"{address}/comments", text=HOSTILE).status_code == 303
    sites = [f"/sites/{code}" for code in db.session.scalars(select(Site.code))]
    listed = ("/tasks?tab=done", "/tasks?tab=others", "/cases", "/sites", "/register", "/notices")
    for person in (who.rosa, who.chen, who.ivy):
        for page in (*listed, *sites, address, f"/cases?q={quote(HOSTILE)}", "/nothing/<b>"):
            shown = town.browser(person).get(page).text
            assert "<script>alert" not in shown, page
            assert "<img src=x" not in shown, page


@asvs("1.2.10")
def no_spreadsheet_takes_a_cell_of_the_register_for_a_formula(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now).do("SubmitRequest", proposed_name="=1+1")
    walk.do("ForwardRequest").do("ReviewRequest").do("AdviseSecurity").do("DecideRequest")
    for element in walking.TO_A_LIVE_SITE[5:]:
        walk.do(element)
    lines = town.app.test_client().get("/register.csv").text
    rows = list(csv.reader(StringIO(lines, newline="")))
    assert any("'=1+1" in row for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


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


@asvs("2.2.1")
def amounts_and_days_that_nobody_could_mean_are_refused(town: Desk) -> None:
    odd = {
        "decimal": ("NaN", "sNaN", "Infinity", "-1e400", "1e999999", "9" * 4000, "abc"),
        "long": ("9" * 4000, "9" * 20, "NaN", "1.5", "abc"),
        "date": ("0001-01-01", "9999-12-31", "2026-02-30", "abc"),
        "datetime": ("0001-01-01T00:00", "9999-12-31T23:59", "abc"),
        "url": ("javascript:alert(1)", 'https://a.example"onclick=x', "https://a.example/ x"),
    }
    town.app.config["WTF_CSRF_ENABLED"] = False
    for kind, typed in odd.items():
        for bounded in (None, "2026-01-01" if kind.startswith("date") else "1"):
            asked = Node("Step", "userTask", fields=(Field("x", "X", kind, minimum=bounded),))
            for value in typed:
                with town.app.test_request_context(method="POST"):
                    form = form_for(asked, NOTHING_TO_CHOOSE, submitted=MultiDict([("x", value)]))
                    assert not form.validate(), (kind, value)


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


@asvs("2.3.1")
def a_message_is_sent_with_its_reason_and_in_no_other_way(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now).do("SubmitRequest")
    rosa = town.town.people.rosa
    message = next(task for task in walk.open_tasks() if task.kind == TaskKind.MESSAGE)
    assert town.browser(rosa).get(f"/tasks/{message.id}").status_code == 404
    for deed in ("completion", "claim", "draft", "comments"):
        given = town.post(rosa, f"/tasks/{message.id}/{deed}", text="x")
        assert given.status_code in {404, 409}, deed
    sent = town.post(rosa, f"/cases/{walk.case.number}/messages/{message.id}", reason=" ")
    assert sent.status_code == 422
    assert walk.waits_for == {"ForwardRequest"}


@asvs("2.3.4")
def a_form_of_an_earlier_round_does_nothing(town: Desk) -> None:
    who, walk = town.town.people, walking.forwarded(town.town, now=town.now)
    stale = walk.task("ReviewRequest").id
    assert town.complete(walk, "ReviewRequest", decision="return").status_code == 303
    for person, task in ((who.chen, stale), (who.rosa, walk.case.tasks[0].id)):
        again = town.post(person, f"/tasks/{task}/completion", decision="forward")
        assert again.status_code in {409, 422}, again.text
    assert walk.waits_for == {"SubmitRequest"}


@asvs("2.3.4")
def nothing_is_done_in_a_case_that_has_ended(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now).do("SubmitRequest")
    walk.send("WithdrawWhileForwarding")
    before = walking.everything(db.session())
    who = town.town.people
    for task in walk.case.tasks:
        for deed in ("completion", "claim", "release", "draft"):
            for person in (who.rosa, who.dan, who.chen):
                given = town.post(person, f"/tasks/{task.id}/{deed}", reason="x")
                assert given.status_code in {403, 404, 409, 422}, (task.element, deed)
    changed = {n for n, rows in walking.everything(db.session()).items() if rows != before[n]}
    assert changed <= {"user_session", "audit_record", "audit_payload"}  # they signed in


@asvs("3.5.3")
def looking_changes_nothing(town: Desk) -> None:
    walk = walking.advised(town.town, now=town.now)
    client = town.browser(everything_at(town))
    numbers = {"number": walk.case.number, "task_id": walk.task("DecideRequest").id, "key": "x"}
    before = walking.everything(db.session())
    for rule in town.app.url_map.iter_rules():
        given = {name: numbers.get(name, 1) for name in rule.arguments}
        address = (rule.build(given) or ("", "/"))[1]
        assert client.get(address).status_code < 500, address
    assert walking.everything(db.session()) == before


@asvs("8.2.1")
def whoever_only_looks_on_adds_nothing(town: Desk) -> None:
    nora, walk = town.town.people.nora, walking.forwarded(town.town, now=town.now)
    with transaction() as session:
        city.grant(session, nora, "auditor")
    case, task = f"/cases/{walk.case.number}", walk.task("ReviewRequest").id
    assert town.browser(nora).get(case).status_code == 200
    assert "/comments" not in town.browser(nora).get(case).text
    for address in (f"{case}/comments", f"/tasks/{task}/comments", f"/tasks/{task}/completion"):
        assert town.post(nora, address, text="x").status_code == 403, address


@asvs("8.2.2")
def whoever_runs_the_system_reads_no_case(town: Desk) -> None:
    nora, walk = town.town.people.nora, walking.start(town.town, now=town.now)
    with transaction() as session:
        city.grant(session, nora, "sysadmin")
    sent = {"attachments": (BytesIO(PDF), "secret plan.pdf"), "purpose": "secret purpose"}
    town.post(town.town.people.rosa, f"/tasks/{walk.task('SubmitRequest').id}/completion", **sent)
    (file,) = db.session.scalars(select(File.id).where(File.case_id == walk.case_id))
    walk.do("SubmitRequest", proposed_name="secret name", attachments=file)
    client = town.browser(nora)
    for page in (f"/cases/{walk.case.number}", f"/files/{file}"):
        assert client.get(page).status_code == 404
    lists = ("/cases", "/cases?q=secret", "/tasks?tab=others", "/admin", "/admin/audit")
    for page in (*lists, "/admin/jobs", "/admin/incidents", f"/tasks/{walk.open_tasks()[0].id}"):
        assert "secret" not in client.get(page).text.replace("q=secret", "").replace(
            'value="secret"', ""
        ), page


@asvs("2.2.2")
def no_row_of_a_table_is_left_out_without_a_word(town: Desk) -> None:
    walk = walking.start(town.town, now=town.now)
    address = f"/tasks/{walk.task('SubmitRequest').id}/completion"
    rows = {f"other_admins-{number}-role": "owner" for number in range(51)}
    given = town.post(town.town.people.rosa, address, **rows)
    assert (given.status_code, "at most 50 rows" in given.text) == (422, True)


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


@asvs("2.4.1")
def a_name_is_as_long_as_names_are(town: Desk) -> None:
    person = {"given_name": "x" * 101, "family_name": "Y", "email": "x.y@northwater.example"}
    given = town.post(everything_at(town), "/admin/people", **person, unit_id="1")
    assert (given.status_code, "at most 100" in given.text) == (422, True)


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
