"""The cases of the demo city, brought to where they stand by doing them again.

Every step goes through the same use cases as a click in the pages, at its own time in the past,
and deadlines come when they were due: so rules, records and notices are real.

A case is a story, mostly a file in requests/ or complaints/, with these parts:
  number, process, by, ago, at   who started it, so many business days ago, at that local time
  [[step]]    element, by, ago, at and the answers to its form: a person by number, a unit or a site
              by code, a platform by name, a day as days from today or { ago }, a time as { ago, at },
              a document as { name, text }; the type of the field in the diagram says which. A step
              that is offered is taken first; taken = { ago, at } says when somebody took it before.
  [[draft]]   what somebody has typed and not sent, as the browser saves it
  [[remark]]  a comment on the case
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.cases import Task, TaskKind
from models.database import db
from models.sites import Platform, Site
from models.trust import Job, JobState
from webapp.demo.people import Row, Settled
from webapp.demo.timeline import Timeline
from workflows import cases, documents, drafts, jobs, offers, tasks
from workflows.diagrams.graph import Field
from workflows.moves import DEADLINE_JOB
from workflows.runtime import Runtime

HERE = Path(__file__).parent
WORKER = "demo"

Event = tuple[datetime, Callable[[], None]]
Story = Mapping[str, Any]


def told_in(folder: str) -> list[Story]:
    """Read the stories of a folder, requests or complaints."""
    paths = sorted((HERE / folder).glob("*.toml"))
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]


def play(runtime: Runtime, settled: Settled, timeline: Timeline, stories: Iterable[Story]) -> None:
    """Do everything in the order in which it happened, and let deadlines come up to now."""
    players = [_Player(runtime, settled, timeline, story) for story in stories]
    events = [event for player in players for event in player.events()]
    for moment, happen in sorted(events, key=itemgetter(0)):
        _let_time_pass(runtime, moment)
        happen()
    _let_time_pass(runtime, timeline.now)


def _let_time_pass(runtime: Runtime, until: datetime) -> None:
    """Fire the deadlines that are due by then, each at its own time."""
    handlers = {DEADLINE_JOB: partial(cases.fire_deadline, runtime)}
    first = (
        select(Job.run_at)
        .where(Job.kind == DEADLINE_JOB, Job.state == JobState.DUE, Job.run_at <= until)
        .order_by(Job.run_at)
        .limit(1)
    )
    while (due := db.session.scalar(first)) is not None:
        jobs.run_due(handlers, now=due, owner=WORKER)


@dataclass
class _Player:
    """One case, and who is who in it."""

    runtime: Runtime
    settled: Settled
    timeline: Timeline
    story: Story
    case_id: int = field(default=0, init=False)

    def events(self) -> Iterator[Event]:
        """Give what happened in this case, each thing with its time."""
        yield self._at(self.story, self._start)
        for row in self.story["step"]:
            if "taken" in row:
                yield self._at({**row, **row["taken"]}, self._take)
            yield self._at(row, self._do)
        for row in self.story.get("draft", ()):
            yield self._at(row, self._type)
        for row in self.story.get("remark", ()):
            yield self._at(row, self._remark)

    def _at(self, row: Row, happen: Callable[[Row, datetime], None]) -> Event:
        moment = self.timeline.moment(row["ago"], row["at"])
        return moment, partial(happen, row, moment)

    def _person(self, row: Row) -> int:
        return self.settled.people[row["by"]]

    def _start(self, row: Row, now: datetime) -> None:
        case = cases.start_case(
            self.runtime, row["process"], by=self._person(row), now=now, number=row["number"]
        )
        self.case_id = case.id

    def _take(self, row: Row, now: datetime) -> None:
        task_id, _ = self._waiting(row["element"])
        tasks.claim(self.runtime, task_id, by=self._person(row), now=now)

    def _do(self, row: Row, now: datetime) -> None:
        by = self._person(row)
        waiting, kind = self._waiting(row["element"])
        if kind == TaskKind.MESSAGE:
            tasks.complete(self.runtime, waiting, by=by, answers=row["answers"], now=now)
            return
        task = self._ready(waiting, by, now)
        diagrams = self.runtime.library.of(db.session(), task.case.version_id)
        given = row["answers"]
        answers = {
            spec.id: self._answer(spec, given[spec.id], task.id, by, now)
            for spec in tasks.form_of(diagrams, task).fields
            if spec.id in given
        }
        tasks.complete(self.runtime, task.id, by=by, answers=answers, now=now)

    def _type(self, row: Row, now: datetime) -> None:
        by = self._person(row)
        task = self._ready(self._waiting(row["element"])[0], by, now)
        if task.case.confidential and task.claimed_by_id is None:
            tasks.claim(self.runtime, task.id, by=by, now=now)
        drafts.save_draft(self.runtime, task.id, by=by, answers=row["typed"], now=now)

    def _remark(self, row: Row, now: datetime) -> None:
        cases.comment(self.case_id, row["text"], by=self._person(row), now=now)

    def _ready(self, task_id: int, by: int, now: datetime) -> Task:
        """Give an open step to this person, taken first where it is offered."""
        task = tasks.find(task_id)
        if task.case.confidential and task.person_id is None and task.offered:
            offers.take(self.runtime, task.id, by=by, now=now)
            return tasks.find(task.id)
        return task

    def _waiting(self, element: str) -> tuple[int, str]:
        waiting = select(Task.id, Task.kind).where(
            Task.case_id == self.case_id,
            Task.element == element,
            Task.kind.in_((TaskKind.USER, TaskKind.MESSAGE)),
            Task.closed_at.is_(None),
        )
        task_id, kind = db.session.execute(waiting).one()
        return task_id, kind

    def _answer(self, spec: Field, given: Any, task_id: int, by: int, now: datetime) -> Any:
        if spec.type == "table":
            return [self._row(spec.columns, row) for row in given]
        if spec.type == "file":
            document = documents.check(given["name"], given["text"].lstrip().encode(), megabytes=1)
            return tasks.attach(self.runtime, task_id, document, by=by, now=now).id
        return self._plain(spec, given)

    def _row(self, columns: Sequence[Field], row: Row) -> dict[str, Any]:
        return {
            column.id: self._plain(column, row[column.id]) if column.id in row else None
            for column in columns
        }

    def _plain(self, spec: Field, given: Any) -> Any:
        return self._converters.get(spec.type, _as_it_is)(given)

    def _day(self, given: Any) -> date:
        if isinstance(given, int):
            return self.timeline.day(given)
        return self.timeline.business_day(given["ago"])

    @cached_property
    def _converters(self) -> Mapping[str, Callable[[Any], Any]]:
        return {
            "person": self.settled.people.__getitem__,
            "unit": self.settled.units.__getitem__,
            "platform": _platform,
            "site": _site,
            "date": lambda given: self._day(given).isoformat(),
            "datetime": lambda when: self.timeline.local(when["ago"], when["at"]),
            "decimal": float,
        }


def _site(code: str) -> int:
    return db.session.scalars(select(Site.id).where(Site.code == code)).one()


def _platform(name: str) -> int:
    return db.session.scalars(select(Platform.id).where(Platform.name == name)).one()


def _as_it_is(given: Any) -> Any:
    return given
