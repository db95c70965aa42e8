"""What the register knows of the courses of people whom a step is about (CO-4, IT-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.cases import Case
from models.people import Person, TrainingRecord
from models.sites import SiteRole
from workflows.answers import History, people_in
from workflows.diagrams.graph import Diagram, Field, Node

# The register keys of the table that asks for courses, and of the fields that name who runs a site.
COURSES = "training.records"
NAMING = ("site.owner", "site-roles", "site-role:")


@dataclass(frozen=True)
class Course:
    """What is on record of one course of one person: the latest time that they completed it.

    `completed` is None where nothing is on record, `expires` where it never ends.
    """

    name: str
    completed: date | None = None
    expires: date | None = None

    def is_current(self, day: date) -> bool:
        return self.completed is not None and (self.expires is None or day <= self.expires)


@dataclass(frozen=True)
class Trained:
    """A person whom the step is about, and every course that it asks for."""

    person: Person
    courses: tuple[Course, ...]


def known_training(
    session: Session, case: Case, node: Node, diagrams: Mapping[str, Diagram]
) -> list[Trained]:
    """Give what is on record of those whom the case names to run the site, by family name.

    Only for a step with a table of courses, by its register key; others ask nothing. Where the
    case names nobody, it is about those who run its site today.
    """
    table = next((field for field in node.fields if field.register == COURSES), None)
    if table is None:
        return []
    people = _named(session, case, diagrams)
    latest: dict[tuple[int, str], TrainingRecord] = {}
    of_them = select(TrainingRecord).where(TrainingRecord.person_id.in_(people))
    for record in session.scalars(of_them.order_by(TrainingRecord.completed_on)):
        latest[record.person_id, record.course] = record
    known = select(Person).where(Person.id.in_(people)).options(joinedload(Person.unit))
    return [
        Trained(
            person,
            tuple(_course(label, latest.get((person.id, key))) for key, label in _asked(table)),
        )
        for person in session.scalars(known.order_by(Person.family_name, Person.id))
    ]


def _asked(table: Field) -> list[tuple[str, str]]:
    """Give the courses that the table offers: key and label."""
    column = next((column for column in table.columns if column.id == "course"), None)
    return [(option.id, option.label) for option in column.options] if column else []


def _course(label: str, record: TrainingRecord | None) -> Course:
    return Course(label, record.completed_on, record.expires_on) if record else Course(label)


def _named(session: Session, case: Case, diagrams: Mapping[str, Diagram]) -> set[int]:
    facts = History.read(session, case.id).facts(diagrams)
    people = {
        person
        for key, fact in facts.items()
        if key.startswith(NAMING)
        for person in people_in(fact.value)
    }
    if people or case.site_id is None:
        return people
    running = select(SiteRole.person_id).where(
        SiteRole.site_id == case.site_id, SiteRole.until.is_(None)
    )
    return set(session.scalars(running))
