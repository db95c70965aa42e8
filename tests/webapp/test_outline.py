"""The outline of a draft over HTTP: every page opens, and a process is changed in words."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import db, transaction
from models.publication import DiagramDraft
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from webapp.runtime import settings
from workflows import publication
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.publication import drafts

pytestmark = pytest.mark.usefixtures("clock_stands")

DECIDE = "decide-request"


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town whose policy Nora and Ada own."""
    found = desk.settle(app, now)
    with transaction() as session:
        for person in (found.town.people.nora, found.town.people.ada):
            city.grant(session, person, "policy_owner")
    return found


def opened(office: Desk, key: str = DECIDE) -> int:
    return drafts.open_from(key, None, by=office.town.people.nora, now=office.now).id


def page(office: Desk, address: str, status: int = 200) -> str:
    answer = office.browser(office.town.people.nora).get(address)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


PAGES = [
    "",
    "/words",
    "/add",
    "/add?after=ReviewRequest&q=advice",
    "/add?after=ReviewRequest&block=advise-law",
    "/add?after=ReviewRequest&block=plain-exclusiveGateway",
    "/add?after=RequestComplete&block=plain-end",
    "/steps/ReviewRequest",
    "/steps/RequestComplete",
    "/steps/GatherAdvice",
    "/steps/RefuseRequest",
    "/steps/ReviewRequest/form",
    "/steps/ReviewRequest/questions",
    "/steps/ReviewRequest/questions/decision",
    "/steps/ReviewRequest/questions/reason/shown-when",
    "/steps/ReviewRequest/questions/determination/refuse-when",
    "/steps/ReviewRequest/place",
    "/steps/ReviewRequest/removal",
    "/steps/RequestComplete/removal",
    "/steps/ReviewRequest/ways/new",
    "/steps/ReviewRequest/deadlines/new",
    "/deadlines/RequestWaitsForReview",
    "/ways/RequestCompleteToGatherAdvice",
    "/ways/ReviewRequestToRequestComplete",
    "/parties",
    "/parties/1",
    "/process",
]


def test_every_page_of_the_outline_opens(office: Desk) -> None:
    draft = opened(office)
    for address in PAGES:
        page(office, f"/diagrams/drafts/{draft}/outline{address}")
    page(office, "/diagrams/drafts/new-process")
