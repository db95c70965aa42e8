"""What people do with a task: claim, release, hand over and complete it."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case, File, Task, TaskKind
from models.database import db, transaction
from models.people import Person
from models.together import Together
from workflows import audit, confidence, documents, form_rules, progress, sealed_answers
from workflows.about import name_the_case
from workflows.answers import History, history_asked
from workflows.assignments import act_of, outcome_with
from workflows.case_list import hand_on
from workflows.consequences import operations_after
from workflows.diagrams.graph import Node
from workflows.documents import Document
from workflows.errors import (
    ConflictError,
    InvalidAnswersError,
    NotAllowedError,
    NotFoundError,
)
from workflows.exclusions import follow_answers
from workflows.library import DiagramSet
from workflows.moves import Move, advance, locking, note, permit, resume
from workflows.people import Duties, duties_asked, duties_from, duties_of, held_in, holders
from workflows.policy.guard import Deed, Refusal, could, warnings
from workflows.runtime import Runtime
from workflows.same_site import deeds_elsewhere
from workflows.suspension import refuse_suspended

Submitted = Mapping[str, Any]


@dataclass(frozen=True)
class Completion:
    """What a completed step led to: the case, the steps that now wait, and what else is known."""

    case: Case
    task: Task
    opened: tuple[Task, ...]
    after: progress.Aftermath | None


def find(task_id: int) -> Task:
    """Give a step that people do, with its case; raises NotFoundError.

    For those who know of it: whether somebody may see it, workflows.reading says first.
    """
    step = select(Task).where(Task.id == task_id, Task.kind == TaskKind.USER)
    task = db.session.scalar(step.options(joinedload(Task.case)))
    if task is None:
        raise NotFoundError("There is no such task.")
    return task


def process_of(runtime: Runtime, session: Session, case: Case) -> str:
    """Give the key of the process that a case is of; asks the database only for a new version."""
    return runtime.library.of(session, case.version_id).main


def may_do(duties: Duties, task: Task, process: str | None = None) -> bool:
    """Say whether the person with these duties is one of those whom an ordinary task waits for.

    `process` is the key of the case's process, for who stands in for somebody in that one alone.
    """
    return duties.may_do(task, process)


def is_for(
    session: Session, duties: Duties, task: Task, process: str | None, *, now: datetime
) -> bool:
    """Say whether the person is one of those whom a task waits for, in whatever case."""
    if task.case.confidential:
        return confidence.may_do(session, duties, task, now=now)
    return may_do(duties, task, process)


def not_yours(
    session: Session, duties: Duties, task: Task, *, now: datetime
) -> NotAllowedError | NotFoundError:
    """Give the refusal for somebody for whom the task does not wait.

    Whoever has no part in a confidential case must not learn that it exists.
    """
    if confidence.is_hidden(session, duties, task, now=now):
        return NotFoundError("There is no such task.")
    return NotAllowedError(f"“{task.name}” waits for {task.party or 'somebody else'}, not for you.")


def form_of(diagrams: DiagramSet, task: Task) -> Node:
    """Give the step of the diagram whose fields the task asks for."""
    return diagrams.node(task.diagram, task.element)


def objections(
    runtime: Runtime, session: Session, task: Task, *, by: int, acting_for: int | None = None
) -> list[Refusal]:
    """Give the rules that would refuse this person's act now, before anything is typed.

    `acting_for` is the absent person in whose place it would be done.
    """
    if task.act is None or task.act not in runtime.pack.acts:
        return []
    diagrams = runtime.library.of(session, task.case.version_id)
    history = History.read(session, task.case_id)
    named = history.named(runtime.pack, task.act, diagrams.diagrams)
    attempt = Deed(task.act, None, task.party, by, task.opened_at, acting_for)
    elsewhere = deeds_elsewhere(session, runtime, task.case, task.act)
    return could(runtime.pack, history.deeds, attempt, named=named, elsewhere=elsewhere)


def cautions(
    runtime: Runtime, session: Session, task: Task, *, by: int, acting_for: int | None = None
) -> list[Refusal]:
    """Give the rules that would only warn: of this person's act, and of what it sets off at once.

    A warning hinders nobody, so that it must be read before: each rule stands here once.
    """
    diagrams = runtime.library.of(session, task.case.version_id)
    history = History.read(session, task.case_id)
    found: dict[str, Refusal] = {}
    for deed in _next_deeds(runtime, diagrams, task, (by, acting_for)):
        named = history.named(runtime.pack, deed.act, diagrams.diagrams)
        elsewhere = deeds_elsewhere(session, runtime, task.case, deed.act)
        for warning in warnings(
            runtime.pack, history.deeds, deed, named=named, elsewhere=elsewhere
        ):
            found.setdefault(warning.rule, warning)
    return list(found.values())


def _next_deeds(
    runtime: Runtime, diagrams: DiagramSet, task: Task, hands: tuple[int, int | None]
) -> Generator[Deed, None, None]:
    """Walk what the step may do: its act with each yes, then the operations that follow it."""
    pack = runtime.pack
    if (own := pack.acts.get(task.act or "")) is not None:
        for outcome in sorted(pack.licensing(own.id)):
            by, acting_for = hands
            yield Deed(own.id, outcome, task.party, by, task.opened_at, acting_for)
    diagram = diagrams.diagrams[task.diagram]
    for node in operations_after(diagram, task.element, among=diagrams.diagrams):
        act = act_of(pack, node)
        if act is not None:
            yield Deed(act.id, act.default, node.lane, None, task.opened_at)


def complete(
    runtime: Runtime, task_id: int, *, by: int, answers: Submitted, now: datetime
) -> Completion:
    """Complete a task, or send the message that waits, and move its case on.

    `answers` are JSON values by field id. Raises NotFoundError, NotAllowedError (not a task of this
    person), ConflictError (done or taken by somebody else), InvalidAnswersError (what the step's
    form does not take) and RefusedError (a rule or an operation says no): then nothing has changed.
    """
    with transaction() as session:
        task = _locked_task(session, task_id)
        held, history = _held_and_done(session, runtime, task, by, now)
        task.acting_for_id = _check_hands(session, runtime, task, held, now=now)
        with confidence.discreetly(session, held, task, now=now):
            move = resume(session, runtime, task.case, now=now, actor=by, history=history)
            if task.kind == TaskKind.USER:
                answers = form_rules.sent(form_of(move.diagrams, task), answers)
            _close(move, task, by=by, answers=answers)
            step = move.run.deliver if task.kind == TaskKind.MESSAGE else move.run.complete
            advance(move, lambda: step(task.token), task)
        details: dict[str, Any] = {"task": task.id, "act": task.act, "outcome": task.outcome}
        details[sealed_answers.SEALED] = sealed_answers.digest(task.answers or {})
        if task.acting_for_id is not None:
            details["acting_for"] = task.acting_for_id
        if dropped := _drop_unused(move, task, answers):
            details["dropped"] = dropped
        audit.record(
            session,
            action=sealed_answers.COMPLETED,
            subject=task.case.label,
            actor=by,
            now=now,
            details=details,
        )
        return Completion(task.case, task, tuple(move.opened), progress.known_of(move))


def _drop_unused(move: Move, task: Task, answers: Submitted) -> list[int]:
    """Drop documents that were attached and then replaced; a step without any asks nothing."""
    fields = [field.id for field in form_of(move.diagrams, task).fields if field.type == "file"]
    used = [answers[field] for field in fields if answers.get(field) is not None]
    return documents.drop_unused(move.session, task.id, used) if fields else []


def _check_hands(
    session: Session, runtime: Runtime, task: Task, duties: Duties, *, now: datetime
) -> int | None:
    """Refuse whom the task does not wait for; give the absent person in whose place it is done."""
    process = process_of(runtime, session, task.case)
    if not is_for(session, duties, task, process, now=now):
        raise not_yours(session, duties, task, now=now)
    _check_open(session, task)
    with confidence.discreetly(session, duties, task, now=now):
        refuse_suspended(session, task.case)
    # What an absent person has taken, their substitute goes on with.
    if task.claimed_by_id is not None and task.claimed_by_id not in duties.hands(process):
        holder = session.get_one(Person, task.claimed_by_id)
        raise ConflictError(
            f"{holder.name} is working on “{task.name}”. Ask them to release it, or a lead to "
            "hand it over."
        )
    return duties.acting_for(task, process)


def _held(session: Session, runtime: Runtime, person: int, now: datetime) -> Duties:
    return duties_of(session, person, runtime.pack, runtime.calendar.day_of(now))


def _held_and_done(
    session: Session, runtime: Runtime, task: Task, person: int, now: datetime
) -> tuple[Duties, History]:
    """Give what the person may do today and what was done in the case, once it is locked.

    Both are asked in one statement, and only after the lock: whoever had it may have changed them.
    """
    day = runtime.calendar.day_of(now)
    asked = {"person": person, "day": day, "case": task.case_id}
    held, done = _both().ask(session, asked)
    return duties_from(session, person, held_in(held), runtime.pack, day), History.of(done)


@cache
def _both() -> Together:
    return Together((duties_asked(), ()), history_asked())


def _check_open(session: Session, task: Task) -> None:
    if task.is_open:
        return
    if task.completed_by_id is None:
        raise ConflictError(f"“{task.name}” is no longer needed: {task.case.label} has moved on.")
    who = session.get_one(Person, task.completed_by_id)
    raise ConflictError(
        f"{who.name} has already completed “{task.name}”. Your answers were not used; open the "
        "case to see what came of it."
    )


def _close(move: Move, task: Task, *, by: int, answers: Submitted) -> None:
    node = form_of(move.diagrams, task)
    act = move.runtime.pack.acts.get(task.act or "")
    if act is not None:
        task.outcome = outcome_of(move.runtime, node, answers)
        permit(move, Deed(act.id, task.outcome, task.party, by, move.now, task.acting_for_id))
    task.closed_at, task.closed_in, task.completed_by_id = move.now, move.revision, by
    task.answers = dict(answers)
    note(move, task)
    name_the_case(move, node, answers)
    if move.case.confidential:
        follow_answers(
            move.session,
            move.case,
            move.history,
            move.diagrams.diagrams,
            step=node,
            now=move.now,
        )


def outcome_of(runtime: Runtime, node: Node, answers: Submitted) -> str | None:
    """Give the outcome with which these answers perform the step's act (ARCHITECTURE, acts)."""
    return outcome_with(runtime.pack, node, answers)


