"""Every page of the administration opens, and those that are not there say so."""

import re

import pytest

from tests.webapp.admin.office import Office

pytestmark = pytest.mark.usefixtures("clock_stands")


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


def test_somebody_who_does_not_exist_has_no_page(office: Office) -> None:
    for address in ("/admin/people/999", "/admin/people/999/details", "/admin/units/999"):
        assert office.get(address).status_code == 404
    for act in ("closure", "opening", "temporary-password", "sign-out"):
        assert office.post(f"/admin/people/999/{act}", reason="x").status_code == 404
    assert office.post("/admin/grants/999/end").status_code == 404
