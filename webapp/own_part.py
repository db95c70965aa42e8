"""The page of a confidential case for somebody who sees only their own part of it."""

from dataclasses import dataclass

from models.cases import Case, File, Task
from models.database import db
from webapp import access
from webapp.answers_shown import Answer, StepAnswers, answers_of
from webapp.runtime import runtime
from workflows import cases
from workflows.own_part import own_part


@dataclass(frozen=True)
class OwnPartPage:
    """What waits for the person, what they answered and sent, and what they are told."""

    label: str
    reference: str
    process: str
    waiting: list[Task]
    messages: list[Task]
    done: list[StepAnswers]
    told: list[Answer]
    files: list[File]


def gather_own(case: Case) -> OwnPartPage:
    """Gather the page of a case that was loaded with its tasks."""
    session, person_id = db.session(), access.me().id
    diagrams = runtime().library.of(session, case.version_id).diagrams
    part = own_part(session, runtime(), case, person_id, files=cases.files_of(case.id))
    return OwnPartPage(
        label=case.label,
        reference=case.reference,
        process=case.version.process.name,
        waiting=part.waiting,
        messages=part.messages,
        done=answers_of(part.done, diagrams, part.sees),
        told=[
            answer
            for step in answers_of(part.shown, diagrams, part.sees)
            for answer in step.answers
        ],
        files=part.files,
    )
