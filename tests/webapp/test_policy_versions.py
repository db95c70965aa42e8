"""Policy versions on pages, at the start and by command: on copies of the city's pack."""

import re
import shutil
from collections.abc import Generator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT, Config
from models.database import db, transaction
from models.people import Person
from models.publication import PolicyVersion
from models.trust import AuditRecord
from tests import city
from tests.webapp import desk
from tests.webapp.desk import Desk
from tests.webapp.door import Browser
from tests.webapp.test_policy import main_of
from tests.workflows import walking
from tests.workflows.test_policy_versions import CHANGE, COMPLAINT, STRICTER
from webapp import clock, create_app
from webapp.handlers import handlers
from webapp.policy_commands import policy
from webapp.prepare import take_up_policy
from webapp.runtime import pack, renew
from workflows import jobs, policy_versions
from workflows.policy.pack import PolicyPackError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The policy of a city's own folder."""
    place = tmp_path / "city" / "policy"
    shutil.copytree(ROOT / "bpmn" / "policy", place)
    return place


@pytest.fixture
def app(sqlite_url: str, folder: Path, now: datetime) -> Generator[Flask]:
    app = made(sqlite_url, folder)
    app.config.update(TESTING=True, NOW=now)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def made(url: str, folder: Path) -> Flask:
    return create_app(
        Config(
            database_url=url, secret_key="a secret for tests", demo=True, policy_dir=folder.parent
        )
    )


@pytest.fixture
def office(app: Flask, now: datetime) -> Desk:
    """A town with an administrator (Nora) and two small diagrams in force."""
    found = desk.settle(app, now, {"change": CHANGE, "complaint": COMPLAINT})
    with transaction() as session:
        city.grant(session, found.town.people.nora, "sysadmin")
    return found


def page(office: Desk, address: str, who: int | None = None) -> str:
    answer = office.browser(office.town.people.nora if who is None else who).get(address)
    assert answer.status_code == 200, address
    return " ".join(main_of(answer.text).split())


def edit(folder: Path, old: str = "", new: str = "", *, more: str = "") -> None:
    text = (folder / "rules.toml").read_text()
    assert old in text
    (folder / "rules.toml").write_text(text.replace(old, new, 1) + more if old else text + more)


def said_at_start() -> str:
    out = StringIO()
    take_up_policy(out)
    return out.getvalue()


CHEN = "chen.wu@northwater.example"


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["policy", *arguments])
    renew()
    return result.exit_code, result.output


def test_the_policy_of_the_folder_is_taken_up_at_the_start_and_when_it_changed(
    office: Desk, folder: Path
) -> None:
    assert "No version on record yet" in page(office, "/policy/versions")
    assert said_at_start() == ""
    assert said_at_start() == ""
    assert policy_versions.number_in_force(db.session()) == 1
    edit(folder, more=STRICTER)
    assert "is not the one in force" in page(office, "/admin")
    said_at_start()
    assert "X1" in pack().rules
    assert "is the one in force" in page(office, "/admin")
    text = page(office, "/policy/versions/2")
    assert "Rule added" in text
    assert "Nothing is forwarded before the City Attorney has advised." in text
    assert "It is the first version on record." in page(office, "/policy/versions/1")
    assert "Version 2" in page(office, "/policy")
    assert office.browser(office.town.people.rosa).get("/policy/versions/9").status_code == 404


def test_what_does_not_keep_a_new_policy_is_named_and_stays_in_force(
    office: Desk, folder: Path
) -> None:
    said_at_start()
    broken = walking.start(office.town, now=office.now, process="change").do("Ask").do("Forward")
    edit(folder, more=STRICTER)
    said_at_start()
    assert "Not checked yet" in page(office, "/policy/versions/2")
    jobs.run_due(handlers(), now=office.now, owner="test")
    text = page(office, "/policy/versions/2")
    assert "Does not keep it" in text
    assert "/diagrams/change/versions/1/report" in text
    assert f"{broken.case.label} (X1)" in text
    assert broken.case.label not in page(office, "/policy/versions/2", office.town.people.hal)
    assert "Change a site" in page(office, "/policy", office.town.people.rosa)
    assert "does not keep the policy in force" in page(office, "/policy/processes/change")
    assert "Broken" in page(office, "/policy/rules/X1")
    incidents = page(office, "/admin/incidents")
    assert "does not keep version 2 of the policy" in incidents
    assert "A diagram in force does not keep the policy" in incidents


def test_a_mistake_in_the_folder_leaves_the_old_policy_in_force(office: Desk, folder: Path) -> None:
    said_at_start()
    edit(folder, 'template = "precedence"', 'template = "presedence"')
    line = (folder / "rules.toml").read_text().splitlines().index('template = "presedence"') + 1
    said = said_at_start()
    assert f"rules.toml, line {line}: " in said
    assert "Version 1 stays in force." in said
    assert "K01" in pack().rules
    assert f"rules.toml, line {line}: " in page(office, "/admin")
    assert "Needs a look" in page(office, "/policy/versions")
    assert "rules.toml" not in page(office, "/policy/versions", office.town.people.rosa)


