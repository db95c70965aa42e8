"""The register as a list and as one page: found in many ways, read with few statements."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import true, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from models.cases import Case
from models.database import db, transaction
from models.sites import Delegation, Site, SiteStatus
from tests import city
from tests.workflows import register_of
from tests.workflows.register_of import counted
from workflows.errors import NotFoundError
from workflows.sites import (
    PAGE_SIZE,
    SORTS,
    Wanted,
    count_by_status,
    find_choices,
    find_site,
    find_sites,
    security_of,
)


@dataclass
class Register:
    session: Session
    people: city.Cast

    def codes(self, page: int = 1, **wanted: Any) -> list[str]:
        return [site.code for site in find_sites(self.session, Wanted(**wanted), page=page).sites]


def settle() -> Register:
    with transaction() as session:
        people = city.cast(session)
        register_of.a_live_site(session, people, "S03")
        register_of.a_site(
            session,
            people,
            "S99",
            name="Fire Watch",
            handle="firewatch",
            platform="Nextdoor",
            unit_id=people.fire,
            owner_id=None,
            next_review_on=date(2026, 12, 1),
        )
        register_of.a_site(
            session, people, "S100", name="northwater 100%", status=SiteStatus.ORPHAN
        )
    return Register(db.session(), people)


@pytest.fixture
def register(app: Flask) -> Register:
    return settle()


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        ("code", ["S03", "S99", "S100"]),
        ("name", ["S99", "S100", "S03"]),
        ("platform", ["S03", "S100", "S99"]),
        ("unit", ["S99", "S03", "S100"]),
        ("status", ["S03", "S100", "S99"]),
    ],
)
def test_the_list_has_one_order_for_everyone_on_both_databases(
    app_on_either: Flask, sort: str, ascending: list[str]
) -> None:
    register = settle()
    assert register.codes(sort=sort) == ascending
    assert register.codes(sort=sort, descending=True)[0] == ascending[-1] or sort == "unit"


def test_a_site_without_review_comes_last_on_both_databases(app_on_either: Flask) -> None:
    register = settle()
    assert register.codes(sort="review") == ["S99", "S03", "S100"]
    assert register.codes(sort="review", descending=True) == ["S03", "S99", "S100"]


def test_every_order_that_is_offered_works(register: Register) -> None:
    for sort in SORTS:
        assert len(register.codes(sort=sort)) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fire", ["S99"]),
        ("@FireWatch", ["S99"]),
        ("s99", ["S99"]),
        ("nextdoor", ["S99"]),
        ("parks and rec", ["S03", "S100"]),
        ("https://www.social.example/parkss03/?ref=1", ["S03"]),
        ("http://social.example/parkss03", ["S03"]),
        ("www.social.example/parkss03/", ["S03"]),
        ("100%", ["S100"]),
        ("_", []),
        ("  ", ["S03", "S99", "S100"]),
        ("nothing like it", []),
    ],
)
def test_a_site_is_found_by_what_people_paste(
    register: Register, text: str, found: list[str]
) -> None:
    assert register.codes(text=text) == found


def test_filters_narrow_the_list(register: Register) -> None:
    choices = find_choices(register.session)
    assert [name for _, name in choices.platforms] == ["Instagram", "Nextdoor"]
    assert [name for _, name in choices.units] == ["Fire", "Parks and Recreation"]
    assert register.codes(platform_id=choices.platforms[1][0]) == ["S99"]
    assert register.codes(unit_id=register.people.parks) == ["S03", "S100"]
    assert register.codes(status="orphan") == ["S100"]
    assert register.codes(status="retired") == []


def test_the_counts_of_a_status_keep_to_the_other_filters(register: Register) -> None:
    wanted = Wanted(unit_id=register.people.parks, status="live")
    assert count_by_status(register.session, wanted) == {"live": 1, "orphan": 1}


def test_a_long_list_comes_in_pages_with_two_statements(register: Register) -> None:
    with transaction() as session:
        for number in range(200, 200 + PAGE_SIZE):
            register_of.a_site(session, register.people, f"S{number}")
    session = db.session()
    with counted() as statements:
        page = find_sites(session, Wanted(), page=2)
        assert [site.platform.name for site in page.sites] == ["Instagram"] * 3
        assert {site.unit.name for site in page.sites} == {"Parks and Recreation"}
        assert {site.owner.name for site in page.sites if site.owner} == {"Rosa Valdez"}
    assert (page.total, page.number, len(page.sites)) == (28, 2, 3)
    assert len([one for one in statements if one.startswith("SELECT")]) == 2


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (-1, 1), (2, 1), (10**30, 1)])
def test_a_page_beyond_the_list_is_its_last(register: Register, asked: int, shown: int) -> None:
    page = find_sites(register.session, Wanted(), page=asked)
    assert (page.number, len(page.sites)) == (shown, 3)


def test_what_no_database_can_hold_is_looked_for_all_the_same(app_on_either: Flask) -> None:
    assert settle().codes(text="fire\0watch") == ["S99"]


def test_one_site_is_read_with_eight_statements_however_long_its_history(
    register: Register, now: datetime
) -> None:
    with transaction() as session:
        site = session.get_one(Site, find_site(session, "S03", readable=true()).site.id)
        for number in range(5):
            person = city.person(session, "Person", f"N{number}", register.people.parks)
            register_of.run(session, site, person, "editor")
            register_of.train(session, person, until=None)
            register_of.decide(session, site, register.people.chen)
            register_of.accept(session, site, register.people.chen, superseded_at=now)
            register_of.retain(session, site, register.people.cleo)
            session.add(
                Delegation(
                    person_id=person,
                    site_id=site.id,
                    scope="site",
                    may_accept="free-terms",
                    valid_from=now.date(),
                    valid_to=now.date(),
                    granted_by_id=register.people.chen,
                    granted_at=now,
                )
            )
    session = db.session()
    session.expunge_all()
    with counted() as statements:
        record = find_site(session, "S03", readable=true())
        names = {role.person.unit.name for role in record.running_roles}
        names |= {decision.decided_by.unit.name for decision in record.decisions}
        names |= {contract.accepted_by.unit.name for contract in record.contracts}
        names |= {person.unit.name for _, person in record.retention}
        names |= {setup.custodian.name for setup, _ in record.retention if setup.custodian}
        names |= {person.unit.name for _, person in record.delegations}
    assert len([one for one in statements if one.startswith("SELECT")]) == 8
    assert len(record.training) == 7
    assert len(record.decisions) == 6


def test_a_site_is_live_by_the_decision_that_its_entry_names(register: Register) -> None:
    record = find_site(register.session, "S03", readable=true())
    assert record.decision is not None
    assert record.decision.id == record.site.decision_id
    assert find_site(register.session, "S99", readable=true()).decision is None


def test_a_site_that_is_not_there_is_said_so(register: Register) -> None:
    with pytest.raises(NotFoundError, match="no site S77"):
        find_site(register.session, "S77", readable=true())


def test_cases_about_a_site_are_listed_but_no_confidential_one(
    register: Register, now: datetime
) -> None:
    with transaction() as session:
        site_id = find_site(session, "S03", readable=true()).site.id
        people = register.people
        first = city.case(session, people.rosa, people.parks)
        later = city.case(session, people.rosa, people.parks, started_at=now + timedelta(days=1))
        city.case(session, people.rosa, people.parks)
        hidden = city.case(session, people.rosa, people.parks, confidential=True)
        session.execute(
            update(Case).where(Case.id.in_([first, later, hidden])).values(site_id=site_id)
        )
    record = find_site(db.session(), "S03", readable=true())
    assert [case.id for case in record.cases] == [later, first]
    assert record.may_open(first)
    assert not record.may_open(hidden)
    assert find_site(db.session(), "S03", readable=Case.id == first).cases == [record.cases[1]]


def test_security_fields_cannot_be_read_from_a_site_by_accident(register: Register) -> None:
    listed = find_sites(register.session, Wanted()).sites[0]
    one = find_site(register.session, "S99", readable=true()).site
    for site in (listed, one):
        with pytest.raises(InvalidRequestError):
            site.vault_ref  # noqa: B018 (reading it is what must fail)
        with pytest.raises(InvalidRequestError):
            site.recovery_contact  # noqa: B018


@pytest.mark.parametrize("role", ["it_security", "comms_director", "comms_duty"])
def test_communications_and_it_security_see_where_credentials_are_kept(
    register: Register, role: str
) -> None:
    site = find_site(register.session, "S03", readable=true()).site
    security = security_of(register.session, site, register.people.ivy, {role})
    assert security is not None
    assert security.vault_ref == "vault/secret-place"
    assert security.recovery_contact == "recovery@northwater.example"


def test_the_owners_of_a_site_see_where_its_credentials_are_kept(register: Register) -> None:
    with transaction() as session:
        site = find_site(session, "S03", readable=true()).site
        register_of.run(session, site, register.people.hal, "owner")
    site = find_site(db.session(), "S03", readable=true()).site
    for owner in (register.people.rosa, register.people.hal):
        assert security_of(db.session(), site, owner, ()) is not None


def test_nobody_else_sees_them(register: Register, now: datetime) -> None:
    with transaction() as session:
        site = find_site(session, "S03", readable=true()).site
        register_of.run(session, site, register.people.nora, "owner", until=now)
    session = db.session()
    site = find_site(session, "S03", readable=true()).site
    people = register.people
    # Dan administers it, Nora once owned it, an auditor and the head of the unit look on.
    assert security_of(session, site, people.dan, ()) is None
    assert security_of(session, site, people.nora, ()) is None
    assert security_of(session, site, people.ada, {"auditor", "dept_head", "sysadmin"}) is None
