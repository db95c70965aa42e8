"""A city with many cases, written straight into the database: only to measure what reads them."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.cases import Case, CaseSeries, DiagramVersion, Process, Task, TaskKind
from models.people import Person, Unit
from workflows.policy.pack import Pack
from workflows.status.filters import Place

STEPS_OF_A_CASE = 5
# One case in ten is open, each at a step of its own.
OPEN_EVERY = 10
AT_ONCE = 5_000
DAYS = 730
ENDS = ("Site live", "Rejected", "Withdrawn", "Declined")


def fill(
    session: Session, process: str, places: Sequence[Place], pack: Pack, count: int, now: datetime
) -> None:
    """Write so many cases of the process over two years, five steps in each, the same every time."""
    chance = random.Random(1042)
    version = session.scalars(
        select(DiagramVersion.id).join(DiagramVersion.process).where(Process.key == process)
    ).one()
    units = list(session.scalars(select(Unit.id).order_by(Unit.id)))
    people = list(session.scalars(select(Person.id).order_by(Person.id)))
    first = (session.scalar(select(Case.id).order_by(Case.id.desc()).limit(1)) or 0) + 1
    begun = [now - timedelta(days=DAYS) * ((count - number) / count) for number in range(count)]
    cases = (
        _case(first + number, version, started, now, chance, (units, people))
        for number, started in enumerate(begun)
    )
    written = []
    for rows in _batches(cases):
        session.execute(insert(Case), rows)
        written += [(row["id"], row["started_at"], row["ended_at"]) for row in rows]
    tasks = (row for case in written for row in _tasks(case, places, pack, chance, people))
    for rows in _batches(tasks):
        session.execute(insert(Task), rows)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def _case(
    number: int,
    version: int,
    started: datetime,
    now: datetime,
    chance: random.Random,
    known: tuple[Sequence[int], Sequence[int]],
) -> dict[str, Any]:
    ended = min(now, started + timedelta(hours=chance.uniform(24, 1500)))
    is_open = number % OPEN_EVERY == 0
    return {
        "id": number,
        "series": CaseSeries.OPEN,
        "number": 100_000 + number,
        "version_id": version,
        "title": f"Create site: Northwater {number}",
        "unit_id": chance.choice(known[0]),
        "confidential": False,
        "started_by_id": chance.choice(known[1]),
        "started_at": started,
        "ended_at": None if is_open else ended,
        "outcome": None if is_open else chance.choice(ENDS),
        "revision": STEPS_OF_A_CASE,
    }


def _tasks(
    case: tuple[int, datetime, datetime | None],
    places: Sequence[Place],
    pack: Pack,
    chance: random.Random,
    people: Sequence[int],
) -> Iterator[dict[str, Any]]:
    case_id, opened, ended = case
    for nth, place in enumerate(chance.sample(places, STEPS_OF_A_CASE), 1):
        waits = ended is None and nth == STEPS_OF_A_CASE
        taken = opened + timedelta(hours=chance.expovariate(1 / 20))
        closed = taken + timedelta(hours=chance.expovariate(1 / 5))
        act = pack.acts.get(place.act or "")
        who = chance.choice(people)
        yield {
            "case_id": case_id,
            "token": f"{case_id}.{nth}",
            "kind": TaskKind.USER,
            "element": place.element,
            "diagram": place.diagram,
            "scope": "",
            "name": place.name,
            "act": place.act,
            "party": place.party,
            "duty": act.duty_in(place.party) if act else f"party/{place.party}",
            "offered": True,
            "opened_at": opened,
            "due_at": opened + timedelta(days=14),
            "claimed_by_id": who if not waits or chance.random() < 0.3 else None,
            "claimed_at": taken if not waits else None,
            "closed_at": None if waits else closed,
            "closed_in": None if waits else nth,
            "completed_by_id": None if waits else who,
            "outcome": None if waits or act is None else chance.choice(sorted(act.possible)),
        }
        opened = closed
