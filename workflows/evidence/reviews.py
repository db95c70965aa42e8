"""Cases checked again by the rules as they are now: all of them for four eyes, some by a sample."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, DiagramVersion, Task, TaskKind
from models.people import Person
from workflows.answers import Done, History
from workflows.operations.occasion import Fact
from workflows.policy.guard import Deed
from workflows.policy.review import Reviewed, review
from workflows.policy.rules import Separation
from workflows.runtime import Runtime

LARGEST_SAMPLE = 50
MOST_EXCEPTIONS = 200


@dataclass(frozen=True)
class Review:
    """A case with every rule checked again, and the latest facts that it told the register."""

    case: Case
    rules: Sequence[Reviewed]
    facts: Mapping[str, Fact]

    @cached_property
    def violated(self) -> list[Reviewed]:
        return [one for one in self.rules if one.state == "violated"]

    def count(self, state: str) -> int:
        """Count the rules that fared so."""
        return sum(one.state == state for one in self.rules)


@dataclass(frozen=True)
class Sample:
    """Cases drawn by a seed: the same seed, size and last number draw the same cases for ever."""

    seed: str
    upto: int
    among: int
    reviews: Sequence[Review]


@dataclass(frozen=True)
class SamePerson:
    """One person who did, or answered for, steps of one case that the rules want two for.

    Of a confidential case nothing but its label is told: `person` is None and `acts` is empty.
    """

    case: Case
    person: Person | None
    rule: str
    acts: tuple[str, ...]


def reviews_of(runtime: Runtime, session: Session, cases: Iterable[Case]) -> dict[int, Review]:
    """Check the rules again over these cases, by case id: one statement for all their steps."""
    known = {case.id: case for case in cases}
    steps = _steps(session, known)
    return {
        case_id: _review(runtime, session, case, steps[case_id]) for case_id, case in known.items()
    }


def sample(
    runtime: Runtime, session: Session, *, seed: str, size: int, upto: int | None = None
) -> Sample:
    """Draw cases that nobody could choose: those with the smallest hash of seed and number.

    `upto` is the highest number to draw from, the latest one where it is not given, so that a
    sample can be drawn again when there are more cases. Confidential cases are never drawn.
    """
    drawn_from = Case.confidential.is_(False)
    last = (
        upto
        if upto is not None
        else session.scalar(select(func.max(Case.number)).where(drawn_from))
    )
    numbers = session.scalars(
        select(Case.number).where(drawn_from, Case.number <= (last or 0))
    ).all()
    drawn = sorted(numbers, key=lambda number: _rank(seed, number))[: min(size, LARGEST_SAMPLE)]
    found = session.scalars(_cases().where(drawn_from, Case.number.in_(drawn))).all()
    order = {number: place for place, number in enumerate(drawn)}
    reviews = reviews_of(runtime, session, sorted(found, key=lambda case: order[case.number]))
    return Sample(seed, last or 0, len(numbers), list(reviews.values()))


def four_eyes(runtime: Runtime, session: Session) -> list[SamePerson]:
    """Find who answers for two steps of a case that the rules want two people for; none is right.

    Read from the steps of all cases, confidential ones included, whoever did them or in whose
    place they were done, with one statement for each rule that separates duties.
    """
    found: list[SamePerson] = []
    for rule in runtime.pack.rules.values():
        for part in rule.parts:
            if isinstance(part.constraint, Separation) and len(part.constraint.acts) > 1:
                found += _same_people(runtime, session, rule.id, part.constraint.acts)
    return found


def _same_people(
    runtime: Runtime, session: Session, rule: str, acts: Collection[str]
) -> list[SamePerson]:
    did = union_all(
        *(
            select(Task.case_id, Task.act, who.label("person_id")).where(
                Task.act.in_(acts), who.is_not(None), Task.completed_by_id.is_not(None)
            )
            for who in (Task.completed_by_id, Task.acting_for_id)
        )
    ).subquery()
    twice = (
        select(did.c.case_id, did.c.person_id)
        .group_by(did.c.case_id, did.c.person_id)
        .having(func.count(did.c.act.distinct()) > 1)
        .order_by(did.c.case_id, did.c.person_id)
        .limit(MOST_EXCEPTIONS)
        .subquery()
    )
    rows = session.execute(
        select(Case, Person, did.c.act)
        .join(twice, twice.c.case_id == Case.id)
        .join(Person, Person.id == twice.c.person_id)
        .join(did, (did.c.case_id == twice.c.case_id) & (did.c.person_id == twice.c.person_id))
        .order_by(Case.id, Person.id, did.c.act)
        .distinct()
    )
    pairs: dict[tuple[Case, Person], list[str]] = defaultdict(list)
    for case, person, act in rows:
        pairs[case, person].append(runtime.pack.acts[act].title)
    return [_told(case, person, rule, tuple(titles)) for (case, person), titles in pairs.items()]


def _told(case: Case, person: Person, rule: str, titles: tuple[str, ...]) -> SamePerson:
    if case.confidential:
        return SamePerson(case, None, rule, ())
    return SamePerson(case, person, rule, titles)


def _cases() -> Select[Case]:
    return select(Case).options(
        joinedload(Case.unit), joinedload(Case.version).joinedload(DiagramVersion.process)
    )


def _rank(seed: str, number: int) -> bytes:
    return sha256(f"{seed}:R-{number}".encode()).digest()


@dataclass(frozen=True)
class _Step:
    done: Done
    acting_for: int | None


def _steps(session: Session, case_ids: Collection[int]) -> dict[int, list[_Step]]:
    rows = session.scalars(
        select(Task)
        .where(Task.case_id.in_(case_ids), Task.closed_at.is_not(None), _was_done())
        .order_by(Task.case_id, Task.closed_in, Task.id)
    )
    found: dict[int, list[_Step]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(_step(row))
    return found


def _was_done() -> ColumnElement[bool]:
    return or_(Task.completed_by_id.is_not(None), Task.kind == TaskKind.OPERATION)


def _step(row: Task) -> _Step:
    done = Done(
        id=row.id,
        diagram=row.diagram,
        element=row.element,
        scope=row.scope,
        act=row.act,
        outcome=row.outcome,
        party=row.party,
        performer=row.completed_by_id,
        at=row.closed_at or row.opened_at,
        answers=row.answers,
    )
    return _Step(done, row.acting_for_id)


def _review(runtime: Runtime, session: Session, case: Case, steps: list[_Step]) -> Review:
    diagrams = runtime.library.of(session, case.version_id).diagrams
    done = [step.done for step in steps]
    deeds, named = [], []
    for place, step in enumerate(steps):
        one = step.done
        if one.act is not None:
            deed = Deed(one.act, one.outcome, one.party, one.performer, one.at, step.acting_for)
            deeds.append(deed)
            named.append(History(done[:place]).named(runtime.pack, one.act, diagrams))
    rules = review(runtime.pack, deeds, named=named, ended=case.ended_at is not None)
    return Review(case, rules, History(done).facts(diagrams))
