"""The diagrams in words, as pages show them: what is called and what is read of callers, by name."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import transaction
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from workflows.publication import drafts

LINK = 'follow the diagram <a href="/diagrams/decide-request">Decide on request</a>, then'

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town with an owner of the policy (Nora)."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "policy_owner")
    return found


def test_a_called_process_is_told_by_its_name_and_led_to(office: Desk) -> None:
    nora = office.town.people.nora
    draft = drafts.open_from("create-site", None, by=nora, now=office.now)
    case = walking.start(office.town, now=office.now).case
    for address in (
        "/diagrams/create-site",
        f"/diagrams/drafts/{draft.id}",
        f"/diagrams/drafts/{draft.id}/outline/words",
        f"/cases/{case.number}",
    ):
        assert LINK in " ".join(office.browser(nora).get(address).text.split()), address
    side = office.browser(nora).get("/diagrams/create-site").text
    assert '<li><a href="/diagrams/decide-request">Decide on request</a></li>' in side
    # In the words of the form that a caller asked it with.
    advice = office.browser(nora).get("/diagrams/gather-advice").text
    assert "If &#34;Ask the City Clerk for retention advice?&#34; (asked before) is yes" in advice
