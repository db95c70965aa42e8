"""One step of a case: the tokens move, operations run, and the rows follow.

Everything that moves a token comes through here, inside the transaction of its use case: a
completed task, a message, a deadline, an intervention. So the rules are asked in one place.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.orm import Session, contains_eager
from sqlalchemy.orm.attributes import flag_modified

from models.cases import Case, Task, TaskKind
from models.trust import Incident
from workflows import engine
from workflows.answers import Done, History
from workflows.assignments import act_of, assigned_to, party_of
from workflows.business_time import due
from workflows.case_list import settle
from workflows.closing import drop_drafts, take_back
from workflows.confidence import awaited
from workflows.diagrams.conditions import ConditionError, Unset
from workflows.diagrams.graph import Node
from workflows.diagrams.timers import TimerError
from workflows.errors import ConflictError, RefusedError, StuckError
from workflows.jobs import replace
from workflows.library import DiagramSet
from workflows.notices import tell
from workflows.operations import OPERATIONS
from workflows.operations.occasion import Occasion, OperationError
from workflows.people import holders
from workflows.policy.guard import Deed, open_duties, verdict
from workflows.runtime import Runtime
from workflows.same_site import deeds_elsewhere

# Far above any diagram that people can read; a set of operations in a circle stops here.
MOST_OPERATIONS = 50

DEADLINE_JOB = "deadline"
DEFAULT_DUE = "P10BD"


@dataclass
class Move:
    """A case under its lock, with its tokens in memory, during one transaction.

    `before` is what it waited for when it was locked, `opened` the rows of what it waits for
    since, `deadlines` when those of them ring that this move has set, `operated` the names of the
    operations done, `told` whom one has told what happened. All rows of one move are closed in the
    same `revision` of the case. `ends_as` is how it ends where somebody ends it from outside.
    """

    session: Session
    runtime: Runtime
    case: Case
    diagrams: DiagramSet
    run: engine.Run
    history: History
    now: datetime
    actor: int | None
    before: dict[str, engine.Waiting] = field(default_factory=dict)
    opened: list[Task] = field(default_factory=list)
    deadlines: dict[str, datetime] = field(default_factory=dict)
    operated: list[str] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    ends_as: str | None = None
    revision: int = field(init=False)
    _recorded: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Count on from the revision that the case has under the lock."""
        self.revision = self.case.revision + 1

    def path(self) -> list[list[str]]:
        """Give the nodes and flows passed that no row has been given yet, for the picture."""
        fresh = self.run.passed[self._recorded :]
        self._recorded += len(fresh)
        return [[step.diagram, step.element] for step in fresh]


@cache
def locking() -> Select[Task]:
    """Give the statement that locks a case, then its task with the id `task`, and reads both."""
    return (
        select(Task)
        .join(Task.case)
        .join(Case.unit)
        .where(Task.id == bindparam("task"))
        .options(
            contains_eager(Task.case).contains_eager(Case.unit),
            contains_eager(Task.case).undefer(Case.tokens),
        )
        .with_for_update(of=(Case, Task))
    )


def begin(
    session: Session, runtime: Runtime, case: Case, *, now: datetime, actor: int | None
) -> Move:
    """Put the first tokens of a case that has just been added, and open its first steps."""
    diagrams = runtime.library.of(session, case.version_id)
    history = History()
    with _told_apart():
        run = engine.start(diagrams.specs, history)
    move = Move(session, runtime, case, diagrams, run, history, now, actor)
    _advance(move, None)
    return move


def resume(
    session: Session,
    runtime: Runtime,
    case: Case,
    *,
    now: datetime,
    actor: int | None,
    history: History | None = None,
) -> Move:
    """Load the tokens of a case that is locked already; ConflictError when it has ended.

    `history` is what was done in it, where that has been read under the lock.
    """
    if case.tokens is None:
        raise ConflictError(f"{case.label} has ended; nothing in it can be done any more.")
    diagrams = runtime.library.of(session, case.version_id)
    if history is None:
        history = History.read(session, case.id)
    run = engine.load(diagrams.specs, case.tokens, history)
    before = {waiting.id: waiting for waiting in run.waiting()}
    return Move(session, runtime, case, diagrams, run, history, now, actor, before)


def permit(move: Move, deed: Deed) -> None:
    """Ask the rules whether this act may happen now; raise RefusedError with rule and clause."""
    pack = move.runtime.pack
    named = move.history.named(pack, deed.act, move.diagrams.diagrams)
    elsewhere = deeds_elsewhere(move.session, move.runtime, move.case, deed.act, lock=True)
    refusals = verdict(pack, move.history.deeds, deed, named=named, elsewhere=elsewhere)
    if refusals:
        raise RefusedError(refusals)


