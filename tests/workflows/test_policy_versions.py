"""A policy is taken up, refused, and checked again: on real packs with real edits."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.database import db, transaction
from models.publication import CheckReport, PolicyVersion
from models.trust import AuditRecord, Incident, Job, Notice
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.policy.deeds import POLICY, copied
from tests.workflows.walking import Town
from webapp.handlers import handlers
from webapp.runtime import renew, runtime
from workflows import check_reports, jobs, offers, policy_recheck, policy_versions, publication
from workflows.errors import NotFoundError
from workflows.library import Library
from workflows.policy.pack import PolicyPackError, load, texts_in
from workflows.policy_changes import changes

CHANGE = drawn(
    "start S\nuser Ask\nuser Forward\nuser Decide\nend E\nS -> Ask -> Forward -> Decide -> E",
    "change",
    name="Change a site",
    acts={"Ask": "request-change", "Forward": "forward-request"},
    lanes={
        "Requester": ["S", "Ask"],
        "Department": ["Forward"],
        "Communications": ["Decide", "E"],
    },
).replace(b"starters=", b'owner="policy_owner" starters=')
COMPLAINT = drawn(
    "start S\nuser File\nuser Receive\nuser Close\nend E\nS -> File -> Receive -> Close -> E",
    "complaint",
    name="Hear a complaint",
    confidential=True,
    acts={"File": "file-complaint", "Receive": "receive-complaint", "Close": "close-case"},
    lanes={"Requester": ["S", "File"], "Human Resources": ["Receive", "Close", "E"]},
)
# What neither of them asks for.
STRICTER = """
[[rule]]
id = "X1"
about = "case"
level = "law"
severity = "error"
enforced = ["publish", "run"]
clauses = ["CA-2"]
words = "Nothing is forwarded before the City Attorney has advised."

