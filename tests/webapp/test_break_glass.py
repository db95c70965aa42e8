"""The pages by which somebody reads a case without a part in it, and those for the public facet."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import confiding, walking
from tests.workflows.confiding import Complaint, advised, screened
from workflows import documents, tasks


@pytest.fixture
def town(app: Flask, now: datetime) -> Desk:
    return desk.settle(app, now, {"main": confiding.diagram()})


def ask(town: Desk, number: str) -> str:
    """Let Ada ask Mia; give where she lands, in words."""
    sent = town.post(
        town.town.people.ada,
        "/break-glass",
        number=number,
        reason="The court asks.",
        second=str(town.town.mia),
    )
    assert (sent.status_code, sent.location) == (303, "/break-glass")
    return str(town.browser(town.town.people.ada).get("/break-glass").text)


def confirm(town: Desk, request: int, answer: str = "yes") -> int:
    fields = {f"request-{request}-granted": answer, f"request-{request}-words": "I checked."}
    return town.post(town.town.mia, f"/break-glass/{request}/answer", **fields).status_code


def test_one_asks_and_another_opens_the_case(town: Desk, now: datetime) -> None:
    walk: Complaint = screened(town.town, now=now)
    ada, mia = town.town.people.ada, town.town.mia
    assert "Waits for an answer" in ask(town, "C-01")
    assert town.browser(ada).get("/cases/C-01").status_code == 404
    asked = town.browser(mia).get("/break-glass").text
    assert "Ada Osei asks you about C-01" in asked
    assert confirm(town, 1) == 303
    assert "Confirmed" in town.browser(ada).get("/break-glass").text
    page = town.browser(ada).get("/cases/C-01")
    assert page.status_code == 200
    assert "Add the comment" not in page.text
    assert town.post(ada, "/cases/C-01/comments", text="x").status_code == 403
    assert walk.reads == [(ada, "the case")]
    town.app.config["NOW"] = now + timedelta(hours=25)
    again = town.app.test_client()
    assert again.get("/cases/C-01").status_code == 303  # to the door: the sign-in has ended too


def test_a_number_that_no_case_has_is_answered_alike(town: Desk, now: datetime) -> None:
    screened(town.town, now=now)
    there, missing = ask(town, "C-01"), ask(town, "C-77")
    assert there.count("Waits for an answer") == 1
    assert missing.count("Waits for an answer") == 2
    assert confirm(town, 2) == 303
    assert town.browser(town.town.people.ada).get("/cases/C-77").status_code == 404


def test_what_is_missing_is_asked_for_and_what_was_typed_stays(town: Desk, now: datetime) -> None:
    screened(town.town, now=now)
    ada = town.town.people.ada
    sent = town.post(ada, "/break-glass", number="all of them", reason="A court asks.", second="x")
    assert sent.status_code == 422
    assert "A court asks." in sent.text
    second = str(town.town.mia)
    sent = town.post(
        ada, "/break-glass", number="all of them", reason="A court asks.", second=second
    )
    assert sent.status_code == 422
    assert "Write the number of a case, such as C-07." in sent.text
    ask(town, "C-01")
    empty = town.post(town.town.mia, "/break-glass/1/answer")
    assert empty.status_code == 422
    assert "Choose whether you confirm it." in empty.text
    assert confirm(town, 7) == 404


def test_nobody_else_breaks_the_glass(town: Desk, now: datetime) -> None:
    screened(town.town, now=now)
    hal = town.town.people.hal
    assert town.browser(hal).get("/break-glass").status_code == 403
    assert town.post(hal, "/break-glass").status_code == 403
    assert town.post(hal, "/break-glass/1/answer").status_code == 403


def test_the_clerk_looks_up_what_is_public(town: Desk, now: datetime) -> None:
    walk = advised(town.town, now=now).do("Respond", statement="It was public.")
    people = town.town.people
    with walking.writing() as session:
        city.grant(session, people.cleo, "clerk_data")

    def look(reason: str = "Request of the Courier.", about: int = people.dan) -> str:
        sent = town.post(people.cleo, "/records/personnel-data", about=str(about), reason=reason)
        assert sent.status_code == (200 if reason else 422)
        return str(sent.text)

    assert "Say whose request you answer" in look("")
    before = look()
    assert "Complaint 1: open" in before
    for secret in ("Rosa", "C-01", "posted my address", "It was public", "Go on."):
        assert secret not in before
    assert "There is no complaint on record." in look(about=people.hal)
    paper = documents.check("warning.txt", b"A written warning.\n", megabytes=1)
    step, hal = walk.task("Find").id, people.hal
    file = tasks.attach(town.town.runtime, step, paper, by=hal, now=walk.now).id
    final = {"outcome": "discipline", "final_on": "2026-11-16", "finding": "violation"}
    walk.do("Find", hal, **final, reasons="He broke the policy.", reply="Upheld.", paper=file)
    after = look()
    assert "Complaint 1: final, with discipline" in after
    assert "He broke the policy." in after
    assert "Upheld." not in after
    address = f"/records/personnel-data/{people.dan}/documents/{file}"
    handed = town.browser(people.cleo).get(address)
    assert handed.data == b"A written warning.\n"
    assert town.browser(people.cleo).get(f"/files/{file}").status_code == 404
    assert town.browser(people.ada).get(address).status_code == 403


def test_nobody_is_looked_up_before_somebody_is_chosen(town: Desk) -> None:
    cleo = town.town.people.cleo
    with walking.writing() as session:
        city.grant(session, cleo, "clerk_data")
    page = town.browser(cleo).get("/records/personnel-data").text
    first = re.search(r"<select[^>]*>\s*<option([^>]*)>", page)
    assert first is not None
    assert 'value=""' in first[1]
    sent = town.post(cleo, "/records/personnel-data", about="", reason="The Courier asks.")
    assert sent.status_code == 422
    assert "Choose the person." in sent.text
