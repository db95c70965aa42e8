"""Interventions over HTTP: said before they are done, asked for a reason, shown to the second person."""

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.cases import Case, Intervention
from models.database import db, transaction
from models.trust import Job, JobState
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.workflows import walking
from tests.workflows.walking import Walk
from webapp.permissions import CAPABILITIES
from workflows import publication


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """Nora manages processes, Ada owns them."""
    found = desk.settle(app, now)
    with transaction() as session:
        city.grant(session, found.town.people.nora, "process_manager")
        city.grant(session, found.town.people.ada, "policy_owner")
    return found


@pytest.fixture
def walk(office: Desk) -> Walk:
    return walking.forwarded(office.town, now=office.now)


def nora(office: Desk) -> int:
    return office.town.people.nora


def page(office: Desk, address: str, who: int | None = None, status: int = 200) -> str:
    answer = office.browser(nora(office) if who is None else who).get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page's form, as a browser sends them back."""
    found = re.findall(
        r'<input id="(?:revision|task|place)" name="(\w+)" type="hidden" value="([^"]*)"', text
    )
    return dict(found)


def do(office: Desk, walk: Walk, kind: str, query: str = "", **fields: str) -> str:
    address = f"/cases/{walk.case.reference}/interventions/{kind}"
    sent = {"reason": "It is stuck.", **hidden(page(office, f"{address}?{query}")), **fields}
    answer = office.post(nora(office), address, **sent)
    assert answer.status_code == 303, answer.text
    return page(office, answer.location)


def answer(
    office: Desk, walk: Walk, word: str, who: int | None = None, text: str = "I looked at it."
) -> int:
    who = office.town.people.ada if who is None else who
    address = f"/cases/{walk.case.reference}/interventions"
    row = db.session.scalars(select(Intervention.id).order_by(Intervention.id.desc())).first()
    sent = hidden(page(office, address, who))
    return office.post(who, f"{address}/{row}/answer", answer=word, word=text, **sent).status_code


def test_the_case_page_leads_owners_alone_to_the_interventions(office: Desk, walk: Walk) -> None:
    link = f'href="/cases/{walk.case.reference}/interventions"'
    assert link in page(office, f"/cases/{walk.case.reference}")
    assert link not in page(office, f"/cases/{walk.case.reference}", office.town.people.chen)


def test_who_may_not_intervene_is_told_so_or_finds_nothing(office: Desk, walk: Walk) -> None:
    reference = walk.case.reference
    for address in (
        f"/cases/{reference}/interventions",
        f"/cases/{reference}/interventions/cancel",
    ):
        page(office, address, office.town.people.chen, 403)
        page(office, address, office.town.people.hal, 404)
    sent = office.post(
        office.town.people.chen, f"/cases/{reference}/interventions/suspend", reason="x"
    )
    assert sent.status_code == 403
    assert (
        office.post(
            office.town.people.hal, f"/cases/{reference}/interventions/1/answer"
        ).status_code
        == 404
    )
    assert walk.case.suspended_at is None
    page(office, f"/cases/{reference}/interventions/destroy", status=404)
    page(office, f"/cases/{reference}/interventions/skip?task=99", status=404)
    page(office, "/cases/9999/interventions", status=404)


def test_a_confidential_case_is_not_there_for_an_owner_off_its_list(
    office: Desk, walk: Walk
) -> None:
    with walking.writing() as session:
        session.execute(update(Case).values(confidential=True))
    page(office, f"/cases/{walk.case.reference}/interventions", status=404)


def test_a_suspended_case_says_so_wherever_its_people_look(office: Desk, walk: Walk) -> None:
    chen, task = office.town.people.chen, walk.task("ReviewRequest")
    assert "Nobody can complete" in page(
        office, f"/cases/{walk.case.reference}/interventions/suspend"
    )
    assert "Done. Suspended" in do(office, walk, "suspend", reason="The platform is down.")
    assert "Suspended" in page(office, "/tasks?tab=roles", chen)
    assert "is suspended" in page(office, f"/tasks/{task.id}", chen)
    text = page(office, f"/cases/{walk.case.reference}", chen)
    assert "Nora Quist suspended the case." in text
    assert "The platform is down." in text
    sent = office.complete(walk, "ReviewRequest")
    assert sent.status_code == 409
    assert "Nora Quist suspended R-1001: The platform is down" in sent.text
    assert "Resume the case" in page(office, f"/cases/{walk.case.reference}/interventions")
    do(office, walk, "resume")
    assert office.complete(walk, "ReviewRequest").status_code == 303


def test_what_touches_a_rule_is_asked_for_and_done_by_the_second_word(
    office: Desk, walk: Walk
) -> None:
    ada, address = office.town.people.ada, f"/cases/{walk.case.reference}/interventions"
    text = page(office, f"{address}/cancel")
    assert "K03" in text
    assert "it takes a second person" in text
    assert "It waits for a second person" in do(office, walk, "cancel")
    assert walk.case.ended_at is None
    assert "You asked for it" in page(office, address)
    listed = page(office, "/interventions", ada)
    assert f'href="{address}"' in listed
    assert "Cancel the case" in listed
    assert "Nothing waits for a second person" in page(office, "/interventions")
    assert answer(office, walk, "agree", nora(office)) == 403
    assert answer(office, walk, "agree", text=" ") == 422
    assert answer(office, walk, "agree") == 303
    assert walk.case.outcome == "Cancelled"
    assert "Ada Osei agreed" in page(office, f"/cases/{walk.case.reference}")
    assert "Nora Quist cancelled the case, and Ada Osei agreed." in page(office, address, ada)
    assert answer(office, walk, "agree") == 409


