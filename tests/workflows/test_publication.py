"""Diagram versions: frozen sets, what is published anew, and what is refused."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import DiagramVersion
from models.database import db
from models.publication import DiagramDraft
from models.trust import AuditRecord
from tests.bpmn.drawing import BPMN
from tests.conftest import NOW
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town
from workflows import check_reports, publication
from workflows.diagrams.check import Report, is_publishable
from workflows.errors import ConflictError, NotFoundError, UnpublishableError
from workflows.gates import check_files
from workflows.publication import proving, versions

SIMPLE = "start S\nuser A\nend E\nS -> A -> E"
STUCK = "start S\nand G\nuser A\nuser B\nxor J\nend E\nS -> G\nG -> A -> J\nG -> B -> J\nJ -> E"
ADVICE = "gather-advice"
# Publishable whoever calls it.
ALONE = "agree-contract"
CALLING = "start S\ncall C to=inner\nend E\nS -> C -> E"


@pytest.fixture
def files() -> dict[str, bytes]:
    return publication.shipped(BPMN)


def publish(files: dict[str, bytes], now: datetime) -> dict[str, int]:
    """Publish, and give the number of each new version by its process."""
    versions = publication.publish_shipped(walking.runtime(), files, by=None, now=now)
    return {version.process.key: version.number for version in versions}


def renamed(data: bytes, old: str, new: str) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode())


def test_everything_shipped_is_published_with_frozen_sets(
    town: Town, files: dict[str, bytes]
) -> None:
    versions = publication.published(db.session(), now=NOW)
    assert set(versions) == set(files)
    ids = {key: version.id for key, version in versions.items()}
    mains = [
        versions[key].frozen
        for key in ("create-site", "change-site", "retire-site", "investigate-complaint")
    ]
    assert {key: value for main in mains for key, value in main.items()} == ids
    assert sum(map(len, mains)) == len(ids)
    assert versions["prepare-site"].frozen == {
        key: ids[key] for key in ("prepare-site", "agree-contract")
    }
    assert versions["gather-advice"].frozen == {"gather-advice": ids["gather-advice"]}
    assert {version.number for version in versions.values()} == {1}
    assert versions["create-site"].process.name == "Create site"


def test_what_has_not_changed_is_not_published_again(
    town: Town, files: dict[str, bytes], now: datetime
) -> None:
    before = walking.everything(db.session())
    assert publish(files, now) == {}
    assert walking.everything(db.session()) == before


def test_the_callers_of_what_changed_are_published_too(
    town: Town, files: dict[str, bytes], now: datetime
) -> None:
    old = {key: version.id for key, version in publication.published(db.session(), now=NOW).items()}
    name = "Advise on security"
    files["gather-advice"] = renamed(files["gather-advice"], name, "Look at the security")
    assert publish(files, now) == {"gather-advice": 2, "decide-request": 2, "create-site": 2}
    latest = publication.published(db.session(), now=NOW)
    frozen = latest["create-site"].frozen
    assert frozen["gather-advice"] == latest["gather-advice"].id != old["gather-advice"]
    assert frozen["agree-contract"] == old["agree-contract"]
    files["agree-contract"] = renamed(files["agree-contract"], "Accept the contract", "Accept it")
    assert publish(files, now) == {"agree-contract": 2, "prepare-site": 2, "create-site": 3}


def test_a_running_case_stays_on_the_versions_that_it_began_on(
    town: Town, files: dict[str, bytes], now: datetime
) -> None:
    running = walking.forwarded(town, now=now)
    name = "Advise on security"
    files["gather-advice"] = renamed(files["gather-advice"], name, "Look at the security")
    publish(files, now)
    fresh = walking.forwarded(town, now=now)
    assert running.do("ReviewRequest").task("AdviseSecurity").name == name
    assert fresh.do("ReviewRequest").task("AdviseSecurity").name == "Look at the security"
    assert running.case.version_id != fresh.case.version_id
    walking.assert_whole(db.session())


def test_a_process_takes_the_name_of_its_latest_version(app: Flask, now: datetime) -> None:
    for name in ("Old name", "New name", ""):
        walking.put_in_force({"main": drawn(SIMPLE, name=name)}, now=now)
    latest = publication.published(db.session(), now=NOW)["main"]
    assert (latest.number, latest.process.name) == (3, "main")
    assert publication.version_of(db.session(), "main", 2).number == 2
    with pytest.raises(NotFoundError, match=r'no version 9 of "main"'):
        publication.version_of(db.session(), "main", 9)


def test_what_was_not_published_is_not_in_force(app: Flask, now: datetime) -> None:
    walking.put_in_force({"main": drawn(SIMPLE)}, now=now)
    with walking.writing() as session:
        latest = publication.published(session, now=NOW)["main"]
        session.add(
            DiagramVersion(
                process_id=latest.process_id,
                number=2,
                xml=b"",
                sha256="",
                frozen={},
                note="",
                created_at=now,
                effective_from=now,
            )
        )
    assert publication.published(db.session(), now=NOW)["main"].number == 1
    assert publication.published_version(db.session(), "main", now=now).number == 1


def test_publishing_stands_in_the_audit_record(
    app: Flask, files: dict[str, bytes], now: datetime
) -> None:
    publish({ALONE: files[ALONE]}, now)
    (record,) = db.session.scalars(select(AuditRecord))
    assert (record.action, record.subject) == ("diagrams:published", "diagrams")


def test_two_who_publish_at_once_publish_once(
    app_on_either: Flask, files: dict[str, bytes], now: datetime
) -> None:
    acts = [partial(publish, {ALONE: files[ALONE]}, now)] * 4
    found = walking.at_once(app_on_either, acts)
    assert sorted(found, key=len) == [{}, {}, {}, {ALONE: 1}]


def test_a_new_version_keeps_what_the_check_said_of_it(town: Town, now: datetime) -> None:
    for key, version in publication.published(db.session(), now=now).items():
        (kept,) = check_reports.of_version(db.session(), version.id)
        assert (kept.publishable, kept.policy, kept.checked_at) == (
            True,
            town.runtime.pack.version,
            now,
        )
        assert check_reports.verdict_of(kept)["process"] == key


def test_the_same_diagrams_are_checked_once_under_one_policy(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def checked(files: dict[str, bytes], **around: Any) -> list[Report]:
        asked.append(sorted(files))
        return check_files(files, **around)

    monkeypatch.setattr(proving, "check_files", checked)
    monkeypatch.setattr(proving, "_kept", OrderedDict())
    alone, pack = {ALONE: files[ALONE]}, walking.pack()
    first = proving.prove(alone, pack=pack, library={})
    assert proving.prove(alone, pack=pack, library=alone) is first
    assert len(asked) == 1
    proving.prove(alone, pack=replace(pack, version="another"), library={})
    assert len(asked) == 2
    # A machine that was too busy may find time later: a no is asked again.
    stuck = {"main": drawn(STUCK)}
    assert not is_publishable(proving.prove(stuck, pack=pack, library={})["main"])
    proving.prove(stuck, pack=pack, library={})
    assert len(asked) == 4


# ------------------------------------------------------------------------------------- in force


def versions_of(now: datetime, **terms: Any) -> None:
    """Put a second version of the process in force, on these terms."""
    with walking.writing() as session:
        around = {"main": drawn(SIMPLE)}
        act = versions.Publication(
            by=None, now=now, effective_from=terms.pop("effective_from", None)
        )
        new = versions.put_in_force(session, around, act, around={})["main"]
        for name, value in terms.items():
            setattr(new, name, value)


def test_a_version_is_in_force_from_the_day_on_that_was_set(app: Flask, now: datetime) -> None:
    later = now + timedelta(days=3)
    walking.put_in_force({"main": drawn(SIMPLE)}, now=now)
    versions_of(now, effective_from=later)
    assert in_force(later - timedelta(seconds=1)) == 1
    assert in_force(later) == 2
    assert publication.scheduled(db.session(), now=now)["main"].number == 2
    assert publication.scheduled(db.session(), now=later) == {}


def test_a_withdrawn_version_never_comes_into_force(app: Flask, now: datetime) -> None:
    later = now + timedelta(days=3)
    walking.put_in_force({"main": drawn(SIMPLE)}, now=now)
    versions_of(now, effective_from=later, withdrawn_at=now, withdrawn_why="Not yet.")
    assert in_force(later) == 1
    assert publication.scheduled(db.session(), now=now) == {}


def in_force(now: datetime) -> int:
    return publication.published_version(db.session(), "main", now=now).number


def test_what_the_city_changed_itself_stays_as_the_city_has_it(
    town: Town, files: dict[str, bytes], now: datetime
) -> None:
    own = renamed(files[ADVICE], "Advise on security", "Look at the security")
    published_by_hand(town, own, now)
    assert publish(files, now) == {}
    # What the pack changes elsewhere is proved and published around it.
    files["agree-contract"] = renamed(files["agree-contract"], "Accept the contract", "Accept it")
    assert publish(files, now) == {"agree-contract": 2, "prepare-site": 2, "create-site": 2}
    latest = publication.published(db.session(), now=now)
    assert latest["create-site"].frozen[ADVICE] == latest[ADVICE].id
    assert latest[ADVICE].number == 2


def published_by_hand(town: Town, xml: bytes, now: datetime) -> None:
    version = walking.put_in_force({ADVICE: xml}, now=now)[ADVICE]
    with walking.writing() as session:
        session.add(
            DiagramDraft(
                key=ADVICE,
                name="Gather advice",
                xml=xml,
                sha256=version.sha256,
                note="",
                opened_by_id=town.people.chen,
                opened_at=now,
                edited_by_id=town.people.chen,
                edited_at=now,
                closed_at=now,
                version_id=version.id,
            )
        )


def test_the_pack_waits_while_a_version_of_what_it_changed_is_to_take_effect(
    town: Town, files: dict[str, bytes], now: datetime
) -> None:
    with walking.writing() as session:
        latest = publication.published(session, now=now)
        act = versions.Publication(by=None, now=now, effective_from=now + timedelta(days=3))
        around = versions.contents(session, latest.values())
        versions.put_in_force(session, {ADVICE: files[ADVICE]}, act, around=around)
    files[ADVICE] = renamed(files[ADVICE], "Advise on security", "Look at the security")
    with pytest.raises(
        ConflictError, match=r"take effect on 19 November 2026: version 2 of Gather advice"
    ):
        publish(files, now)
    db.session.rollback()
    assert publish(files, now + timedelta(days=3)) == {
        ADVICE: 3,
        "decide-request": 2,
        "create-site": 2,
    }


def test_a_diagram_that_breaks_a_rule_is_refused_with_the_finding(
    app: Flask, files: dict[str, bytes], now: datetime
) -> None:
    refused = (
        r'"gather-advice" cannot be published: Rule K07 .*nothing follows "Advise on security"'
    )
    with pytest.raises(UnpublishableError, match=refused):
        publish({ADVICE: files[ADVICE]}, now)
    db.session.rollback()
    assert publication.published(db.session(), now=now) == {}


# ---------------------------------------------------------------------------------------- refusals


def put_in_force(files: dict[str, bytes], now: datetime) -> None:
    walking.put_in_force(files, now=now)


def refuse(files: dict[str, bytes], now: datetime, words: str) -> None:
    """Neither what is published after the proof nor what tests put in force gets through."""
    for act in (publish, put_in_force):
        with pytest.raises(UnpublishableError, match=words):
            act(files, now)
    db.session.rollback()
    assert walking.count(db.session(), DiagramVersion) == 0


def test_a_call_of_what_is_not_there_is_refused(app: Flask, now: datetime) -> None:
    refuse({"main": drawn(CALLING)}, now, '"inner"')


def test_calls_in_a_circle_are_refused(app: Flask, now: datetime) -> None:
    files = {
        "main": drawn(CALLING),
        "inner": drawn("start S\ncall C to=main\nend E\nS -> C -> E", "inner"),
    }
    refuse(
        {**files, "outer": drawn(CALLING.replace("inner", "main"), "outer")},
        now,
        "cannot be (run|published)",
    )


def test_what_the_engine_cannot_run_is_refused(app: Flask, now: datetime) -> None:
    text = "start S\nuser A\nend E\nS -> A\nA -> E : A.answer is yes"
    refuse({"main": drawn(text)}, now, "main")


def test_what_cannot_be_read_is_refused(app: Flask, now: datetime) -> None:
    refuse({"main": b"<definitions"}, now, "main cannot be published")


def test_a_file_of_the_pack_that_is_no_diagram_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.bpmn").write_bytes(b"not XML at all")
    with pytest.raises(UnpublishableError, match=r"^broken\.bpmn cannot be published"):
        publication.shipped(tmp_path)
    (tmp_path / "broken.bpmn").unlink()
    (tmp_path / "good.bpmn").write_bytes(drawn(SIMPLE, "good"))
    assert set(publication.shipped(tmp_path)) == {"good"}
