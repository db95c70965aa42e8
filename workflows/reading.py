"""Who may read a case, and which of its answers.

A case is read by those who have a part in it. Confidential cases have their own list of people.
"""

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from models.cases import Case, Task
from workflows.diagrams.graph import Field
from workflows.people import Duties

PUBLIC = "public"


def readable(duties: Duties, *, all_cases: bool) -> ColumnElement[bool]:
    """Give the condition on cases that the person may read.

    `all_cases` is for those whose office it is to see every case (auditors, process managers);
    they too do not see confidential ones by that.
    """
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
    return and_(open_case, mine)


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


def may_read(session: Session, case: Case, duties: Duties, *, all_cases: bool) -> bool:
    """Say whether the person may read this case."""
    condition = readable(duties, all_cases=all_cases)
    return session.scalar(select(Case.id).where(Case.id == case.id, condition)) is not None


def may_see(field: Field, task: Task, case: Case, duties: Duties) -> bool:
    """Say whether a reader of the case may see this answer.

    What is not public (security details, private data) is for who gave it and for those who have
    a part in this case for the whole city, not for the requester nor a department at large.
    """
    if field.classification == PUBLIC or task.completed_by_id == duties.person_id:
        return True
    parts = {t.duty for t in case.tasks if t.unit_id is None and t.person_id is None}
    return not parts.isdisjoint(duties.city)