def advance(move: Move, step: Callable[[], None], record: Task | None) -> None:
    """Move the tokens by `step`, run the operations met, and write what follows from it.

    `record` is the row of the step itself; it takes the path that the tokens passed. Where none
    is, as for a token placed by hand, the first step that opens takes it.
    Raises StuckError when a condition has no answer or an operation cannot be done, and
    RefusedError when a rule forbids what would follow: nothing is kept then.
    """
    with _told_apart():
        step()
    if record is not None:
        record.passed = [*(record.passed or []), *move.path()]
    _advance(move, record)


def _advance(move: Move, record: Task | None) -> None:
    with _told_apart():
        _operate(move)
        _follow(move, record)


@contextmanager
def _told_apart() -> Generator[None]:
    """Say to people what a diagram or an operation cannot do; bugs go on as they are."""
    try:
        yield
    except OperationError as error:
        raise StuckError(f"{error} Nothing was changed.") from error
    except (Unset, ConditionError, TimerError, engine.EngineError) as error:
        message = f"{error} Nothing was changed; tell the owner of this process."
        raise StuckError(message) from error


def _operate(move: Move) -> None:
    for _ in range(MOST_OPERATIONS):
        service = next((w for w in move.run.waiting() if w.kind == "service"), None)
        if service is None:
            return
        _perform(move, service)
    raise engine.EngineError(None, "More operations follow one another than a diagram may have.")


def _perform(move: Move, service: engine.Waiting) -> None:
    node = move.diagrams.node(service.diagram, service.element)
    operation = OPERATIONS.get(node.topic or "")
    if operation is None:
        raise engine.EngineError(node.id, f'There is no operation "{node.topic}".')
    act = act_of(move.runtime.pack, node)
    outcome = act.default if act else None
    if act is not None:
        permit(move, Deed(act.id, outcome, node.lane, None, move.now))
    facts = move.history.facts(move.diagrams.diagrams)
    awaited = partial(_holders, move)
    occasion = Occasion(
        move.session, move.case, facts, move.now, move.actor, awaited, move.told, move.history.acts
    )
    operation(occasion)
    move.run.complete(service.id)
    record = Task(
        **row_of(move, service, node),
        kind=TaskKind.OPERATION,
        opened_at=move.now,
        closed_at=move.now,
        closed_in=move.revision,
        outcome=outcome,
        passed=move.path(),
    )
    move.session.add(record)
    move.operated.append(record.name)
    note(move, record)


def note(move: Move, record: Task) -> None:
    """Let the rest of this move know what has just been done."""
    move.history.add(
        Done(
            record.id or 0,
            record.diagram,
            record.element,
            record.scope,
            record.act,
            record.outcome,
            record.party,
            record.completed_by_id,
            move.now,
            record.answers,
            record.acting_for_id,
        )
    )


def _holders(move: Move, task: Task) -> Iterable[int]:
    """Give the ids of those who may do an open task, for operations that tell them."""
    if task.person_id is not None:
        return [task.person_id]
    if move.case.confidential:
        return awaited(move.session, move.runtime, task, now=move.now)
    day = move.runtime.calendar.day_of(move.now)
    people = holders(move.session, move.runtime.pack, task.duty, task.unit_id, day)
    return [person.id for person in people]


def _follow(move: Move, record: Task | None) -> None:
    """Write the rows that the tokens now ask for, and take back those that they left."""
    move.case.tokens = None if move.run.ended else move.run.save()
    # Each move is a revision of its own, even one that leaves the tokens where they were.
    flag_modified(move.case, "tokens")
    if move.run.ended:
        _end(move)
    after = {waiting.id: waiting for waiting in move.run.waiting()}
    done = record.token if record is not None else None
    left = [w for key, w in move.before.items() if key not in after and key != done]
    came = [w for key, w in after.items() if key not in move.before]
    _close(move, left, record)
    _set_deadlines(move, left, came)
    _open(move, came)
    _tell(move)
    move.session.flush()  # a rule of the database that this breaks must fail before the record
    settle(move.session, move.runtime, move.case, now=move.now)


def _close(move: Move, left: Sequence[engine.Waiting], record: Task | None) -> None:
    """Close the rows of steps that the diagram took back, with drafts."""
    users = [waiting.id for waiting in left if waiting.kind == "user"]
    tokens = users + [waiting.id for waiting in left if waiting.kind == "message"]
    with move.session.no_autoflush:  # the row of the step goes with those that it took back
        drop_drafts(move.session, move.case.id, users, record)
        if tokens:
            take_back(
                move.session, move.case.id, tokens, record, now=move.now, revision=move.revision
            )


