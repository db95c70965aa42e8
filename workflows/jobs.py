"""Work for later: the job table is the truth, and a worker does what is due.

A job is written in the transaction that makes it necessary. What a job does inside the database
happens in the transaction that deletes it: exactly once, wherever a worker is killed. What it does
outside, a mail or a call, is done under a lease and happens at least once: its receiver has to be
told the job's key, which is the same each time. Long work is done so too, in transactions of its
own, and may be begun as often as it gets further.
"""

import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from models.cases import Case
from models.database import db, transaction
from models.trust import Heartbeat, Job, JobState
from workflows import incidents

MAXIMUM_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=10)
JOBS_PER_PASS = 1000
_JOBS_BEFORE_LOOKING_UP = 20
_POLLS_TO_WAIT_FOR_DATABASE = 10
_LONGEST_ERROR = 500

WORKER = "worker"
BEAT_EVERY = timedelta(seconds=10)
# A worker that is alive beats far more often, and does what is due within seconds.
MISSED_AFTER = timedelta(minutes=2)

log = logging.getLogger(__name__)


class Handler(Protocol):
    """Does a job inside the database, in the transaction that deletes the job.

    It may schedule the next job under the same key. Whatever it raises undoes all of it.
    """

    def __call__(self, session: Session, job: Job, now: datetime, /) -> None: ...


@dataclass(frozen=True)
class Outside:
    """Does a job outside the database, with no transaction open, within the seconds of its lease.

    When the lease ends and the job is not done, another worker takes it.
    """

    act: Callable[[Job, datetime], None]
    lease: timedelta = timedelta(minutes=2)


class LeaseEndedError(Exception):
    """A job outside the database was begun too often: its worker never came back."""


class UnknownKindError(Exception):
    """A job is of a kind that this worker does not know: an older one beside a newer."""