def claim(runtime: Runtime, task_id: int, *, by: int, now: datetime) -> Task:
    """Take a task, so that others see who works on it."""
    with transaction() as session:
        task = _locked_task(session, task_id)
        held = _held(session, runtime, by, now)
        acting_for = _check_hands(session, runtime, task, held, now=now)
        if task.kind != TaskKind.USER:
            raise NotFoundError("There is no such task.")
        task.claimed_by_id, task.claimed_at = by, now
        details = {} if acting_for is None else {"acting_for": acting_for}
        _record(session, "task:claimed", task, by=by, now=now, **details)
        return task


def release(runtime: Runtime, task_id: int, *, by: int, now: datetime) -> Task:
    """Give a task back to everybody who may do it. Only who holds it may.

    When it was last taken stays: it says that there may be a draft.
    """
    with transaction() as session:
        task = _locked_task(session, task_id)
        _check_hands(session, runtime, task, _held(session, runtime, by, now), now=now)
        task.claimed_by_id = None
        _record(session, "task:released", task, by=by, now=now)
        return task


def reassign(
    runtime: Runtime, task_id: int, *, to: int, reason: str, by: int, now: datetime
) -> Task:
    """Hand a task over to another holder of the duty, by a lead and with a reason.

    In a confidential case this is for those on its list, who may also pass their own step on; the
    new holder comes onto the list, and the former one goes. Raises InvalidAnswersError without a
    reason and NotAllowedError for who does not lead, or who may not do the task.
    """
    if not reason.strip():
        raise InvalidAnswersError({"reason": "Say why, for the record."})
    with transaction() as session:
        task = _locked_task(session, task_id)
        day = runtime.calendar.day_of(now)
        duties = duties_of(session, by, runtime.pack, day)
        if not may_hand_over(session, duties, task, now=now):
            if confidence.is_hidden(session, duties, task, now=now):
                raise NotFoundError("There is no such task.")
            raise NotAllowedError(f"Only a lead of {task.party} may hand “{task.name}” over.")
        _check_open(session, task)
        theirs = duties_of(session, to, runtime.pack, day)
        if task.case.confidential:
            hand_on(session, runtime, task, theirs, by=by, now=now)
        elif not may_do(theirs, task):
            person, whom = session.get(Person, to), task.party or "somebody else"
            who = person.name if person else "The person you chose"
            raise NotAllowedError(f"{who} may not do this task: it waits for {whom}.")
        task.claimed_by_id, task.claimed_at = to, now
        _record(session, "task:reassigned", task, by=by, now=now, to=to, reason=reason)
        return task


