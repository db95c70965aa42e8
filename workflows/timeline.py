"""How a case got to where it is, in sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.cases import Case, Comment, File, Task, TaskKind
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
) -> list[Event]:
    """Give what happened in a case, oldest first.

    The case comes with its tasks and their people loaded; nothing more is read.
    """
    started = Event(case.started_at, f"{case.started_by.name} started the case.")
    events = [started]
    events += [_of_task(task, diagrams) for task in case.tasks if _happened(task)]
    events += [Event(c.at, f"{c.person.name} commented.", c.text) for c in comments]
    events += [Event(f.uploaded_at, f"{f.uploaded_by.name} attached {f.name}.") for f in files]
    if case.ended_at is not None:
        events.append(Event(case.ended_at, f"The case ended: {case.outcome}."))
    order = {id(event): place for place, event in enumerate(events)}
    return sorted(events, key=lambda event: (event.at, order[id(event)]))


def _happened(task: Task) -> bool:
    """Say whether a row is worth a line: a message that nobody sent is not."""
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
