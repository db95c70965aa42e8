"""Who may read a case, and which of its answers.

A case is read by those who have a part in it. Confidential cases have their own list of people;
who has only a part of their own in one sees that part (workflows.confidence).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, contains_eager

from models.cases import Case, CaseSeries, DiagramVersion, Process, Task, TaskKind
from models.confidence import CaseExclusion
from workflows import confidence
from workflows.diagrams.graph import Field
from workflows.errors import NotFoundError
from workflows.exclusions import SHOWN_TO
from workflows.people import Duties, StandIn
from workflows.policy.pack import Pack

PUBLIC = "public"
COMPLAINANT = "complainant"

# How far somebody sees a step: with its whole case, as a part of their own, or to take it.
Part = Literal["whole", "own", "offer"]

# Says of an answer to a field, in a completed step, whether a reader sees it.
Sight: TypeAlias = Callable[[Field, Task], bool]


@dataclass(frozen=True)
class Reach:
    """How far somebody may read one case: the whole of it, or only their own part."""

    case_id: int
    confidential: bool
    whole: bool


def readable(duties: Duties, *, all_cases: bool, now: datetime) -> ColumnElement[bool]:
    """Give the condition on cases that the person may read, all of each.

    `all_cases` is for those whose office it is to see every case (auditors, process managers);
    they too do not see confidential ones by that.
    """
    on_list = and_(Case.confidential, confidence.on_list(duties, now=now))
    return or_(_ordinary(duties, all_cases=all_cases), on_list)


def has_part(duties: Duties, *, all_cases: bool, now: datetime) -> ColumnElement[bool]:
    """Give the condition on cases to which the person may add: a remark, a decision beside it.

    Unlike `readable` it leaves out those who read a confidential case by break glass.
    """
    at_work = and_(Case.confidential, confidence.on_list(duties, now=now, at_work=True))
    return or_(_ordinary(duties, all_cases=all_cases), at_work)


def started_by(duties: Duties, *, with_state: bool, now: datetime) -> ColumnElement[bool]:
    """Give the condition on the cases that the person started, confidential ones among them.

    Of these only their number is known to who is not on the list; so that a list narrowed by
    the state of cases (`with_state`) leaves them out.
    """
    mine = Case.started_by_id == duties.person_id
    if not with_state:
        return mine
    return and_(mine, or_(Case.confidential.is_(False), confidence.on_list(duties, now=now)))


def _ordinary(duties: Duties, *, all_cases: bool) -> ColumnElement[bool]:
    open_case = Case.confidential.is_(False)
    if all_cases:
        return open_case
    me = duties.person_id
    part = or_(
        Task.person_id == me,
        Task.claimed_by_id == me,
        Task.completed_by_id == me,
        *_of_duties(duties),
    )
    mine = or_(Case.started_by_id == me, Case.id.in_(select(Task.case_id).where(part)))
    return and_(open_case, or_(mine, *(_in_place_of(absent) for absent in duties.standing_in)))


def _in_place_of(absent: StandIn) -> ColumnElement[bool]:
    """Give the condition on cases in which something waits that is done in somebody's place.

    What the absent person did before, a substitute has no need to read.
    """
    waits = Task.closed_at.is_(None), Task.kind == TaskKind.USER
    theirs = or_(Task.person_id == absent.person_id, *_of_duties(absent.duties))
    waiting = Case.id.in_(select(Task.case_id).where(*waits, theirs))
    if absent.processes is None:
        return waiting
    versions = select(DiagramVersion.id).join(Process, Process.id == DiagramVersion.process_id)
    limited = Case.version_id.in_(versions.where(Process.key.in_(absent.processes)))
    return and_(waiting, limited)


def _of_duties(duties: Duties) -> list[ColumnElement[bool]]:
    """Give the conditions on tasks, open or done, that are of the kind this person does.

    Steps of one named person (a requester's) do not count: they are that person's alone.
    """
    nobody = Task.person_id.is_(None)
    conditions = [and_(nobody, Task.unit_id.is_(None), Task.duty.in_(duties.city))]
    conditions += [
        and_(nobody, Task.unit_id == unit, Task.duty.in_(held))
        for unit, held in duties.units.items()
    ]
    if duties.every_unit:
        conditions.append(and_(nobody, Task.unit_id.is_not(None), Task.duty.in_(duties.every_unit)))
    return conditions or [false()]


def numbered(reference: str) -> tuple[CaseSeries, int]:
    """Read a case's number as people write it: 1042, R-1042 or C-07.

    Raises NotFoundError for what no case could be called.
    """
    series, dash, number = reference.strip().upper().rpartition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFoundError("There is no such case.")
    if dash and series not in set(CaseSeries):
        raise NotFoundError("There is no such case.")
    return CaseSeries(series) if dash else CaseSeries.OPEN, int(number)


def reach(
    session: Session, reference: str, duties: Duties, *, all_cases: bool, now: datetime
) -> Reach:
    """Say how far the person may read the case with this number, with one statement.

    Nothing of the case is read by it: a look at a confidential one must first be noted
    (confidence.note_read). Raises NotFoundError alike, and after the same work, for a case that
    is not there and for one of which this person may not know.
    """
    series, number = numbered(reference)
    whole = readable(duties, all_cases=all_cases, now=now)
    known = session.execute(
        select(Case.id, Case.confidential, whole.label("whole")).where(
            Case.series == series,
            Case.number == number,
            or_(whole, confidence.own_part(duties.person_id)),
        )
    ).one_or_none()
    if known is None:
        raise NotFoundError("There is no such case.")
    return Reach(known.id, known.confidential, bool(known.whole))


def find_step(
    session: Session, task_id: int, duties: Duties, *, now: datetime
) -> tuple[Task, Part]:
    """Give a step that people do, with its case, and how far the person sees it.

    "whole" with its case, as every step of an ordinary one; "own" is a part of a confidential
    case that is this person's alone; "offer" may be taken. Raises NotFoundError, after one
    statement, for a step that is not there and for one of which this person may not know. A
    message that a case waits for is none: it is sent from the page of the case, with a reason.
    """
    on_list, offer = confidence.on_list(duties, now=now), confidence.offered_to(duties)
    mine = Task.person_id == duties.person_id
    found = session.execute(
        select(Task, on_list.label("whole"), offer.label("offer"))
        .join(Task.case)
        .options(contains_eager(Task.case))
        .where(
            Task.id == task_id,
            Task.kind == TaskKind.USER,
            or_(Case.confidential.is_(False), mine, on_list, offer),
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError("There is no such task.")
    task: Task = found[0]
    if not task.case.confidential:
        return task, "whole"
    return task, "offer" if found.offer else "whole" if found.whole else "own"


def may_read(
    session: Session, case: Case, duties: Duties, *, all_cases: bool, now: datetime
) -> bool:
    """Say whether the person may read this case, all of it."""
    condition = readable(duties, all_cases=all_cases, now=now)
    return session.scalar(select(Case.id).where(Case.id == case.id, condition)) is not None


def may_add(
    session: Session, case_id: int, duties: Duties, *, all_cases: bool, now: datetime
) -> bool:
    """Say whether the person has a part in the case, so that they may add a remark to it."""
    condition = has_part(duties, all_cases=all_cases, now=now)
    return session.scalar(select(Case.id).where(Case.id == case_id, condition)) is not None


def sight(pack: Pack, case: Case, duties: Duties, process: str | None = None) -> Sight:
    """Give what a reader of the whole case sees of its answers.

    What is not public (security details, private data) is for who gave it and for those parties
    that its classification names, where the reader acts for one of them in this case. `process`
    is the key of the case's process, for who stands in for somebody in that one alone.
    """
    parties = {task.party for task in case.tasks if duties.may_do(task, process)}

    def sees(field: Field, task: Task) -> bool:
        if field.classification == PUBLIC or task.completed_by_id == duties.person_id:
            return True
        known = pack.class_of(field.classification)
        return known is not None and not parties.isdisjoint(known.seen_by)

    return sees


def may_see(field: Field, task: Task, case: Case, duties: Duties, pack: Pack) -> bool:
    """Say whether a reader of the whole case may see this one answer."""
    return sight(pack, case, duties)(field, task)


def own_sight(session: Session, pack: Pack, case: Case, person_id: int) -> Sight:
    """Give what somebody with a part of their own sees: what they gave, and what is meant for them.

    An answer of a class that is not to be shared is meant for nobody, whatever its field says.
    """
    called = _called(session, case, person_id)

    def sees(field: Field, task: Task) -> bool:
        if task.completed_by_id == person_id and task.person_id == person_id:
            return True
        known = pack.class_of(field.classification)
        return known is not None and known.shareable and not called.isdisjoint(field.shown_to)

    return sees


def _called(session: Session, case: Case, person_id: int) -> set[str]:
    """Give what the person is to the case: its complainant, its subject."""
    rows = session.execute(
        select(CaseExclusion.person_id, CaseExclusion.why).where(CaseExclusion.case_id == case.id)
    )
    whys = {(row.person_id, row.why) for row in rows}
    known = {party for party, why in SHOWN_TO.items() if (person_id, why) in whys}
    names_one = any(why == SHOWN_TO[COMPLAINANT] for _, why in whys)
    if case.started_by_id == person_id and not names_one:
        known.add(COMPLAINANT)
    return known
