"""How a case got to where it is, in sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.case_migration import MovedCase
from models.cases import (
    CareKind,
    Case,
    Comment,
    File,
    Intervention,
    InterventionKind,
    Task,
    TaskCare,
    TaskKind,
)
from workflows.diagrams.graph import Diagram, Node


@dataclass(frozen=True)
class Event:
    """Something that happened: when, in a sentence, with the remark or reason given."""

    at: datetime
    sentence: str
    remark: str | None = None
    task: Task | None = None


def timeline(
    case: Case,
    diagrams: Mapping[str, Diagram],
    comments: Iterable[Comment],
    files: Iterable[File],
    interventions: Sequence[Intervention] = (),
    care: Iterable[TaskCare] = (),
) -> list[Event]:
    """Give what happened in a case, oldest first.

    The case comes with its tasks and their people loaded, and so do the interventions and what
    leads did for its steps; nothing more is read.
    """
    skipped = {i.task_id for i in interventions if i.done_at and i.kind == InterventionKind.SKIP}
    started = Event(case.started_at, f"{case.started_by.name} started the case.")
    events = [started]
    events += [
        _of_task(task, diagrams)
        for task in case.tasks
        if _happened(task) and task.id not in skipped and task.kind != TaskKind.END
    ]
    events += [event for one in interventions for event in _of_intervention(one, diagrams)]
    events += [Event(one.at, _of_care(one), one.reason) for one in care]
    events += [Event(c.at, f"{c.person.name} commented.", c.text) for c in comments]
    events += [Event(f.uploaded_at, f"{f.uploaded_by.name} attached {f.name}.") for f in files]
    # What ended a case happened in the same moment, and stands before it.
    earlier = [(t.closed_at, t.name) for t in case.tasks if t.kind == TaskKind.END]
    for ended_at, outcome in [*earlier, (case.ended_at, case.outcome)]:
        if ended_at is not None:
            events.append(Event(ended_at, f"The case ended: {outcome}."))
    order = {id(event): place for place, event in enumerate(events)}
    return sorted(events, key=lambda event: (event.at, order[id(event)]))


def with_moves(events: Iterable[Event], moves: Iterable[MovedCase]) -> list[Event]:
    """Put the moves of a case to other versions, and those taken back, among what happened in it.

    The moves come with their versions and people loaded.
    """
    told = [event for move in moves for event in _of_move(move)]
    return sorted([*events, *told], key=lambda event: event.at)


def _of_move(move: MovedCase) -> Iterator[Event]:
    migration, before = move.migration, move.from_version.number
    if move.moved_at is not None:
        what = f"moved the case from version {before} to version {migration.to_version.number}"
        yield Event(move.moved_at, f"{migration.by.name} {what}.", migration.reason)
    if move.undone_at is not None and move.undone_by is not None:
        what = f"took that back: the case runs on version {before} again"
        # Taken back with all of its migration, there is a reason; by itself there is none.
        with_all = migration.undo_begun_at is not None and move.undone_at >= migration.undo_begun_at
        reason = migration.undo_reason if with_all else None
        yield Event(move.undone_at, f"{move.undone_by.name} {what}.", reason)


def _of_care(care: TaskCare) -> str:
    who, step = care.by.name, care.task.name
    if care.due_before is None or care.due_after is None:
        return f"{who} reminded people of “{step}”."
    if care.kind == CareKind.RESUMED:
        return f"“{step}” has a later due date, for the case was suspended."
    days = round((care.due_after - care.due_before).total_seconds() / 86_400)
    much = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    return f"{who} set the due date of “{step}” {much} {'later' if days >= 0 else 'earlier'}."


def _happened(task: Task) -> bool:
    """Say whether a row is worth a line of its own: a message that nobody sent is not."""
    return task.closed_at is not None and (
        task.kind != TaskKind.MESSAGE or task.completed_by_id is not None
    )


def _of_task(task: Task, diagrams: Mapping[str, Diagram]) -> Event:
    at = task.closed_at or task.opened_at
    if task.kind == TaskKind.OPERATION:
        return Event(at, f"Siteward did by itself: {task.name}.", task=task)
    if task.kind == TaskKind.DEADLINE:
        return Event(at, f"The time was up: {task.name}.", task=task)
    if task.completed_by is None:
        return Event(at, f"“{task.name}” was no longer needed.", task=task)
    who = task.done_by
    if task.kind == TaskKind.MESSAGE:
        return Event(at, f"{who}: {task.name}.", reason_in(task), task)
    node = diagrams[task.diagram].nodes.get(task.element)
    choice = chosen(node, task) if node else None
    what = f"{who} completed “{task.name}”" + (f": {choice}." if choice else ".")
    return Event(at, what, reason_in(task), task)


INTERVENED = {
    InterventionKind.SUSPEND: "suspend the case",
    InterventionKind.RESUME: "resume the case",
    InterventionKind.CANCEL: "cancel the case",
    InterventionKind.RETRY: "try “{}” again",
    InterventionKind.SKIP: "skip “{}”",
    InterventionKind.REOPEN: "reopen “{}”",
    InterventionKind.PLACE: "place the case at “{}”",
}
_DONE = {
    "suspend": "suspended",
    "resume": "resumed",
    "cancel": "cancelled",
    "try": "had tried",
    "skip": "skipped",
    "reopen": "reopened",
    "place": "placed",
}


def intervened(row: Intervention, diagrams: Mapping[str, Diagram], *, done: bool = False) -> str:
    """Say what an intervention does, "skip “Review”", or did, "skipped “Review”"."""
    diagram = diagrams.get(row.diagram or "")
    node = diagram.nodes.get(row.element or "") if diagram else None
    what = INTERVENED[InterventionKind(row.kind)].format(node.title if node else row.element)
    verb, _, rest = what.partition(" ")
    return f"{_DONE[verb] if done else verb} {rest}"


def _of_intervention(row: Intervention, diagrams: Mapping[str, Diagram]) -> Iterator[Event]:
    """Give what was asked, and what came of it where it took a second person."""
    who = row.asked_by.name
    if row.second is None and row.done_at is not None:
        yield Event(row.done_at, f"{who} {intervened(row, diagrams, done=True)}.", row.reason)
        return
    asked = f"{who} asked to {intervened(row, diagrams)}; a second person has to agree."
    yield Event(row.asked_at, asked, row.reason)
    if row.done_at is not None and row.second is not None:
        said = f"{row.second.name} agreed, and {who} {intervened(row, diagrams, done=True)}."
        yield Event(row.done_at, said, row.answer)
    elif row.refused_at is not None:
        by = row.second.name if row.second else who
        word = "refused" if row.second else "no longer wanted"
        yield Event(row.refused_at, f"{by} {word} to {intervened(row, diagrams)}.", row.answer)


def chosen(node: Node, task: Task) -> str | None:
    """Give the label of the outcome with which the step was done."""
    labels = {option.id: option.label for field in node.fields for option in field.options}
    return labels.get(task.outcome or "")


def reason_in(task: Task) -> str | None:
    """Give the reason that was given with a step."""
    reason = (task.answers or {}).get("reason")
    return str(reason) if reason else None


def state_of(case: Case, *, goes_on: str = "at its time") -> str:
    """Say in one sentence where a case stands; `goes_on` says when its next deadline is up."""
    if case.ended_at is not None:
        return f"Ended: {case.outcome}."
    if case.suspended_at is not None:
        return "Suspended: nothing can be done in it, and its deadlines wait, until it is resumed."
    waiting = [task for task in case.tasks if task.is_open and task.kind == TaskKind.USER]
    if not waiting:
        return f"Nothing waits for anybody; the next step comes {goes_on}."
    return f"Waits for {join([_whom(task) for task in waiting])}."


def _whom(task: Task) -> str:
    holder = f", {task.claimed_by.name} works on it" if task.claimed_by else ""
    return f"{task.party or 'somebody'} to do “{task.name}”{holder}"


def join(parts: list[str]) -> str:
    """Join as one says it: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
