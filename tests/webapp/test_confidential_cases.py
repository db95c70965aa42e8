"""The pages of confidential cases: nobody learns there what they may not know."""

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from models.cases import File
from models.confidence import CaseRead
from models.database import db
from models.people import Absence
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import confiding, walking
from tests.workflows.confiding import Complaint, advised, complain, screened
from workflows import audit, offers
from workflows.incidents import report
from workflows.notices import tell

# What the case is about, who is in it and what its steps are called: none of it leaves the case.
SECRETS = (
    "Dan posted my address",
    "Seen by Nora",
    "Go on.",
    "You may refuse.",
    "Screen",
    "Advise",
    "Respond",
    "Rosa Valdez",
    "Dan Okafor",
    "Hal Brandt",
)


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now, {"main": confiding.diagram()})


def heart(page: str) -> str:
    """What a page says within its frame: not the name of who is signed in, nor tokens of forms."""
    frame = r'<header.*?</header>|<head>.*?</head>|<footer.*|name="csrf_token" value="[^"]*"'
    return re.sub(frame, "", page, flags=re.DOTALL)


def pages_for_anybody(walk: Complaint) -> Iterator[str]:
    """Every page that may show or count cases and their tasks."""
    yield from ("/tasks", "/tasks?tab=roles", "/tasks?tab=others", "/tasks?tab=done")
    yield from ("/tasks?tab=roles&held=somebody", "/tasks?sort=-case", "/tasks?overdue=yes")
    yield from ("/cases", "/cases?q=C-01", "/cases?q=investigate", "/cases?tab=mine")
    yield from ("/cases?state=open", "/notices", "/start", "/sites", "/diagrams", "/diagrams/main")
    yield from ("/admin", "/admin/jobs", "/admin/incidents", "/admin/audit", "/admin/people")
    yield from ("/admin/audit?subject=C-", "/admin/audit?action=case", "/cases/C-01", "/cases/C-99")
    yield from (f"/tasks/{task.id}" for task in walk.case.tasks)
    yield from (f"/files/{number}" for number in range(1, 4))


@pytest.mark.parametrize("role", ["process_manager", "auditor", "sysadmin", "policy_owner"])
def test_no_office_reads_a_word_of_it(town: Desk, now: datetime, role: str) -> None:
    walk = advised(town.town, now=now)
    nora = town.town.people.nora
    with walking.writing() as session:
        city.grant(session, nora, role)
    client = town.browser(nora)
    for address in pages_for_anybody(walk):
        page = heart(client.get(address, follow_redirects=True).text)
        page = re.sub(r'id="person-\d+".*?</tr>', "", page, flags=re.DOTALL)
        said = [word for word in SECRETS if word in page]
        if address in ("/admin/people", "/admin", "/diagrams/main"):
            said = [word for word in said if word in SECRETS[:4]]
        assert said == [], address
        assert "C-01" not in page.replace('value="C-01"', ""), address


def test_who_holds_the_duty_reads_a_neutral_row_and_a_neutral_page(
    town: Desk, now: datetime
) -> None:
    walk = complain(town.town, now=now)
    client = town.browser(town.town.people.hal)
    inbox = heart(client.get("/tasks?tab=roles").text)
    offer = client.get(f"/tasks/{walk.task('Screen').id}")
    assert offer.status_code == 200
    for page in (inbox, heart(offer.text)):
        assert "Confidential step for Human Resources" in page
        assert "C-01" in page
        assert [word for word in SECRETS[:-1] if word in page] == []
    assert "Take this step" in offer.text
    assert "I have a conflict of interest" in offer.text
    assert walk.reads == []


def test_who_takes_the_step_goes_on_to_its_form_and_each_look_is_kept(
    town: Desk, now: datetime
) -> None:
    walk = complain(town.town, now=now)
    hal, step = town.town.people.hal, walk.task("Screen").id
    assert town.post(hal, f"/tasks/{step}/completion").status_code == 404
    assert town.post(hal, f"/tasks/{step}/claim").status_code == 404
    assert town.post(hal, f"/tasks/{step}/draft").status_code == 404
    assert town.post(hal, f"/tasks/{step}/taking").location == f"/tasks/{step}"
    page = town.browser(hal).get(f"/tasks/{step}").text
    assert "Dan posted my address" in page
    assert town.browser(hal).get("/cases/C-01").status_code == 200
    assert walk.reads == [(hal, f"step {step}"), (hal, "the case")]
    sent = town.post(hal, f"/tasks/{step}/draft", notes="Half a")
    assert sent.status_code == 200