def _set_deadlines(
    move: Move, left: Sequence[engine.Waiting], came: Sequence[engine.Waiting]
) -> None:
    ended = [job_key(move, waiting) for waiting in left if waiting.kind == "deadline"]
    set_now = [waiting for waiting in came if waiting.kind == "deadline"]
    for waiting in set_now:
        move.deadlines[waiting.id] = due(move.runtime.calendar, waiting.timer or "", move.now)
    begun = [deadline(move, waiting, move.deadlines[waiting.id]) for waiting in set_now]
    replace(move.session, ended, begun)


def _open(move: Move, came: Sequence[engine.Waiting]) -> None:
    """Open the rows of steps that wait now, with one statement."""
    nodes = [(w, move.diagrams.node(w.diagram, w.element)) for w in came]
    rows = [
        row_of(move, waiting, node)
        | {
            "kind": TaskKind.USER if waiting.kind == "user" else TaskKind.MESSAGE,
            "opened_at": move.now,
            # A message may be sent; nobody is late who leaves it.
            "due_at": _due(move, node) if waiting.kind == "user" else None,
        }
        for waiting, node in nodes
        if waiting.kind == "user" or (waiting.kind == "message" and node.act)
    ]
    if rows:
        if way := move.path():
            # From the start to the first step: there is no other row that it could stand in.
            rows[0]["passed"] = way
        # With its nulls written out, every row is of one form and they go in one statement.
        statement = insert(Task).returning(Task).execution_options(render_nulls=True)
        move.opened += move.session.scalars(statement, rows)


def _due(move: Move, node: Node) -> datetime:
    """Give the time by which a step is due; one without a due time has the city's default.

    Every human task has a deadline (K45), and lists that sort by it need one.
    """
    return due(move.runtime.calendar, node.due or DEFAULT_DUE, move.now)


def deadline(
    move: Move, waiting: engine.Waiting, run_at: datetime, *, rings: int = 1
) -> dict[str, Any]:
    """Give the job that will fire this deadline at that time, for the how manyeth time."""
    place = [waiting.diagram, waiting.element]
    return {
        "kind": DEADLINE_JOB,
        "key": job_key(move, waiting),
        "case_id": move.case.id,
        "payload": {"token": waiting.id, "rings": rings, "place": place},
        "run_at": run_at,
    }


def job_key(move: Move, waiting: engine.Waiting) -> str:
    return f"{DEADLINE_JOB}:{move.case.id}:{waiting.id}"


def row_of(move: Move, waiting: engine.Waiting, node: Node) -> dict[str, Any]:
    act = act_of(move.runtime.pack, node)
    party = party_of(move.runtime.pack, node, act)
    unit_id, person_id = assigned_to(
        move.session, move.case, move.history, move.diagrams.diagrams, party
    )
    act_id = act.id if act else node.act
    return {
        "case_id": move.case.id,
        "token": waiting.id,
        "element": waiting.element,
        "diagram": waiting.diagram,
        "scope": waiting.scope,
        "name": node.title,
        "act": act_id,
        "party": party.name if party else node.lane,
        "duty": act.duty_in(party.name) if act and party else act_id or f"party/{node.lane}",
        "unit_id": unit_id,
        "person_id": person_id,
    }


def _end(move: Move) -> None:
    """Close the case, unless a rule still waits for something to happen in it."""
    waiting_for = open_duties(move.runtime.pack, move.history.deeds)
    if waiting_for and move.actor is not None and move.ends_as is None:
        raise RefusedError(waiting_for)
    if waiting_for:
        text = " ".join(duty.text for duty in waiting_for)
        if move.case.confidential:  # an incident is read by those who see no such case
            text = "A confidential case has ended although a rule asks for more to happen in it."
        move.session.add(
            Incident(kind="rule", case_id=move.case.id, message=text, opened_at=move.now)
        )
    main = move.diagrams.diagrams[move.diagrams.main]
    move.case.ended_at = move.now
    reached = main.nodes[move.run.ends[-1]].title if move.run.ends else "Ended"
    move.case.outcome = move.ends_as or reached


def _tell(move: Move) -> None:
    """Tell the person whom the case now waits for by name, and its starter when it ended.

    Who has just been told by an operation what became of the case is not told again that it ended.
    """
    news = {
        task.person_id: f"waits for you: {task.name}."
        for task in move.opened
        if task.person_id is not None and task.kind == TaskKind.USER
    }
    if move.case.ended_at is not None and move.case.started_by_id not in move.told:
        news[move.case.started_by_id] = f"has ended: {move.case.outcome}."
    for person_id, what in news.items():
        if person_id != move.actor:
            # A notice is read outside the case: of a confidential one it tells no more than this.
            said = "has news for you." if move.case.confidential else what
            text = f"{move.case.label} {said}"
            tell(move.session, [person_id], text, case_id=move.case.id, now=move.now)
