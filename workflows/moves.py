"""One step of a case: the tokens move, operations run, and the rows follow.

Everything that moves a token comes through here, inside the transaction of its use case: a
completed task, a message, a deadline, an intervention. So the rules are asked in one place.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, contains_eager

from models.cases import Case, Task, TaskKind
from models.people import Unit
from models.sites import Delegation
from models.trust import Incident, Job
from workflows import engine
from workflows.answers import CaseAnswers, deeds_of, facts_of, named_people
from workflows.business_time import due
from workflows.diagrams.conditions import ConditionError, Unset
from workflows.diagrams.graph import Node
from workflows.errors import ConflictError, RefusedError, StuckError
from workflows.library import DiagramSet
from workflows.notices import tell
from workflows.operations import OPERATIONS
from workflows.operations.occasion import Occasion, OperationError
from workflows.people import holders
from workflows.policy.guard import Deed, open_duties, verdict
from workflows.policy.pack import Pack, Party
from workflows.runtime import Runtime

# Far above any diagram that people can read; a set of operations in a circle stops here.
MOST_OPERATIONS = 50

DEADLINE_JOB = "deadline"

DEFAULT_DUE = "P10BD"


@dataclass
class Move:
    """A case under its lock, with its tokens in memory, during one transaction."""

    session: Session
    runtime: Runtime
    case: Case
    diagrams: DiagramSet
    run: engine.Run
    answers: CaseAnswers
    now: datetime
    actor: int | None
    before: dict[str, engine.Waiting] = field(default_factory=dict)
    opened: list[Task] = field(default_factory=list)
    _deeds: list[Deed] | None = None

    @property
    def revision(self) -> int:
        """The revision of the case that this transaction makes."""
        return (self.case.revision or 0) + 1

    @property
    def deeds(self) -> list[Deed]:
        """The acts done in the case so far, those of this transaction included."""
        if self._deeds is None:
            self._deeds = deeds_of(self.session, self.case.id)
        return self._deeds


def locked(task_id: int) -> Any:
    """Give the statement that locks a task's case, then the task, and reads both."""
    return (
        select(Task)
        .join(Task.case)
        .join(Case.unit)
        .where(Task.id == task_id)
        .options(
            contains_eager(Task.case).contains_eager(Case.unit),
            contains_eager(Task.case).undefer(Case.tokens),
        )
        .with_for_update(of=(Case, Task))
    )


def resume(
    session: Session, runtime: Runtime, case: Case, *, now: datetime, actor: int | None
) -> Move:
    """Load the tokens of a case that is locked already."""
    diagrams = runtime.library.of(session, case.version_id)
    answers = CaseAnswers(session, case.id)
    if case.tokens is None:
        raise ConflictError(f"{case.label} has ended; nothing in it can be done any more.")
    run = engine.load(diagrams.specs, case.tokens, answers)
    before = {waiting.id: waiting for waiting in run.waiting()}
    return Move(session, runtime, case, diagrams, run, answers, now, actor, before)


def permit(move: Move, deed: Deed) -> None:
    """Ask the rules whether this act may happen now; raise RefusedError with rule and clause."""
    pack = move.runtime.pack
    named = named_people(move.session, pack, deed.act, move.case.id, move.diagrams.diagrams)
    refusals = verdict(pack, move.deeds, deed, named=named)
    if refusals:
        raise RefusedError(refusals)
    move.deeds.append(deed)


def advance(move: Move, step: Callable[[], None], record: Task | None) -> None:
    """Move the tokens by `step`, run the operations met, and write what follows from it.

    `record` is the row of the step itself; it takes the path that the tokens passed.
    Raises StuckError when a condition has no answer or an operation cannot be done, and
    RefusedError when a rule forbids what would follow: nothing is kept then.
    """
    try:
        step()
        passed = _drain(move, 0)
        if record is not None:
            record.passed = passed
        _operate(move)
    except (Unset, ConditionError, OperationError, engine.EngineError) as error:
        message = f"{error} Nothing was changed; tell the owner of this process."
        raise StuckError(message) from error
    _follow(move, record)


def _drain(move: Move, seen: int) -> list[list[str]]:
    return [[step.diagram, step.element] for step in move.run.passed[seen:]]


def _operate(move: Move) -> None:
    for _ in range(MOST_OPERATIONS):
        service = next((w for w in move.run.waiting() if w.kind == "service"), None)
        if service is None:
            return
        _perform(move, service)
    raise OperationError("more operations follow one another than a diagram may have.")


def _perform(move: Move, service: engine.Waiting) -> None:
    node = move.diagrams.node(service.diagram, service.element)
    operation = OPERATIONS.get(node.topic or "")
    if operation is None:
        raise OperationError(f'there is no operation "{node.topic}".')
    act = move.runtime.pack.acts.get(node.act or "")
    if act is not None:
        permit(move, Deed(act.id, act.default, node.lane, None, move.now))
    facts = facts_of(move.session, move.case.id, move.diagrams.diagrams)
    operation(
        Occasion(move.session, move.case, facts, move.now, move.actor, partial(_holders, move))
    )
    seen = len(move.run.passed)
    move.run.complete(service.id)
    move.session.add(
        Task(
            **_place(move, service, node),
            kind=TaskKind.OPERATION,
            opened_at=move.now,
            closed_at=move.now,
            closed_in=move.revision,
            outcome=act.default if act else None,
            passed=_drain(move, seen),
        )
    )


def _holders(move: Move, task: Task) -> Iterable[int]:
    """Give the ids of those who may do an open task, for operations that tell them."""
    if task.person_id is not None:
        return [task.person_id]
    day = move.runtime.calendar.day_of(move.now)
    people = holders(move.session, move.runtime.pack, task.duty, task.unit_id, day)
    return [person.id for person in people]


