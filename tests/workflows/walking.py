"""A real case walked by real people: database, guard, operations and jobs, nothing stood in for.

A test settles a town, starts a case and lets people do its steps. Whatever a form must be told is
made up from its fields; a test says only what it is about.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from threading import Barrier
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models.cases import Case, DiagramVersion, Task, TaskKind
from models.database import db, transaction
from models.sites import Platform
from models.trust import Incident, Job, Notice
from tests import city, settled
from tests.bpmn.drawing import BPMN
from tests.workflows.filling import Hand
from workflows import audit, cases, documents, engine, jobs, publication, tasks
from workflows.answers import History
from workflows.business_time import Calendar
from workflows.library import DiagramSet
from workflows.moves import DEADLINE_JOB
from workflows.policy.pack import Pack, load
from workflows.publication import versions
from workflows.runtime import Runtime

Result = TypeVar("Result")

MINNESOTA = Calendar(ZoneInfo("America/Chicago"), "US-MN")

# The shortest way from a request to a live site: every step of it that people do.
TO_A_LIVE_SITE = (
    "SubmitRequest",
    "ForwardRequest",
    "ReviewRequest",
    "AdviseSecurity",
    "DecideRequest",
    "IdentifyContract",
    "AuthorizeContract",
    "AcceptContract",
    "CreateAccount",
    "CheckTraining",
    "MeetStandards",
    "SetUpRetention",
    "TestArchive",
    "ConfirmReadiness",
)


@cache
def pack() -> Pack:
    """The city's policy."""
    return load(BPMN / "policy")


def runtime(policy: Pack | None = None) -> Runtime:
    """What use cases need; each test has its own library, for version ids begin anew in each."""
    return Runtime(policy or pack(), MINNESOTA)


@dataclass(frozen=True)
class Town:
    """Northwater in miniature, with Mia, who directs Communications, and its policy in force."""

    runtime: Runtime
    people: city.Cast
    mia: int
    platform: int

    @property
    def parties(self) -> dict[str, int]:
        """Who usually does the steps of each lane."""
        who = self.people
        return {
            "Requester": who.rosa,
            "Department": who.dan,
            "Communications": who.chen,
            "Information Technology": who.ivy,
            "City Clerk": who.cleo,
            "City Attorney": who.ada,
        }


def settle(now: datetime, files: Mapping[str, bytes] | None = None) -> Town:
    """Settle the people and publish the diagrams that we ship, or put these files in force."""
    if files is None:
        return replace(settled.once(now, _settle_shipped), runtime=runtime())
    town = _people_of_town()
    put_in_force(files, by=town.people.chen, now=now)
    return town


def _settle_shipped(now: datetime) -> Town:
    town = _people_of_town()
    shipped = publication.shipped(BPMN)
    publication.publish_shipped(runtime(), shipped, by=town.people.chen, now=now)
    return town


def _people_of_town() -> Town:
    with transaction() as session:
        people = city.cast(session)
        mia = city.person(session, "Mia", "Stone", people.communications)
        city.grant(session, mia, "comms_director")
        city.grant(session, people.chen, "comms_director")
        city.grant(session, people.cleo, "clerk_oml")
        platform = Platform(name="Instagram", named_by_policy=True)
        session.add(platform)
    return Town(runtime(), people, mia, platform.id)


def put_in_force(
    files: Mapping[str, bytes], *, now: datetime, by: int | None = None
) -> dict[str, DiagramVersion]:
    """Put in force what no proof would let pass: small diagrams, and such as break a rule."""
    with transaction() as session:
        in_force = publication.published(session, now=now)
        around = versions.contents(session, in_force.values())
        act = versions.Publication(by=by, now=now)
        return versions.put_in_force(session, files, act, around=around)


def start(town: Town, *, now: datetime, process: str = "create-site") -> "Walk":
    """Let Rosa start a case."""
    case = cases.start_case(town.runtime, process, by=town.people.rosa, now=now)
    return Walk(town, case.id, now)


