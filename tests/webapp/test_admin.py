"""Administration over HTTP: people, roles, units, incidents."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.database import db, transaction
from models.people import Person, PersonCategory, RoleGrant, Unit
from models.trust import AuditRecord, Incident, Job, JobState
from tests import city
from tests.webapp.door import PASSWORD, csrf_token, password_hash, sign_in
from workflows import audit

pytestmark = pytest.mark.usefixtures("clock_stands")


class Office:
    """Signe administers; Rosa of Parks is looked after."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as session:
            self.it = city.unit(session, "ITD", "Information Technology")
            self.parks = city.unit(session, "PRK", "Parks and Recreation")
            hashed = password_hash()
            self.signe = city.person(session, "Signe", "Albrook", self.it, password_hash=hashed)
            self.rosa = city.person(session, "Rosa", "Valdez", self.parks, password_hash=hashed)
            self.grant = city.grant(session, self.signe, "sysadmin")
        self.client = self.signed_in("signe.albrook")

    def signed_in(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        assert sign_in(client, f"{name}@northwater.example").status_code == 303
        return client

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, **fields: object) -> TestResponse:
        token = csrf_token(self.client, self.client.get("/password").text)
        return self.client.post(address, data={**fields, "csrf_token": token})


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)


def person(person_id: int) -> Person:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Person, person_id)


def grants(person_id: int) -> list[RoleGrant]:
    db.session.rollback()
    db.session.expire_all()
    found = select(RoleGrant).where(RoleGrant.person_id == person_id)
    return list(db.session.scalars(found))


def last_record() -> AuditRecord:
    db.session.rollback()
    newest = select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)
    return db.session.scalars(newest).one()


PAGES = [
    "/admin",
    "/admin/people",
    "/admin/people/new",
    "/admin/roles",
    "/admin/units",
    "/admin/units/new",
    "/admin/jobs",
    "/admin/jobs?state=dead",
    "/admin/incidents",
    "/admin/calendar",
    "/admin/audit",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_names_itself(office: Office, page: str) -> None:
    response = office.get(page)
    assert response.status_code == 200
    assert len(re.findall(r"<h1>[^<]+</h1>", response.text)) == 1


def test_people_are_found_by_words_of_their_name(office: Office) -> None:
    page = office.get("/admin/people?q=val+ros").text
    assert "Rosa Valdez" in page
    assert "Signe Albrook" not in page.split('id="people"')[1]
    assert "Nobody fits" in office.get("/admin/people?q=%25").text


def test_people_are_found_by_role_unit_and_state(office: Office) -> None:
    def shown(query: str) -> str:
        return office.get(f"/admin/people?{query}").text.split('id="people"')[1]

    assert "Signe Albrook" in shown("role=sysadmin")
    assert "Rosa Valdez" not in shown("role=sysadmin")
    assert "Signe Albrook" not in shown(f"unit={office.parks}")
    assert "Rosa Valdez" not in shown("state=disabled")


ADA = {"given_name": "Ada", "family_name": "Osei", "email": "Ada.Osei@northwater.example"}


def test_an_invited_person_signs_in_with_what_is_shown_once(office: Office) -> None:
    page = office.post(
        "/admin/people", **ADA, unit_id=office.parks, categories=["intern", "volunteer"]
    )
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'"temporary-password">([^<]+)<', page.text)
    assert found
    client = office.app.test_client()
    assert sign_in(client, "ada.osei@northwater.example", found[1]).location == "/password"
    categories = db.session.scalars(select(PersonCategory.category)).all()
    assert sorted(categories) == ["intern", "volunteer"]
    assert found[1] not in office.get("/admin/people").text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"given_name": " "}, "Enter the given name."),
        ({"email": "Ada Osei"}, "Enter a whole address"),
        ({"email": "ROSA.valdez@northwater.example"}, "Somebody has an account with this address"),
        ({"unit_id": "999"}, "Not a valid choice"),
    ],
)
def test_an_invitation_that_will_not_do_is_refused(
    office: Office, fields: dict[str, str], message: str
) -> None:
    page = office.post("/admin/people", **{**ADA, "unit_id": office.parks, **fields})
    assert page.status_code == 422
    assert message in page.text
    assert "Error: " in page.text


