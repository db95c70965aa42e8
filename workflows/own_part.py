"""What somebody sees of a confidential case who is not on its list: their own part, no more.

That is what they were asked and answered, documents that they brought, and answers of others that
the diagram shows to them by name: to the complainant, to the subject.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.cases import Case, File, Task, TaskKind
from workflows import confidence
from workflows.diagrams.graph import Field
from workflows.library import DiagramSet
from workflows.reading import Sight, own_sight
from workflows.runtime import Runtime


@dataclass(frozen=True)
class OwnPart:
    """One person's part of a case: open steps, messages they may send, what was done and shown.

    `shown` are steps of others with an answer meant for this person; `sees` says which.
    """

    case: Case
    waiting: list[Task]
    messages: list[Task]
    done: list[Task]
    shown: list[Task]
    files: list[File]
    sees: Sight


def own_part(
    session: Session, runtime: Runtime, case: Case, person_id: int, *, files: Iterable[File]
) -> OwnPart:
    """Give the part of the person in a case that was loaded with its tasks and documents."""
    mine = [task for task in case.tasks if task.person_id == person_id]
    waiting = [task for task in mine if task.is_open]
    sees = own_sight(session, runtime.pack, case, person_id)
    diagrams = runtime.library.of(session, case.version_id)
    own_steps = {task.id for task in mine}
    return OwnPart(
        case=case,
        waiting=[task for task in waiting if task.kind == TaskKind.USER],
        messages=[task for task in waiting if task.kind == TaskKind.MESSAGE],
        done=[task for task in mine if task.completed_by_id == person_id],
        shown=_shown(case.tasks, own_steps, diagrams, sees),
        files=[f for f in files if f.uploaded_by_id == person_id and f.task_id in own_steps],
        sees=sees,
    )


def own_documents(session: Session, runtime: Runtime, person_id: int) -> set[int]:
    """Give the documents that are part of the person's own parts in confidential cases, by id.

    The work does not depend on which document is asked for: who has no such part learns nothing.
    """
    mine = select(Case).where(confidence.own_part(person_id)).options(selectinload(Case.tasks))
    found: set[int] = set()
    for case in session.scalars(mine).all():
        files = session.scalars(select(File).where(File.case_id == case.id)).all()
        part = own_part(session, runtime, case, person_id, files=files)
        found |= {file.id for file in part.files}
        diagrams = runtime.library.of(session, case.version_id)
        for task in part.shown:
            found |= {
                (task.answers or {})[field.id]
                for field in seen_fields(task, diagrams, part.sees)
                if field.type == "file"
            }
    return found


def seen_fields(task: Task, diagrams: DiagramSet, sees: Sight) -> list[Field]:
    """Give the answered fields of a step that the person sees."""
    node = diagrams.diagrams[task.diagram].nodes.get(task.element)
    given = task.answers or {}
    fields = node.fields if node else ()
    return [field for field in fields if given.get(field.id) is not None and sees(field, task)]


def _shown(
    tasks: Iterable[Task], own_steps: set[int], diagrams: DiagramSet, sees: Sight
) -> list[Task]:
    """Give the steps of others with something for this person; of a step done again, the last."""
    latest = {
        (task.diagram, task.element, task.scope): task
        for task in sorted(tasks, key=lambda task: (task.closed_in or 0, task.id))
        if task.completed_by_id is not None and task.id not in own_steps
    }
    return [task for task in latest.values() if seen_fields(task, diagrams, sees)]