def test_a_refused_intervention_is_off(office: Desk, walk: Walk) -> None:
    do(office, walk, "cancel")
    assert answer(office, walk, "refuse") == 303
    assert walk.case.ended_at is None
    text = page(office, f"/cases/{walk.case.reference}/interventions")
    assert "Nora Quist wanted to cancel the case, and Ada Osei refused." in text
    do(office, walk, "cancel")
    assert answer(office, walk, "refuse", nora(office)) == 303
    assert "and took it back" in page(office, f"/cases/{walk.case.reference}/interventions")


def test_before_a_token_is_placed_the_page_says_what_stays_refused(
    office: Desk, walk: Walk
) -> None:
    place = "place=prepare-site/ConfirmReadiness"
    text = page(office, f"/cases/{walk.case.reference}/interventions/place?{place}")
    assert "would be refused by rule K01" in text
    do(office, walk, "place", place, takes_back="y")
    assert "What the rules would refuse" in page(
        office, f"/cases/{walk.case.reference}/interventions"
    )
    assert answer(office, walk, "agree") == 303
    assert walk.waits_for == {"ConfirmReadiness"}
    assert "Placed" in page(office, f"/cases/{walk.case.reference}")
    assert office.complete(walk, "ConfirmReadiness").status_code == 409


def test_a_done_step_is_reopened_and_a_waiting_one_skipped_from_the_page(
    office: Desk, walk: Walk
) -> None:
    text = page(office, f"/cases/{walk.case.reference}/interventions")
    (reopen, *_) = re.findall(r'href="[^"]*/reopen\?task=(\d+)"', text)
    (skip,) = re.findall(r'href="[^"]*/skip\?task=(\d+)"', text)
    assert int(skip) == walk.task("ReviewRequest").id
    assert "no rule takes it for done" in page(
        office, f"/cases/{walk.case.reference}/interventions/skip?task={skip}"
    )
    do(office, walk, "reopen", f"task={reopen}", takes_back="y")
    assert answer(office, walk, "agree") == 303
    assert walk.waits_for == {"ForwardRequest"}


def test_an_ended_case_is_reopened_from_its_page(office: Desk, walk: Walk) -> None:
    walk.send("WithdrawWhileDeciding")
    assert "Where it goes on" in page(office, f"/cases/{walk.case.reference}/interventions")
    do(office, walk, "reopen", "place=create-site/SubmitRequest")
    answer(office, walk, "agree")
    assert walk.waits_for == {"SubmitRequest"}


def test_what_failed_for_good_is_tried_again_from_the_page(office: Desk) -> None:
    walk = walking.launched(office.town, now=office.now)
    with walking.writing() as session:
        session.execute(update(Job).where(Job.case_id == walk.case_id).values(state=JobState.DEAD))
    text = page(office, f"/cases/{walk.case.reference}/interventions")
    (place,) = set(re.findall(r'/retry\?place=([^"]+)"', text))
    do(office, walk, "retry", f"place={place}")
    states = select(Job.state).where(Job.case_id == walk.case_id)
    db.session.rollback()
    assert JobState.DEAD not in set(db.session.scalars(states))


def test_a_form_without_a_reason_comes_back_and_keeps_its_place(office: Desk, walk: Walk) -> None:
    address = f"/cases/{walk.case.reference}/interventions/place"
    sent = hidden(page(office, f"{address}?place=create-site/SubmitRequest"))
    for words in ("", "   "):
        back = office.post(nora(office), address, reason=words, **sent)
        assert back.status_code == 422
        assert "Say why, for the record." in back.text
        assert hidden(back.text) == sent


def test_a_form_that_is_older_than_the_case_is_a_conflict(office: Desk, walk: Walk) -> None:
    address = f"/cases/{walk.case.reference}/interventions/suspend"
    sent = hidden(page(office, address))
    walk.do("ReviewRequest")
    late = office.post(nora(office), address, reason="Late.", **sent)
    assert late.status_code == 409
    assert "has moved on" in late.text


def test_the_menu_leads_there_those_who_may_intervene(office: Desk) -> None:
    who, link = office.town.people, 'href="/interventions"'
    for person in (who.nora, who.ada, who.hal):  # a manager, an owner, the owner of complaints
        assert link in page(office, "/tasks", person)
    for person in (who.rosa, who.chen):
        assert link not in page(office, "/tasks", person)
        assert page(office, "/interventions", person)


def test_the_menu_knows_every_role_that_may_intervene(office: Desk) -> None:
    runtime, session = office.town.runtime, db.session()
    versions = publication.published(session, now=office.now).values()
    sets = [runtime.library.of(session, version.id) for version in versions]
    owning = {diagrams.diagrams[diagrams.main].owner for diagrams in sets}
    leading = {role.id for role in runtime.pack.roles.values() if role.leads == "all"}
    assert {role for role in owning if role} | leading <= CAPABILITIES["cases.intervene"]
