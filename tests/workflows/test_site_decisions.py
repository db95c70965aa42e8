"""Earlier decisions: only Communications enters one, and only with its document."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import File
from models.database import db, transaction
from models.people import Person
from models.sites import Site, SiteDecision, SiteStatus
from models.trust import AuditRecord
from tests import city
from tests.workflows import register_of
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.site_decisions import (
    EarlierDecision,
    deciders,
    document_of,
    enter_earlier_decision,
)


@dataclass
class Unverified:
    people: city.Cast
    site_id: int
    decision: EarlierDecision
    now: datetime

    def enter(self, by: int | None = None, **changes: Any) -> SiteDecision:
        decision = replace(self.decision, **changes)
        return enter_earlier_decision(
            self.site_id, decision, by=by or self.people.chen, now=self.now
        )

    @property
    def site(self) -> Site:
        db.session.expire_all()
        return db.session.get_one(Site, self.site_id)


def settle(now: datetime, **columns: Any) -> Unverified:
    with transaction() as session:
        people = city.cast(session)
        site = register_of.a_site(session, people, **columns)
    decision = EarlierDecision(
        decided_by=people.chen,
        decided_on=date(2024, 5, 6),
        reason=" The parks need it. ",
        document=register_of.letter(),
    )
    return Unverified(people, site.id, decision, now)


@pytest.fixture
def unverified(app: Flask, now: datetime) -> Unverified:
    return settle(now)


def test_an_earlier_decision_makes_an_unverified_site_live_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    unverified = settle(now)
    entered = unverified.enter()
    site = unverified.site
    assert (site.status, site.decision_id) == (SiteStatus.LIVE, entered.id)
    assert site.launched_at == datetime(2024, 5, 6, 12, tzinfo=UTC)
    assert site.next_review_on == date(2027, 11, 16)
    decision = db.session.get_one(SiteDecision, entered.id)
    assert (decision.outcome, decision.reason) == ("approve", "The parks need it.")
    assert (decision.decided_by_id, decision.entered_at) == (unverified.people.chen, now)
    record = db.session.scalars(select(AuditRecord)).one()
    assert record.action == "site:earlier-decision-entered"
    assert record.subject == f"site {site.id}"
    file = document_of(db.session(), "S03", entered.id)
    assert (file.content, file.name) == (register_of.LETTER, "letter.pdf")
    assert file.uploaded_by_id == unverified.people.chen


def test_a_decision_with_conditions_says_so(unverified: Unverified) -> None:
    entered = unverified.enter(conditions="Captions on films")
    assert (entered.outcome, entered.conditions) == ("approve-with-conditions", "Captions on films")


def test_what_is_known_of_the_site_stays(app: Flask, now: datetime) -> None:
    unverified = settle(now, launched_at=register_of.LAUNCHED, next_review_on=date(2026, 12, 1))
    unverified.enter()
    assert unverified.site.launched_at == register_of.LAUNCHED
    assert unverified.site.next_review_on == date(2026, 12, 1)


@pytest.mark.parametrize("who", ["rosa", "dan", "ivy", "cleo", "nora"])
def test_nobody_outside_communications_enters_a_decision(unverified: Unverified, who: str) -> None:
    with pytest.raises(NotAllowedError, match="GC-2"):
        unverified.enter(by=getattr(unverified.people, who))
    assert unverified.site.status == SiteStatus.UNVERIFIED
    assert db.session.scalars(select(SiteDecision)).all() == []


def test_a_role_that_has_ended_or_is_held_in_a_unit_is_not_enough(unverified: Unverified) -> None:
    people = unverified.people
    with transaction() as session:
        city.grant(session, people.nora, "comms_director", ends_on=date(2026, 11, 15))
        city.grant(session, people.hal, "comms_director", unit_id=people.hr)
    for who in (people.nora, people.hal):
        with pytest.raises(NotAllowedError):
            unverified.enter(by=who)


def test_somebody_disabled_enters_nothing(unverified: Unverified, now: datetime) -> None:
    with transaction() as session:
        session.get_one(Person, unverified.people.chen).disabled_at = now
    with pytest.raises(NotAllowedError):
        unverified.enter()


@pytest.mark.parametrize("status", ["restricted", "suspended", "retired", "impostor"])
def test_a_site_that_is_not_unverified_takes_no_earlier_decision(
    app: Flask, now: datetime, status: str
) -> None:
    unverified = settle(now, status=status)
    with pytest.raises(ConflictError, match=f"S03 is {status}"):
        unverified.enter()


def test_a_site_is_verified_once(unverified: Unverified) -> None:
    unverified.enter()
    with pytest.raises(ConflictError, match="S03 is live"):
        unverified.enter()


def test_an_orphan_has_to_be_adopted_first(app: Flask, now: datetime) -> None:
    unverified = settle(now, status=SiteStatus.ORPHAN)
    with pytest.raises(ConflictError, match="no owner yet"):
        unverified.enter()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"decided_on": date(2026, 11, 17)}, "decided_on"),
        ({"reason": "  "}, "reason"),
        ({"document": None}, "document"),
    ],
)
def test_a_record_that_would_not_stand_is_refused(
    unverified: Unverified, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        unverified.enter(**changes)
    assert list(refused.value.errors) == [field]
    assert unverified.site.status == SiteStatus.UNVERIFIED


def test_only_somebody_of_communications_can_have_decided(unverified: Unverified) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        unverified.enter(decided_by=unverified.people.rosa)
    assert "GC-2" in refused.value.errors["decided_by"]


def test_somebody_who_once_decided_for_communications_still_has(
    unverified: Unverified, now: datetime
) -> None:
    people = unverified.people
    with transaction() as session:
        city.grant(session, people.nora, "comms_director", ends_on=date(2021, 1, 1))
        session.get_one(Person, people.nora).disabled_at = now
    assert [person.id for person in deciders(db.session())] == [people.nora, people.chen]
    assert unverified.enter(decided_by=people.nora).decided_by_id == people.nora


def test_there_is_nothing_to_enter_for_a_site_that_is_not_there(unverified: Unverified) -> None:
    unverified.site_id = 9999
    with pytest.raises(NotFoundError):
        unverified.enter()


def test_a_document_is_given_out_only_under_its_own_site(unverified: Unverified) -> None:
    entered = unverified.enter()
    with transaction() as session:
        register_of.a_site(session, unverified.people, "S04")
    for code, decision in (("S04", entered.id), ("S03", entered.id + 1)):
        with pytest.raises(NotFoundError):
            document_of(db.session(), code, decision)


def test_the_document_of_a_case_is_not_given_out_here(unverified: Unverified) -> None:
    entered = unverified.enter()
    with transaction() as session:
        people = unverified.people
        case = city.case(session, people.rosa, people.parks, confidential=True)
        session.scalars(select(File)).one().case_id = case
    with pytest.raises(NotFoundError):
        document_of(db.session(), "S03", entered.id)