def may_hand_over(session: Session, duties: Duties, task: Task, *, now: datetime) -> bool:
    """Say whether the person may hand a task over: its lead, or in a confidential case its doer.

    Who leads but does not work on a confidential case may not.
    """
    leads = duties.leads(task.duty, task.unit_id)
    if not task.case.confidential:
        return leads
    if leads and confidence.is_on_list(session, task.case_id, duties, now=now, at_work=True):
        return True
    return task.person_id is None and confidence.may_do(session, duties, task, now=now)


def candidates(runtime: Runtime, session: Session, task: Task, now: datetime) -> list[Person]:
    """Give the people who may do the task, for a lead who hands it over."""
    day = runtime.calendar.day_of(now)
    people = list(holders(session, runtime.pack, task.duty, task.unit_id, day))
    if task.case.confidential:
        free = confidence.unexcluded(session, task.case_id, [person.id for person in people])
        people = [person for person in people if person.id in free]
    return people


def _locked_task(session: Session, task_id: int) -> Task:
    task: Task | None = session.scalar(locking(), {"task": task_id})
    if task is None:
        raise NotFoundError("There is no such task.")
    return task


def _record(
    session: Session, action: str, task: Task, *, by: int, now: datetime, **details: Any
) -> None:
    session.flush()
    audit.record(
        session,
        action=action,
        subject=task.case.label,
        actor=by,
        now=now,
        details={"task": task.id, **details},
    )


def attach(runtime: Runtime, task_id: int, document: Document, *, by: int, now: datetime) -> File:
    """Keep a checked document with a task, before the task itself is complete.

    The same document of the same person is kept once, however often it is sent. Raises as `complete` does for somebody who may not do the task now.
    """
    with transaction() as session:
        task = _locked_task(session, task_id)
        _check_hands(session, runtime, task, _held(session, runtime, by, now), now=now)
        if (file := documents.same(session, document, task_id=task_id, by=by)) is not None:
            return file
        file = documents.accept(
            session, document, case_id=task.case_id, task_id=task.id, by=by, now=now
        )
        _record(session, "file:attached", task, by=by, now=now, name=file.name, sha256=file.sha256)
        return file
