"""Accounts, roles and units: what is refused, and what two administrators do at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from models.database import db, transaction
from models.people import Person, PersonCategory, RoleGrant, Unit
from models.trust import AuditRecord
from tests import city
from tests.workflows import walking
from workflows import accounts, audit, roles, units
from workflows.accounts import NewPerson
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
    PolicyError,
)
from workflows.roles import Terms
from workflows.units import UnitTerms

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 16)
LEFT = TODAY - timedelta(days=1)


# No test here has a case, so that all may share the library of diagrams.
RUNTIME = walking.runtime()


class Hall:
    """Signe and Ivy administer, Rosa does not."""

    def __init__(self) -> None:
        with transaction() as session:
            self.it = city.unit(session, "ITD")
            self.signe = city.person(session, "Signe", "Albrook", self.it)
            self.ivy = city.person(session, "Ivy", "Lindqvist", self.it)
            self.rosa = city.person(session, "Rosa", "Valdez", self.it)
            self.signes = city.grant(session, self.signe, "sysadmin")
            self.ivys = city.grant(session, self.ivy, "sysadmin")
        self.ada = NewPerson(
            given_name="Ada", family_name="Osei", email="ada@city.example", unit_id=self.it
        )


@pytest.fixture
def hall(app_on_either: Flask) -> Hall:
    return Hall()


def refused(act: Callable[[], object]) -> type[PolicyError]:
    """The error that the act is refused with, after a look that nothing was recorded."""
    before = audit.head(db.session())
    with pytest.raises(PolicyError) as caught:
        act()
    db.session.rollback()
    assert audit.head(db.session()) == before
    return type(caught.value)


def errors_of(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(InvalidAnswersError) as caught:
        act()
    return caught.value.errors


def test_an_invitation_says_everything_that_is_wrong_at_once(hall: Hall) -> None:
    wrong = NewPerson(
        given_name=" ", family_name="", email="ada", unit_id=999, categories=("king",)
    )
    errors = errors_of(lambda: accounts.invite(wrong, by=hall.signe, now=NOW))
    assert set(errors) == {"given_name", "family_name", "email", "unit_id", "categories"}


def test_an_invitation_is_on_record_without_its_password(hall: Hall) -> None:
    invited = accounts.invite(hall.ada, by=hall.signe, now=NOW)
    row = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert row is not None
    assert (row.action, row.subject) == ("person:invited", f"person {invited.person_id}")
    assert invited.password not in str(db.session.get_one(Person, invited.person_id).password_hash)


def test_two_invitations_at_once_make_one_account(app_on_either: Flask, hall: Hall) -> None:
    def invite(_number: int) -> str:
        with app_on_either.app_context():
            try:
                accounts.invite(hall.ada, by=hall.signe, now=NOW)
            except InvalidAnswersError as error:
                return min(error.errors)
            finally:
                db.session.remove()
        return "invited"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(invite, range(4))) == ["email"] * 3 + ["invited"]


def test_categories_are_exchanged_not_piled_up(hall: Hall) -> None:
    def held() -> list[str]:
        db.session.rollback()
        return sorted(db.session.scalars(select(PersonCategory.category)))

    def change(*categories: str) -> None:
        changed = replace(hall.ada, categories=categories)
        accounts.change_person(RUNTIME, hall.rosa, changed, by=hall.signe, now=NOW)

    change("intern", "volunteer")
    change("volunteer", "other")
    assert held() == ["other", "volunteer"]


def test_what_does_not_exist_is_not_found(hall: Hall) -> None:
    def terms(unit_id: int | None = None) -> Terms:
        return Terms(role="dept_head", unit_id=unit_id, starts_on=TODAY)

    acts: list[Callable[[], object]] = [
        lambda: accounts.change_person(RUNTIME, 999, hall.ada, by=hall.signe, now=NOW),
        lambda: accounts.disable(RUNTIME, 999, reason="x", by=hall.signe, now=NOW),
        lambda: accounts.enable(RUNTIME, 999, by=hall.signe, now=NOW),
        lambda: accounts.reset_password(999, by=hall.signe, now=NOW),
        lambda: accounts.end_sign_ins(999, by=hall.signe, now=NOW),
        lambda: roles.grant_role(RUNTIME, 999, terms(), by=hall.signe, now=NOW),
        lambda: roles.grant_role(RUNTIME, hall.rosa, terms(999), by=hall.signe, now=NOW),
        lambda: roles.end_grant(RUNTIME, 999, by=hall.signe, now=NOW),
        lambda: units.save_unit(
            999, UnitTerms(code="A", name="A", kind="board"), by=hall.signe, now=NOW
        ),
    ]
    for act in acts:
        assert refused(act) is NotFoundError


def test_nobody_disables_or_promotes_themselves(hall: Hall) -> None:
    terms = Terms(role="comms_director", unit_id=None, starts_on=TODAY)
    assert (
        refused(lambda: roles.grant_role(RUNTIME, hall.rosa, terms, by=hall.rosa, now=NOW))
        is NotAllowedError
    )
    assert (
        refused(lambda: accounts.disable(RUNTIME, hall.signe, reason="x", by=hall.signe, now=NOW))
        is NotAllowedError
    )


@pytest.mark.parametrize("role", ["king", "requester", "delegate", "public"])
def test_a_role_that_is_not_given_is_refused(hall: Hall, role: str) -> None:
    terms = Terms(role=role, unit_id=None, starts_on=TODAY)
    errors = errors_of(lambda: roles.grant_role(RUNTIME, hall.rosa, terms, by=hall.signe, now=NOW))
    assert set(errors) == {"role"}


def test_a_role_that_was_to_begin_later_is_taken_back(hall: Hall) -> None:
    terms = Terms(role="trainer", unit_id=None, starts_on=TODAY + timedelta(days=9))
    grant = roles.grant_role(RUNTIME, hall.rosa, terms, by=hall.signe, now=NOW)
    ended = roles.end_grant(RUNTIME, grant.id, by=hall.signe, now=NOW)
    assert not any(ended.holds_on(TODAY + timedelta(days=number)) for number in range(30))


def test_a_last_day_in_the_past_does_not_lose_the_last_administrator(hall: Hall) -> None:
    roles.end_grant(RUNTIME, hall.ivys, by=hall.signe, now=NOW)
    gone = replace(hall.ada, ends_on=LEFT)
    leave = partial(accounts.change_person, RUNTIME, changed=gone, by=hall.signe, now=NOW)
    assert refused(lambda: leave(hall.signe)) is ConflictError
    accounts.change_person(RUNTIME, hall.rosa, gone, by=hall.signe, now=NOW)


def test_an_administrator_who_left_does_not_count(hall: Hall) -> None:
    with transaction() as session:
        session.get_one(Person, hall.ivy).ends_on = LEFT
    assert (
        refused(lambda: accounts.disable(RUNTIME, hall.signe, reason="x", by=hall.rosa, now=NOW))
        is ConflictError
    )


def test_two_administrators_cannot_remove_each_other(app_on_either: Flask, hall: Hall) -> None:
    def end(grant_id: int) -> bool:
        with app_on_either.app_context():
            try:
                roles.end_grant(RUNTIME, grant_id, by=hall.rosa, now=NOW)
            except (ConflictError, OperationalError):
                # PostgreSQL ends one of two that wait for each other.
                return False
            finally:
                db.session.remove()
        return True

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(end, [hall.signes, hall.ivys]))
    assert ended.count(True) == 1
    left = select(func.count()).where(RoleGrant.role == "sysadmin", RoleGrant.ends_on.is_(None))
    assert db.session.scalar(left) == 1


def test_a_unit_that_will_not_do_is_refused(hall: Hall) -> None:
    def wrong(**fields: object) -> set[str]:
        right: dict[str, object] = {"code": "PRK", "name": "Parks", "kind": "department"}
        terms = UnitTerms(**{**right, **fields})  # type: ignore[arg-type]
        return set(errors_of(lambda: units.save_unit(None, terms, by=hall.signe, now=NOW)))

    assert wrong(name=" ", code="") == {"name", "code"}
    assert wrong(code="itd") == {"code"}
    assert wrong(kind="club") == {"kind"}
    assert wrong(forwarding_unit_id=999) == {"forwarding_unit_id"}


def test_a_unit_does_not_forward_for_itself_through_another_name(hall: Hall) -> None:
    terms = UnitTerms(code="ITD", name="IT", kind="department", forwarding_unit_id=hall.it)
    errors = errors_of(lambda: units.save_unit(hall.it, terms, by=hall.signe, now=NOW))
    assert set(errors) == {"forwarding_unit_id"}
    assert db.session.get_one(Unit, hall.it).forwarded_by == hall.it
