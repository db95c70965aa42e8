"""Migrations: begun by an owner of the process, worked off case by case, reported, taken back.

Each case is a transaction of its own, under its own lock. A worker that is killed leaves the case
that it was at as it was, and the next one goes on with it, however often: only passes that settle
no case at all are counted against the job.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session, joinedload

from models.case_migration import CaseMigration, MovedCase, MovedState
from models.cases import Case, DiagramVersion, Process
from models.database import db, transaction
from models.people import Person, RoleGrant
from models.trust import Job
from workflows import audit
from workflows.errors import ConflictError, InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.jobs import schedule
from workflows.library import DiagramSet
from workflows.migrating.fitting import Decided
from workflows.migrating.one_case import Traveller
from workflows.migrating.sorting import STOPS, running
from workflows.migrating.targets import target
from workflows.people import holds_on, is_active_on
from workflows.publication.in_force import published_version
from workflows.runtime import Runtime

MIGRATE_JOB = "migrate-cases"
# A pass is over within seconds; of a worker that was killed another takes over after this long.
CASES_AT_ONCE = 25
LEASE = timedelta(minutes=1)
LONGEST_REASON = 1000
SUBJECT = "case migration {}"


class BrokenOffError(Exception):
    """Something broke at some cases of a migration, which is no refusal: a fault to be mended."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an owner wants: cases of a process on this version of it, with what they decided.

    It is the version in force, or an earlier one that they are to go back to.

    `case_ids` are the cases to move, None for all that run on other versions.
    """

    process: str
    number: int
    reason: str
    decided: Decided
    case_ids: Collection[int] | None = None


def may_migrate(
    runtime: Runtime, session: Session, process: str, person_id: int, *, now: datetime
) -> bool:
    """Say whether the person may move cases of a process: who owns it now, or leads all, city-wide.

    Raises NotFoundError for a process of which no version is in force.
    """
    in_force = published_version(session, process, now=now)
    diagrams = runtime.library.of(session, in_force.id)
    leading = {role.id for role in runtime.pack.roles.values() if role.leads == "all"}
    day = runtime.calendar.day_of(now)
    held = select(RoleGrant.person_id).where(
        RoleGrant.role.in_(leading | {diagrams.diagrams[diagrams.main].owner}),
        RoleGrant.unit_id.is_(None),
        holds_on(day),
    )
    known = select(Person.id).where(Person.id == person_id, Person.id.in_(held), is_active_on(day))
    return session.scalar(known) is not None


def begin(runtime: Runtime, plan: Plan, *, by: int, now: datetime) -> CaseMigration:
    """Note which cases are to be moved and have the worker do it.

    Raises NotFoundError for a version that there is not, ConflictError for one that was never in
    force and where there is no case to move, NotAllowedError, and InvalidAnswersError without a
    reason or for a decision that leads nowhere.
    """
    _check_reason(plan.reason)
    with transaction() as session:
        _check_hands(runtime, session, plan.process, by, now)
        version = target(session, plan.process, plan.number, now=now)
        diagrams = runtime.library.of(session, version.id)
        _check_decisions(plan.decided, diagrams)
        confidential = diagrams.diagrams[diagrams.main].confidential
        cases = session.execute(_wanted(plan, version, confidential=confidential)).all()
        # Of confidential cases it is not even told whether there is one.
        if not cases and not confidential:
            raise ConflictError("No case runs on another version any more. Nothing was begun.")
        migration = CaseMigration(
            to_version_id=version.id,
            reason=plan.reason.strip(),
            decisions=[[*old, *new] for old, new in plan.decided.items()],
            by_id=by,
            begun_at=now,
        )
        session.add(migration)
        session.flush()  # its id, for the rows
        rows = [
            {"migration_id": migration.id, "case_id": case.id, "from_version_id": case.version_id,
             "state": MovedState.WAITING}
            for case in cases
        ]  # fmt: skip
        if rows:
            session.execute(insert(MovedCase), rows)
        _schedule(session, migration.id, now)
        _record(session, migration, "migration:begun", plan.reason.strip(), by, now)
        return migration


def undo(runtime: Runtime, migration_id: int, reason: str, *, by: int, now: datetime) -> None:
    """Have the worker take all of a migration back, as far as nothing has happened since.

    Raises as `begin` does, and ConflictError while it is still under way or was taken back.
    """
    _check_reason(reason)
    with transaction() as session:
        migration = session.scalars(
            select(CaseMigration).where(CaseMigration.id == migration_id).with_for_update()
        ).one_or_none()
        if migration is None:
            raise NotFoundError("There is no such migration.")
        _check_hands(runtime, session, _process_of(session, migration), by, now)
        if migration.finished_at is None:
            raise ConflictError("It is still under way. Wait until all cases have been looked at.")
        if migration.undo_begun_at is not None:
            raise ConflictError("Somebody else has had it taken back already.")
        migration.undo_begun_at, migration.undo_by_id = now, by
        migration.undo_reason = reason.strip()
        _schedule(session, migration.id, now)
        _record(session, migration, "migration:undo-begun", reason.strip(), by, now)


def undo_one(runtime: Runtime, row_id: int, *, by: int, now: datetime) -> MovedCase:
    """Take the move of one case back at once; `words` say what kept it, where something did."""
    session = db.session()
    row = session.get(MovedCase, row_id, options=[joinedload(MovedCase.migration)])
    if row is None:
        raise NotFoundError("There is no such case in this migration.")
    _check_hands(runtime, session, _process_of(session, row.migration), by, now)
    Traveller(runtime, row.migration_id, now).undo(row_id, by=by)
    return session.scalars(
        select(MovedCase).where(MovedCase.id == row_id).execution_options(populate_existing=True)
    ).one()


def work_off(runtime: Runtime, migration_id: int, *, now: datetime, most: int) -> int:
    """Move up to `most` of the cases that wait for it, or take some back; say how many were left.

    A case at which something breaks is left as it is, does not count, and keeps no other waiting:
    BrokenOffError is raised when all others are through.
    """
    session = db.session()
    migration = session.get_one(CaseMigration, migration_id)
    undoes = migration.undo_begun_at is not None
    waiting = _waiting(migration_id, undoes=undoes)
    rows = session.scalars(waiting.with_only_columns(MovedCase.id)).all()
    by = migration.undo_by_id or migration.by_id
    session.commit()
    traveller = Traveller(runtime, migration_id, now, _job_key(migration_id))
    broken: dict[int, Exception] = {}
    for tried, row_id in enumerate(rows):
        if tried - len(broken) == most:
            break
        try:
            traveller.undo(row_id, by=by) if undoes else traveller.move(row_id)
        except Exception as error:  # noqa: BLE001 (whatever it is, no other case is to wait for it)
            broken[row_id] = error
    if broken and len(rows) - len(broken) < most:
        raise _broken_off(session, broken)
    counted = waiting.with_only_columns(func.count()).order_by(None)
    left = session.scalar(counted) or 0
    if not left:
        _finish(migration_id, now=now)
    return left


def _broken_off(session: Session, broken: Mapping[int, Exception]) -> BrokenOffError:
    """Say that something broke; what it was comes with it, unless a confidential case is among them."""
    secret = select(Case.id).join(MovedCase, MovedCase.case_id == Case.id)
    secret = secret.where(MovedCase.id.in_(broken), Case.confidential).limit(1)
    first = next(iter(broken.values()))
    error = BrokenOffError(
        f"{type(first).__name__}, at {len(broken)} of its cases, which are left as they are"
    )
    error.__cause__ = None if session.scalar(secret) is not None else first
    return error


def go_on(runtime: Runtime, job: Job, now: datetime) -> None:
    """Work off a pass of a migration, as the worker does, and come back for the next."""
    migration_id = job.payload["migration"]
    if work_off(runtime, migration_id, now=now, most=CASES_AT_ONCE):
        with transaction() as session:
            _schedule(session, migration_id, now)


def _waiting(migration_id: int, *, undoes: bool) -> Select[MovedCase]:
    state = MovedState.MOVED if undoes else MovedState.WAITING
    return (
        select(MovedCase)
        .where(
            MovedCase.migration_id == migration_id,
            MovedCase.state == state,
            MovedCase.words.is_(None),
        )
        .order_by(MovedCase.id)
    )


def _wanted(plan: Plan, version: DiagramVersion, *, confidential: bool) -> Select[int, int]:
    """Select the cases to move, with the versions that they run on.

    Confidential ones only where the version is too: on another they would be read by other people,
    and that nothing was begun would tell that there is none.
    """
    wanted = running(plan.process, but=version.id)
    if plan.case_ids is not None:
        wanted = wanted.where(Case.id.in_(plan.case_ids))
    if not confidential:
        wanted = wanted.where(Case.confidential.is_(False))
    return wanted.with_only_columns(Case.id, Case.version_id)


def _process_of(session: Session, migration: CaseMigration) -> str:
    keys = select(Process.key).join(DiagramVersion, DiagramVersion.process_id == Process.id)
    return session.scalars(keys.where(DiagramVersion.id == migration.to_version_id)).one()


def _check_hands(runtime: Runtime, session: Session, process: str, by: int, now: datetime) -> None:
    if not may_migrate(runtime, session, process, by, now=now):
        raise NotAllowedError(
            "Only the owners of this process and those who manage processes move its cases to "
            "another version."
        )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    if len(reason) > LONGEST_REASON:
        raise InvalidAnswersError({"reason": f"Write at most {LONGEST_REASON} characters."})


def _check_decisions(decided: Decided, on: DiagramSet) -> None:
    for diagram, element in decided.values():
        node = on.diagrams[diagram].nodes.get(element) if diagram in on.diagrams else None
        if node is None or node.kind not in STOPS:
            raise InvalidAnswersError({"decisions": "Choose a step of that version."})


def _job_key(migration_id: int) -> str:
    return f"{MIGRATE_JOB}:{migration_id}"


def _schedule(session: Session, migration_id: int, now: datetime) -> None:
    schedule(
        session,
        kind=MIGRATE_JOB,
        key=_job_key(migration_id),
        run_at=now,
        payload={"migration": migration_id},
    )


def _finish(migration_id: int, *, now: datetime) -> None:
    with transaction() as session:
        migration = session.get_one(CaseMigration, migration_id, with_for_update=True)
        if migration.undo_begun_at is not None and migration.undo_finished_at is None:
            migration.undo_finished_at = now
        elif migration.finished_at is None:
            migration.finished_at = now
        else:
            return
        action = "migration:undone" if migration.undo_begun_at else "migration:finished"
        _record(session, migration, action, migration.reason, None, now)


def _record(
    session: Session,
    migration: CaseMigration,
    action: str,
    reason: str,
    by: int | None,
    now: datetime,
) -> None:
    """Put on record what became of a migration: its cases have records of their own."""
    audit.record(
        session,
        action=action,
        subject=SUBJECT.format(migration.id),
        actor=by,
        now=now,
        details={
            "version": migration.to_version_id,
            "decisions": migration.decisions,
            "reason": reason,
        },
    )