def test_a_server_starts_with_the_last_policy_on_record_where_the_folder_is_broken(
    office: Desk, sqlite_url: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said_at_start()
    before = pack().version
    (folder / "acts.toml").write_text("[[act]\n")
    again = made(sqlite_url, folder)
    assert "acts.toml, line 1: Not valid TOML" in caplog.text
    with again.app_context():
        assert pack().version == before
        db.session.remove()
        db.engine.dispose()


def test_the_first_start_stops_where_the_folder_is_broken(sqlite_url: str, folder: Path) -> None:
    (folder / "acts.toml").write_text("[[act]\n")
    with pytest.raises(PolicyPackError, match=r"acts\.toml, line 1: Not valid TOML"):
        made(sqlite_url, folder)
    with pytest.raises(PolicyPackError, match=r"acts\.toml, line 1: Not valid TOML"):
        made(f"{sqlite_url}.new", folder)


def test_commands_check_take_up_and_recheck(app: Flask, office: Desk, folder: Path) -> None:
    code, text = run(app, "check")
    assert (code, "49 clauses" in text) == (0, True)
    assert run(app, "take-up", "--by", CHEN.upper(), "--note", "First.") == (
        0,
        "Version 1 of the policy is in force. The worker checks the rest.\n",
    )
    assert (
        run(app, "take-up", "--by", CHEN)[1]
        == "Version 1 of the policy is in force already, as it is.\n"
    )
    assert run(app, "difference")[1] == "Nothing that people would notice.\n"
    assert run(app, "recheck") == (
        0,
        "change, version 1: keeps the policy.\ncomplaint, version 1: keeps the policy.\n",
    )
    edit(folder, more=STRICTER)
    assert "rule X1 added: Nothing is forwarded before" in run(app, "difference")[1]
    edit(folder, 'severity = "warning"', 'severity = "error"')
    assert "  Severity: “warning” became “error”.\n" in run(app, "difference")[1]
    assert run(app, "take-up", str(folder), "--by", CHEN)[0] == 0
    code, text = run(app, "recheck")
    assert (code, "change, version 1: Rule X1" in text) == (1, True)
    assert run(app, "list")[1].splitlines()[1].endswith("First.")


def test_who_answers_for_a_policy_is_on_record_and_nobody_else_can_be_named(
    app: Flask, office: Desk
) -> None:
    assert run(app, "take-up")[0] == 2
    code, text = run(app, "take-up", "--by", "nobody@northwater.example")
    assert (code, "Nobody active has the e-mail address" in text) == (1, True)
    with transaction() as session:
        session.get_one(Person, office.town.people.ivy).ends_on = clock.today() - timedelta(days=1)
    assert run(app, "take-up", "--by", "ivy.lindqvist@northwater.example")[0] == 1
    assert policy_versions.number_in_force(db.session()) is None
    assert run(app, "take-up", "--by", CHEN)[0] == 0
    record = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "policy:taken-up")
    ).one()
    assert record.actor_id == office.town.people.chen
    assert "Chen Wu" in page(office, "/policy/versions")


def test_commands_name_the_line_of_a_mistake(app: Flask, office: Desk, folder: Path) -> None:
    run(app, "take-up", "--by", CHEN)
    edit(folder, 'any_of = ["review-request:complete"]', 'any_of = ["review-request:done"]')
    for command in (["check"], ["take-up", "--by", CHEN]):
        code, text = run(app, *command)
        assert code == 1
        assert "rules.toml, line " in text
        assert '"review-request" cannot end in "done"' in text
    assert policy_versions.number_in_force(db.session()) == 1


def test_a_policy_without_what_runs_here_is_refused_by_command_and_at_the_start(
    app: Flask, office: Desk, folder: Path
) -> None:
    for name in ("acts.toml", "rules.toml"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace('"receive-complaint"', '"hear-complaint"'))
    # Nothing is on record yet: the start stops rather than run without what cases need.
    with pytest.raises(PolicyPackError, match="needs it"):
        said_at_start()
    code, text = run(app, "take-up", "--by", CHEN)
    assert (code, "It was not taken up." in text) == (1, True)


def test_a_version_that_cannot_be_read_any_more_is_not_compared(
    office: Desk, now: datetime
) -> None:
    with transaction() as session:
        old = PolicyVersion(number=1, digest="old", files={}, note="", taken_up_at=now)
        session.add(old)
    said_at_start()
    assert "cannot be compared" in page(office, "/policy/versions/2")


def test_the_document_names_the_commands_that_there_are(app: Flask) -> None:
    text = (ROOT / "docs" / "policy-versions.md").read_text()
    named = set(re.findall(r"flask --app webapp policy ([a-z-]+)", text))
    assert named == set(policy.commands)
