"""People are invited, found, corrected, shut out and let in again."""

import re

import pytest
from sqlalchemy import select

from models.database import db
from models.people import PersonCategory
from tests.webapp.admin.office import Office, last_record, person
from tests.webapp.door import PASSWORD, sign_in

pytestmark = pytest.mark.usefixtures("clock_stands")


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