def test_details_are_corrected(office: Office) -> None:
    address = f"/admin/people/{office.rosa}/details"
    assert 'value="Rosa"' in office.get(address).text
    changed = {
        "given_name": "Rosa",
        "family_name": "Valdez-Orr",
        "email": "rosa@northwater.example",
    }
    response = office.post(
        address, **changed, unit_id=office.it, categories="intern", ends_on="2026-12-31"
    )
    assert response.status_code == 303
    assert person(office.rosa).name == "Rosa Valdez-Orr"
    assert person(office.rosa).unit_id == office.it
    assert "Thursday 31 December" in office.get(f"/admin/people/{office.rosa}").text
    assert last_record().action == "person:changed"


def test_details_do_not_take_somebody_elses_address(office: Office) -> None:
    response = office.post(
        f"/admin/people/{office.rosa}/details",
        given_name="Rosa",
        family_name="Valdez",
        email="signe.albrook@northwater.example",
        unit_id=office.parks,
    )
    assert response.status_code == 422


def test_a_disabled_person_is_out_at_once_and_can_come_back(office: Office) -> None:
    rosa = office.signed_in("rosa.valdez")
    office.post(f"/admin/people/{office.rosa}/closure", reason="Left the city")
    assert rosa.get("/password").status_code == 303
    assert sign_in(rosa, "rosa.valdez@northwater.example").status_code == 422
    assert "Disabled" in office.get(f"/admin/people/{office.rosa}").text
    office.post(f"/admin/people/{office.rosa}/opening")
    assert sign_in(rosa, "rosa.valdez@northwater.example").status_code == 303


def test_disabling_wants_a_reason(office: Office) -> None:
    response = office.post(f"/admin/people/{office.rosa}/closure", reason="")
    assert response.status_code == 422
    assert "Say why, for the record." in response.text
    assert person(office.rosa).is_active


def test_disabling_twice_is_refused(office: Office) -> None:
    address = f"/admin/people/{office.rosa}/closure"
    assert office.post(address, reason="Left").status_code == 303
    assert office.post(address, reason="Left").status_code == 409
    assert office.post(f"/admin/people/{office.rosa}/opening").status_code == 303
    assert office.post(f"/admin/people/{office.rosa}/opening").status_code == 409


def test_nobody_disables_their_own_account(office: Office) -> None:
    assert office.post(f"/admin/people/{office.signe}/closure", reason="x").status_code == 403
    assert "Disable the account" not in office.get(f"/admin/people/{office.signe}").text


def test_a_new_password_ends_the_old_one_and_every_sign_in(office: Office) -> None:
    rosa = office.signed_in("rosa.valdez")
    page = office.post(f"/admin/people/{office.rosa}/temporary-password")
    found = re.search(r'"temporary-password">([^<]+)<', page.text)
    assert found
    assert rosa.get("/password").status_code == 303
    assert sign_in(rosa, "rosa.valdez@northwater.example").status_code == 422
    assert sign_in(rosa, "rosa.valdez@northwater.example", found[1]).location == "/password"


def test_a_lost_computer_is_signed_out(office: Office) -> None:
    rosa = office.signed_in("rosa.valdez")
    office.post(f"/admin/people/{office.rosa}/sign-out")
    assert rosa.get("/password").status_code == 303
    assert sign_in(rosa, "rosa.valdez@northwater.example", PASSWORD).status_code == 303


def test_a_role_is_given_and_ended(office: Office, now: datetime) -> None:
    response = office.post(
        f"/admin/people/{office.rosa}/roles",
        role="dept_forwarder",
        unit_id=office.parks,
        starts_on="2026-11-16",
    )
    assert response.status_code == 303
    (grant,) = grants(office.rosa)
    assert (grant.role, grant.unit_id, grant.granted_by_id) == (
        "dept_forwarder",
        office.parks,
        office.signe,
    )
    assert last_record().action == "role:granted"
    assert office.post(f"/admin/grants/{grant.id}/end").status_code == 303
    (grant,) = grants(office.rosa)
    assert not grant.holds_on(now.date())
    assert office.post(f"/admin/grants/{grant.id}/end").status_code == 409


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": ""}, "Choose a role."),
        ({"role": "requester"}, "Not a valid choice"),
        ({"role": "auditor", "unit_id": "1"}, "This role holds for the whole city."),
        ({"role": "it_security", "unit_id": "1"}, "acts for the whole city. Choose City-wide."),
        ({"ends_on": "2026-11-01"}, "The last day cannot be before the first."),
    ],
)
def test_a_role_that_will_not_do_is_refused(
    office: Office, fields: dict[str, str], message: str
) -> None:
    right = {"role": "dept_head", "unit_id": "1", "starts_on": "2026-11-16"}
    response = office.post(f"/admin/people/{office.rosa}/roles", **{**right, **fields})
    assert response.status_code == 422
    assert message in response.text
    assert not grants(office.rosa)