def test_a_conflict_is_declared_from_the_neutral_page(town: Desk, now: datetime) -> None:
    walk = complain(town.town, now=now)
    hal, step = town.town.people.hal, walk.task("Screen").id
    empty = town.post(hal, f"/tasks/{step}/conflict")
    assert empty.status_code == 422
    assert "Say in a sentence what the conflict is." in empty.text
    declared = town.post(hal, f"/tasks/{step}/conflict", **{"conflict-reason": "My cousin."})
    assert declared.status_code == 303
    assert town.browser(hal).get(f"/tasks/{step}").status_code == 404
    assert town.post(hal, f"/tasks/{step}/taking").status_code == 404
    assert "C-01" not in heart(town.browser(hal).get("/tasks?tab=roles").text).replace(
        "C-01 has", ""
    )


def test_what_one_may_not_know_looks_as_if_it_were_not_there(town: Desk, now: datetime) -> None:
    walk = screened(town.town, now=now)
    nora, step = town.town.people.nora, walk.task("Advise").id
    client = town.browser(nora)

    def same(there: str, missing: str) -> None:
        client.get(missing)
        with walking.counted() as first:
            one = client.get(there)
        with walking.counted() as second:
            other = client.get(missing)
        assert one.status_code == other.status_code == 404
        assert heart(one.text) == heart(other.text)
        assert len(first) == len(second), (first, second)

    same("/cases/C-01", "/cases/C-77")
    same(f"/tasks/{step}", "/tasks/99999")
    with walking.writing() as session:
        session.add(a_file(walk, session))
    same("/files/1", "/files/99")
    for act in ("completion", "claim", "release", "draft", "assignment", "comments", "taking"):
        sent = [town.post(nora, f"/tasks/{number}/{act}") for number in (step, 99999)]
        assert [one.status_code for one in sent] == [404, 404], act
        assert heart(sent[0].text) == heart(sent[1].text)
    for act in ("claim", "release", "taking"):
        with walking.counted() as first:
            town.post(nora, f"/tasks/{step}/{act}")
        with walking.counted() as second:
            town.post(nora, f"/tasks/99999/{act}")
        assert len(first) == len(second), act
    for act in ("comments", "messages/1"):
        sent = [town.post(nora, f"/cases/{c}/{act}", text="x", reason="x") for c in ("C-01", "C-9")]
        assert [one.status_code for one in sent] == [404, 404], act


def a_file(walk: Complaint, session: Any) -> File:
    assert session is not None
    return File(
        case_id=walk.case_id,
        name="letter.txt",
        media_type="text/plain",
        size=1,
        sha256="",
        content=b"x",
        uploaded_by_id=walk.town.people.hal,
        uploaded_at=walk.now,
    )


def test_the_person_concerned_sees_their_own_part_alone(town: Desk, now: datetime) -> None:
    walk = advised(town.town, now=now)
    dan = town.town.people.dan
    client, step = town.browser(dan), walk.task("Respond").id
    for address in ("/cases/C-01", f"/tasks/{step}"):
        page = heart(client.get(address).text)
        hidden = [word for word in SECRETS if word in page]
        assert set(hidden) <= {"Respond", "You may refuse."}, address
        assert "data-bpmn" not in page
        assert "Add the comment" not in page
    part = client.get("/cases/C-01").text
    assert "You may refuse." in part
    assert "Upheld" not in part
    assert walk.reads == [
        (dan, "their own part"),
        (dan, f"step {step}"),
        (dan, "their own part"),
    ]
    assert town.post(dan, "/cases/C-01/comments", text="x").status_code == 404
    assert town.post(dan, f"/tasks/{step}/comments", text="x").status_code == 404


def test_who_complained_lands_on_a_page_of_theirs(town: Desk, now: datetime) -> None:
    rosa = town.town.people.rosa
    started = town.post(rosa, "/start/main")
    client = town.browser(rosa)
    sent = town.post(rosa, f"{started.location}/completion", complaint="He did it again.")
    assert sent.status_code == 303
    landed = heart(client.get(sent.location).text)
    assert "Your step in C-01 is done." in landed
    assert "Human Resources" not in landed
    assert "C-01" in client.get("/cases?tab=mine").text
    assert "Open" not in heart(client.get("/cases?tab=mine").text).split("<tbody>")[1]
    part = heart(client.get("/cases/C-01").text)
    assert "He did it again." in part
    assert "Human Resources" not in part


def test_a_document_is_handed_to_those_on_the_list_and_who_brought_it(
    town: Desk, now: datetime
) -> None:
    walk = advised(town.town, now=now)
    people, step = town.town.people, walk.task("Respond").id
    document = (BytesIO(b"My own words.\n"), "words.txt")
    town.post(people.dan, f"/tasks/{step}/completion", proof=document, statement="See it.")
    (file,) = db.session.scalars(select(File.id))
    db.session.rollback()
    for person in (people.dan, people.hal, people.ada):
        assert town.browser(person).get(f"/files/{file}").status_code == 200
    for person in (people.rosa, people.nora):
        assert town.browser(person).get(f"/files/{file}").status_code == 404
    assert (people.dan, f"document {file}") in walk.reads


