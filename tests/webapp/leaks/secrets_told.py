"""Complaints whose every answer, remark, draft and document holds a word found nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from models.cases import InterventionKind, Task
from models.confidence import AccessReason, CaseAccess
from models.database import db, transaction
from models.trust import Job
from tests.bpmn.complaints import STORIES, Steps, found, lead, taken_up
from tests.webapp.leaks.crowd import ROLES, Crowd
from tests.workflows import investigating
from tests.workflows.filling import Hand
from workflows import (
    cases,
    documents,
    drafts,
    interventions,
    jobs,
    offers,
    tasks,
)
from workflows.interventions import Wish, Word

SECRET = "zorblax"
# What a hand fills in that has no words of its own.
WORDLESS = {"boolean", "person", "platform", "unit", "date", "datetime", "long", "decimal"}


def marker(case: str, element: str, field_id: str) -> str:
    """The word that stands in an answer of a case, and in nothing else."""
    return f"{SECRET}-{case}-{element}-{field_id}"


def markers_in(page: str) -> set[str]:
    """The marker words in a page."""
    return set(re.findall(rf"{SECRET}[\w-]*", page, flags=re.IGNORECASE))


@dataclass(frozen=True)
class SecretHand(Hand):
    """Fills in forms with the marker words of a case."""

    case: str = ""
    element: str = ""

    def _simple(self, asked: Any) -> Any:
        if asked.options or asked.type in WORDLESS:
            return super()._simple(asked)
        word = marker(self.case, self.element, asked.id)
        plain = word.replace("-", "").replace("_", "").lower()
        return {"url": f"https://{plain}.example/", "email": f"{plain}@x.example"}.get(
            asked.type, word
        )


@dataclass
class Secret(investigating.Complaint):
    """A complaint full of marker words. `named` are the people that its forms name, by step."""

    key: str = ""
    named: dict[str, dict[str, Any]] = field(default_factory=dict)

    def form(self, task: Task, by: int, answers: Mapping[str, Any]) -> dict[str, Any]:
        """A whole form with a marker word in each answer that has words, and a document."""
        node = tasks.form_of(self.diagrams, task)
        attach = self.hand(task, by).attach
        files = (one.id for one in node.fields if one.type == "file" and not one.shown_when)
        return super().form(task, by, {**{name: attach() for name in files}, **answers})

    def hand(self, task: Task, by: int) -> Hand:
        """Whoever fills in a form with marker words."""

        def attach() -> int:
            word = marker(self.key, task.element, "file")
            document = documents.check(f"{word}.txt", word.encode(), megabytes=1)
            runtime = self.town.runtime
            return tasks.attach(runtime, task.id, document, by=by, now=self.now).id

        people, platform = self.town.people, self.town.platform
        return SecretHand(people, platform, self.now, attach, self.key, task.element)

    def _naming(self, task: Task) -> dict[str, Any]:
        return self.named.get(task.element, {})

    def add_words(self, by: int) -> "Secret":
        """Let somebody on the list leave a remark, and half a form."""
        self.now += timedelta(minutes=1)
        cases.comment(self.case_id, marker(self.key, "comment", "text"), by=by, now=self.now)
        for task in self.open_tasks():
            if task.claimed_by_id == by:
                half = {"notes": [marker(self.key, "draft", "notes")]}
                drafts.save_draft(self.town.runtime, task.id, by=by, answers=half, now=self.now)
        return self

    def take(self, element: str, by: int) -> "Secret":
        """Let somebody take an offered step."""
        self.now += timedelta(minutes=1)
        offers.take(self.town.runtime, self.task(element).id, by=by, now=self.now)
        return self

    def intervene(self, kind: InterventionKind, by: int, **what: Any) -> "Secret":
        """Let an owner on its list do something to it; what a rule touches waits for another."""
        reason, revision = marker(self.key, kind, "reason"), self.case.revision
        wish = Wish(kind=kind, reason=reason, revision=revision, **what)
        interventions.intervene(self.town.runtime, self.case_id, wish, by=by, now=self.now)
        return self

    def agree(self, by: int) -> "Secret":
        """Let a second owner agree to what waits."""
        (row,) = interventions.of_case(db.session(), self.case_id)
        word = Word(agree=True, text=marker(self.key, "word", "text"), revision=self.case.revision)
        interventions.answer(self.town.runtime, row.id, word, by=by, now=self.now)
        return self

    def let_in(self, person: int) -> "Secret":
        """Put somebody on its list, as who is given a step by name is."""
        why, since = AccessReason.ASSIGNED, self.now
        with transaction() as session:
            session.add(CaseAccess(case_id=self.case_id, person_id=person, why=why, since=since))
        return self

    def let_one_do_both(self, first: str, second: str) -> "Secret":
        """Plant what no rule allows: whoever did the first step did the second as well."""
        by = next(task.completed_by_id for task in self.case.tasks if task.element == first)
        with transaction() as session:
            here = Task.case_id == self.case_id, Task.element == second
            session.execute(update(Task).where(*here).values(completed_by_id=by))
        return self

    def fail(self) -> "Secret":
        """Let a job of it fail for the last time, with an error that tells too much."""
        with transaction() as session:
            job = Job(
                kind="failing",
                key=marker(self.key, "job", "key"),
                case_id=self.case_id,
                payload={"place": ["investigate-complaint", "AssignLead"]},
                run_at=self.now,
                attempts=jobs.MAXIMUM_ATTEMPTS - 1,
            )
            session.add(job)

        def tell(*_given: Any) -> None:
            raise ValueError(marker(self.key, "job", "error"))

        jobs.run_due({"failing": tell}, now=self.now, owner="tests")
        return self


@dataclass
class Teller:
    """Tells the stories of the cases, one after the other."""

    crowd: Crowd
    now: datetime
    walks: dict[str, Secret] = field(default_factory=dict)

    def tell(self) -> dict[str, Secret]:
        """One case in each state that matters, and one for each role whose people it names."""
        office = self.crowd.office
        filed: Steps = [("FileComplaint", {})]
        self.case("filed", filed)
        self.case("taken", filed).take("IntakeComplaint", office.ines).add_words(office.ines)
        self.case("advice", taken_up(legal_question=True)[:2]).add_words(office.ines)
        noticed = [*taken_up(), *lead("department", answers=True), ("GiveNotice", {})]
        self.case("noticed", noticed)
        answered = [*noticed, ("RespondToNotice", {})]
        self.case("found", [*answered, *found("violation", by_department=True)])
        self.walks["found"].add_words(office.ole)
        steps = STORIES["a suspension, confirmed on a grievance"][1]
        final = {"RecordDiscipline": {"final_on": self.now.date().isoformat()}}
        by_now = [(name, {**given, **final.get(name, {})}) for name, given in steps]
        self.case("disciplined", by_now)
        self.case("not_final", steps)
        self.walks["disciplined"].let_one_do_both("MakeFinding", "TakeSeriousAction")
        self.case("closed", STORIES["out of scope"][1])
        hal = self.crowd.town.people.hal
        self.case("suspended", filed).take("IntakeComplaint", hal).add_words(hal)
        self.walks["suspended"].intervene(InterventionKind.SUSPEND, hal)
        self.case("failing", taken_up()[:3]).fail()
        self._intervened(hal)
        self._former()
        for role in ROLES:
            self._naming_people_of(role)
        return self.walks

    def _intervened(self, hal: int) -> None:
        """Cases in which an owner on the list did something, or asked for it."""
        filed: Steps = [("FileComplaint", {})]
        step = self.case("pending", filed).take("IntakeComplaint", hal).task("IntakeComplaint")
        self.walks["pending"].intervene(InterventionKind.SKIP, hal, task_id=step.id)
        self.walks["pending"].let_in(self.crowd.others["second_owner"])
        self.case("retried", filed).take("IntakeComplaint", hal).fail()
        place = {"diagram": "investigate-complaint", "element": "AssignLead"}
        self.walks["retried"].intervene(InterventionKind.RETRY, hal, **place)
        again = self.walks["retried"].now
        jobs.run_due({"failing": lambda *_given: None}, now=again, owner="tests")
        # One of its steps is offered, to the City Attorney, at the moment when it ends.
        self.case("cancelled", filed).take("IntakeComplaint", hal)
        self.walks["cancelled"].do("IntakeComplaint", hal, speech_concern=True)
        second = self.crowd.others["second_owner"]
        self.walks["cancelled"].let_in(second).intervene(InterventionKind.CANCEL, hal).agree(second)
        # It waits for its subject, and nobody can go on.
        steps = STORIES["a suspension, confirmed on a grievance"][1]
        before = [name for name, _ in steps].index("RespondBeforeDecision")
        kept_out = {"person": self.crowd.others["glass_excluded"], "reason": "relative"}
        self.case("stopped", steps[:before], conflicts=[kept_out])
        self.walks["stopped"].intervene(InterventionKind.SUSPEND, hal)

    def case(self, key: str, steps: Steps, **named: Any) -> Secret:
        """Tell one case, filed by Rosa about Will unless others are named."""
        people = self.crowd
        by = named.pop("by", people.town.people.rosa)
        complainant = named.pop("complainant", by)
        subject = named.pop("subject", people.office.will)
        case = cases.start_case(people.town.runtime, investigating.PROCESS, by=by, now=self.now)
        names = {
            "FileComplaint": {"complainant": complainant},
            "IntakeComplaint": {"subject": subject, **named},
            "AssignLead": {"subject": subject},
        }
        town, office = people.town, people.office
        walk = Secret(town, case.id, self.now, office=office, key=key, named=names)
        self.walks[key] = walk
        walk.tell(steps)
        return walk

    def _former(self) -> None:
        """Cases whose people are not on the list any more, or away."""
        who = self.crowd.others
        runtime = self.crowd.town.runtime
        once = {key: key for key in ("handed_over", "role_ended", "declared", "absent", "worked")}
        for key, person in {**once, "absent_declared": "absent"}.items():
            walk = self.case(key, [("FileComplaint", {})]).take("IntakeComplaint", who[person])
            walk.add_words(who[person])
        task = self.walks["handed_over"].task("IntakeComplaint")
        to, by = self.crowd.office.ines, who["handed_over"]
        tasks.reassign(runtime, task.id, to=to, reason="I am away.", by=by, now=self.now)
        for key, by in (("declared", who["declared"]), ("absent_declared", who["absent"])):
            reason, task = (
                marker(key, "conflict", "reason"),
                self.walks[key].task("IntakeComplaint"),
            )
            offers.declare_conflict(runtime, task.id, reason=reason, by=by, now=self.now)
        self.walks["worked"].do("IntakeComplaint", who["worked"])
        # Whoever is away has begun one of their own; and one waits for the investigators of a unit.
        for key, person in (("begun", "absent"), ("begun_elsewhere", "absent_elsewhere")):
            self.case(key, [], by=who[person])
        self.case("department", [*taken_up(), *lead("department"), ("GiveNotice", {})])
        # Somebody files it for somebody else, who is told what became of it.
        complainant = who["spoken_for"]
        self.case("filed_for", taken_up(), by=who["filer"], complainant=complainant)

    def _naming_people_of(self, role: str) -> None:
        """A case that names people of a role: who complains, whom it is about, who is in conflict."""
        of = self.crowd.of
        conflict = {"person": of[role, "conflict"], "reason": "relative"}
        self.case(
            f"role_{role}",
            taken_up()[:2],
            by=of[role, "complainant"],
            subject=of[role, "subject"],
            conflicts=[conflict],
        )