def _follow(move: Move, record: Task | None) -> None:
    """Write the rows that the tokens now ask for, and take back those that they left."""
    after = {waiting.id: waiting for waiting in move.run.waiting()}
    left = [waiting for key, waiting in move.before.items() if key not in after]
    done = record.token if record is not None else None
    _close(move, [waiting for waiting in left if waiting.id != done])
    for key, waiting in after.items():
        if key not in move.before:
            _open(move, waiting)
    move.case.tokens = None if move.run.ended else move.run.save()
    if move.run.ended:
        _end(move)
    _tell(move)
    move.session.flush()  # a rule of the database that this breaks must fail before the record


def _close(move: Move, left: Sequence[engine.Waiting]) -> None:
    """Close the rows of steps that the diagram took back, and drop the deadlines left."""
    tokens = [waiting.id for waiting in left if waiting.kind in ("user", "message")]
    if tokens:
        move.session.execute(
            update(Task)
            .where(Task.case_id == move.case.id, Task.token.in_(tokens), Task.closed_at.is_(None))
            .values(closed_at=move.now, closed_in=move.revision)
            .execution_options(synchronize_session=False)
        )
    keys = [_job_key(move, waiting) for waiting in left if waiting.kind == "deadline"]
    if keys:
        move.session.execute(delete(Job).where(Job.key.in_(keys)))


def _tell(move: Move) -> None:
    """Tell the person whom the case now waits for by name, and its starter when it ended."""
    named = {
        task.person_id: f"{move.case.label} waits for you: {task.name}."
        for task in move.opened
        if task.person_id is not None and task.kind == TaskKind.USER
    }
    if move.case.ended_at is not None:
        named[move.case.started_by_id] = f"{move.case.label} has ended: {move.case.outcome}."
    for person_id, text in named.items():
        if person_id != move.actor:
            tell(move.session, [person_id], text, case_id=move.case.id, now=move.now)


def _job_key(move: Move, waiting: engine.Waiting) -> str:
    return f"{DEADLINE_JOB}:{move.case.id}:{waiting.id}"


def _open(move: Move, waiting: engine.Waiting) -> None:
    node = move.diagrams.node(waiting.diagram, waiting.element)
    if waiting.kind == "deadline":
        schedule_deadline(move, waiting)
    elif waiting.kind == "user" or node.act:
        task = Task(
            **_place(move, waiting, node),
            kind=TaskKind.USER if waiting.kind == "user" else TaskKind.MESSAGE,
            opened_at=move.now,
            due_at=_due(move, node),
        )
        move.session.add(task)
        move.opened.append(task)


def _due(move: Move, node: Node) -> datetime:
    """Give the time by which a step is due; one without a due time has the city's default.

    Every human task has a deadline (K45), and lists that sort by it need one.
    """
    return due(move.runtime.calendar, node.due or DEFAULT_DUE, move.now)


def schedule_deadline(move: Move, waiting: engine.Waiting) -> None:
    """Write the job that will fire this deadline at its time on the city's calendar."""
    move.session.add(
        Job(
            kind=DEADLINE_JOB,
            key=_job_key(move, waiting),
            case_id=move.case.id,
            payload={"token": waiting.id},
            run_at=due(move.runtime.calendar, waiting.timer or "", move.now),
        )
    )


def _place(move: Move, waiting: engine.Waiting, node: Node) -> dict[str, Any]:
    party = _party(move.runtime.pack, node)
    unit_id, person_id = _assignment(move, party.scope if party else None)
    return {
        "case_id": move.case.id,
        "token": waiting.id,
        "element": waiting.element,
        "diagram": waiting.diagram,
        "scope": waiting.scope,
        "name": node.title,
        "act": node.act,
        "party": party.name if party else node.lane,
        "duty": node.act or f"party/{node.lane}",
        "unit_id": unit_id,
        "person_id": person_id,
    }


def _party(pack: Pack, node: Node) -> Party | None:
    """Give the party that a step belongs to: its lane, or that of its act.

    An event on a step's edge stands in the step's lane, whoever may cause it: a withdrawal while
    the department forwards is the requester's.
    """
    act = pack.acts.get(node.act or "")
    if act is not None and act.parties and node.lane not in act.parties:
        return pack.parties[act.parties[0]]
    return pack.parties.get(node.lane or "")


def _assignment(move: Move, scope: str | None) -> tuple[int | None, int | None]:
    """Give the unit, or the one person, that a step of a party with this scope belongs to."""
    if scope == "starter":
        return None, move.case.started_by_id
    if scope == "unit":
        unit: Unit = move.case.unit
        return unit.forwarded_by, None
    if scope == "delegate":
        chosen = select(Delegation.person_id).where(
            Delegation.case_id == move.case.id, Delegation.revoked_at.is_(None)
        )
        return None, move.session.scalar(chosen.order_by(Delegation.id.desc()).limit(1))
    return None, None


def _end(move: Move) -> None:
    """Close the case, unless a rule still waits for something to happen in it."""
    waiting_for = open_duties(move.runtime.pack, move.deeds)
    if waiting_for and move.actor is not None:
        raise RefusedError(waiting_for)
    if waiting_for:
        text = " ".join(duty.text for duty in waiting_for)
        move.session.add(
            Incident(kind="rule", case_id=move.case.id, message=text, opened_at=move.now)
        )
    main = move.diagrams.diagrams[move.diagrams.main]
    move.case.ended_at = move.now
    move.case.outcome = main.nodes[move.run.ends[-1]].title if move.run.ends else None