[[rule.holds]]
template = "precedence"
any_of = ["advise-law"]
before = ["forward-request:forward"]
says = "the City Attorney has not advised"
next = "Ask the City Attorney."
"""


@pytest.fixture
def town(app_on_either: Flask, now: datetime) -> Town:
    app_on_either.config["NOW"] = now
    return walking.settle(now, {"change": CHANGE, "complaint": COMPLAINT})


@pytest.fixture
def files() -> dict[str, str]:
    return texts_in(POLICY)


@pytest.fixture
def stricter(files: dict[str, str]) -> dict[str, str]:
    return {**files, "rules.toml": files["rules.toml"] + STRICTER}


def take_up(files: dict[str, str], now: datetime, note: str = "") -> policy_versions.TakenUp:
    done = policy_versions.take_up(files, library=Library(), note=note, by=None, now=now)
    renew()
    return done


def work(now: datetime) -> int:
    return jobs.run_due(handlers(), now=now, owner="test")


def rows(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def incidents() -> dict[str, str]:
    db.session.rollback()
    found = db.session.scalars(select(Incident).where(Incident.resolved_at.is_(None)))
    return {one.kind: one.message for one in found}


def test_a_policy_is_taken_up_once_and_put_on_record(
    town: Town, files: dict[str, str], now: datetime
) -> None:
    assert take_up(files, now, "The first.") == policy_versions.TakenUp(1, is_new=True)
    assert take_up(files, now) == policy_versions.TakenUp(1, is_new=False)
    (row,) = policy_versions.versions(db.session())
    assert (row.number, row.note, row.files) == (1, "The first.", files)
    assert row.digest == runtime().pack.version
    said = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq.desc())).first()
    assert said == "policy:taken-up"


def test_all_processes_of_the_server_hold_the_one_in_force(
    town: Town, files: dict[str, str], stricter: dict[str, str], now: datetime
) -> None:
    take_up(files, now)
    before = runtime().pack
    policy_versions.take_up(stricter, library=Library(), note="", by=None, now=now)
    assert runtime().pack is before  # within the minute
    assert "X1" in renew().pack.rules
    assert "X1" in policy_versions.in_force(db.session(), before).rules
    assert policy_versions.in_force(db.session(), runtime().pack) is runtime().pack


def test_a_policy_with_a_mistake_is_refused_and_the_old_one_stays(
    town: Town, files: dict[str, str], now: datetime
) -> None:
    take_up(files, now)
    broken = {**files, "rules.toml": files["rules.toml"].replace("approve-site", "aprove-site", 1)}
    with pytest.raises(PolicyPackError) as refusal:
        take_up(broken, now)
    line = 1 + broken["rules.toml"][: broken["rules.toml"].index("aprove-site")].count("\n")
    assert f"rules.toml, line {line}: " in str(refusal.value)
    assert 'Did you mean "approve-site"?' in str(refusal.value)
    assert policy_versions.number_in_force(db.session()) == 1
    assert "K01" in renew().pack.rules


def test_what_runs_here_is_not_taken_away(town: Town, files: dict[str, str], now: datetime) -> None:
    take_up(files, now)
    without = {**files}
    for name in ("acts.toml", "rules.toml"):
        without[name] = without[name].replace('"receive-complaint"', '"hear-complaint"')
    with pytest.raises(PolicyPackError) as refusal:
        take_up(without, now)
    assert str(refusal.value) == (
        'acts.toml: act "receive-complaint": It is gone, but “Receive” in “Hear a complaint” '
        "needs it. Put it back."
    )
    assert policy_versions.number_in_force(db.session()) == 1


def test_roles_that_people_hold_stay(town: Town, files: dict[str, str], now: datetime) -> None:
    take_up(files, now)
    with transaction() as session:
        city.grant(session, town.people.nora, "auditor")
    without = {
        **files,
        "roles.toml": files["roles.toml"].replace('id = "auditor"', 'id = "checker"'),
    }
    with pytest.raises(PolicyPackError, match='role "auditor": It is gone, but people hold it'):
        take_up(without, now)


def test_a_stricter_rule_is_found_missing_in_the_diagrams_in_force(
    town: Town, files: dict[str, str], stricter: dict[str, str], now: datetime
) -> None:
    take_up(files, now)
    work(now)
    assert incidents() == {}
    with transaction() as session:
        city.grant(session, town.people.nora, "policy_owner")
    take_up(stricter, now)
    assert work(now) > 0
    found = incidents()
    told = found["policy-diagram-change"]
    assert "“Change a site”, version 1, does not keep version 2 of the policy" in told
    assert "could be done although" in told
    assert "The way there" not in told
    assert "advised" in told
    assert "policy-diagram-complaint" not in found
    version = publication.published(db.session(), now=now)["change"]
    reports = check_reports.of_version(db.session(), version.id)
    assert [report.publishable for report in reports] == [False, True]
    assert reports[0].policy == runtime().pack.version
    # It stays in force: a case begins on it, and its owners are told.
    walking.start(replace(town, runtime=runtime()), now=now, process="change")
    texts = db.session.scalars(select(Notice.text).where(Notice.person_id == town.people.nora))
    assert [*texts] == [told]
    # Taken back, all is well again.
    take_up(files, now + timedelta(minutes=1))
    work(now + timedelta(minutes=1))
    assert incidents() == {}


def test_cases_that_broke_a_new_rule_already_are_reported_and_go_on(
    town: Town, files: dict[str, str], stricter: dict[str, str], now: datetime
) -> None:
    take_up(files, now)
    broken = walking.start(town, now=now, process="change").do("Ask").do("Forward")
    walking.start(town, now=now, process="change").do("Ask")
    later = now + timedelta(hours=1)
    take_up(stricter, later)
    found = policy_recheck.look_through(runtime(), "change", now=later)
    assert [(one.label, one.rules) for one in found] == [(broken.case.label, ("X1",))]
    told = incidents()["policy-cases-change"]
    assert f"{broken.case.label} (X1)" in told
    assert told.count("R-") == 1
    assert [one.message for one in policy_recheck.broken_cases(db.session())] == [told]
    broken.do("Decide")
    assert broken.case.ended_at is not None
    # Now that it has ended, nothing is left to look at.
    policy_recheck.look_through(runtime(), "change", now=later)
    assert incidents() == {}


def test_the_first_policy_finds_no_case_in_breach(
    town: Town, stricter: dict[str, str], now: datetime
) -> None:
    """What there was before is no news: only rules that are new can be broken by what was done."""
    walking.start(town, now=now, process="change").do("Ask").do("Forward")
    take_up(stricter, now)
    assert policy_recheck.look_through(runtime(), "change", now=now) == []


def test_of_confidential_cases_only_those_who_work_on_them_are_told(
    town: Town, files: dict[str, str], now: datetime
) -> None:
    take_up(files, now)
    case = walking.start(town, now=now, process="complaint").do("File")
    offers.take(town.runtime, case.task("Receive").id, by=town.people.hal, now=now)
    case.do("Receive", town.people.hal)
    rule = STRICTER.replace("forward-request:forward", "receive-complaint")
    later = now + timedelta(hours=1)
    take_up({**files, "rules.toml": files["rules.toml"] + rule}, later)
    for _ in range(2):  # the same once more changes nothing
        policy_recheck.look_through(runtime(), "complaint", now=later)
    told = incidents()["policy-cases-complaint"]
    assert "confidential cases: fewer than five" in told
    assert case.case.label not in told
    found = db.session.scalars(select(Notice).where(Notice.text.contains("policy")))
    assert [(one.person_id, one.case_id) for one in found] == [(town.people.hal, case.case_id)]


def test_a_recheck_that_was_cut_off_goes_on(
    town: Town, files: dict[str, str], now: datetime
) -> None:
    take_up(files, now)
    walking.start(town, now=now, process="change")
    # A worker plans, checks one diagram and is killed while it holds the next.
    assert jobs.run_due(handlers(), now=now, owner="killed", limit=2) == 2
    assert rows(CheckReport) == 1
    with transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == policy_recheck.DIAGRAM_JOB)).one()
        job.attempts, job.lease_owner, job.run_at = 1, "killed", now + policy_recheck.LEASE
    assert work(now) == 1  # the open cases
    assert rows(CheckReport) == 1
    work(now + policy_recheck.LEASE)
    assert rows(CheckReport) == 2
    assert not db.session.scalars(select(Job.kind).where(Job.kind.startswith("policy"))).all()
    # A version that was replaced meanwhile was checked when its successor came.
    policy_recheck.check_diagram(runtime(), Job(payload={"version": 999}, attempts=1), now)
    # Begun once more, there is nothing left to check.
    policy_recheck.plan(runtime(), db.session(), job, now)
    db.session.rollback()
    assert [one.wrong for one in policy_recheck.recheck_everything(runtime(), now=now)] == ["", ""]


def test_a_version_that_is_not_there_is_not_found(town: Town) -> None:
    with pytest.raises(NotFoundError):
        policy_versions.version_of(db.session(), 7)
    assert policy_versions.last_recorded(db.session()) is None
    assert policy_versions.number_in_force(db.session()) is None


def test_a_version_that_cannot_be_read_any_more_stops_nobody(
    town: Town, files: dict[str, str], now: datetime
) -> None:
    with transaction() as session:
        session.add(PolicyVersion(number=1, digest="old", files={}, note="", taken_up_at=now))
    known = runtime().pack
    assert policy_versions.in_force(db.session(), known) is known
    assert take_up(files, now).number == 2


def test_the_difference_of_two_versions_is_told_in_words(tmp_path: Path) -> None:
    place = copied(tmp_path / "pack")
    rules = (place / "rules.toml").read_text()
    rules = rules.replace('severity = "warning"', 'severity = "error"', 1)
    rules = rules.replace('says = "the department has not forwarded it"', 'says = "not forwarded"')
    rules = rules.replace('outcomes = ["passed", "not-needed"]', 'outcomes = ["passed"]')
    (place / "rules.toml").write_text(rules + STRICTER)
    old, new = load(POLICY), load(place)
    found = {one.id: one for one in changes(old, new)}
    assert (found["X1"].what, found["X1"].title.split()[0]) == ("added", "Nothing")
    assert found["K05"].details == ("Severity: “warning” became “error”.",)
    assert found["K04"].details == (
        "What is said when it is broken, or what to do then, has other words.",
    )
    assert found["K10"].details[0].startswith("No longer asked: The latest “Test the archive")
    assert "“passed” comes before" in found["K10"].details[1]
    assert {one.what for one in changes(new, old) if one.id == "X1"} == {"removed"}
    assert changes(old, old) == []


def test_hosts_that_start_at_once_take_a_policy_up_once(
    town: Town, app_on_either: Flask, files: dict[str, str], now: datetime
) -> None:
    def start(_host: int) -> policy_versions.TakenUp:
        with app_on_either.app_context():
            try:
                return policy_versions.take_up(files, library=Library(), note="", by=None, now=now)
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(4) as hosts:
        found = list(hosts.map(start, range(4)))
    assert sorted(one.is_new for one in found) == [False, False, False, True]
    assert rows(PolicyVersion) == 1
