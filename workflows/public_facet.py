"""What is public of complaints about a named person (Minn. Stat. 13.43, subd. 2), and no more.

That a complaint exists, and its status, is public at any time. Once discipline is final, so are the
disposition, its reasons and what documents it. Of a complaint about a public official more is public
when it is complete (paragraphs e and f), though no source. All of it follows from what the case says
by register keys, and from what the policy pack says of each class of data, whatever the diagram.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, undefer

from models.cases import Case, File, Task
from models.confidence import CaseExclusion, ExclusionReason
from models.database import db, transaction
from models.people import Person
from workflows import audit
from workflows.answers import History
from workflows.confidence import note_read
from workflows.diagrams.graph import Field
from workflows.errors import InvalidAnswersError, NotFoundError
from workflows.library import DiagramSet
from workflows.operations.occasion import Fact
from workflows.policy.pack import Pack
from workflows.runtime import Runtime

FINAL_ON, OUTCOME = "disposition.final-on", "disposition.outcome"
OFFICIAL = "subject.public-official"
# The one outcome that opens more of any case. Whoever leaves after it was decided changes nothing.
DISCIPLINE = "discipline"
# No final disposition, for nothing was decided; they open more of a public official's case alone.
WITHOUT_DECISION = {
    "resigned": "the subject left while it was pending",
    "settled": "settled",
}
NO_DISPOSITION = "without a final disposition"
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Facet:
    """The public facet of one complaint: its status in words, and what is open beside it.

    `classes` are the classes of data that are public now, `steps` the completed steps with such
    answers. `official`: more is public because the subject is a public official.
    """

    case_id: int
    status: str
    steps: tuple[Task, ...]
    diagrams: DiagramSet
    classes: frozenset[str] = frozenset()
    official: bool = False

    def sees(self, field: Field, _task: Task) -> bool:
        """Say whether an answer is public now (a reading.Sight)."""
        return field.classification in self.classes


def look_up(
    runtime: Runtime, person_id: int, *, reason: str, by: int, now: datetime
) -> list[Facet]:
    """Give the public facets of the complaints about a person, for who answers a data request.

    The lookup is put on record before anything is read, and each case of which more than the
    status is shown, as a look at it. Raises InvalidAnswersError without a reason or person.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        text = f"Say whose request you answer, in at most {LONGEST_REASON:,} characters."
        raise InvalidAnswersError({"reason": text})
    _note(person_id, {"reason": reason}, by=by, now=now)
    facets = list(_facets(db.session(), runtime, person_id, now))
    for facet in facets:
        if facet.steps:
            note_read(facet.case_id, by=by, what="the public facet", now=now)
    return list(_facets(db.session(), runtime, person_id, now))


def document(runtime: Runtime, person_id: int, file_id: int, *, by: int, now: datetime) -> File:
    """Hand out a document that is public now in a complaint about this person.

    Raises NotFoundError for any other. It is put on record before the document is read.
    """
    case_id = _case_of(runtime, person_id, file_id, now)
    if case_id is None:
        raise NotFoundError("There is no such document.")
    note_read(case_id, by=by, what=f"document {file_id}, by the public facet", now=now)
    if _case_of(runtime, person_id, file_id, now) is None:
        raise NotFoundError("There is no such document.")
    return db.session.get_one(File, file_id, options=[undefer(File.content)])


def _note(person_id: int, details: dict[str, Any], *, by: int, now: datetime) -> None:
    with transaction() as session:
        if session.get(Person, person_id) is None:
            raise InvalidAnswersError({"about": "Choose the person that was asked about."})
        audit.record(
            session,
            action="public-facet:looked-up",
            subject="personnel data",
            actor=by,
            now=now,
            details={"person": person_id, **details},
        )


def _facets(session: Session, runtime: Runtime, person_id: int, now: datetime) -> Iterator[Facet]:
    about = select(CaseExclusion.case_id).where(
        CaseExclusion.person_id == person_id, CaseExclusion.why == ExclusionReason.SUBJECT
    )
    cases = (
        select(Case)
        .where(Case.id.in_(about), Case.confidential)
        .options(selectinload(Case.tasks))
        .order_by(Case.id)
    )
    for case in session.scalars(cases).all():
        diagrams = runtime.library.of(session, case.version_id)
        facts = History.read(session, case.id).facts(diagrams.diagrams)
        yield _facet(case, diagrams, facts, runtime.pack, runtime.calendar.day_of(now))


def _facet(
    case: Case, diagrams: DiagramSet, facts: Mapping[str, Fact], pack: Pack, today: date
) -> Facet:
    said = {key: fact.value for key, fact in facts.items()}
    final_on, outcome = said.get(FINAL_ON), said.get(OUTCOME)
    is_final = final_on is not None and date.fromisoformat(str(final_on)) <= today
    disciplined = is_final and outcome == DISCIPLINE
    undecided = outcome in WITHOUT_DECISION and (is_final or case.ended_at is not None)
    official = said.get(OFFICIAL) is True and (disciplined or undecided)
    now_open = {"final-discipline": disciplined, "public-official": official}
    classes = frozenset(
        known.id
        for known in pack.classifications.values()
        if any(now_open[opening] for opening in known.opens)
    )
    status = _status(case, is_final, disciplined)
    if undecided:
        status = f"closed, {WITHOUT_DECISION[str(outcome)] if official else NO_DISPOSITION}"
    steps = tuple(_open_steps(case, diagrams, classes))
    return Facet(case.id, status, steps, diagrams, classes, official)


def _status(case: Case, is_final: bool, disciplined: bool) -> str:
    if not is_final:
        return f"closed, {NO_DISPOSITION}" if case.ended_at else "open"
    return "final, with discipline" if disciplined else "final, without discipline"


def _open_steps(case: Case, diagrams: DiagramSet, classes: frozenset[str]) -> Iterator[Task]:
    """Walk the steps with public fields; of one that was done again, the last time."""
    latest = {
        (task.diagram, task.element, task.scope): task
        for task in sorted(case.tasks, key=lambda task: (task.closed_in or 0, task.id))
        if task.completed_by_id is not None
    }
    for task in latest.values():
        if any(True for _ in _shown_fields(task, diagrams, classes)):
            yield task


def shown_fields(task: Task, facet: Facet) -> Iterator[Field]:
    """Walk the answered fields of a step that are public now."""
    return _shown_fields(task, facet.diagrams, facet.classes)


def _shown_fields(task: Task, diagrams: DiagramSet, classes: frozenset[str]) -> Iterator[Field]:
    node = diagrams.diagrams[task.diagram].nodes.get(task.element)
    for field in node.fields if node else ():
        if field.classification in classes and (task.answers or {}).get(field.id) is not None:
            yield field


def _case_of(runtime: Runtime, person_id: int, file_id: int, now: datetime) -> int | None:
    """Give the case in whose public facet the document stands; the work is the same for any."""
    found = {
        (task.answers or {})[field.id]: facet.case_id
        for facet in _facets(db.session(), runtime, person_id, now)
        for task in facet.steps
        for field in shown_fields(task, facet)
        if field.type == "file"
    }
    return found.get(file_id)
