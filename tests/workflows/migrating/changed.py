"""Cases of small diagrams, and another version of these put in force while they run."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.case_migration import MovedCase
from models.database import db, transaction
from models.trust import Job
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Walk
from workflows.answers import History
from workflows.foresight import Place
from workflows.migrating import bulk
from workflows.migrating.bulk import Plan
from workflows.migrating.fitting import Destination, Fit
from workflows.publication import published_version

REVIEWED = """
start S
user Ask
user Look
end Done
S -> Ask -> Look -> Done
"""
LANES = {"Requester": ["Ask"], "Communications": ["Look"]}


def lanes_of(text: str) -> dict[str, list[str]]:
    """All steps of people are the requester's, but for the looking."""
    steps = [line.split()[1] for line in text.splitlines() if line.strip().startswith("user ")]
    looking = [step for step in steps if step in LANES["Communications"]]
    return {"Requester": [one for one in steps if one not in looking], "Communications": looking}


def small(now: datetime, text: str = REVIEWED, **marks: Any) -> Walk:
    """A case of a small diagram, whose owner is nobody: Nora manages all processes."""
    called = marks.pop("called", {})
    marks = {"lanes": lanes_of(text), **marks}
    town = walking.settle(now, {"main": drawn(text, **marks), **called})
    with transaction() as session:
        city.grant(session, town.people.nora, "process_manager")
    return walking.start(town, now=now, process="main")


def publish(walk: Walk, text: str, **marks: Any) -> int:
    """Put another version in force, a minute later; give its number."""
    called = marks.pop("called", {})
    marks = {"lanes": lanes_of(text), **marks}
    files = {"main": drawn(text, **marks), **called}
    walk.now += timedelta(minutes=1)
    return walking.put_in_force(files, now=walk.now)["main"].number


def fit(walk: Walk, decided: Mapping[Place, Place] | None = None) -> Fit:
    """Say what can become of a case on the version in force."""
    case, town, session = walk.case, walk.town, db.session()
    version = published_version(session, walk.diagrams.main, now=walk.now)
    on = town.runtime.library.of(session, version.id)
    to = Destination(town.runtime.pack, on, decided or {})
    history = History.read(session, case.id)
    return to.fit(case.tokens or b"", history, walk.diagrams)


def move(
    walk: Walk,
    decided: Mapping[Place, Place] | None = None,
    *,
    by: int | None = None,
    case_ids: Collection[int] | None = None,
    reason: str = "The form was wrong.",
) -> MovedCase:
    """Move a case, or all of its process, to the version in force, by Nora; give the case's row."""
    migration = begin(walk, decided, by=by, case_ids=case_ids, reason=reason)
    work(walk, migration)
    return row(walk)


def begin(
    walk: Walk,
    decided: Mapping[Place, Place] | None = None,
    *,
    by: int | None = None,
    case_ids: Collection[int] | None = None,
    number: int | None = None,
    reason: str = "The form was wrong.",
) -> int:
    """Begin a migration to a version, else to the one in force; give its id."""
    town, main = walk.town, walk.diagrams.main
    number = number or published_version(db.session(), main, now=walk.now).number
    walk.now += timedelta(minutes=1)
    plan = Plan(
        process=main, number=number, reason=reason, decided=decided or {}, case_ids=case_ids
    )
    return bulk.begin(town.runtime, plan, by=by or town.people.nora, now=walk.now).id


def work(walk: Walk, migration_id: int) -> None:
    """Let a migration be worked off at once, without a worker."""
    while bulk.work_off(walk.town.runtime, migration_id, now=walk.now, most=10):
        pass
    with transaction() as session:
        for job in session.scalars(select(Job).where(Job.kind == bulk.MIGRATE_JOB)):
            session.delete(job)


def row(walk: Walk) -> MovedCase:
    """The latest row of a case in a migration."""
    walk.case  # noqa: B018 (it reads anew)
    wanted = select(MovedCase).where(MovedCase.case_id == walk.case_id)
    return db.session.scalars(wanted.order_by(MovedCase.id.desc()).limit(1)).one()


def take_back(walk: Walk, *, by: int | None = None) -> MovedCase:
    """Take the latest move of a case back."""
    walk.now += timedelta(minutes=1)
    found = row(walk).id
    runtime, nora = walk.town.runtime, walk.town.people.nora
    return bulk.undo_one(runtime, found, by=by or nora, now=walk.now)