@dataclass
class Walk:
    """One case on its way. Each step takes a minute."""

    town: Town
    case_id: int
    now: datetime
    done: list[tasks.Completion] = field(default_factory=list)

    @property
    def case(self) -> Case:
        """The case as it is now."""
        db.session.rollback()
        db.session.expire_all()
        return cases.with_history(self.case_id)

    @property
    def waits_for(self) -> set[str]:
        """The steps that people have to do now."""
        return {task.element for task in self.open_tasks() if task.kind == TaskKind.USER}

    def open_tasks(self) -> list[Task]:
        """The open rows, messages included."""
        return [task for task in self.case.tasks if task.is_open]

    def task(self, element: str) -> Task:
        """The one open row of this step, or of this message."""
        (found,) = [task for task in self.open_tasks() if task.element == element]
        return found

    def do(self, element: str, by: int | None = None, /, **answers: Any) -> "Walk":
        """Do a step with a whole form; by the person who usually does it unless somebody is named."""
        task = self.task(element)
        self.complete(task, self.whoever_does(task) if by is None else by, answers)
        return self

    def complete(self, task: Task, by: int, answers: Mapping[str, Any]) -> tasks.Completion:
        """Complete one task with a whole form around these answers."""
        self.now += timedelta(minutes=1)
        whole = self.form(task, by, answers)
        done = tasks.complete(self.town.runtime, task.id, by=by, answers=whole, now=self.now)
        self.done.append(done)
        return done

    def send(self, element: str, by: int | None = None) -> "Walk":
        """Send a message that the case waits for, with a reason."""
        task = self.task(element)
        by = self.town.people.rosa if by is None else by
        self.now += timedelta(minutes=1)
        answers = {"reason": "No longer needed."}
        tasks.complete(self.town.runtime, task.id, by=by, answers=answers, now=self.now)
        return self

    def wait(self, **time: int) -> int:
        """Let time pass and the worker do what has become due; say how many jobs it tried."""
        self.now += timedelta(**time)
        handlers: dict[str, jobs.Handler] = {
            DEADLINE_JOB: partial(cases.fire_deadline, self.town.runtime)
        }
        return jobs.run_due(handlers, now=self.now, owner="tests")

    def whoever_does(self, task: Task) -> int:
        """The person whom a step waits for, or who usually does the steps of its lane."""
        return task.person_id or self.town.parties[task.party or ""]

    @property
    def diagrams(self) -> DiagramSet:
        """The diagrams that the case runs on."""
        return self.town.runtime.library.of(db.session(), self.case.version_id)

    def form(self, task: Task, by: int, answers: Mapping[str, Any]) -> dict[str, Any]:
        """A form filled in as far as it must be, the first choice taken where none is given."""
        return self.hand(task, by).fill(tasks.form_of(self.diagrams, task), answers)

    def hand(self, task: Task, by: int) -> Hand:
        """Whoever fills in the form of a task."""

        def attach() -> int:
            document = documents.check("copy.txt", b"The terms.", megabytes=1)
            return tasks.attach(self.town.runtime, task.id, document, by=by, now=self.now).id

        return Hand(self.town.people, self.town.platform, self.now, attach)


def forwarded(town: Town, *, now: datetime, **answers: Any) -> Walk:
    """A case that Communications has to review."""
    return start(town, now=now).do("SubmitRequest", **answers).do("ForwardRequest")


def advised(town: Town, *, now: datetime, **answers: Any) -> Walk:
    """A case that Communications has to decide."""
    return forwarded(town, now=now, **answers).do("ReviewRequest").do("AdviseSecurity")


def approved(town: Town, *, now: datetime) -> Walk:
    """A case whose site is being prepared."""
    return advised(town, now=now).do("DecideRequest")


def with_account(town: Town, *, now: datetime) -> Walk:
    """A case whose account has been created."""
    walk = approved(town, now=now).do("IdentifyContract").do("AuthorizeContract")
    return walk.do("AcceptContract").do("CreateAccount")


