"""Commands of whoever runs the server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from config import Config
from models.database import db, transaction
from models.people import Person, PersonCategory, RoleGrant, Unit
from models.trust import AuditRecord, Job
from tests import city
from tests.webapp.door import sign_in
from webapp import create_app

pytestmark = pytest.mark.usefixtures("clock_stands")

Run = Callable[..., Result]
WORDS = "four words are enough"


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()

    def run(*args: str, said: str = "") -> Result:
        result = runner.invoke(args=list(args), input=said)
        db.session.rollback()
        db.session.expire_all()
        return result

    return run


def add_admin(run: Run, *args: str, password: str = WORDS) -> Result:
    return run(
        "people",
        "add-admin",
        *("--given-name", "Signe", "--family-name", "Albrook"),
        *("--email", "Signe.Albrook@city.example", *args),
        said=f"{password}\n{password}\n",
    )


def test_the_first_administrator_signs_in_and_administers(app: Flask, run: Run) -> None:
    assert add_admin(run).exit_code == 0
    client = app.test_client()
    response = sign_in(client, "signe.albrook@city.example", WORDS)
    assert response.status_code == 303
    assert client.get("/admin/people").status_code == 200
    unit = db.session.scalars(select(Unit)).one()
    assert unit.name == "Information Technology"
    assert db.session.scalars(select(AuditRecord.action)).first() == "person:administrator-added"


def test_the_password_is_never_echoed(run: Run) -> None:
    assert WORDS not in add_admin(run).output


def test_an_administrator_joins_a_unit_that_exists(run: Run) -> None:
    with transaction() as session:
        clerk = city.unit(session, "CLK", "City Clerk")
    assert add_admin(run, "--unit-code", "CLK").exit_code == 0
    assert db.session.scalars(select(Person.unit_id)).one() == clerk


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "at least 12 characters"),
        ("signe.albrook@city.example", "other than your e-mail address"),
    ],
)
def test_a_weak_password_is_refused(run: Run, password: str, said: str) -> None:
    result = add_admin(run, password=password)
    assert result.exit_code == 1
    assert said in result.output
    assert not db.session.scalars(select(Person)).all()


def test_an_address_is_taken_once(run: Run) -> None:
    add_admin(run)
    result = add_admin(run)
    assert result.exit_code == 1
    assert "Somebody has an account with this address already." in result.output


@pytest.fixture
def parks(app: Flask) -> int:
    with transaction() as session:
        return city.unit(session, "PRK", "Parks")


HEAD = "given_name,family_name,email,unit,categories,roles,ends_on"
ROSA = "Rosa,Valdez,Rosa.Valdez@city.example,prk,intern; volunteer,dept_head@PRK;auditor,2026-12-31"


def table(path: Path, *lines: str, head: str = HEAD) -> str:
    file = path / "people.csv"
    file.write_text("\ufeff" + "\n".join([head, *lines]), encoding="utf-8")
    return str(file)


def test_a_table_brings_in_people_with_their_roles(run: Run, parks: int, tmp_path: Path) -> None:
    result = run("people", "import", table(tmp_path, ROSA))
    assert result.exit_code == 0
    assert "1 people added" in result.output
    person = db.session.scalars(select(Person)).one()
    assert (person.email, person.unit_id, person.ends_on) == (
        "rosa.valdez@city.example",
        parks,
        date(2026, 12, 31),
    )
    assert person.password_hash is None
    roles = db.session.execute(select(RoleGrant.role, RoleGrant.unit_id)).all()
    assert sorted(tuple(row) for row in roles) == [("auditor", None), ("dept_head", parks)]
    assert len(db.session.scalars(select(PersonCategory)).all()) == 2


def test_a_second_import_leaves_people_as_they_are(run: Run, parks: int, tmp_path: Path) -> None:
    file = table(tmp_path, ROSA)
    run("people", "import", file)
    assert "0 people added, 1 known already" in run("people", "import", file).output
    assert len(db.session.scalars(select(RoleGrant)).all()) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",Valdez,r@city.example,PRK", "Line 3: given_name is empty."),
        ("Ada,Osei,ada,PRK", "Line 3: ada is no e-mail address."),
        ("Ada,Osei,a@city.example,ZOO", "Line 3: there is no unit ZOO."),
        ("Ada,Osei,a@city.example,PRK,king", "Line 3: there is no category “king”."),
        ("Ada,Osei,a@city.example,PRK,,requester", "“requester” is no role that can be given."),
        ("Ada,Osei,a@city.example,PRK,,dept_head@ZOO", "there is no unit ZOO, for the role"),
        ("Ada,Osei,a@city.example,PRK,,,31.12.26", "31.12.26 is no day; write 2026-12-31."),
        ("R,V,rosa.VALDEZ@city.example,PRK", "stands in line 2 already."),
        ("A,O,a@city.example,PRK,,,,more", "Line 3: it has more cells"),
    ],
)
def test_one_wrong_line_keeps_everybody_out(
    run: Run, parks: int, tmp_path: Path, line: str, said: str
) -> None:
    result = run("people", "import", table(tmp_path, ROSA, line))
    assert result.exit_code == 1
    assert said in result.output
    assert not db.session.scalars(select(Person)).all()


def test_every_mistake_of_a_row_is_said_at_once(run: Run, parks: int, tmp_path: Path) -> None:
    first = ",Osei,ada,ZOO,king;queen,requester;dept_head@SEA,31.12.26"
    second = "R,V,rosa.VALDEZ@city.example,PRK,duke,,,more"
    result = run("people", "import", table(tmp_path, ROSA, first, second))
    assert (
        "Line 3: given_name is empty; ada is no e-mail address; there is no unit ZOO; "
        "there is no category “king”; there is no category “queen”; "
        "“requester” is no role that can be given; there is no unit SEA, for the role dept_head; "
        "31.12.26 is no day; write 2026-12-31."
    ) in result.output
    assert (
        "Line 4: it has more cells than the table has columns; there is no category “duke”; "
        "the address rosa.valdez@city.example stands in line 2 already."
    ) in result.output
    assert not db.session.scalars(select(Person)).all()


def test_a_table_with_other_columns_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("people", "import", table(tmp_path, head="name,email,unit"))
    assert result.exit_code == 1
    assert "lacks given_name, family_name and has name" in result.output


def test_the_chain_is_verified_against_a_checkpoint(run: Run) -> None:
    add_admin(run)
    result = run("audit", "verify")
    assert result.exit_code == 0
    checkpoint = result.output.splitlines()[-1]
    assert run("audit", "verify", "--checkpoint", checkpoint).exit_code == 0
    later = checkpoint.replace("1:", "7:", 1)
    assert run("audit", "verify", "--checkpoint", later).exit_code == 1
    assert run("audit", "verify", "--checkpoint", "nonsense").exit_code == 2


def test_a_broken_chain_is_an_exit_code(run: Run) -> None:
    add_admin(run)
    db.session.execute(text("DROP TRIGGER IF EXISTS audit_record_no_update"))
    for (trigger,) in db.session.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_record'")
    ).all():
        db.session.execute(text(f'DROP TRIGGER "{trigger}"'))
    db.session.execute(text("UPDATE audit_record SET actor_id = 1"))
    db.session.commit()
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "The chain is broken. Record 1" in result.output


def test_a_backup_is_restored(app: Flask, run: Run, tmp_path: Path) -> None:
    add_admin(run)
    copy = tmp_path / "copy.backup"
    db.session.rollback()
    made = run("backup", str(copy))
    assert made.exit_code == 0, made.output
    assert "1 audit records" in made.output
    assert run("backup", str(copy)).exit_code == 1
    with transaction() as session:
        city.unit(session, "ZOO")
    db.session.remove()
    db.engine.dispose()
    assert run("restore", str(copy)).exit_code == 1
    put = run("restore", str(copy), "--force")
    assert put.exit_code == 0, put.output
    assert db.session.scalars(select(Unit.code)).all() == ["ITD"]


def test_the_schema_is_brought_up_to_date(app: Flask, run: Run) -> None:
    settings: Config = app.config["SITEWARD"]
    assert settings.database_url.startswith("sqlite")
    assert run("db", "upgrade").exit_code == 0


def test_a_new_database_is_made_ready_or_said_to_be_new(app: Flask, tmp_path: Path) -> None:
    settings: Config = app.config["SITEWARD"]
    new = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'new.db'}"))
    runner = new.test_cli_runner()
    with new.app_context():
        for command in ("audit verify", "policy list", "diagrams list"):
            result = runner.invoke(args=command.split())
            assert result.exit_code == 1
            assert "no such table" in result.output
            assert "`flask --app webapp db upgrade`" in result.output
            assert "SELECT" not in result.output
        assert "SELECT" not in runner.invoke(args=["backup", str(tmp_path / "copy")]).output
        added = add_admin(lambda *args, said: runner.invoke(args=list(args), input=said))
        assert added.exit_code == 0


def test_the_worker_does_once_what_is_due(run: Run, now: datetime) -> None:
    with transaction() as session:
        later = now + timedelta(days=1)
        session.add(Job(kind="unknown", key="a", payload={}, run_at=now))
        session.add(Job(kind="unknown", key="b", payload={}, run_at=later))
    assert "1 jobs tried." in run("worker", "--once").output
    assert "0 jobs tried." in run("worker", "--once").output
