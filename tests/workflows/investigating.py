"""An investigation among the people of Northwater: database, guard, list and jobs, nothing stood in for.

Ines investigates for Human Resources and Hal advises; Otto heads Parks and Ole investigates for
it; Will of Parks is whom the complaints are about, and Rosa complains.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.cases import InterventionKind, Task
from models.database import transaction
from tests import city
from tests.bpmn.complaints import Steps
from tests.workflows.walking import Town, Walk
from workflows import cases, form_rules, interventions, offers, tasks
from workflows.interventions import Wish, Word

PROCESS = "investigate-complaint"
OF_THE_ADVISER = {"consult-hr", "establish-category", "advise-discipline", "decide-appeal"}
OF_THE_HEAD = {"plan-action", "give-predetermination-notice", "take-action"}


@dataclass(frozen=True)
class Office:
    """Those who work on complaints, and whom they are about."""

    ines: int
    otto: int
    ole: int
    will: int


def open_office(town: Town) -> Office:
    """Settle who works on complaints."""
    who = town.people
    with transaction() as session:
        ines = city.person(session, "Ines", "Falk", who.hr)
        otto = city.person(session, "Otto", "Brecht", who.parks)
        ole = city.person(session, "Ole", "Dahl", who.parks)
        will = city.person(session, "Will", "Ironwood", who.parks)
        city.grant(session, ines, "hr_investigator")
        city.grant(session, otto, "dept_head", unit_id=who.parks)
        city.grant(session, ole, "dept_investigator", unit_id=who.parks)
    return Office(ines, otto, ole, will)


@dataclass
class Complaint(Walk):
    """One complaint on its way: who usually does a step takes it first where it is offered."""

    office: Office | None = None

    def tell(self, steps: Steps) -> "Complaint":
        """Let people do the steps of a story, and deadlines come."""
        for step, answers in steps:
            if step.startswith("@"):
                self.wait(days=20)
            else:
                self.do(step, **answers)
        return self

    def complete(self, task: Task, by: int, answers: Mapping[str, Any]) -> tasks.Completion:
        """Complete a step, taken first where it is offered."""
        if task.offered:
            offers.take(self.town.runtime, task.id, by=by, now=self.now)
        return super().complete(task, by, answers)

    def form(self, task: Task, by: int, answers: Mapping[str, Any]) -> dict[str, Any]:
        """A whole form that names people where it asks for them."""
        names = self._naming(task)
        whole = super().form(task, by, {**names, **answers})
        asked = form_rules.asked(self.diagrams.node(task.diagram, task.element), whole)
        return {name: whole[name] for name in whole if name in asked or name not in names}

    def whoever_does(self, task: Task) -> int:
        """The person whom a step waits for, or who usually does steps of its act."""
        if task.person_id is not None:
            return task.person_id
        assert self.office is not None
        office, act = self.office, task.act
        if task.party == "Human Resources":
            return self.town.people.hal if act in OF_THE_ADVISER else office.ines
        if task.party == "Department":
            return office.otto if act in OF_THE_HEAD else office.ole
        return super().whoever_does(task)

    def _naming(self, task: Task) -> dict[str, Any]:
        """The people whom the forms of a complaint name."""
        assert self.office is not None
        names: dict[str, dict[str, Any]] = {
            "FileComplaint": {"complainant": self.town.people.rosa},
            "IntakeComplaint": {"subject": self.office.will},
            "AssignLead": {"subject": self.office.will},
        }
        return names.get(task.element, {})


def complain(town: Town, office: Office, *, now: datetime) -> Complaint:
    """Let Rosa begin a complaint."""
    case = cases.start_case(town.runtime, PROCESS, by=town.people.rosa, now=now)
    return Complaint(town, case.id, now, office=office)


def place(walk: Complaint, diagram: str, element: str) -> None:
    """Let the owners of the process put a token on a step, in the place of all that waits."""
    assert walk.office is not None
    with transaction() as session:
        # Human Resources owns the process: from now on Ines is its second owner on the list.
        city.grant(session, walk.office.ines, "hr_advisor")
    take_back = Wish(
        kind=InterventionKind.PLACE,
        reason="It is stuck.",
        revision=walk.case.revision,
        diagram=diagram,
        element=element,
        takes_back=True,
    )
    asked = interventions.intervene(
        walk.town.runtime, walk.case_id, take_back, by=walk.office.ines, now=walk.now
    )
    if asked.rules:
        word = Word(agree=True, text="I looked at it.", revision=walk.case.revision)
        interventions.answer(
            walk.town.runtime, asked.id, word, by=walk.town.people.hal, now=walk.now
        )
