"""What follows when people leave, come, or change roles."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.cases import Task
from models.database import db, transaction
from models.people import Absence, Person, RoleGrant
from models.sites import Delegation
from models.trust import AuditRecord, Incident, Job
from tests import city
from tests.workflows import confiding, walking
from tests.workflows.walking import Town, Walk
from workflows import accounts, cases, incidents, jobs, leavers, people_check, roles, tasks
from workflows.accounts import NewPerson
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from workflows.people import duties_of
from workflows.people_check import CHECK_JOB
from workflows.roles import Terms
from workflows.vacancies import needed, thin_parties, unreachable_units

TODAY = date(2026, 11, 16)


@pytest.fixture
def town(town_on_either: Town) -> Town:
    """The town, with Signe, who administers it, Pia, who owns its processes, and Mel, who manages."""
    who = town_on_either.people
    with walking.writing() as session:
        for given, family, role in [
            ("Signe", "Albrook", "sysadmin"),
            ("Pia", "Novak", "policy_owner"),
            ("Mel", "Adeyemi", "process_manager"),
        ]:
            city.grant(session, city.person(session, given, family, who.it), role)
    return town_on_either


def of_name(given_name: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.given_name == given_name)).one()


def disable(town: Town, person: int, now: datetime) -> None:
    reason = "left the city"
    accounts.disable(town.runtime, person, reason=reason, by=of_name("Signe"), now=now)


def open_incidents() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(row.kind, row.message) for row in incidents.unresolved(db.session())]


def morning(town: Town, now: datetime) -> int:
    """Let the worker do the check that is due."""
    handlers: dict[str, jobs.Handler] = {CHECK_JOB: partial(people_check.check, town.runtime)}
    return jobs.run_due(handlers, now=now, owner="tests")


def planned(town: Town, now: datetime) -> None:
    with transaction() as session:
        assert people_check.schedule_first(session, town.runtime.calendar, now=now)


def test_what_a_leaver_had_taken_goes_back_to_the_role(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.claim(town.runtime, task.id, by=town.mia, now=now)
    disable(town, town.mia, now)
    assert walk.task("ReviewRequest").claimed_by_id is None
    walk.do("ReviewRequest")
    assert open_incidents() == []


def test_it_is_on_record_what_went_back(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    task = walk.task("ReviewRequest")
    tasks.claim(town.runtime, task.id, by=town.mia, now=now)
    with walking.writing() as session:
        session.get_one(Person, town.mia).disabled_at = now
        assert people_check.look(session, town.runtime, now=now) == {"released": [task.id]}
        assert people_check.look(session, town.runtime, now=now) == {}


def test_a_party_that_loses_its_last_holder_is_told_to_the_owner_and_settles_itself(
    town: Town, now: datetime
) -> None:
    walking.start(town, now=now).do("SubmitRequest")
    disable(town, town.people.dan, now)
    ((kind, message),) = open_incidents()
    assert kind == "standstill"
    assert message.startswith("Steps wait for Department, Parks and Recreation, and nobody there")
    assert "Forwarding authority" in message
    assert walking.told(of_name("Pia")) == [message]
    terms = Terms(role="dept_forwarder", unit_id=town.people.parks, starts_on=TODAY)
    roles.grant_role(town.runtime, town.people.nora, terms, by=of_name("Signe"), now=now)
    assert open_incidents() == []
    closed = db.session.scalars(select(Incident)).one()
    assert (closed.resolved_by_id, closed.note) == (
        None,
        "It was put right; Siteward saw so by itself.",
    )


def test_a_role_that_ends_says_so_at_once_and_a_party_that_nothing_waits_for_does_not(
    town: Town, now: datetime
) -> None:
    walking.start(town, now=now).do("SubmitRequest")
    grants = {grant.person_id: grant.id for grant in db.session.scalars(select(RoleGrant))}
    db.session.rollback()
    signe = of_name("Signe")
    roles.end_grant(town.runtime, grants[town.people.ivy], by=signe, now=now)
    assert open_incidents() == []
    roles.end_grant(town.runtime, grants[town.people.dan], by=signe, now=now)
    assert [kind for kind, _ in open_incidents()] == ["standstill"]


def test_the_owner_is_told_once(town: Town, now: datetime) -> None:
    walking.start(town, now=now).do("SubmitRequest")
    disable(town, town.people.dan, now)
    planned(town, now)
    assert morning(town, now + timedelta(days=1)) == 1
    assert len(open_incidents()) == len(walking.told(of_name("Pia"))) == 1


def test_a_term_that_ends_overnight_has_the_same_effect_in_the_morning(
    town: Town, now: datetime
) -> None:
    walking.start(town, now=now).do("SubmitRequest")
    with walking.writing() as session:
        session.get_one(Person, town.people.dan).ends_on = TODAY
    planned(town, now)
    assert morning(town, now) == 0
    assert open_incidents() == []
    assert morning(town, now + timedelta(days=1)) == 1
    assert [kind for kind, _ in open_incidents()] == ["standstill"]
    last = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert last is not None
    assert (last.action, last.actor_id) == ("people:checked", None)


def test_the_check_is_made_each_morning_of_the_city(town: Town, now: datetime) -> None:
    planned(town, now)
    with transaction() as session:
        assert not people_check.schedule_first(session, town.runtime.calendar, now=now)
    job = db.session.scalars(select(Job)).one()
    assert job.run_at.isoformat() == "2026-11-17T11:00:00+00:00"  # five o'clock in Minnesota
    db.session.rollback()
    before = len(db.session.scalars(select(AuditRecord)).all())
    db.session.rollback()
    late = now + timedelta(days=4)
    assert morning(town, late) == 1
    db.session.rollback()
    job = db.session.scalars(select(Job)).one()
    assert job.run_at.isoformat() == "2026-11-21T11:00:00+00:00"
    assert len(db.session.scalars(select(AuditRecord)).all()) == before


def test_a_last_day_in_the_past_is_leaving(town: Town, now: datetime) -> None:
    walk = walking.forwarded(town, now=now)
    tasks.claim(town.runtime, walk.task("ReviewRequest").id, by=town.mia, now=now)
    gone = NewPerson(
        given_name="Mia",
        family_name="Stone",
        email="mia.stone@northwater.example",
        unit_id=town.people.communications,
        ends_on=TODAY - timedelta(days=1),
    )
    accounts.change_person(town.runtime, town.mia, gone, by=of_name("Signe"), now=now)
    assert walk.task("ReviewRequest").claimed_by_id is None


def test_a_leaver_is_nobodys_substitute(town: Town, now: datetime) -> None:
    who = town.people
    with walking.writing() as session:
        for person, substitute in [(who.dan, who.nora), (who.nora, who.hal)]:
            session.add(
                Absence(
                    person_id=person,
                    substitute_id=substitute,
                    starts_on=TODAY,
                    ends_on=TODAY + timedelta(days=9),
                    entered_by_id=person,
                    entered_at=now,
                )
            )
    disable(town, who.nora, now)
    assert all(row.ended_early_at == now for row in db.session.scalars(select(Absence)))
    assert walking.told(who.dan) == [
        "Nora Quist, who was to stand in for you, has left. Name another substitute."
    ]
    assert walking.told(who.nora) == []


def delegated(town: Town, now: datetime) -> Walk:
    walk = walking.approved(town, now=now).do("IdentifyContract")
    return walk.do("AuthorizeContract", decision="delegate", delegate=town.people.ivy)


def test_the_delegation_of_a_leaver_counts_no_longer_and_is_said(town: Town, now: datetime) -> None:
    delegated(town, now)
    disable(town, town.people.ivy, now)
    found = [message for kind, message in open_incidents() if kind == "leaver"]
    assert any(text.startswith("Ivy Lindqvist has left with a delegation") for text in found)
    assert any("Ivy Lindqvist has left" in text for text in walking.told(town.people.chen))
    duties = duties_of(db.session(), town.people.ivy, town.runtime.pack, TODAY)
    assert not duties.has_role(["delegate"])
    with walking.writing() as session:
        session.execute(update(Delegation).values(revoked_at=now))
        people_check.look(session, town.runtime, now=now)
    left = [message for kind, message in open_incidents() if kind == "leaver"]
    assert len(left) == len(found) - 1


def test_a_delegates_step_goes_to_who_may_accept_without_a_delegation(
    town: Town, now: datetime
) -> None:
    walk = delegated(town, now)
    step = next(task for task in walk.open_tasks() if task.person_id == town.people.ivy)
    task_id = step.id
    disable(town, town.people.ivy, now)
    hand = partial(
        leavers.hand_on, town.runtime, task_id, reason="Ivy left.", by=of_name("Mel"), now=now
    )
    with pytest.raises(InvalidAnswersError):
        hand(to=town.people.nora)
    hand(to=town.people.chen)
    assert db.session.get_one(Task, task_id).person_id == town.people.chen


def left_by_rosa(town: Town, now: datetime) -> tuple[Walk, int]:
    """A request that was returned to Rosa, who has left since."""
    walk = walking.start(town, now=now).do("SubmitRequest")
    walk.do("ForwardRequest", decision="return")
    disable(town, town.people.rosa, now)
    return walk, walk.task("SubmitRequest").id


def hand_on(town: Town, task_id: int, now: datetime, **changes: Any) -> Task:
    given: dict[str, Any] = {"to": town.people.dan, "reason": "Rosa left.", "by": of_name("Mel")}
    db.session.rollback()
    return leavers.hand_on(town.runtime, task_id, now=now, **given | changes)


def test_a_step_of_a_leaver_is_said_and_handed_to_somebody_of_the_unit(
    town: Town, now: datetime
) -> None:
    walk, task_id = left_by_rosa(town, now)
    ((kind, message),) = open_incidents()
    assert kind == "leaver"
    assert "waits for Rosa Valdez, who has left." in message
    with walking.writing() as session:
        pat = city.person(session, "Pat", "Soto", town.people.parks)
    hand_on(town, task_id, now, to=pat)
    assert "was handed on to you" in walking.told(pat)[0]
    walk.do("SubmitRequest", pat)
    assert walk.waits_for == {"ForwardRequest"}
    with walking.writing() as session:
        people_check.look(session, town.runtime, now=now)
    assert open_incidents() == []
    walk.do("ForwardRequest", decision="return")
    assert walk.task("SubmitRequest").person_id == pat, "the requester's part is Pat's now"


def test_who_takes_the_requesters_part_does_not_forward_it(town: Town, now: datetime) -> None:
    walk, task_id = left_by_rosa(town, now)
    with walking.writing() as session:
        pat = city.person(session, "Pat", "Soto", town.people.parks)
        city.grant(session, pat, "dept_forwarder", unit_id=town.people.parks)
    hand_on(town, task_id, now, to=pat)
    walk.do("SubmitRequest", pat)
    with pytest.raises(RefusedError, match="K06"):
        walk.do("ForwardRequest", pat)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": " "}, InvalidAnswersError),
        ({"by": "Dan"}, NotAllowedError),
        ({"to": "Nora"}, InvalidAnswersError),
        ({"to": "Rosa"}, InvalidAnswersError),
    ],
)
def test_handing_on_is_for_leads_with_a_reason_and_within_the_unit(
    town: Town, now: datetime, changes: dict[str, str], error: type[Exception]
) -> None:
    _, task_id = left_by_rosa(town, now)
    given = {
        name: of_name(value) if name in ("by", "to") else value for name, value in changes.items()
    }
    with pytest.raises(error):
        hand_on(town, task_id, now, **given)


def test_the_head_of_the_leavers_unit_hands_on_too(town: Town, now: datetime) -> None:
    _, task_id = left_by_rosa(town, now)
    with walking.writing() as session:
        city.grant(session, town.people.nora, "dept_head", unit_id=town.people.parks)
    task = db.session.get_one(Task, task_id)
    duties = duties_of(db.session(), town.people.nora, town.runtime.pack, TODAY)
    assert [p.given_name for p in leavers.successors(db.session(), town.runtime.pack, task, TODAY)]
    assert duties.led
    assert hand_on(town, task_id, now, by=town.people.nora).person_id == town.people.dan


def test_a_step_of_somebody_who_is_here_is_not_handed_on(town: Town, now: datetime) -> None:
    walk = walking.start(town, now=now)
    task_id = walk.task("SubmitRequest").id
    with pytest.raises(ConflictError, match="who is still here"):
        hand_on(town, task_id, now)
    with pytest.raises(NotFoundError):
        hand_on(town, 99_999, now)
    walk.do("SubmitRequest")
    disable(town, town.people.rosa, now)
    with pytest.raises(ConflictError, match="is done"):
        hand_on(town, task_id, now)


def test_whoever_is_new_in_a_role_sees_at_once_what_waits_and_is_told(
    town: Town, now: datetime
) -> None:
    walking.start(town, now=now).do("SubmitRequest")
    nora = town.people.nora
    assert not duties_of(db.session(), nora, town.runtime.pack, TODAY).units
    db.session.rollback()
    terms = Terms(role="dept_forwarder", unit_id=town.people.parks, starts_on=TODAY)
    give = partial(roles.grant_role, town.runtime, nora, by=of_name("Signe"), now=now)
    db.session.rollback()
    give(terms)
    assert walking.told(nora) == ["1 task waits for you in your new role: Forwarding authority."]
    may = duties_of(db.session(), nora, town.runtime.pack, TODAY).may
    assert may("forward-request", town.people.parks)
    db.session.rollback()
    give(Terms(role="attorney", unit_id=None, starts_on=TODAY))
    assert walking.told(nora)[-1] == "No task waits for you in your new role: Attorney."


def test_a_role_given_in_advance_is_told_of_when_it_begins(town: Town, now: datetime) -> None:
    nora, tomorrow = town.people.nora, TODAY + timedelta(days=1)
    walking.forwarded(town, now=now)
    walking.forwarded(town, now=now)
    planned(town, now)
    terms = Terms(role="comms_reviewer", unit_id=None, starts_on=tomorrow)
    roles.grant_role(town.runtime, nora, terms, by=of_name("Signe"), now=now)
    assert walking.told(nora) == []
    morning(town, now + timedelta(days=3))
    morning(town, now + timedelta(days=4))
    assert walking.told(nora) == ["2 tasks wait for you in your new role: Communications reviewer."]


def test_a_lead_is_told_of_who_is_away_without_anybody_in_their_place(
    town: Town, now: datetime
) -> None:
    who = town.people
    tomorrow = TODAY + timedelta(days=1)
    with walking.writing() as session:
        for person, substitute in [(who.chen, who.ivy), (who.ivy, who.nora)]:
            session.add(
                Absence(
                    person_id=person,
                    substitute_id=substitute,
                    starts_on=tomorrow,
                    ends_on=TODAY + timedelta(days=9),
                    entered_by_id=person,
                    entered_at=now,
                )
            )
    planned(town, now)
    morning(town, now + timedelta(days=1))
    morning(town, now + timedelta(days=2))
    (told,) = walking.told(town.mia)
    assert told.startswith("Chen Wu is away, and so is Ivy Lindqvist, who stands in.")
    assert walking.told(of_name("Mel")) == []


def test_every_unit_of_the_town_reaches_communications_or_is_named(
    town: Town, now: datetime
) -> None:
    """Dan alone forwards for Parks, so that nobody would forward what he asked for himself."""
    pack = town.runtime.pack
    duties = needed(db.session(), town.runtime, now=now).unit_duties

    def stuck() -> dict[str, str | None]:
        found = unreachable_units(db.session(), pack, duties, TODAY)
        return {one.unit.name: one.only.name if one.only else None for one in found}

    assert stuck()["Parks and Recreation"] == "Dan Okafor"
    assert stuck()["Fire"] is None
    with walking.writing() as session:
        city.grant(session, town.people.nora, "dept_head")
    assert "Parks and Recreation" not in stuck()
    assert stuck() == {"Fire": "Nora Quist"}


def test_a_board_reaches_communications_through_its_liaison(town: Town, now: datetime) -> None:
    with walking.writing() as session:
        city.unit(session, "ARC", "Arts Commission", forwarding_unit_id=town.people.parks)
    duties = needed(db.session(), town.runtime, now=now).unit_duties
    found = unreachable_units(db.session(), town.runtime.pack, duties, TODAY)
    assert "Arts Commission" not in {one.unit.name for one in found}


def test_parties_of_diagrams_in_force_that_hang_on_one_person_are_named(
    town: Town, now: datetime
) -> None:
    parties = needed(db.session(), town.runtime, now=now).parties
    assert {"Communications", "City Attorney", "Department"} <= parties
    found = thin_parties(db.session(), town.runtime.pack, parties, TODAY)
    names = {(thin.party, thin.unit.name if thin.unit else None): thin.person for thin in found}
    assert names["City Attorney", None].name == "Ada Osei"
    assert names["Department", "Parks and Recreation"].name == "Dan Okafor"
    assert ("Communications", None) not in names
    none = replace(town.runtime.pack, parties={})
    assert thin_parties(db.session(), none, parties, TODAY) == []


def test_nobody_takes_the_part_of_a_leaver_in_a_confidential_case(
    app_on_either: Flask, now: datetime
) -> None:
    town = walking.settle(now, {"main": confiding.diagram()})
    case = cases.start_case(town.runtime, "main", by=town.people.rosa, now=now)
    with walking.writing() as session:
        signe = city.person(session, "Signe", "Albrook", town.people.it)
        city.grant(session, signe, "sysadmin")
        mel = city.person(session, "Mel", "Adeyemi", town.people.it)
        city.grant(session, mel, "process_manager")
        (task_id,) = session.scalars(select(Task.id).where(Task.case_id == case.id))
    disable(town, town.people.rosa, now)
    assert open_incidents() == [
        ("leaver", "A step of a confidential case waits for somebody who has left.")
    ]
    with pytest.raises(NotFoundError):
        hand_on(town, task_id, now, by=mel)