def test_a_document_of_others_cannot_be_kept_in_a_form_of_ones_own(
    town: Desk, now: datetime
) -> None:
    walk = advised(town.town, now=now)
    with walking.writing() as session:
        session.add(a_file(walk, session))
    dan, step = town.town.people.dan, walk.task("Respond").id
    town.post(dan, f"/tasks/{step}/completion", **{"proof-kept": "1", "statement": "x"})
    assert town.browser(dan).get("/files/1").status_code == 404
    assert "letter.txt" not in town.browser(dan).get("/cases/C-01").text


def test_what_cannot_be_put_on_record_is_not_shown(
    town: Desk, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = screened(town.town, now=now).take("Advise", town.town.people.ada)
    ada, step = town.town.people.ada, walk.task("Advise").id
    client = town.browser(ada)
    with walking.writing() as session:
        session.add(a_file(walk, session))
    record = audit.record

    def broken(*given: Any, **named: Any) -> None:
        if named["action"] == "case:read":
            raise OperationalError("INSERT", {}, Exception("disk is full"))
        record(*given, **named)

    monkeypatch.setattr(audit, "record", broken)
    for address in ("/cases/C-01", f"/tasks/{step}", "/files/1"):
        refused = client.get(address)
        assert refused.status_code == 503, address
        assert [word for word in SECRETS if word in heart(refused.text)] == []
    assert walking.count(db.session(), CaseRead) == 0


def test_an_incident_and_a_failed_job_of_it_are_nameless(town: Desk, now: datetime) -> None:
    walk = screened(town.town, now=now)
    nora = town.town.people.nora
    with walking.writing() as session:
        city.grant(session, nora, "process_manager")
        report(session, kind="list", message="A step waits.", now=now, case_id=walk.case_id)
    page = town.browser(nora).get("/admin/incidents").text
    assert "A confidential case" in page
    assert "C-01" not in page


def test_how_long_confidential_cases_take_is_told_of_many_alone(town: Desk, now: datetime) -> None:
    rosa = town.town.people.rosa
    before = heart(town.browser(rosa).get("/start").text)
    assert "too few of these" in before
    walk = advised(town.town, now=now)
    walk.do("Respond", statement="x").do("Find", town.town.people.hal)
    assert heart(town.browser(rosa).get("/start").text) == before


def test_a_notice_leads_to_a_page_that_its_reader_may_open(town: Desk, now: datetime) -> None:
    walk = screened(town.town, now=now)
    hal, ada = town.town.people.hal, town.town.people.ada
    with walking.writing() as session:
        news = "There is news about C-01."
        tell(session, [hal, ada], news, now=now, case_id=walk.case_id)
    assert 'href="/cases/C-01"' in town.browser(hal).get("/notices").text
    offered = town.browser(ada).get("/notices").text
    assert 'href="/cases/C-01"' not in offered
    assert 'href="/tasks/?tab=roles"' in offered


def test_few_running_confidential_cases_are_not_counted(town: Desk, now: datetime) -> None:
    complain(town.town, now=now)
    nora = town.browser(town.town.people.nora)
    assert "fewer than 5" in nora.get("/diagrams/main").text


def stand_in(town: Desk, substitute: int, *absent: int) -> None:
    """Let somebody stand in for others today."""
    today = walking.MINNESOTA.day_of(town.now)
    with walking.writing() as session:
        for person in absent:
            session.add(
                Absence(
                    person_id=person,
                    substitute_id=substitute,
                    starts_on=today,
                    ends_on=today,
                    entered_by_id=person,
                    entered_at=town.now,
                )
            )


def test_a_row_says_in_whose_place_the_step_would_be_done(town: Desk) -> None:
    who = town.town.people
    walk = complain(town.town, now=town.now)
    stand_in(town, who.nora, who.hal)
    nora = town.browser(who.nora)
    row = 'Confidential step for Human Resources</a><span class="cell-note">for Hal Brandt</span>'
    assert row in nora.get("/tasks?tab=roles").text
    walk.take("Screen", who.nora)
    assert row in nora.get("/tasks?tab=mine").text
    walk.do("Screen", who.nora)
    assert 'Confidential step<span class="cell-note">for Hal Brandt' in (
        nora.get("/tasks?tab=done").text
    )
    for person in (who.dan, who.ada):
        assert "for Hal Brandt" not in heart(town.browser(person).get("/tasks?tab=roles").text)


def test_a_row_does_not_say_for_whom_the_case_keeps_out(town: Desk) -> None:
    who = town.town.people
    walk = complain(town.town, now=town.now)
    step = walk.task("Screen").id
    offers.declare_conflict(town.town.runtime, step, reason="Mine.", by=who.hal, now=town.now)
    stand_in(town, who.nora, who.hal)
    assert "Confidential step" not in town.browser(who.nora).get("/tasks?tab=roles").text
    stand_in(town, who.nora, walk.hedy)
    page = town.browser(who.nora).get("/tasks?tab=roles").text
    assert "Confidential step" in page
    assert "for Hal Brandt" not in page
