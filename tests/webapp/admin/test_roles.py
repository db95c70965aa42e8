"""Roles are given and ended, and the last administrator stays."""

from datetime import datetime

import pytest

from models.database import transaction
from tests import city
from tests.webapp.admin.office import Office, grants, last_record

pytestmark = pytest.mark.usefixtures("clock_stands")


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
