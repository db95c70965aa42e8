"""What became of migrations: how far each is, which cases, and what it was to one case.

Confidential cases are counted and never named: which they are, those on their lists read there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.case_migration import CaseMigration, MovedCase, MovedState
from models.cases import Case, DiagramVersion, Process
from workflows.diagrams.graph import Diagram, Node
from workflows.errors import NotFoundError
from workflows.library import Library

PER_PAGE = 25


@dataclass(frozen=True)
class Progress:
    """How far a migration is, without its confidential cases: so many in each state, of `all`.

    `kept` are those that could not be taken back. `in_confidence` counts the others, whatever
    became of them.
    """

    counts: Counter[str]
    kept: int
    in_confidence: int

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def looked_at(self) -> int:
        return self.all - self.counts[MovedState.WAITING]


def migrations_of(session: Session, process: str, *, most: int = 25) -> Sequence[CaseMigration]:
    """Give the migrations of a process with their people, the latest first."""
    wanted = (
        _migrations().where(Process.key == process).order_by(CaseMigration.id.desc()).limit(most)
    )
    return session.scalars(wanted).all()


def migration_of(session: Session, process: str, migration_id: int) -> CaseMigration:
    """Give one migration of a process, or raise NotFoundError."""
    wanted = _migrations().where(Process.key == process, CaseMigration.id == migration_id)
    found = session.scalar(wanted)
    if found is None:
        raise NotFoundError("There is no such migration of this process.")
    return found


def progress(session: Session, migration_id: int) -> Progress:
    """Count the cases of a migration."""
    rows = session.execute(
        select(MovedCase.state, MovedCase.words.is_not(None), Case.confidential, func.count())
        .join(Case, Case.id == MovedCase.case_id)
        .where(MovedCase.migration_id == migration_id)
        .group_by(MovedCase.state, MovedCase.words.is_not(None), Case.confidential)
    ).all()
    counts: Counter[str] = Counter()
    for state, _has_words, confidential, number in rows:
        counts[state] += 0 if confidential else number
    kept = sum(n for state, words, secret, n in rows
               if state == MovedState.MOVED and words and not secret)  # fmt: skip
    return Progress(counts, kept, sum(row[3] for row in rows if row[2]))


def cases_of(
    session: Session, migration_id: int, *, state: str | None = None, page: int | None = None
) -> Sequence[MovedCase]:
    """Give the cases of a migration that may be named, with the versions they came from.

    Those in one state, and one page of PER_PAGE, where it is said.
    """
    wanted = (
        select(MovedCase)
        .join(MovedCase.case)
        .where(MovedCase.migration_id == migration_id, Case.confidential.is_(False))
        .order_by(MovedCase.id)
        .options(contains_eager(MovedCase.case), joinedload(MovedCase.from_version))
    )
    if state is not None:
        wanted = wanted.where(MovedCase.state == state)
    if page is not None:
        wanted = wanted.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return session.scalars(wanted).all()


def moves_of(session: Session, case_id: int) -> Sequence[MovedCase]:
    """Give the moves of a case, also those taken back, with who made them, oldest first."""
    return session.scalars(
        select(MovedCase)
        .where(MovedCase.case_id == case_id, MovedCase.moved_at.is_not(None))
        .order_by(MovedCase.id)
        .options(
            joinedload(MovedCase.from_version),
            joinedload(MovedCase.undone_by),
            joinedload(MovedCase.migration).joinedload(CaseMigration.to_version),
            joinedload(MovedCase.migration).joinedload(CaseMigration.by),
        )
    ).all()


def _migrations() -> Select[CaseMigration]:
    return (
        select(CaseMigration)
        .join(CaseMigration.to_version)
        .join(DiagramVersion.process)
        .options(
            contains_eager(CaseMigration.to_version).contains_eager(DiagramVersion.process),
            joinedload(CaseMigration.by),
            joinedload(CaseMigration.undo_by),
        )
    )


def remembered(
    session: Session, library: Library, case: Case, moves: Iterable[MovedCase]
) -> Mapping[str, Diagram]:
    """Give the diagrams of a case with the steps and questions of versions that it ran on before.

    For reading its record only: what was answered to a question that is gone was answered all the
    same.
    """
    found = dict(library.of(session, case.version_id).diagrams)
    for move in moves:
        for key, diagram in library.of(session, move.from_version_id).diagrams.items():
            here = found.get(key, diagram)
            found[key] = replace(here, nodes=_with_old(diagram.nodes, here.nodes))
    return found


def _with_old(old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, Node]:
    both = {**old, **new}
    for name in old.keys() & new.keys():
        known = {field.id for field in new[name].fields}
        gone = tuple(field for field in old[name].fields if field.id not in known)
        if gone:
            both[name] = replace(new[name], fields=(*new[name].fields, *gone))
    return both
