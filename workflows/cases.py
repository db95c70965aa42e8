"""A case from its start to its end, apart from the tasks of people."""

from datetime import datetime

from sqlalchemy import Select, func, insert, select, text
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from models.cases import Case, CaseSeries, Comment, DiagramVersion, File, Task, TaskKind
from models.database import db, transaction
from models.people import Person
from models.trust import Job
from workflows import audit, engine
from workflows.business_time import following
from workflows.diagrams.timers import parse_timer
from workflows.errors import InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.moves import DEADLINE_JOB, Move, advance, begin, deadline, resume
from workflows.people import duties_of
from workflows.publication import published_version, refuse_retired
from workflows.runtime import Runtime
from workflows.suspension import keep_for_later

FIRST_NUMBERS = {CaseSeries.OPEN: 1001, CaseSeries.CONFIDENTIAL: 1}
LONGEST_COMMENT = 4000


def start_case(
    runtime: Runtime, process: str, *, by: int, now: datetime, number: int | None = None
) -> Case:
    """Start a case of the process for this person, and open its first steps.

    `number` is given when a case from elsewhere keeps its number. Raises NotFoundError for a
    process that is not published, ConflictError for one that is retired, and NotAllowedError for
    one that this person may not start.
    """
    with transaction() as session:
        version = published_version(session, process, now=now)
        refuse_retired(session, version.process, runtime.calendar)
        diagrams = runtime.library.of(session, version.id)
        main = diagrams.diagrams[diagrams.main]
        person = session.get_one(Person, by, options=[joinedload(Person.unit)])
        _may_start(runtime, session, person, main.starters, now)
        series = CaseSeries.CONFIDENTIAL if main.confidential else CaseSeries.OPEN
        case = Case(
            series=series,
            number=number or _next_number(session, series),
            version_id=version.id,
            title=main.name or diagrams.main,
            unit=person.unit,
            confidential=main.confidential,
            started_by_id=by,
            started_at=now,
        )
        session.add(case)
        session.flush()  # its id, for the rows that belong to it
        begin(session, runtime, case, now=now, actor=by)
        details = {"process": process, "version": version.number}
        audit.record(
            session, action="case:started", subject=case.label, actor=by, now=now, details=details
        )
        return case


