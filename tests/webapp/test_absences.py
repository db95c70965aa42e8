"""The pages on which people enter who is away, and what substitutes see of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import db
from models.people import Absence, Person
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now)


def form(town: Desk, **changes: Any) -> dict[str, Any]:
    """Five days from today, with Nora as substitute."""
    today = town.now.date()
    given: dict[str, Any] = {
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=4)).isoformat(),
        "substitute_id": town.town.people.nora,
        "of_process": "",
    }
    return given | changes


def enter(town: Desk, person: int, **changes: Any) -> Any:
    return town.post(person, "/absences", **form(town, **changes))


def test_an_absence_is_entered_from_the_persons_menu(town: Desk) -> None:
    dan = town.town.people.dan
    browser = town.browser(dan)
    assert 'href="/absences/"' in browser.get("/tasks").text
    page = browser.get("/absences").text
    assert "Nora Quist (Fire)" in page
    assert "Dan Okafor (Parks" not in page, "nobody stands in for themselves"
    sent = enter(town, dan)
    assert (sent.status_code, sent.location) == (303, "/absences/")
    page = browser.get("/absences").text
    assert "It is entered that you are away Monday 16 November to Friday 20 November." in page
    assert "Away now" in page
    assert "Dan Okafor" in town.browser(town.town.people.nora).get("/absences").text


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(town: Desk) -> None:
    sent = enter(town, town.town.people.dan, ends_on="2026-11-10")
    assert sent.status_code == 422
    assert "The last day cannot be before the first." in sent.text
    assert 'value="2026-11-10"' in sent.text
    assert db.session.scalar(select(Absence.id)) is None
    empty = town.post(town.town.people.dan, "/absences", starts_on="", substitute_id="")
    assert empty.status_code == 422
    assert "Choose a substitute." in empty.text


def test_whom_one_chose_is_away_too_is_said_at_once(town: Desk) -> None:
    who = town.town.people
    enter(town, who.nora, substitute_id=who.hal)
    enter(town, who.dan)
    page = town.browser(who.dan).get("/absences").text
    assert "Nora Quist is away Monday 16 November to Friday 20 November too." in page


def test_a_substitute_finds_the_task_does_it_and_is_named_with_the_absent_person(
    town: Desk,
) -> None:
    who = town.town.people
    walk = walking.start(town.town, now=town.now).do("SubmitRequest")
    task = walk.task("ForwardRequest")
    assert town.browser(who.nora).get(f"/tasks/{task.id}").status_code == 403
    enter(town, who.dan)
    listed = town.browser(who.nora).get("/tasks?tab=roles").text
    assert task.name in listed
    assert "for Dan Okafor" in listed
    page = town.browser(who.nora).get(f"/tasks/{task.id}").text
    assert "Dan Okafor, who is away" in page
    assert town.complete(walk, "ForwardRequest", who.nora).status_code == 303
    case = town.browser(who.rosa).get(f"/cases/{walk.case.reference}").text
    assert "Nora Quist, for Dan Okafor" in case
    assert "for Dan Okafor" in town.browser(who.nora).get("/tasks?tab=done").text
    with walking.writing() as session:
        city.grant(session, who.hal, "auditor")
    assert "for Dan Okafor" in town.browser(who.hal).get("/admin/audit").text


def test_it_ends_early_with_a_button(town: Desk) -> None:
    who = town.town.people
    enter(town, who.dan)
    absence = db.session.scalars(select(Absence.id)).one()
    db.session.rollback()
    assert town.post(who.nora, f"/absences/{absence}/end").status_code == 403
    assert town.post(who.dan, f"/absences/{absence}/end").status_code == 303
    assert "Away now" not in town.browser(who.dan).get("/absences").text
    assert town.post(who.dan, f"/absences/{absence}/end").status_code == 409
    assert town.post(who.dan, "/absences/999/end").status_code == 404


def test_a_lead_enters_it_for_the_people_of_the_unit_alone(town: Desk) -> None:
    who = town.town.people
    with walking.writing() as session:
        head = city.person(session, "Pam", "Reyes", who.parks)
        city.grant(session, head, "dept_head", unit_id=who.parks)
        session.get_one(Person, head).password_hash = session.get_one(Person, who.dan).password_hash
    page = town.browser(head).get("/absences/others").text
    assert "Dan Okafor (Parks and Recreation)" in page
    assert f'<option value="{who.chen}">' not in page.split("Who does the tasks")[0]
    of_dan = form(town, person_id=who.dan)
    assert town.post(head, "/absences/others", **of_dan).status_code == 303
    assert "Dan Okafor is away" in town.browser(head).get("/absences/others").text
    wrong = town.post(head, "/absences/others", **form(town, person_id=who.chen))
    assert wrong.status_code == 422
    absence = db.session.scalars(select(Absence.id)).one()
    db.session.rollback()
    sent = town.post(head, f"/absences/{absence}/end")
    assert sent.location == "/absences/others"


def test_who_leads_nobody_is_told_so(town: Desk) -> None:
    who = town.town.people
    assert "You lead nobody" in town.browser(who.nora).get("/absences/others").text
    of_dan = form(town, person_id=who.dan)
    assert town.post(who.nora, "/absences/others", **of_dan).status_code == 422


def test_a_lead_sees_what_waits_for_nobody_and_can_hand_it_over(town: Desk) -> None:
    who = town.town.people
    walk = walking.forwarded(town.town, now=town.now)
    task = walk.task("ReviewRequest")
    town.post(who.chen, f"/tasks/{task.id}/claim")
    enter(town, who.chen, substitute_id=who.ivy)
    enter(town, who.ivy, substitute_id=who.nora)
    page = town.browser(town.town.mia).get("/absences/others").text
    assert "Nobody stands in today" in page
    assert f'href="/tasks/{task.id}"' in page
    assert "Hand over" in town.browser(town.town.mia).get(f"/tasks/{task.id}").text


def test_administrators_see_every_absence(town: Desk) -> None:
    who = town.town.people
    with walking.writing() as session:
        city.grant(session, who.ivy, "sysadmin")
    enter(town, who.dan)
    page = town.browser(who.ivy).get("/admin/absences").text
    assert "Dan Okafor" in page
    assert "Nora Quist" in page
    assert town.browser(who.nora).get("/admin/absences").status_code == 403


def test_a_manager_hands_on_what_waits_for_somebody_who_has_left(town: Desk) -> None:
    who = town.town.people
    walk = walking.start(town.town, now=town.now)
    address = f"/tasks/{walk.task('SubmitRequest').id}"
    with walking.writing() as session:
        city.grant(session, who.hal, "process_manager")
        pat = city.person(session, "Pat", "Soto", who.parks)
    assert "for one person alone" in town.browser(who.hal).get(address).text
    with walking.writing() as session:
        session.get_one(Person, who.rosa).disabled_at = town.now
    page = town.browser(who.hal).get(address).text
    assert "waits for somebody who has left" in page
    assert "Pat Soto" in page
    assert "Nora Quist" not in page
    assert town.browser(who.dan).get(address).status_code == 403
    sent = town.post(who.hal, f"{address}/assignment", to=pat, reason="Rosa has left.")
    assert sent.status_code == 303
    assert walk.task("SubmitRequest").person_id == pat


def test_administrators_see_where_one_person_is_all_there_is(town: Desk) -> None:
    who = town.town.people
    with walking.writing() as session:
        city.grant(session, who.ivy, "sysadmin")
    page = town.browser(who.ivy).get("/admin/roles").text
    assert "Requests of 6 units would wait for ever" in page
    assert "1 unit with one person who passes requests on" in page
    assert "with one person and nobody beside them" in page
