"""To which versions cases can be moved: the one in force, and back to an earlier one."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.case_migration import CaseMigration, MovedCase
from models.cases import DiagramVersion, Process
from models.database import db, transaction
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.migrating import changed
from tests.workflows.migrating.changed import REVIEWED, publish, small
from tests.workflows.migrating.test_moving import MORE, SIGNED
from tests.workflows.walking import Walk
from workflows.errors import ConflictError, NotAllowedError, NotFoundError
from workflows.migrating.targets import target, targets
from workflows.publication import taking_effect, versions

CALLING = "start S\ncall Call to=inner\nuser Look\nend Done\nS -> Call -> Look -> Done"
INNER = "start S\nuser Deep\nend Done\nS -> Deep -> Done"


def scheduled(walk: Walk) -> DiagramVersion:
    """A version that takes effect in a day."""
    act = versions.Publication(by=None, now=walk.now, effective_from=walk.now + timedelta(days=1))
    with transaction() as session:
        return versions.put_in_force(session, {"main": drawn(MORE, lanes=SIGNED)}, act, around={})[
            "main"
        ]


def test_cases_go_back_to_an_earlier_version_and_to_their_end_there(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    newer = walking.start(walk.town, now=walk.now, process="main").do("Ask")
    further = walking.start(walk.town, now=walk.now, process="main").do("Ask").do("Look")
    migration = changed.begin(walk, number=1)
    changed.work(walk, migration)
    walking.assert_whole(db.session())
    assert newer.case.version.number == 1
    words = db.session.scalars(select(MovedCase.words).order_by(MovedCase.id)).all()
    assert words == [None, "The other version has no step “Sign” there."]
    assert further.case.version.number == 2
    newer.now = walk.now
    newer.do("Look")
    assert newer.case.outcome == "Done"
    changed.move(walk)
    assert walk.case.version.number == 2


def test_cases_are_moved_to_no_version_that_was_never_in_force(app: Flask, now: datetime) -> None:
    walk = small(now)
    number = scheduled(walk).number
    with pytest.raises(ConflictError, match="Version 2 is not in force yet"):
        changed.begin(walk, number=number)
    taking_effect.withdraw(
        walk.town.runtime,
        ("main", 2),
        "Not yet.",
        by=walk.town.people.nora,
        owners=(),
        now=walk.now,
    )
    walk.now += timedelta(days=2)
    with pytest.raises(ConflictError, match="Version 2 was withdrawn"):
        changed.begin(walk, number=number)
    assert [one.number for one in targets(db.session(), "main", now=walk.now)] == [1]
    assert not db.session.scalars(select(CaseMigration)).all()


def test_the_version_in_force_is_the_first_of_those_that_were(app: Flask, now: datetime) -> None:
    walk = small(now)
    publish(walk, MORE, lanes=SIGNED)
    session = db.session()
    assert [one.number for one in targets(session, "main", now=walk.now)] == [2, 1]
    assert [one.number for one in targets(session, "main", now=now)] == [1]
    with pytest.raises(NotFoundError):
        target(session, "main", 9, now=walk.now)
    with pytest.raises(NotFoundError):
        targets(session, "nothing", now=walk.now)


def test_no_case_is_moved_to_a_version_that_calls_what_is_retired(
    app: Flask, now: datetime
) -> None:
    called = drawn(INNER, "inner", name="What is called", lanes={"Requester": ["Deep"]})
    walk = small(now, CALLING, called={"inner": called})
    publish(walk, REVIEWED)
    walking.start(walk.town, now=walk.now, process="main")
    with transaction() as session:
        inner = session.scalars(select(Process).where(Process.key == "inner")).one()
        inner.retired_at, inner.retired_why = walk.now, "Nobody needs it."
    with pytest.raises(ConflictError, match="calls what is retired: What is called"):
        changed.begin(walk, number=1)
    assert not db.session.scalars(select(CaseMigration)).all()
    assert [one.number for one in targets(db.session(), "main", now=walk.now)] == [2]


def test_who_owned_a_process_by_an_earlier_version_moves_no_case_back(
    app: Flask, now: datetime
) -> None:
    walk = small(now, owner="comms_reviewer")
    chen = walk.town.people.chen
    publish(walk, MORE, lanes=SIGNED, owner="attorney")
    with pytest.raises(NotAllowedError):
        changed.begin(walk, number=1, by=chen)
    newer = walking.start(walk.town, now=walk.now, process="main")
    changed.work(walk, changed.begin(walk, number=1, by=walk.town.people.ada))
    assert newer.case.version.number == 1


def test_confidential_cases_are_no_part_of_a_move_to_a_version_that_is_open(
    app: Flask, now: datetime
) -> None:
    walk = small(now)
    publish(walk, REVIEWED, confidential=True)
    secret = walking.start(walk.town, now=walk.now, process="main")
    with pytest.raises(ConflictError, match="No case runs on another version"):
        changed.begin(walk, number=1)
    assert secret.case.version.number == 2
