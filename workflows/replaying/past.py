"""The past cases of a process, read in bulk and played."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Intervention, InterventionKind, Task, TaskKind
from workflows.library import DiagramSet, Library
from workflows.replaying.player import Meets, Past, Recorded, Replayed, replay

AT_ONCE = 200
# These let a case go on otherwise than its diagram says.
_BY_HAND = (
    InterventionKind.PLACE,
    InterventionKind.SKIP,
    InterventionKind.REOPEN,
    InterventionKind.CANCEL,
)


@dataclass(frozen=True)
class Met:
    """What one past case meets. `case` is None where the case is confidential.

    `step` is the title of the first step that differs, with its diagram where that is a called one.
    """

    case: Case | None
    replayed: Replayed
    step: str = ""


@dataclass
class Impact:
    """What the past cases of a process meet on another diagram: how many what, and which first."""

    counts: Counter[Meets] = field(default_factory=Counter)
    met: list[Met] = field(default_factory=list)

    @property
    def played(self) -> int:
        """How many cases were played."""
        return sum(self.counts.values())

    @property
    def summary(self) -> list[tuple[Meets, int]]:
        """Give how many cases that can be named meet what, the gravest first."""
        named = Counter(one.replayed.meets for one in self.met if one.case is not None)
        return [(meets, named[meets]) for meets in Meets if named[meets]]

    @property
    def in_confidence(self) -> int:
        """How many of the played cases are confidential; what one of them meets is not told."""
        return sum(one.case is None for one in self.met)

    @property
    def parted(self) -> list[Met]:
        """Give the cases that can be named and do not go the same way, the gravest first."""
        found = [one for meets in Meets if meets != Meets.SAME for one in self.of(meets)]
        return [one for one in found if one.case is not None]

    def of(self, meets: Meets) -> list[Met]:
        """Give the cases that meet this."""
        return [one for one in self.met if one.replayed.meets == meets]


def impact(
    session: Session,
    library: Library,
    process_id: int,
    on: DiagramSet,
    *,
    now: datetime,
    most: int,
) -> Impact:
    """Play the latest `most` ended cases of a process on other diagrams, each from its own ones.

    Confidential cases are counted and never named; nothing is written.
    """
    found = Impact()
    for case, past in _past(session, process_id, most):
        before = library.of(session, case.version_id)
        replayed = replay(past, on, before=before, now=now)
        found.counts[replayed.meets] += 1
        step = _titled(replayed, on, before)
        found.met.append(Met(None if case.confidential else case, replayed, step))
    return found


def _titled(replayed: Replayed, on: DiagramSet, before: DiagramSet) -> str:
    """Say which step it is, by its title in the played diagrams, else in those of the case."""
    key, element = replayed.diagram or "", replayed.element or ""
    for diagrams in (on, before):
        diagram = diagrams.diagrams.get(key)
        if diagram is not None and element in diagram.nodes:
            title = diagram.nodes[element].title
            return title if key == on.main else f"{title} ({diagram.name or key})"
    return ""


def _past(session: Session, process_id: int, most: int) -> Iterator[tuple[Case, Past]]:
    cases = session.scalars(
        select(Case)
        .join(Case.version)
        .where(DiagramVersion.process_id == process_id, Case.ended_at.is_not(None))
        .order_by(Case.ended_at.desc(), Case.id.desc())
        .limit(most)
        .options(joinedload(Case.unit))
    ).all()
    waiting = iter(cases)
    while some := list(islice(waiting, AT_ONCE)):
        yield from _with_steps(session, some)


def _with_steps(session: Session, cases: Sequence[Case]) -> Iterator[tuple[Case, Past]]:
    ids = [case.id for case in cases]
    by_hand = set(
        session.scalars(
            select(Intervention.case_id).where(
                Intervention.case_id.in_(ids),
                Intervention.kind.in_(_BY_HAND),
                Intervention.done_at.is_not(None),
            )
        )
    )
    steps: dict[int, list[Recorded]] = {}
    for row in session.execute(_steps(ids)):
        steps.setdefault(row.case_id, []).append(_recorded(row))
    for case in cases:
        yield case, Past(tuple(steps.get(case.id, ())), case.outcome, case.id in by_hand)


def _steps(ids: Sequence[int]) -> Select[Any]:
    was_done = Task.completed_by_id.is_not(None) | Task.kind.in_(
        (TaskKind.OPERATION, TaskKind.DEADLINE)
    )
    return (
        select(
            Task.case_id,
            Task.kind,
            Task.diagram,
            Task.element,
            Task.scope,
            Task.name,
            Task.act,
            Task.outcome,
            Task.party,
            Task.answers,
            Task.closed_at.label("at"),
        )
        .where(Task.case_id.in_(ids), Task.closed_at.is_not(None), was_done)
        .order_by(Task.case_id, Task.closed_in, Task.id)
    )


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(**{key: value for key, value in row._mapping.items() if key != "case_id"})  # noqa: SLF001 (SQLAlchemy's public API)