def test_the_same_role_is_not_given_twice(office: Office) -> None:
    fields = {"role": "auditor", "unit_id": "", "starts_on": "2026-11-16"}
    address = f"/admin/people/{office.rosa}/roles"
    assert office.post(address, **fields).status_code == 303
    assert office.post(address, **fields).status_code == 409


def test_nobody_gives_a_role_to_themselves(office: Office) -> None:
    response = office.post(
        f"/admin/people/{office.signe}/roles", role="comms_director", starts_on="2026-11-16"
    )
    assert response.status_code == 403
    assert "Nobody gives a role to themselves" in response.text


def test_the_last_administrator_stays(office: Office) -> None:
    response = office.post(f"/admin/grants/{office.grant}/end")
    assert response.status_code == 409
    assert "last person who can administer" in response.text
    with transaction() as session:
        city.grant(session, office.rosa, "sysadmin")
    assert office.post(f"/admin/grants/{office.grant}/end").status_code == 303
    assert office.get("/admin/people").status_code == 403


def test_a_new_role_counts_from_the_next_click(office: Office) -> None:
    rosa = office.signed_in("rosa.valdez")
    assert rosa.get("/admin/people").status_code == 403
    office.post(f"/admin/people/{office.rosa}/roles", role="sysadmin", starts_on="2026-11-16")
    assert rosa.get("/admin/people").status_code == 200


def test_parties_without_anybody_are_named(office: Office) -> None:
    page = office.get("/admin/roles").text
    assert "Communications" in page
    assert "<strong>Department, Parks and Recreation</strong>" in page
    with transaction() as session:
        city.grant(session, office.rosa, "dept_head", unit_id=office.parks)
    assert (
        "<strong>Department, Parks and Recreation</strong>" not in office.get("/admin/roles").text
    )


def test_a_unit_is_added_and_changed(office: Office) -> None:
    response = office.post(
        "/admin/units",
        name="Arts Commission",
        code="arc",
        kind="commission",
        is_public_body="y",
        forwarding_unit_id=office.parks,
    )
    assert response.status_code == 303
    db.session.rollback()
    unit = db.session.scalars(select(Unit).where(Unit.code == "ARC")).one()
    assert unit.is_public_body
    assert unit.forwarded_by == office.parks
    assert "Arts Commission" in office.get("/admin/units").text
    changed = {"name": "Arts Board", "code": "ARC", "kind": "board", "forwarding_unit_id": ""}
    assert office.post(f"/admin/units/{unit.id}", **changed).status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert unit.name == "Arts Board"
    assert unit.forwarded_by == unit.id


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "prk"}, "Another unit has this code already."),
        ({"name": "  "}, "Enter the name"),
        ({"kind": "club"}, "Not a valid choice"),
    ],
)
def test_a_unit_that_will_not_do_is_refused(
    office: Office, fields: dict[str, str], message: str
) -> None:
    right = {"name": "Fire", "code": "FIR", "kind": "department", "forwarding_unit_id": ""}
    response = office.post("/admin/units", **{**right, **fields})
    assert response.status_code == 422
    assert message in response.text


def test_a_chain_of_liaisons_is_refused(office: Office) -> None:
    with transaction() as session:
        arts = city.unit(session, "ARC", forwarding_unit_id=office.parks)
    response = office.post(
        "/admin/units", name="Sub", code="SUB", kind="board", forwarding_unit_id=arts
    )
    assert response.status_code == 422
    assert "forwarded by another unit themselves" in response.text


@pytest.fixture
def incident(office: Office, now: datetime) -> int:
    with transaction() as session:
        job = Job(kind="reminder", key="r1", payload={}, run_at=now, state=JobState.DEAD)
        job.attempts = 8
        session.add(job)
        session.flush()
        row = Incident(kind="job", job_id=job.id, message="The job reminder failed.", opened_at=now)
        session.add(row)
        session.flush()
        return row.id