def _next_number(session: Session, series: CaseSeries) -> int:
    """Give the number after the highest of the series; two cases that start at once take turns."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('case.number'))"))
    highest = session.scalar(select(func.max(Case.number)).where(Case.series == series))
    return (highest or FIRST_NUMBERS[series] - 1) + 1


def _may_start(
    runtime: Runtime, session: Session, person: Person, starters: tuple[str, ...], now: datetime
) -> None:
    duties = duties_of(session, person.id, runtime.pack, runtime.calendar.day_of(now))
    if not duties.has_role(starters):
        titles = [runtime.pack.roles[role].title for role in starters if role in runtime.pack.roles]
        raise NotAllowedError(f"This process is started by: {', '.join(titles) or 'nobody'}.")


def fire_deadline(runtime: Runtime, session: Session, job: Job, now: datetime, /) -> None:
    """Let a deadline happen in its case, within the job's own transaction.

    A deadline that its step no longer waits for is dropped: somebody was faster.
    """
    case = session.scalar(
        select(Case)
        .where(Case.id == job.case_id)
        .options(undefer(Case.tokens), joinedload(Case.unit))
        .with_for_update(of=Case)
    )
    if case is None or case.tokens is None:
        return
    if case.suspended_at is not None:
        keep_for_later(session, job)
        return
    move = resume(session, runtime, case, now=now, actor=None)
    waiting = move.before.get(job.payload["token"])
    if waiting is None:
        return
    node = move.diagrams.node(waiting.diagram, waiting.element)
    record = Task(
        case_id=case.id,
        token=waiting.id,
        kind=TaskKind.DEADLINE,
        element=waiting.element,
        diagram=waiting.diagram,
        scope=waiting.scope,
        name=node.title,
        duty=DEADLINE_JOB,
        opened_at=job.run_at,
        closed_at=now,
        closed_in=move.revision,
    )
    session.add(record)
    advance(move, lambda: move.run.fire(waiting.id), record)
    if any(still.id == waiting.id for still in move.run.waiting()):
        _ring_again(move, waiting, job)
    details = {"element": waiting.element, "due": job.run_at.isoformat()}
    audit.record(
        session, action="deadline:fired", subject=case.label, actor=None, now=now, details=details
    )


def _ring_again(move: Move, waiting: engine.Waiting, job: Job) -> None:
    """Set the next time of a deadline that repeats, counted from this one and not from the worker.

    Times that passed while no worker ran are not made up for.
    """
    timer = parse_timer(waiting.timer or "")
    rings = job.payload["rings"]
    if rings == timer.repetitions:
        return
    run_at = following(move.runtime.calendar, timer, job.run_at)
    if run_at <= move.now:
        run_at = following(move.runtime.calendar, timer, move.now)
    move.session.execute(insert(Job), [deadline(move, waiting, run_at, rings=rings + 1)])


def comment(case_id: int, remark: str, *, by: int, now: datetime) -> Comment:
    """Add a remark to a case."""
    if not remark.strip():
        raise InvalidAnswersError({"text": "Write the comment before you send it."})
    if len(remark) > LONGEST_COMMENT:
        raise InvalidAnswersError({"text": f"Write at most {LONGEST_COMMENT} characters."})
    with transaction() as session:
        case = session.get(Case, case_id)
        if case is None:
            raise NotFoundError("There is no such case.")
        row = Comment(case_id=case_id, person_id=by, text=remark.strip(), at=now)
        session.add(row)
        details = {"text": row.text}
        audit.record(
            session, action="case:commented", subject=case.label, actor=by, now=now, details=details
        )
        return row


def find(number: int, series: CaseSeries = CaseSeries.OPEN) -> Case:
    """Give a case by its number with all that its page shows, in a bounded number of queries.

    Whether somebody may read it, workflows.reading says first.
    """
    case = db.session.scalar(_with_history().where(Case.series == series, Case.number == number))
    if case is None:
        raise NotFoundError("There is no such case.")
    return case


def with_history(case_id: int) -> Case:
    """Give a case with its tasks and the people who did them, for the page of one of them."""
    return db.session.scalars(_with_history().where(Case.id == case_id)).one()


def _with_history() -> Select[Case]:
    return select(Case).options(
        joinedload(Case.unit),
        joinedload(Case.started_by),
        joinedload(Case.version).joinedload(DiagramVersion.process),
        selectinload(Case.tasks).joinedload(Task.completed_by),
        selectinload(Case.tasks).joinedload(Task.acting_for),
        selectinload(Case.tasks).joinedload(Task.claimed_by),
        selectinload(Case.tasks).joinedload(Task.unit),
    )


def has_message(case_id: int, task_id: int) -> bool:
    """Say whether this is a message of the case, to be sent or sent already."""
    message = select(Task.id).where(
        Task.id == task_id, Task.case_id == case_id, Task.kind == TaskKind.MESSAGE
    )
    return db.session.scalar(message) is not None


def waits_for(case_id: int, person_id: int) -> Task | None:
    """Give the open task of a case that waits for this one person by name, if there is one."""
    waiting = select(Task).where(
        Task.case_id == case_id,
        Task.kind == TaskKind.USER,
        Task.closed_at.is_(None),
        Task.person_id == person_id,
    )
    return db.session.scalar(waiting.order_by(Task.id).limit(1))


def comments_on(case_id: int) -> list[Comment]:
    """Give the remarks on a case with who made them, oldest first."""
    remarks = select(Comment).where(Comment.case_id == case_id).options(joinedload(Comment.person))
    return list(db.session.scalars(remarks.order_by(Comment.id)))


def files_of(case_id: int) -> list[File]:
    """Give the documents of a case without their content, oldest first."""
    files = select(File).where(File.case_id == case_id).options(joinedload(File.uploaded_by))
    return list(db.session.scalars(files.order_by(File.id)))