def prepare(walk: Walk) -> Walk:
    """Do all that follows the account, up to the question whether the site is ready."""
    walk.do("CheckTraining").do("MeetStandards").do("SetUpRetention")
    return walk.do("TestArchive")


def launched(town: Town, *, now: datetime) -> Walk:
    """A case whose site is live and waits for its check after 30 days."""
    return prepare(with_account(town, now=now)).do("ConfirmReadiness")


def assert_whole(session: Session) -> None:
    """Check what must be true of the database whatever happened: rows and tokens say the same."""
    session.rollback()
    session.expire_all()
    assert audit.verify(session).is_intact
    for case in session.scalars(select(Case)):
        _assert_case_whole(session, case)


def _assert_case_whole(session: Session, case: Case) -> None:
    opened = session.scalars(
        select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None))
    ).all()
    deadlines = session.scalars(
        select(Job.key).where(Job.case_id == case.id, Job.kind == DEADLINE_JOB)
    ).all()
    if case.tokens is None:
        assert case.ended_at is not None
        assert (opened, deadlines) == ([], [])
        return
    assert case.ended_at is None
    found = _diagrams_of(session, case)
    waiting = engine.load(found.specs, case.tokens, History()).waiting()
    asked = {w.id for w in waiting if w.kind == "user" or _has_act(found, w)}
    assert sorted(task.token for task in opened) == sorted(asked)
    due = {f"{DEADLINE_JOB}:{case.id}:{w.id}" for w in waiting if w.kind == "deadline"}
    assert set(deadlines) == due
    assert not [w for w in waiting if w.kind == "service"]


_parsed: dict[tuple[str, ...], DiagramSet] = {}


def _diagrams_of(session: Session, case: Case) -> DiagramSet:
    """The frozen set of a case, parsed once for all tests that publish the same files."""
    frozen = session.get_one(DiagramVersion, case.version_id).frozen
    shas = select(DiagramVersion.sha256).where(DiagramVersion.id.in_(frozen.values()))
    key = tuple(session.scalars(shas.order_by(DiagramVersion.id)))
    if key not in _parsed:
        _parsed[key] = runtime().library.of(session, case.version_id)
    return _parsed[key]


def _has_act(found: DiagramSet, waiting: engine.Waiting) -> bool:
    return (
        waiting.kind == "message" and found.node(waiting.diagram, waiting.element).act is not None
    )


@contextmanager
def writing() -> Generator[Session]:
    """Change something beside the use cases, as another part of the product would."""
    with transaction() as session:
        yield session


def at_once(app: Flask, deeds: Sequence[Callable[[], Result]]) -> list[Result]:
    """Let several people act in the same moment, each in a thread with a session of its own."""
    barrier = Barrier(len(deeds))

    def act(deed: Callable[[], Result]) -> Result:
        with app.app_context():
            barrier.wait()
            try:
                return deed()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(act, deeds))


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row of every table, to compare before with after."""
    session.rollback()
    return {
        table.name: list(map(tuple, session.execute(table.select().order_by(*table.primary_key))))
        for table in db.metadata.sorted_tables
    }


def history(walk: Walk) -> History:
    """What has been done in a case, as its next step will read it."""
    return History.read(db.session(), walk.case_id)


def count(session: Session, model: type[Any]) -> int:
    """Count the rows of a table."""
    return session.scalar(select(func.count()).select_from(model)) or 0


def incidents(session: Session) -> list[Incident]:
    """All incidents."""
    return list(session.scalars(select(Incident)))


def told(person: int) -> list[str]:
    """The notices that somebody got, oldest first."""
    rows = select(Notice.text).where(Notice.person_id == person).order_by(Notice.id)
    return list(db.session.scalars(rows))


@contextmanager
def counted() -> Generator[list[str]]:
    """Collect the statements sent to the database; beginning and committing are not among them."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
