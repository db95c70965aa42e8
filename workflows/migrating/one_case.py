"""One case of a migration, whole or not at all: moved, found that it cannot be, or taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer
from sqlalchemy.orm.attributes import flag_modified

from models.case_migration import CaseMigration, MovedCase, MovedState
from models.cases import Case, DiagramVersion, Intervention, Task
from models.database import transaction
from workflows import audit, jobs
from workflows.answers import History
from workflows.case_list import settle
from workflows.errors import ConflictError, PolicyError
from workflows.migrating import going_back, moving
from workflows.migrating.fitting import Decided, Destination, Verdict
from workflows.moves import Move
from workflows.runtime import Runtime


@dataclass
class Traveller:
    """What moves the cases of one migration, one after the other: its policy and its destination.

    What is known of the destination is found once and serves all cases. `job` is the key of the job
    that they are done in, where they are: each case that is settled is progress of it.
    """

    runtime: Runtime
    migration_id: int
    now: datetime
    job: str | None = None
    _destination: Destination | None = field(default=None, init=False)

    def move(self, row_id: int) -> None:
        """Move a case that waits for it, or write down why it cannot be; in one transaction."""
        try:
            with transaction() as session:
                row, case = _locked(session, row_id)
                if row.state == MovedState.WAITING:
                    self._move(session, row, case)
        except PolicyError as error:
            with transaction() as session:
                row, case = _locked(session, row_id)
                if row.state == MovedState.WAITING:
                    row.state, row.words = MovedState.REFUSED, str(error)
                    self._record(session, row, case, "case:not-moved", row.migration.by_id)

    def undo(self, row_id: int, *, by: int) -> None:
        """Take a move back as long as nothing has happened since, or write down what has."""
        try:
            with transaction() as session:
                row, case = _locked(session, row_id)
                if row.state == MovedState.MOVED:
                    self._undo(session, row, case, by)
        except PolicyError as error:
            with transaction() as session:
                row, case = _locked(session, row_id)
                if row.state == MovedState.MOVED:
                    row.words = str(error)
                    self._record(session, row, case, "case:move-kept", by)

    def _move(self, session: Session, row: MovedCase, case: Case) -> None:
        migration, now = row.migration, self.now
        _refuse_unmovable(session, case, migration)
        before = self.runtime.library.of(session, case.version_id)
        history = History.read(session, case.id)
        tokens = case.tokens or b""
        fit = self._to(session, migration).fit(tokens, history, before)
        if fit.verdict != Verdict.MOVES or fit.run is None:
            raise ConflictError(fit.words)
        rows, was = moving.load(session, case, before, history)
        on = self._to(session, migration).on
        move = Move(
            session, self.runtime, case, on, fit.run, history, now, migration.by_id, dict(was)
        )
        row.from_version_id, case.version_id = case.version_id, migration.to_version_id
        row.changes = moving.carry(moving.Carried(move, before, rows, was))
        session.flush()  # gives the case its new revision
        row.state, row.words = MovedState.MOVED, None
        row.tokens_before, row.moved_at, row.moved_in = tokens, now, case.revision
        self._record(session, row, case, "case:moved", migration.by_id)

    def _to(self, session: Session, migration: CaseMigration) -> Destination:
        if self._destination is None:
            on = self.runtime.library.of(session, migration.to_version_id)
            self._destination = Destination(self.runtime.pack, on, decided(migration))
        return self._destination

    def _undo(self, session: Session, row: MovedCase, case: Case, by: int) -> None:
        if case.revision != row.moved_in:
            raise ConflictError(_since(session, row, case))
        changes: Mapping[str, Any] = row.changes or {}
        case.version_id, case.tokens = row.from_version_id, row.tokens_before
        flag_modified(case, "tokens")
        session.flush()  # gives the case its new revision
        going_back.restore(session, case, changes, by=by, now=self.now)
        session.flush()
        settle(session, self.runtime, case, now=self.now)
        row.state, row.words = MovedState.UNDONE, None
        row.undone_at, row.undone_by_id = self.now, by
        self._record(session, row, case, "case:move-undone", by)

    def _record(self, session: Session, row: MovedCase, case: Case, action: str, by: int) -> None:
        """Write what became of it, and why, as the last of the transaction."""
        migration = row.migration
        if self.job is not None:
            jobs.note_progress(session, self.job)
        numbers = {
            version.id: version.number
            for version in session.scalars(
                select(DiagramVersion).where(
                    DiagramVersion.id.in_([row.from_version_id, migration.to_version_id])
                )
            )
        }
        is_undo = action in ("case:move-undone", "case:move-kept")
        audit.record(
            session,
            action=action,
            subject=case.label,
            actor=by,
            now=self.now,
            details={
                "migration": migration.id,
                "from": numbers[row.from_version_id],
                "to": numbers[migration.to_version_id],
                "decisions": migration.decisions,
                "reason": migration.undo_reason if is_undo else migration.reason,
                "words": row.words,
            },
        )


def decided(migration: CaseMigration) -> Decided:
    """Read where tokens go that have no place any more."""
    return {(one[0], one[1]): (one[2], one[3]) for one in migration.decisions}


def _locked(session: Session, row_id: int) -> tuple[MovedCase, Case]:
    """Lock the case, as everything locks it before anything of it, and read the row under that."""
    of_row = select(MovedCase.case_id).where(MovedCase.id == row_id).scalar_subquery()
    case = session.scalars(
        select(Case)
        .where(Case.id == of_row)
        .options(undefer(Case.tokens), joinedload(Case.unit))
        .with_for_update(of=Case)
    ).one()
    row = session.scalars(
        select(MovedCase)
        .where(MovedCase.id == row_id)
        .options(
            joinedload(MovedCase.migration),
            undefer(MovedCase.changes),
            undefer(MovedCase.tokens_before),
        )
    ).one()
    return row, case


def _refuse_unmovable(session: Session, case: Case, migration: CaseMigration) -> None:
    """Raise ConflictError for a case that is not to be moved, whatever its diagrams say."""
    if refused := unmovable(case):
        raise ConflictError(refused)
    if case.version_id == migration.to_version_id:
        raise ConflictError("Somebody else has moved it to this version already.")
    pending = select(Intervention.id).where(
        Intervention.case_id == case.id,
        Intervention.done_at.is_(None),
        Intervention.refused_at.is_(None),
    )
    if session.scalar(pending.limit(1)) is not None:
        raise ConflictError(
            "An intervention in it waits for a second person, who is to look at it as it is."
        )


def unmovable(case: Case) -> str | None:
    """Say why a case as it stands is not one to be moved."""
    if case.ended_at is not None:
        return "It has ended."
    if case.suspended_at is not None:
        return "It is suspended. Resume it first."
    return None


def _since(session: Session, row: MovedCase, case: Case) -> str:
    """Say what has happened in a case since it was moved, so that the move stands."""
    latest = session.scalar(
        select(Task)
        .where(
            Task.case_id == case.id,
            Task.closed_in > (row.moved_in or 0),
            Task.completed_by_id.is_not(None),
        )
        .order_by(Task.closed_in.desc(), Task.id.desc())
        .limit(1)
        .options(joinedload(Task.completed_by), joinedload(Task.acting_for))
    )
    if latest is None:
        return "It has gone on since it was moved; the move stands."
    return f"{latest.done_by} has completed “{latest.name}” since it was moved; the move stands."
