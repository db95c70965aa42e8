"""Delegations: who may accept a contract for the City, for at most a year."""

from collections.abc import Generator
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import transaction
from models.people import Person
from models.sites import Delegation
from tests.workflows.operations.stage import Stage, a_stage
from workflows.operations import OPERATIONS, OperationError
from workflows.operations.delegations import grant_delegation


@pytest.fixture
def asked(app: Flask, now: datetime) -> Generator[Stage]:
    with transaction() as session:
        yield a_delegation(session, now)


def a_delegation(session: Session, now: datetime) -> Stage:
    stage = a_stage(session, now)
    stage.say(
        stage.people.chen,
        delegation__person=stage.people.dan,
        delegation__scope="one site",
        delegation__may_accept="free terms of service",
        delegation__valid_from="2026-11-16",
        delegation__valid_to="2027-11-16",
        delegation__conditions="No paid features",
    )
    return stage


def test_a_delegate_is_named_for_a_scope_and_a_time_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        stage = a_delegation(session, now)
        OPERATIONS["grant-delegation"](stage.occasion())
        delegation = session.scalars(select(Delegation)).one()
        assert (delegation.person_id, delegation.granted_by_id) == (
            stage.people.dan,
            stage.people.chen,
        )
        assert (delegation.case_id, delegation.granted_at) == (stage.case.id, now)
        assert delegation.holds_on(date(2027, 11, 16))
        assert not delegation.holds_on(date(2027, 11, 17))


def test_a_delegation_without_a_last_day_is_refused(asked: Stage) -> None:
    del asked.facts["delegation.valid_to"]
    with pytest.raises(OperationError, match="valid to"):
        grant_delegation(asked.occasion())


def test_a_delegation_of_more_than_twelve_months_is_refused(asked: Stage) -> None:
    asked.tell("delegation.valid_to", "2027-11-17")
    with pytest.raises(OperationError, match="up to 16 November 2027"):
        grant_delegation(asked.occasion())


def test_a_delegation_that_ends_before_it_begins_is_refused(asked: Stage) -> None:
    asked.tell("delegation.valid_to", "2026-11-15")
    with pytest.raises(OperationError, match="before it begins"):
        grant_delegation(asked.occasion())


def test_a_delegation_that_is_over_is_refused(asked: Stage) -> None:
    asked.tell("delegation.valid_from", "2026-01-01")
    asked.tell("delegation.valid_to", "2026-11-14")
    with pytest.raises(OperationError, match="in the past"):
        grant_delegation(asked.occasion())


def test_a_date_that_is_none_is_refused(asked: Stage) -> None:
    asked.tell("delegation.valid_to", "next year")
    with pytest.raises(OperationError, match="is not a date: 'next year'"):
        grant_delegation(asked.occasion())


def test_somebody_who_has_left_cannot_be_delegate(asked: Stage) -> None:
    asked.session.get_one(Person, asked.people.dan).disabled_at = asked.now
    with pytest.raises(OperationError, match="GC-1b"):
        grant_delegation(asked.occasion())


def test_somebody_unknown_cannot_be_delegate(asked: Stage) -> None:
    asked.tell("delegation.person", 9999)
    with pytest.raises(OperationError, match="not an active Covered Person"):
        grant_delegation(asked.occasion())


def test_a_delegation_without_a_first_day_begins_at_once(asked: Stage) -> None:
    del asked.facts["delegation.valid_from"]
    asked.tell("delegation.valid_to", "2026-12-31T17:00:00-06:00")
    grant_delegation(asked.occasion())
    delegation = asked.session.scalars(select(Delegation)).one()
    assert (delegation.valid_from, delegation.valid_to) == (date(2026, 11, 16), date(2026, 12, 31))


def test_a_corrected_delegation_replaces_the_one_before(asked: Stage) -> None:
    grant_delegation(asked.occasion())
    asked.tell("delegation.person", asked.people.nora)
    grant_delegation(asked.occasion())
    first, second = asked.session.scalars(select(Delegation).order_by(Delegation.id))
    assert first.revoked_at == asked.now
    assert (second.person_id, second.revoked_at) == (asked.people.nora, None)
