"""The running cases of a process, sorted by what can become of them on another set of diagrams."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from models.cases import Case, DiagramVersion, Process
from workflows.answers import History
from workflows.diagrams.graph import CATCHES, Node
from workflows.foresight import Place
from workflows.library import DiagramSet, Library
from workflows.migrating.fitting import Destination, Fit, Gone, Verdict
from workflows.migrating.one_case import unmovable

# Sorted while somebody waits: about a second. The rest is found out when it is moved.
MOST_SORTED = 500
# Where a token can be put by a decision: where somebody or something is waited for. An operation
# is none, for it would be done at once.
STOPS = frozenset({"userTask", "manualTask", "receiveTask", "subProcess", "callActivity"}) | CATCHES


@dataclass(frozen=True)
class Sorted:
    """One running case and what can become of it."""

    case: Case
    number: int
    fit: Fit


@dataclass
class Sorting:
    """Running cases in three groups.

    `gone` are the steps that somebody has to decide about, with how many cases stand there.
    `unsorted` is how many open cases were too many to be looked at.
    """

    cases: list[Sorted] = field(default_factory=list)
    unsorted: int = 0

    def of(self, verdict: Verdict) -> list[Sorted]:
        """Give the cases of one group, the oldest first."""
        return [one for one in self.cases if one.fit.verdict == verdict]

    @property
    def groups(self) -> list[tuple[Verdict, list[Sorted]]]:
        """Give all three groups."""
        return [(verdict, self.of(verdict)) for verdict in Verdict]

    @property
    def gone(self) -> list[tuple[Gone, int]]:
        """Give the steps that are gone, in the order in which they were met."""
        return list(Counter(gone for one in self.cases for gone in one.fit.gone).items())


def running(process: str, *, but: int | None) -> Select[Case]:
    """Select the running cases of a process, those on one version (its id) left out; oldest first."""
    found = (
        select(Case)
        .join(DiagramVersion, DiagramVersion.id == Case.version_id)
        .join(Process, Process.id == DiagramVersion.process_id)
        .where(Process.key == process, Case.ended_at.is_(None))
        .order_by(Case.id)
    )
    return found if but is None else found.where(Case.version_id != but)


def sort(
    session: Session,
    library: Library,
    wanted: Select[Case],
    to: Destination,
    *,
    most: int = MOST_SORTED,
) -> Sorting:
    """Sort running cases for a destination: of the `wanted`, as `running` selects them, the oldest.

    Confidential cases are left out: where one stands is for those on its list. Nothing is written.
    """
    wanted = wanted.where(Case.confidential.is_(False))
    counted = wanted.with_only_columns(func.count()).order_by(None)
    number = session.scalar(counted) or 0
    cases = session.scalars(
        wanted.limit(most).options(undefer(Case.tokens), joinedload(Case.version))
    ).all()
    found = [Sorted(case, case.version.number, _fit(session, library, case, to)) for case in cases]
    return Sorting(found, number - len(found))


def in_confidence(session: Session, process: str) -> int:
    """Count the running confidential cases of a process; how many are told is the pages'.

    On whichever version: the difference between two versions would tell of a single case.
    """
    wanted = running(process, but=None).where(Case.confidential)
    return session.scalar(wanted.with_only_columns(func.count()).order_by(None)) or 0


def _fit(session: Session, library: Library, case: Case, to: Destination) -> Fit:
    if refused := unmovable(case):
        return Fit(Verdict.CANNOT, refused)
    history = History.read(session, case.id)
    return to.fit(case.tokens or b"", history, library.of(session, case.version_id))


@dataclass(frozen=True)
class Offer:
    """A step of the new diagrams where tokens of one that is gone could go on."""

    place: Place
    title: str
    diagram: str


def offers(gone: Gone, on: DiagramSet) -> Sequence[Offer]:
    """Give where tokens of a step that is gone may go on: with the same act first, then its party."""
    order = sorted(_stops(on), key=lambda stop: _distance(gone, *stop))
    return [Offer((key, node.id), node.title, on.diagrams[key].name or key) for key, node in order]


def _stops(on: DiagramSet) -> Iterator[tuple[str, Node]]:
    for key, diagram in on.diagrams.items():
        yield from ((key, node) for node in diagram.nodes.values() if node.kind in STOPS)


def _distance(gone: Gone, key: str, node: Node) -> tuple[bool, ...]:
    same_act = gone.act is not None and node.act == gone.act
    same_party = gone.party is not None and node.lane == gone.party
    return (not same_act, not same_party, key != gone.diagram)


def gone_in_confidence(before: Sequence[DiagramSet], on: DiagramSet) -> list[Gone]:
    """Give all steps of other versions' diagrams that these do not have.

    Of confidential cases it is not told which stand there, so that all are asked about.
    """
    found = {}
    for diagrams in before:
        for key, diagram in diagrams.diagrams.items():
            known = on.diagrams[key].nodes if key in on.diagrams else {}
            for node in diagram.nodes.values():
                if node.kind in STOPS - {"subProcess", "callActivity"} and node.id not in known:
                    words = f"The other version has no step “{node.title}”."
                    found[key, node.id] = Gone(key, node.id, node.title, words, node.act, node.lane)
    return list(found.values())