def test_a_dead_job_is_tried_again(office: Office, incident: int) -> None:
    assert "The job reminder failed." in office.get("/admin/incidents").text
    assert "Reminder" in office.get("/admin/jobs?state=dead").text
    assert office.post(f"/admin/incidents/{incident}/retry").status_code == 303
    assert "Nothing to look at" in office.get("/admin/incidents").text
    db.session.rollback()
    assert db.session.scalars(select(Job.state)).one() == JobState.DUE
    assert office.post(f"/admin/incidents/{incident}/retry").status_code == 409


def test_an_incident_is_resolved_with_a_note(office: Office, incident: int) -> None:
    address = f"/admin/incidents/{incident}/resolution"
    field = f"incident-{incident}-note"
    refused = office.post(address, **{field: ""})
    assert refused.status_code == 422
    assert "Say what was done, for the record." in refused.text
    assert office.post(address, **{field: "Asked the mail people"}).status_code == 303
    page = office.get("/admin/incidents").text
    assert "Asked the mail people" in page
    assert "Signe Albrook" in page


def test_a_worker_that_does_not_come_is_noticed(office: Office, now: datetime) -> None:
    assert "Well" in office.get("/admin").text
    with transaction() as session:
        late = now - timedelta(minutes=3)
        session.add(Job(kind="deadline", key="d1", payload={}, run_at=late))
    assert "Is the worker running?" in office.get("/admin").text


def test_a_closed_day_is_entered_and_taken_back(office: Office) -> None:
    page = office.get("/admin/calendar").text
    assert "Thursday 26 November" in page  # Thanksgiving
    entered = office.post("/admin/calendar", day="2026-12-24", reason="City hall is closed")
    assert entered.status_code == 303
    assert "City hall is closed" in office.get("/admin/calendar").text
    assert last_record().action == "calendar:day-closed"
    assert office.post("/admin/calendar/2026-12-24/opening").status_code == 303
    assert "City hall is closed" not in office.get("/admin/calendar").text
    assert office.post("/admin/calendar/2026-12-24/opening").status_code == 404
    assert office.post("/admin/calendar/christmas/opening").status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"day": "2026-11-15"}, "This day has passed"),
        ({"day": "2026-12-25"}, "This day is entered already."),
        ({"day": ""}, "Enter the day."),
        ({"reason": " "}, "Say why the offices are closed."),
    ],
)
def test_a_closed_day_that_will_not_do_is_refused(
    office: Office, fields: dict[str, str], message: str
) -> None:
    office.post("/admin/calendar", day="2026-12-25", reason="Closed")
    response = office.post("/admin/calendar", **{"day": "2026-12-28", "reason": "x", **fields})
    assert response.status_code == 422
    assert message in response.text


def test_the_trail_tells_who_did_what(office: Office) -> None:
    office.post(f"/admin/people/{office.rosa}/sign-out")
    page = office.get("/admin/audit?action=person:signed-out-every").text
    assert "person: signed out everywhere" in page
    assert "Signe Albrook" in page
    assert f"person {office.rosa}" in page
    assert "No record fits" in office.get("/admin/audit?subject=R-9").text
    assert "No record fits" in office.get("/admin/audit?person=999").text


def test_the_trail_is_silent_about_confidential_cases(office: Office, now: datetime) -> None:
    with transaction() as session:
        audit.record(
            session, action="case:started", subject="C-1001", actor=None, now=now, details={}
        )
    assert "C-1001" not in office.get("/admin/audit").text
    assert "No record fits" in office.get("/admin/audit?action=case:").text


def test_an_auditor_reads_the_trail_and_no_other_page_of_administration(office: Office) -> None:
    with transaction() as session:
        city.grant(session, office.rosa, "auditor")
    rosa = office.signed_in("rosa.valdez")
    assert rosa.get("/admin/audit").status_code == 200
    assert 'href="/admin/audit"' in rosa.get("/password").text
    assert rosa.get("/admin").status_code == 403


def test_somebody_who_does_not_exist_has_no_page(office: Office) -> None:
    for address in ("/admin/people/999", "/admin/people/999/details", "/admin/units/999"):
        assert office.get(address).status_code == 404
    for act in ("closure", "opening", "temporary-password", "sign-out"):
        assert office.post(f"/admin/people/999/{act}", reason="x").status_code == 404
    assert office.post("/admin/grants/999/end").status_code == 404