def schedule(
    session: Session,
    *,
    kind: str,
    key: str,
    run_at: datetime,
    case_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Have the job run at that time; a job of the same key is replaced, dead or alive.

    `kind` names the handler, `payload` is what it is given, as JSON.
    """
    values = {
        "kind": kind,
        "run_at": run_at,
        "case_id": case_id,
        "payload": payload or {},
        "state": JobState.DUE,
        "attempts": 0,
        "lease_owner": None,
        "lease_until": None,
        "last_error": None,
    }
    is_postgres = session.get_bind().dialect.name == "postgresql"
    upsert = postgresql.insert(Job) if is_postgres else sqlite.insert(Job)
    session.execute(
        upsert.values(key=key, **values).on_conflict_do_update(index_elements=["key"], set_=values)
    )


def unschedule(session: Session, keys: Collection[str]) -> int:
    """Drop the jobs of these keys, dead ones too; return how many there were."""
    return len(session.scalars(delete(Job).where(Job.key.in_(keys)).returning(Job.id)).all())


def replace(session: Session, ended: Sequence[str], begun: Sequence[Mapping[str, Any]]) -> None:
    """Drop the jobs of these keys, and have those run that are given by their columns.

    Where one follows one it takes over the row, unless that has been tried: what is said of a job
    that failed stays with that job.
    """
    if len(ended) == len(begun) == 1 and _takes_over(session, ended[0], begun[0]):
        return
    if ended:
        session.execute(delete(Job).where(Job.key.in_(ended)))
    if begun:
        session.execute(insert(Job), begun)


def _takes_over(session: Session, ended: str, begun: Mapping[str, Any]) -> bool:
    untried = Job.attempts == 0, Job.lease_owner.is_(None), Job.last_error.is_(None)
    taken = session.execute(
        update(Job)
        .where(Job.key == ended, Job.state == JobState.DUE, *untried)
        .values(**begun)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", taken).rowcount == 1


def note_progress(session: Session, key: str) -> None:
    """Note that a job under a lease got further: only what is begun from now on without that counts.

    To be called in each transaction that does a part of its work, so that a job whose workers are
    killed goes on as long as each does some of it, and is given up where none does.
    """
    session.execute(
        update(Job).where(Job.key == key, Job.lease_owner.is_not(None)).values(attempts=1)
    )


def run_due(
    handlers: Mapping[str, Handler | Outside],
    *,
    now: datetime,
    owner: str,
    limit: int = JOBS_PER_PASS,
) -> int:
    """Do the jobs that are due, oldest first, at most `limit` of them; return how many were tried.

    A job that fails is tried again after a pause that doubles, and becomes an incident after the
    eighth time without progress. `owner` names this worker. Where nothing is due, nothing is locked or written.
    """
    if not _is_anything_due(now):
        return 0
    turn = _Turn(handlers, now, owner)
    tried = 0
    while tried < limit and turn.take():
        tried += 1
    return tried


def run_for_ever(
    handlers: Mapping[str, Handler | Outside],
    *,
    poll: float,
    stop: threading.Event,
    clock: Callable[[], datetime],
) -> None:
    """Do what is due until `stop` is set, looking every `poll` seconds while nothing is.

    Needs an application context. A database that is away is waited for, and so is whatever else
    goes wrong outside a job.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
    beaten: datetime | None = None
    while not stop.is_set():
        try:
            now = clock()
            tried = run_due(handlers, now=now, owner=owner, limit=_JOBS_BEFORE_LOOKING_UP)
            if beaten is None or now - beaten >= BEAT_EVERY:
                beat(now=now)
                beaten = now
        except Exception:
            # Mostly the database, which is away or full. Whatever it is: a worker that ended here
            # would leave every deadline waiting.
            log.exception("The worker could not go on; it tries again.")
            stop.wait(poll * _POLLS_TO_WAIT_FOR_DATABASE)
            continue
        finally:
            db.session.remove()
        if not tried:
            stop.wait(poll)


def beat(*, now: datetime) -> None:
    """Note that a worker is alive; several workers share the note, and the newest counts.

    Not on the audit record: it changes nothing that the policy speaks of.
    """
    with transaction() as session:
        is_postgres = session.get_bind().dialect.name == "postgresql"
        upsert = postgresql.insert(Heartbeat) if is_postgres else sqlite.insert(Heartbeat)
        alive = upsert.values(name=WORKER, at=now)
        session.execute(alive.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def what_is_wrong(session: Session, *, now: datetime) -> str | None:
    """Say why deadlines do not come as they should: no worker, or one that falls behind.

    None where all is well, and where no worker has ever run and nothing waits for one.
    """
    seen = session.scalar(select(Heartbeat.at).where(Heartbeat.name == WORKER))
    if seen is not None and now - seen > MISSED_AFTER:
        return f"No worker has been at work since {seen:%Y-%m-%d %H:%M} UTC. Start one."
    late = session.scalar(_due(now - MISSED_AFTER).with_only_columns(Job.run_at))
    if late is None:
        return None
    since = f"Work that was due at {late:%Y-%m-%d %H:%M} UTC is not done"
    return f"{since}, and no worker has ever run." if seen is None else f"{since}: it falls behind."


def _is_anything_due(now: datetime) -> bool:
    """Look without a lock: an idle worker must not keep writers of SQLite waiting."""
    with db.engine.connect() as connection:
        return connection.scalar(_due(now).with_only_columns(Job.id)) is not None


def _due(now: datetime) -> Select[Job]:
    return (
        select(Job)
        .where(Job.state == JobState.DUE, Job.run_at <= now)
        .order_by(Job.run_at)
        .limit(1)
    )


@dataclass
class _Turn:
    """One pass over what is due, and the jobs it leaves to a later one."""

    handlers: Mapping[str, Handler | Outside]
    now: datetime
    owner: str
    busy: set[int] = field(default_factory=set)

    def take(self) -> bool:
        """Try the next job; say whether there was one."""
        job: Job | None = None
        outside: Outside | None = None
        try:
            with transaction() as session:
                job = self._claim(session)
                if job is None:
                    return False
                outside = self._do_or_lease(session, job)
            if outside:
                outside.act(job, self.now)
                _finish(job)
        except Exception as error:
            if job is None:
                raise
            _log(job, error)
            _put_back(job, error, self.now)
        return True

    def _claim(self, session: Session) -> Job | None:
        """Lock the next job whose case nobody is working on.

        People lock the case first and its jobs second. We cannot, for the job says which case
        it is; so we never wait for a case while holding a job, and no two ever wait in a circle.
        """
        while True:
            due = _due(self.now).where(Job.id.not_in(self.busy))
            job = session.scalar(due.with_for_update(skip_locked=True))
            if job is None or _lock_case(session, job):
                return job
            self.busy.add(job.id)

    def _do_or_lease(self, session: Session, job: Job) -> Outside | None:
        handler = self.handlers.get(job.kind)
        if handler is None:
            msg = f"This worker knows no jobs of the kind {job.kind!r}."
            raise UnknownKindError(msg)
        if isinstance(handler, Outside):
            _lease(job, self.now, self.owner, handler.lease)
            return handler
        # Deleted first, so that the handler can schedule the next one under the same key.
        session.expunge(job)
        session.execute(delete(Job).where(Job.id == job.id))
        handler(session, job, self.now)
        return None


def _lock_case(session: Session, job: Job) -> bool:
    if job.case_id is None:
        return True
    case = select(Case.id).where(Case.id == job.case_id)
    return session.scalar(case.with_for_update(skip_locked=True)) is not None


def _lease(job: Job, now: datetime, owner: str, lease: timedelta) -> None:
    if job.attempts >= MAXIMUM_ATTEMPTS:
        msg = f"It was begun {job.attempts} times and never finished."
        raise LeaseEndedError(msg)
    job.attempts += 1
    job.lease_owner = owner
    # Due again when the lease ends: the index that finds due jobs finds abandoned ones too.
    job.lease_until = job.run_at = now + lease


def _finish(job: Job) -> None:
    """Drop a leased job, unless its lease ended and another worker began it anew."""
    with transaction() as session:
        session.execute(delete(Job).where(Job.id == job.id, _is_leased_as(job)))


def _is_leased_as(job: Job) -> ColumnElement[bool]:
    """A condition on jobs: under the very lease that this one was read with.

    Leases follow one another, so no two of a job end at the same time.
    """
    return (Job.lease_owner == job.lease_owner) & (Job.lease_until == job.lease_until)


def _log(job: Job, error: Exception) -> None:
    """Write down what failed; of a confidential case not in words, which may be somebody's."""
    is_secret = _is_confidential(db.session(), job)
    log.error("Job %s (%s) failed.", job.id, job.kind, exc_info=None if is_secret else error)


def _put_back(job: Job, error: Exception, now: datetime) -> None:
    """Count the failure, and let the job wait or give it up."""
    with transaction() as session:
        row = session.get(Job, job.id, with_for_update=True)
        if row is None or _is_anothers(row, job):
            return
        if row.lease_owner is None:
            row.attempts += 1
        row.lease_owner = row.lease_until = None
        row.last_error = _in_words(session, job, error)
        if row.attempts < MAXIMUM_ATTEMPTS:
            row.run_at = now + _pause(row.attempts)
            return
        row.state = JobState.DEAD
        incidents.report_dead_job(session, row, now=now)


def _is_anothers(row: Job, job: Job) -> bool:
    """Whether somebody else has begun, counted or replaced the job since it was read.

    A job of another key may have its row: one that took it over, or on SQLite its number.
    """
    if row.key != job.key:
        return True
    if row.lease_owner is None:
        return job.lease_owner is not None or row.attempts != job.attempts
    return (row.lease_owner, row.lease_until) != (job.lease_owner, job.lease_until)


def _is_confidential(session: Session, job: Job) -> bool:
    return bool(session.scalar(select(Case.confidential).where(Case.id == job.case_id)))


def _pause(attempts: int) -> timedelta:
    """Double with each attempt, a little apart from what failed at the same time."""
    spread = random.uniform(0.75, 1.25)  # noqa: S311 (no secret)
    return FIRST_PAUSE * (spread * 2.0 ** (attempts - 1))


def _in_words(session: Session, job: Job, error: Exception) -> str:
    """Say what failed, without what was in it: administrators read this, and see no case."""
    if _is_confidential(session, job) or isinstance(error, StatementError):
        return type(error).__name__
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
