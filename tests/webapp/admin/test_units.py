"""Units are added and changed, and a board has one liaison."""

import pytest
from sqlalchemy import select

from models.database import db, transaction
from models.people import Unit
from tests import city
from tests.webapp.admin.office import Office

pytestmark = pytest.mark.usefixtures("clock_stands")


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
