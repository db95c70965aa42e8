"""Importing sites: all rows or none, and none becomes live by it."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.database import db, transaction
from models.sites import Platform, Site, SiteRole, SiteStatus
from models.trust import AuditRecord
from tests import city
from tests.workflows import register_of
from workflows.site_import import OPTIONAL, REQUIRED, ImportReport, import_sites

HEAD = "name,handle,platform,presence_form,acting_as,unit,purpose,audience"
FIRE = "Fire Watch,firewatch,Nextdoor,account,department,FIR,Warn of fires,Residents"


@pytest.fixture
def people(app: Flask) -> city.Cast:
    with transaction() as session:
        people = city.cast(session)
        register_of.a_site(session, people, "S03")
    return people


def sites() -> dict[str, Site]:
    db.session.expire_all()
    return {site.code: site for site in db.session.scalars(select(Site).order_by(Site.id))}


def problems(now: datetime, head: str, *rows: str) -> list[tuple[int, str]]:
    report = import_sites("\n".join([head, *rows]), by=None, now=now)
    assert list(sites()) == ["S03"]
    return report.problems


def test_sites_enter_the_register_unverified_on_both_databases(
    app_on_either: Flask, now: datetime
) -> None:
    with transaction() as session:
        people = city.cast(session)
        register_of.a_site(session, people, "S03")
    columns = [*REQUIRED, *OPTIONAL]
    full = {
        "name": "Fire Watch",
        "handle": "firewatch",
        "platform": "instagram",
        "presence_form": "account",
        "acting_as": "department",
        "unit": "fir",
        "purpose": '"Warn, and inform"',
        "audience": "Residents",
        "url": "https://social.example/firewatch",
        "code": "S40",
        "status": "restricted",
        "owner": "Nora.Quist@northwater.example",
        "administrators": "nora.quist@northwater.example; rosa.valdez@northwater.example;",
        "languages": "en; so",
        "comments_mode": "no",
        "public_body": "Yes",
        "launched_on": "2024-02-29",
        "next_review_on": "2026-12-01",
        "vault_ref": "vault/fire",
        "recovery_contact": "fire@northwater.example",
    }
    written = "\ufeff" + ",".join(columns) + "\r\n" + ",".join(full[name] for name in columns)
    plain = "City Blog,blog,Our own blog,blog,city,COM,News,All"
    written += "\r\n" + plain + "," * len(OPTIONAL) + "\r\n"
    report = import_sites(written, by=people.chen, now=now)
    assert report == ImportReport(entered=["Fire Watch", "City Blog"])
    fire, blog = sites()["S40"], sites()["S41"]
    assert (fire.status, fire.owner_id, fire.unit_id) == ("restricted", people.nora, people.fire)
    assert (fire.purpose, fire.languages) == ("Warn, and inform", ["en", "so"])
    assert fire.launched_at == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert (fire.next_review_on, fire.is_public_body) == (date(2026, 12, 1), True)
    assert (fire.vault_ref, fire.recovery_contact) == ("vault/fire", "fire@northwater.example")
    assert (blog.status, blog.decision_id, blog.url) == (SiteStatus.UNVERIFIED, None, None)
    roles = db.session.scalars(select(SiteRole).where(SiteRole.site_id == fire.id)).all()
    assert {(role.person_id, role.role) for role in roles} == {
        (people.nora, "admin"),
        (people.rosa, "admin"),
    }
    assert sorted(db.session.scalars(select(Platform.name))) == ["Instagram", "Our own blog"]
    assert db.session.scalars(select(AuditRecord.action)).all() == ["sites:imported"]


def test_a_trial_writes_nothing_and_says_the_same(people: city.Cast, now: datetime) -> None:
    written = f"{HEAD}\n{FIRE}\n"
    trial = import_sites(written, by=None, now=now, dry_run=True)
    assert list(sites()) == ["S03"]
    assert import_sites(written, by=None, now=now) == trial
    assert list(sites()) == ["S03", "S04"]


def test_an_account_that_the_register_has_is_left_alone(people: city.Cast, now: datetime) -> None:
    known = "Other name,@PARKSS03,instagram,account,department,FIR,Else,All"
    report = import_sites(f"{HEAD}\n{known}\n{FIRE}\n{FIRE}\n", by=None, now=now)
    assert report.known == ["Other name", "Fire Watch"]
    assert report.entered == ["Fire Watch"]
    assert sites()["S03"].name == "Northwater Parks"
    again = import_sites(f"{HEAD}\n{known}\n{FIRE}\n", by=None, now=now)
    assert (again.entered, again.problems) == ([], [])
    assert len(db.session.scalars(select(AuditRecord)).all()) == 1


def test_no_site_becomes_live_by_an_import(people: city.Cast, now: datetime) -> None:
    assert problems(now, f"{HEAD},status", f"{FIRE},live") == [
        (
            2,
            (
                "status cannot be live: enter it as unverified, then let Communications enter its "
                "decision (GC-2)."
            ),
        )
    ]


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("status", "busy", "status busy is none of live, unverified"),
        ("public_body", "perhaps", "public_body is neither yes nor no."),
        ("url", "javascript:alert(1)", "url does not begin with https://."),
        ("owner", "who@northwater.example", "owner who@northwater.example is not known."),
        ("administrators", "a@x.example;b@x.example", "administrators b@x.example is not known."),
        ("code", "S03", "code S03 is taken, or not like S07."),
        ("code", "Snow", "code Snow is taken, or not like S07."),
        ("launched_on", "5 May", "launched_on is not a date like 2026-11-16."),
        ("next_review_on", "soon", "next_review_on is not a date like 2026-11-16."),
    ],
)
def test_what_cannot_stand_is_named_with_its_line(
    people: city.Cast, now: datetime, column: str, cell: str, problem: str
) -> None:
    ((line, words),) = problems(now, f"{HEAD},{column}", f"{FIRE},{cell}")
    assert line == 2
    assert problem in words


def test_with_one_wrong_row_nothing_is_entered(people: city.Cast, now: datetime) -> None:
    wrong = "No unit,nounit,Nextdoor,account,department,XYZ,,Residents"
    found = problems(now, HEAD, FIRE, wrong)
    assert found == [(3, "purpose is empty. unit XYZ is not known.")]


def test_the_same_code_twice_is_a_problem(people: city.Cast, now: datetime) -> None:
    second = FIRE.replace("firewatch", "fire2")
    found = problems(now, f"{HEAD},code", f"{FIRE},S08", f"{second},S08")
    assert found == [(3, "code S08 is taken, or not like S07.")]


def test_columns_have_to_be_known(people: city.Cast, now: datetime) -> None:
    assert problems(now, "name,password", "a,b") == [
        (
            1,
            (
                "column handle is missing; column platform is missing; column presence_form is "
                "missing; column acting_as is missing; column unit is missing; column purpose is "
                "missing; column audience is missing; nobody knows the column password."
            ),
        )
    ]


def test_a_row_with_too_many_cells_is_a_problem(people: city.Cast, now: datetime) -> None:
    assert problems(now, HEAD, f"{FIRE},more") == [(2, "has more cells than the first line.")]


def test_a_row_with_too_few_cells_has_empty_ones(people: city.Cast, now: datetime) -> None:
    assert problems(now, HEAD, "Fire,fire,Nextdoor,account,department,FIR,Warn") == [
        (2, "audience is empty.")
    ]


def test_an_empty_file_is_a_problem(people: city.Cast, now: datetime) -> None:
    assert import_sites("", by=None, now=now).problems[0][0] == 1
