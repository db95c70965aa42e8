"""Five thousand past cases played on a changed version, and five hundred running ones moved to it.

`pytest -m long tests/bench/test_migrating.py -s` prints the times that docs/benchmarks.md tells.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import insert, select

from models.case_migration import MovedCase
from models.cases import Case, DiagramVersion
from models.database import db, transaction
from tests import city
from tests.bpmn.drawing import BPMN
from tests.workflows import walking
from tests.workflows.walking import Town, Walk
from workflows import publication
from workflows.foresight import Place
from workflows.migrating import bulk
from workflows.migrating.fitting import Destination
from workflows.migrating.sorting import running, sort
from workflows.moves import DEADLINE_JOB
from workflows.replaying import impact

PAST, RUNNING = 5_000, 500
# Sums of the processor, which others at the machine hardly change.
SECONDS = {"replay": 120, "sort": 20, "move": 120}
GONE: dict[Place, Place] = {
    ("forward-request", "AnswerDecline"): ("forward-request", "ReplyToDecline")
}
Result = TypeVar("Result")


def timed(what: str, work: Callable[[], Result]) -> tuple[Result, float]:
    """Do something and print how long it took."""
    begun, busy = time.perf_counter(), time.process_time()
    result = work()
    seconds = time.process_time() - busy
    print(f"{what}: {time.perf_counter() - begun:.1f} s, {seconds:.1f} s of the processor")  # noqa: T201 (what it is for)
    return result, seconds


def ended(town: Town, now: datetime) -> list[Walk]:
    """Cases that ended in different ways."""
    withdrawn = walking.start(town, now=now).do("SubmitRequest").send("WithdrawWhileForwarding")
    accepted = declined(town, now).do("AnswerDecline", answer="accept")
    return [withdrawn, rejected(walking.advised(town, now=now)), accepted]


def declined(town: Town, now: datetime) -> Walk:
    walk = walking.start(town, now=now).do("SubmitRequest")
    return walk.do("ForwardRequest", decision="decline")


def under_way(town: Town, now: datetime) -> list[Walk]:
    """Cases at different steps."""
    return [
        walking.start(town, now=now),
        walking.start(town, now=now).do("SubmitRequest"),
        walking.forwarded(town, now=now),
        walking.forwarded(town, now=now).do("ReviewRequest"),
        walking.advised(town, now=now),
        declined(town, now),
    ]


def rejected(walk: Walk) -> Walk:
    return walk.do("DecideRequest", decision="reject")


def to_its_end(walk: Walk) -> None:
    """Let people do all that waits, up to a decision that ends the case."""
    if "ReplyToDecline" in walk.waits_for:
        walk.do("ReplyToDecline", answer="accept")
        return
    for step in ("SubmitRequest", "ForwardRequest", "ReviewRequest", "AdviseSecurity"):
        if step in walk.waits_for:
            walk.do(step)
    rejected(walk)


def copy(walks: list[Walk], number: int) -> None:
    """Copy cases with their rows and deadlines until there are so many of each kind together."""
    with transaction() as session:
        highest = session.scalars(select(Case.id).order_by(Case.id.desc()).limit(1)).one()
        rows = {walk.case_id: _rows(walk.case_id) for walk in walks}
        for turn in range(number - len(walks)):
            new = highest + 1 + turn
            for table, some in rows[walks[turn % len(walks)].case_id]:
                copies = [_copied(table.name, row, new) for row in some]
                if copies:
                    session.execute(insert(table), copies)


def _rows(case_id: int) -> list[tuple[Any, list[dict[str, Any]]]]:
    tables = [db.metadata.tables[name] for name in ("case", "task", "job")]
    wanted = [(table, table.c.id if table.name == "case" else table.c.case_id) for table in tables]
    return [
        (
            table,
            [
                dict(row._mapping)
                for row in db.session.execute(table.select().where(column == case_id))
            ],
        )
        for table, column in wanted
    ]


def _copied(table: str, row: dict[str, Any], case_id: int) -> dict[str, Any]:
    if table == "case":
        return {**row, "id": case_id, "number": 100_000 + case_id}
    copied = {key: value for key, value in row.items() if key != "id"} | {"case_id": case_id}
    if table == "job":
        copied["key"] = f"{DEADLINE_JOB}:{case_id}:{str(row['key']).rpartition(':')[2]}"
    return copied


def publish_changed(now: datetime) -> None:
    """Put in force that a step has another id, and another is due later."""
    files = publication.shipped(BPMN)
    changed = {
        "forward-request": files["forward-request"].replace(b"AnswerDecline", b"ReplyToDecline"),
        "decide-request": files["decide-request"].replace(b'due="P2BD"', b'due="P9BD"'),
    }
    assert all(changed[key] != files[key] for key in changed)
    walking.put_in_force({**changed, "create-site": files["create-site"]}, now=now)


@pytest.mark.long
def test_thousands_are_played_and_hundreds_moved_and_all_of_them_come_to_their_end(
    app: Flask, now: datetime
) -> None:
    town = walking.settle(now)
    with transaction() as session:
        city.grant(session, town.people.nora, "process_manager")
    copy(ended(town, now), PAST)
    copy(under_way(town, now), RUNNING)
    now += timedelta(days=1)
    publish_changed(now)
    session = db.session()
    version = publication.published_version(session, "create-site", now=now)
    on, library = town.runtime.library.of(session, version.id), town.runtime.library
    played, busy = timed(
        f"play {PAST} past cases",
        lambda: impact(session, library, version.process_id, on, now=now, most=PAST),
    )
    assert played.played == PAST
    assert busy < SECONDS["replay"]
    to = Destination(town.runtime.pack, on, GONE)
    found, busy = timed(
        f"sort {RUNNING} running cases",
        lambda: sort(session, library, running("create-site", but=version.id), to),
    )
    assert [len(cases) for _, cases in found.groups] == [RUNNING, 0, 0]
    assert busy < SECONDS["sort"]
    _, busy = timed(f"move {RUNNING} cases", lambda: _move_all(town, version.number, now))
    assert busy < SECONDS["move"]
    states = Counter(db.session.scalars(select(MovedCase.state)))
    assert states == {"moved": RUNNING}
    walking.assert_whole(db.session())
    timed(f"complete {RUNNING} moved cases", lambda: _all_completed(town, now))
    assert not db.session.scalars(running("create-site", but=None)).all()
    numbers = select(DiagramVersion.number).join(Case, Case.version_id == DiagramVersion.id)
    assert Counter(db.session.scalars(numbers)) == {1: PAST, 2: RUNNING}
    walking.assert_whole(db.session())


def _move_all(town: Town, number: int, now: datetime) -> None:
    plan = bulk.Plan(process="create-site", number=number, reason="At scale.", decided=GONE)
    migration = bulk.begin(town.runtime, plan, by=town.people.nora, now=now).id
    while bulk.work_off(town.runtime, migration, now=now, most=bulk.CASES_AT_ONCE):
        pass


def _all_completed(town: Town, now: datetime) -> None:
    ids = db.session.scalars(running("create-site", but=None).with_only_columns(Case.id)).all()
    for case_id in ids:
        to_its_end(Walk(town, case_id, now))
