"""Diagram versions: frozen sets, what is published anew, and what is refused."""

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models.cases import DiagramVersion
from models.database import db
from models.trust import AuditRecord
from tests.bpmn.drawing import BPMN
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town
from workflows import cases, publication
from workflows.errors import NotFoundError, UnpublishableError

SIMPLE = "start S\nuser A\nend E\nS -> A -> E"
CALLING = "start S\ncall C to=inner\nend E\nS -> C -> E"


@pytest.fixture
def files() -> dict[str, bytes]:
    return publication.shipped(BPMN)


def publish(files: dict[str, bytes], now: datetime) -> dict[str, int]:
    """Publish, and give the number of each new version by its process."""
    versions = publication.publish_shipped(files, by=None, now=now)
    return {version.process.key: version.number for version in versions}


def renamed(data: bytes, old: str, new: str) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode())


def test_everything_shipped_is_published_with_frozen_sets(
    town: Town, files: dict[str, bytes]
) -> None:
    versions = publication.published(db.session())
    assert set(versions) == set(files)
    ids = {key: version.id for key, version in versions.items()}
    mains = versions["create-site"].frozen, versions["investigate-complaint"].frozen
    assert mains[0] | mains[1] == ids
    assert mains[0].keys().isdisjoint(mains[1])
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
    old = {key: version.id for key, version in publication.published(db.session()).items()}
    name = "Advise on security"
    files["gather-advice"] = renamed(files["gather-advice"], name, "Look at the security")
    assert publish(files, now) == {"gather-advice": 2, "decide-request": 2, "create-site": 2}
    latest = publication.published(db.session())
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
    publish({"main": drawn(SIMPLE, name="Old name")}, now)
    publish({"main": drawn(SIMPLE, name="New name")}, now)
    publish({"main": drawn(SIMPLE, name="")}, now)
    latest = publication.published(db.session())["main"]
    assert (latest.number, latest.process.name) == (3, "main")
    assert publication.version_of(db.session(), "main", 2).number == 2
    with pytest.raises(NotFoundError, match=r'no version 9 of "main"'):
        publication.version_of(db.session(), "main", 9)


def test_a_draft_is_not_in_force(app: Flask, now: datetime) -> None:
    publish({"main": drawn(SIMPLE)}, now)
    with walking.writing() as session:
        latest = publication.published(session)["main"]
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
    assert publication.published(db.session())["main"].number == 1
    assert cases.published_version(db.session(), "main").number == 1


def test_publishing_stands_in_the_audit_record(app: Flask, now: datetime) -> None:
    publish({"main": drawn(SIMPLE)}, now)
    (record,) = db.session.scalars(select(AuditRecord))
    assert (record.action, record.subject) == ("diagrams:published", "diagrams")


def test_two_who_publish_at_once_publish_once(app_on_either: Flask, now: datetime) -> None:
    files = {"main": drawn(SIMPLE)}
    found = walking.at_once(app_on_either, [partial(publish, files, now)] * 4)
    assert sorted(found, key=len) == [{}, {}, {}, {"main": 1}]


# ---------------------------------------------------------------------------------------- refusals


def refuse(files: dict[str, bytes], now: datetime, words: str) -> None:
    with pytest.raises(UnpublishableError, match=words):
        publish(files, now)
    db.session.rollback()
    assert walking.count(db.session(), DiagramVersion) == 0


def test_a_call_of_what_is_not_there_is_refused(app: Flask, now: datetime) -> None:
    refuse({"main": drawn(CALLING)}, now, '"main" calls "inner", which is not among the files')


def test_calls_in_a_circle_are_refused(app: Flask, now: datetime) -> None:
    files = {
        "main": drawn(CALLING),
        "inner": drawn("start S\ncall C to=main\nend E\nS -> C -> E", "inner"),
    }
    refuse(
        {**files, "outer": drawn(CALLING.replace("inner", "main"), "outer")}, now, "cannot be run"
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
