"""Pages that move running cases to another version: sorted, decided, followed, taken back; who may."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.case_migration import CaseMigration, MovedCase
from models.cases import Case
from models.database import db, transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.migrating.changed import LANES, REVIEWED
from tests.workflows.walking import Walk
from webapp.handlers import handlers
from workflows import jobs
from workflows.publication import drafts

INDEX = "/diagrams/main/migrations"
DECIDED: dict[str, Any] = {"to:main/Look": "main/Decide"}


@pytest.fixture
def office(app: Flask, clock_stands: None) -> Desk:
    """A town with one small process, which Nora manages with all others, and Ada writes policy."""
    now = app.config["NOW"]
    found = desk.settle(app, now, {"main": drawn(REVIEWED, lanes=LANES)})
    with transaction() as session:
        city.grant(session, found.town.people.nora, "process_manager")
        city.grant(session, found.town.people.ada, "policy_owner")
    return found


@pytest.fixture
def three(office: Desk) -> Walk:
    """Three cases: one waits for Ask, one for Look, which is gone, one is suspended."""
    walk = walking.start(office.town, now=office.now, process="main")
    walking.start(office.town, now=office.now, process="main").do("Ask")
    third = walking.start(office.town, now=office.now, process="main")
    with transaction() as session:
        session.get_one(Case, third.case_id).suspended_at = office.now
    publish(office, REVIEWED.replace("Look", "Decide"))
    return walk


def publish(office: Desk, text: str, *, confidential: bool = False) -> None:
    lanes = {**LANES, "Communications": [step for step in ("Decide", "Look") if step in text]}
    data = drawn(text, lanes=lanes, confidential=confidential)
    walking.put_in_force({"main": data}, now=office.now + timedelta(seconds=1))
    office.app.config["NOW"] = office.now + timedelta(minutes=1)


def page(office: Desk, address: str, who: int | None = None, status: int = 200) -> str:
    answer = office.browser(office.town.people.nora if who is None else who).get(address)
    assert answer.status_code == status
    return " ".join(answer.text.split())


def send(office: Desk, address: str, status: int = 303, **fields: str) -> str:
    answer = office.post(office.town.people.nora, address, **fields)
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("Location", "")) or " ".join(answer.text.split())


def work(office: Desk) -> None:
    now = office.app.config["NOW"]
    while jobs.run_due(handlers(), now=now, owner="tests"):
        pass


def versions() -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(select(Case).order_by(Case.id)).scalars()
    return {case.label: case.version_id for case in rows}


def test_cases_are_sorted_with_what_somebody_has_to_decide(office: Desk, three: Walk) -> None:
    text = page(office, INDEX)
    assert "Can be moved: 1" in text
    assert "Need a decision: 1" in text
    assert "Cannot be moved: 1" in text
    assert "The other version has no step “Look” there." in text
    assert "It is suspended. Resume it first." in text
    assert "Look (1 case)" in text
    assert text.index(">Decide (Small process)<") < text.index(">Ask (Small process)<")
    assert "Move 1 case<" in text


def test_decisions_are_tried_before_anything_is_moved(office: Desk, three: Walk) -> None:
    text = send(office, INDEX, 200, again="yes", reason="Half a rea", **DECIDED)
    assert "Can be moved: 2" in text
    assert "Move 2 cases<" in text
    assert 'value="main/Decide" selected' in text
    assert "Half a rea" in text
    assert db.session.scalars(select(CaseMigration)).all() == []


def test_all_are_moved_with_a_report_of_each(office: Desk, three: Walk) -> None:
    address = send(office, INDEX, reason="The form was wrong.", **DECIDED)
    assert "Under way" in page(office, address)
    work(office)
    text = page(office, address)
    assert "All cases have been looked at." in text
    assert "Moved: 2" in text
    assert "Not moved: 1" in text
    assert "From “Look”, which is gone, cases go on at “Decide”." in text
    assert list(versions().values()) == [2, 2, 1]
    refused = page(office, f"{address}?state=refused")
    assert "R-1003" in refused
    assert "R-1002" not in refused
    written = page(office, f"{address}/cases.csv")
    assert "R-1003,Small process,1,2,Not moved,It is suspended. Resume it first.," in written
    again = page(office, INDEX)
    assert "Moved before" in again
    assert "The form was wrong." in again


def test_the_case_tells_that_it_was_moved_by_whom_and_why(office: Desk, three: Walk) -> None:
    address = send(office, INDEX, case="R-1001", reason="The form was wrong.")
    assert list(versions().values()) == [2, 1, 1]
    text = page(office, "/cases/1001")
    assert "Nora Quist moved the case from version 1 to version 2." in text
    assert "The form was wrong." in text
    assert 'href="/diagrams/main/versions/2"' in text
    row = db.session.scalars(select(MovedCase.id)).one()
    send(office, f"{address}/cases/{row}/undo")
    assert list(versions().values()) == [1, 1, 1]
    assert "Nora Quist took that back: the case runs on version 1 again." in page(
        office, "/cases/1001"
    )


def test_a_move_that_stands_says_why(office: Desk, three: Walk) -> None:
    address = send(office, INDEX, case="R-1001", reason="The form was wrong.")
    three.now = office.app.config["NOW"]
    three.do("Ask")
    row = db.session.scalars(select(MovedCase.id)).one()
    send(office, f"{address}/cases/{row}/undo")
    assert "Rosa Valdez has completed “Ask” since it was moved" in page(office, address)
    assert versions()["R-1001"] == 2


def test_one_case_is_moved_by_itself(office: Desk, three: Walk) -> None:
    text = page(office, f"{INDEX}?case=1002")
    assert "Move R-1002: Small process" in text
    assert "R-1001" not in text
    assert "no such case" in page(office, f"{INDEX}?case=1099", status=404).lower()


def test_cases_go_back_to_an_earlier_version_that_is_chosen(office: Desk, three: Walk) -> None:
    text = page(office, INDEX)
    assert '<option value="2" selected>Version 2, in force</option>' in text
    assert "Version 1, in force from" in text
    newer = walking.start(office.town, now=office.app.config["NOW"], process="main")
    text = page(office, f"{INDEX}?to=1")
    assert "sorted for a return to" in text
    assert "R-1001" not in text
    assert f"{INDEX}?case=1004&amp;to=1" in text
    assert "Move them to version 1" in text
    address = send(office, INDEX, to="1", reason="The new one was wrong.")
    work(office)
    assert "cases moved to version 1" in page(office, address)
    assert versions()[newer.case.label] == 1
    assert 'href="/diagrams/main/migrations?to=1"' in page(office, "/diagrams/main/versions/1")


def test_a_version_that_there_is_not_is_none_to_move_to(office: Desk, three: Walk) -> None:
    page(office, f"{INDEX}?to=9", status=404)
    send(office, INDEX, 404, to="9", reason="Why.")
    assert not db.session.scalars(select(CaseMigration)).all()


def test_all_of_it_is_taken_back_with_a_reason(office: Desk, three: Walk) -> None:
    address = send(office, INDEX, reason="The form was wrong.", **DECIDED)
    work(office)
    assert "Say why, for the record." in send(office, f"{address}/undo", 422, reason="")
    send(office, f"{address}/undo", reason="A mistake.")
    assert "Being taken back" in page(office, address)
    work(office)
    text = page(office, address)
    assert "A mistake." in text
    assert list(versions().values()) == [1, 1, 1]


def test_nothing_is_moved_without_a_reason_and_nothing_chosen_is_lost(
    office: Desk, three: Walk
) -> None:
    text = send(office, INDEX, 422, reason="", **DECIDED)
    assert "Say why, for the record." in text
    assert 'value="main/Decide" selected' in text
    text = send(office, INDEX, 422, reason="Why.", **{"to:main/Look": "main/Done"})
    assert "Choose a step of that version." in text


def test_only_owners_and_those_who_manage_processes_move_cases(office: Desk, three: Walk) -> None:
    rosa = office.town.people.rosa
    address = send(office, INDEX, case="R-1001", reason="The form was wrong.")
    row = db.session.scalars(select(MovedCase.id)).one()
    for who in (rosa, office.town.people.chen):
        assert "Only the owners of this process" in page(office, INDEX, who, 403)
        page(office, address, who, 403)
        page(office, f"{address}/cases.csv", who, 403)
        for to in (INDEX, f"{address}/undo", f"{address}/cases/{row}/undo"):
            assert office.post(who, to, reason="Mine.").status_code == 403
    assert versions()["R-1001"] == 2


def test_what_is_not_there_is_not_found(office: Desk, three: Walk) -> None:
    page(office, "/diagrams/nothing/migrations", status=404)
    page(office, f"{INDEX}/9", status=404)
    address = send(office, INDEX, case="R-1001", reason="Why.")
    assert office.post(office.town.people.nora, f"{address}/cases/99/undo").status_code == 404


def test_nothing_to_move_says_so(office: Desk) -> None:
    assert "Every running case is on version 1" in page(office, INDEX)
    answer = office.post(office.town.people.nora, INDEX, reason="Why.")
    assert answer.status_code == 409


def test_confidential_cases_are_counted_roughly_and_moved_unnamed(office: Desk) -> None:
    publish(office, REVIEWED, confidential=True)
    now = office.app.config["NOW"]
    walk = walking.start(office.town, now=now, process="main").do("Ask")
    walking.put_in_force(
        {"main": drawn(REVIEWED.replace("Look", "Decide"), confidential=True,
                       lanes={**LANES, "Communications": ["Decide"]})},
        now=now + timedelta(minutes=5),
    )  # fmt: skip
    office.app.config["NOW"] = now + timedelta(minutes=6)
    text = page(office, INDEX)
    assert "fewer than 5 run, on whichever version" in text
    assert "Where cases go on whose step is gone" in text
    address = send(office, INDEX, reason="Why.", **DECIDED)
    work(office)
    report = page(office, address)
    for shown in (text, report, page(office, f"{address}/cases.csv")):
        assert walk.case.label not in shown
    assert walk.case.version.number == 3
    assert not [one for person in (1, 2, 3) for one in walking.told(person) if "Look" in one]
    row = db.session.scalars(select(MovedCase.id)).one()
    assert office.post(office.town.people.nora, f"{address}/cases/{row}/undo").status_code == 404


def test_a_draft_shows_which_running_cases_could_move_to_it(office: Desk, three: Walk) -> None:
    ada, now = office.town.people.ada, office.app.config["NOW"]
    content = drawn(REVIEWED.replace("Look", "Sign"), lanes={**LANES, "Communications": ["Sign"]})
    draft = drafts.open_upload(content, by=ada, now=now)
    text = page(office, f"/diagrams/drafts/{draft.id}/impact", ada)
    assert "Can be moved: 1" in text
    assert "Need a decision: 1" in text
    assert "Move this one only" not in text


def test_the_version_page_leads_to_running_cases(office: Desk, three: Walk) -> None:
    assert 'href="/diagrams/main/migrations"' in page(office, "/diagrams/main")
    assert "/migrations" not in page(office, "/diagrams/main", office.town.people.rosa)
