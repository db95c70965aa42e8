"""What the page of a task shows, gathered in a bounded number of queries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from models.cases import Case, DiagramVersion, Draft, File, Task, TaskKind
from models.database import db
from models.people import Person, Unit
from models.sites import Platform, Site
from models.together import Together
from webapp import access, clock
from webapp.answers_shown import Answer, StepAnswers, answers_of, in_brief, latest_of
from webapp.forms import Choice
from webapp.runtime import runtime
from webapp.step_fields import Choices, Surroundings
from webapp.step_form import StepForm, form_for
from workflows import cases, drafts, interventions, leavers, tasks
from workflows.confidence import note_read
from workflows.consequences import Consequence, consequences
from workflows.diagrams.graph import Node
from workflows.errors import NotFoundError
from workflows.library import DiagramSet
from workflows.offices import offices
from workflows.people import Duties, duties_from
from workflows.policy.guard import Refusal
from workflows.reading import Part, find_step, sight
from workflows.timeline import Event, timeline
from workflows.training import Trained, known_training


@dataclass(frozen=True)
class TaskPage:
    """A task as one person sees it."""

    task: Task
    case: Case
    node: Node
    form: StepForm
    draft: Draft | None
    duties: Duties
    diagrams: DiagramSet
    events: list[Event]
    files: list[File]
    refusals: list[Refusal]
    follows: list[Consequence]
    candidates: list[Person]
    part: Part

    @property
    def is_whole(self) -> bool:
        """Whether the person sees the case of the step, and not only a part of their own in it."""
        return self.part == "whole"

    @property
    def act(self) -> Any:
        return runtime().pack.acts.get(self.task.act or "")

    @property
    def clauses(self) -> list[Any]:
        known = runtime().pack.clauses
        return [known[clause] for clause in self.node.clauses if clause in known]

    @cached_property
    def said(self) -> list[StepAnswers]:
        """What has been answered in the case so far, as it holds now and this person may read it."""
        if not self.is_whole:
            return []
        sees = sight(runtime().pack, self.case, self.duties, self.diagrams.main)
        return latest_of(answers_of(self.case.tasks, self.diagrams.diagrams, sees))

    @property
    def brief(self) -> list[Answer]:
        """What the case is about, in a few facts."""
        return in_brief(self.said)

    @property
    def cautions(self) -> list[Refusal]:
        """The rules that warn of this step and of what it sets off, and hinder nobody."""
        if not self.is_whole:
            return []
        by, acting_for = self.duties.person_id, self.acting_for
        return tasks.cautions(runtime(), db.session(), self.task, by=by, acting_for=acting_for)

    @property
    def acting_for(self) -> int | None:
        """The absent person in whose place this person would do the step."""
        return self.duties.acting_for(self.task, self.diagrams.main)

    @cached_property
    def absent(self) -> Person | None:
        """That absent person, to be named."""
        return db.session.get(Person, self.acting_for) if self.acting_for else None

    @cached_property
    def training(self) -> list[Trained]:
        """What is on record of the people concerned, where the step checks courses."""
        if not self.is_whole:
            return []
        return known_training(db.session(), self.case, self.node, self.diagrams.diagrams)

    @property
    def hats(self) -> list[str]:
        """The titles of the person's roles that the step waits for."""
        if self.task.person_id is not None:
            return []
        pack = runtime().pack
        if self.acting_for is not None:
            return []
        wanted = offices(pack).roles_for(self.task.duty, self.task.unit_id)
        return sorted(pack.roles[role].title for role in wanted & self.duties.roles)

    @property
    def state(self) -> dict[str, Any]:
        """What to light up in the picture of the diagram that the task stands in."""
        passed = [
            element
            for task in self.case.tasks
            for diagram, element in task.passed or []
            if diagram == self.task.diagram
        ]
        live = [
            task.element
            for task in self.case.tasks
            if task.is_open and task.kind == TaskKind.USER and task.diagram == self.task.diagram
        ]
        return {"passed": sorted(set(passed)), "live": live, "here": self.task.element}

    @property
    def diagram_number(self) -> int:
        """The number of the version of the diagram that this case runs on."""
        return version_number(self.case, self.task.diagram)

    @property
    def done_by(self) -> str:
        """Who completed the step; the case has been read with its people."""
        return next(task.done_by for task in self.case.tasks if task.id == self.task.id)

    @property
    def is_for_me(self) -> bool:
        """Whether the person may do the step; who only leads its office may hand it over."""
        main, now = self.diagrams.main, clock.now()
        return tasks.is_for(db.session(), self.duties, self.task, main, now=now)

    @property
    def is_mine(self) -> bool:
        return self.task.claimed_by_id == self.duties.person_id

    @property
    def is_held_by_another(self) -> bool:
        hands = self.duties.hands(self.diagrams.main)
        return self.task.claimed_by_id is not None and self.task.claimed_by_id not in hands


def version_number(case: Case, diagram: str) -> int:
    """Give the number of the version of a diagram in the frozen set of a case."""
    frozen = case.version.frozen[diagram]
    return db.session.scalars(
        select(DiagramVersion.number).where(DiagramVersion.id == frozen)
    ).one()


def duties() -> Duties:
    """Give what the person who is signed in may do today: the sign-in has asked for it already."""
    me = access.me()
    return duties_from(db.session(), me.id, me.held, runtime().pack, clock.today())


@dataclass(frozen=True)
class OpenTask:
    """A task that this person may open, and how far they see it."""

    task: Task
    duties: Duties
    diagrams: DiagramSet
    part: Part


def open_task(task_id: int) -> OpenTask:
    """Give a task that waits for this person; raises NotFoundError or NotAllowedError."""
    held, now = duties(), clock.now()
    task, part = find_step(db.session(), task_id, held, now=now)
    diagrams = runtime().library.of(db.session(), task.case.version_id)
    opened = OpenTask(task, held, diagrams, part)
    if part == "offer":
        return opened
    session = db.session()
    leads = held.leads(task.duty, task.unit_id) and part == "whole"
    if not (
        leads
        or tasks.is_for(session, held, task, diagrams.main, now=now)
        or leavers.may_hand_on(session, task, held, clock.today())
    ):
        raise tasks.not_yours(session, held, task, now=now)
    return opened


def taken_task(task_id: int) -> OpenTask:
    """Give a task that this person may work on; one that is only offered must be taken before."""
    opened = open_task(task_id)
    if opened.part == "offer":
        raise NotFoundError("There is no such task.")
    return opened


def sent_form(task_id: int, sent: MultiDict[str, Any]) -> tuple[Task, Node, StepForm]:
    """Give a task, its step and the form as it was sent.

    Whether the task waits for this person, the use case asks again that takes the answers.
    """
    held = duties()
    task, part = find_step(db.session(), task_id, held, now=clock.now())
    if part == "offer":
        raise NotFoundError("There is no such task.")
    diagrams = runtime().library.of(db.session(), task.case.version_id)
    node = tasks.form_of(diagrams, task)
    return task, node, form_for(node, _around(task, node, part), submitted=sent)


def gather(task_id: int, sent: StepForm | None = None) -> TaskPage:
    """Gather the page; with the form as it was sent, or the draft, or the last round's answers.

    Of a confidential case nothing is read before the look at it is on record.
    """
    opened = taken_task(task_id)
    if opened.task.case.confidential:
        note_read(opened.task.case_id, by=access.me().id, what=f"step {task_id}", now=clock.now())
        opened = taken_task(task_id)
    task, held, diagrams = opened.task, opened.duties, opened.diagrams
    node = tasks.form_of(diagrams, task)
    session = db.session()
    draft = drafts.draft_of(task.id, by=held.hands(diagrams.main))
    case = cases.with_history(task.case_id)
    comments, files = cases.comments_on(task.case_id), cases.files_of(task.case_id)
    is_whole = opened.part == "whole"
    rows = interventions.of_case(session, task.case_id) if is_whole else []
    return TaskPage(
        task=task,
        case=case,
        node=node,
        form=sent or _form(node, opened, case, draft),
        draft=draft,
        duties=held,
        diagrams=diagrams,
        events=timeline(case, diagrams.diagrams, comments, files, rows) if is_whole else [],
        files=files if is_whole else [],
        refusals=tasks.objections(
            runtime(),
            session,
            task,
            by=held.person_id,
            acting_for=held.acting_for(task, diagrams.main),
        ),
        follows=consequences(
            diagrams.diagrams[task.diagram], task.element, among=diagrams.diagrams
        ),
        candidates=_candidates(opened),
        part=opened.part,
    )


def _candidates(opened: OpenTask) -> list[Person]:
    """Give those to whom this person may hand the task over."""
    session, now, day = db.session(), clock.now(), clock.today()
    if leavers.may_hand_on(session, opened.task, opened.duties, day):
        return list(leavers.successors(session, runtime().pack, opened.task, day))
    if opened.part == "own" or opened.task.person_id is not None:
        return []
    if not tasks.may_hand_over(session, opened.duties, opened.task, now=now):
        return []
    return tasks.candidates(runtime(), session, opened.task, now)


def _form(node: Node, opened: OpenTask, case: Case, draft: Draft | None) -> StepForm:
    typed = None
    if draft is not None:
        typed = MultiDict(
            (name, value) for name, values in draft.answers.items() for value in values
        )
    answers = _last_round(opened, case)
    around = _around(opened.task, node, opened.part)
    return form_for(node, around, submitted=typed, answers=answers)


def _last_round(opened: OpenTask, case: Case) -> Mapping[str, Any] | None:
    """Give what this step was answered the last time, so that a return costs nobody their work.

    Who has only a part of their own in the case gets back what they answered themselves.
    """
    task, me = opened.task, opened.duties.person_id
    earlier = [
        other
        for other in case.tasks
        if other.element == task.element
        and other.diagram == task.diagram
        and other.completed_by_id is not None
        and (opened.part == "whole" or other.completed_by_id == me)
    ]
    if earlier:
        return max(earlier, key=lambda other: other.closed_in or 0).answers
    return None


def _around(task: Task, node: Node, part: Part) -> Surroundings:
    """Give the surroundings of a form; who sees only a part of their own may keep own documents."""
    uploaded_by = access.me().id if part == "own" else None
    return surroundings(task.case_id, node, uploaded_by=uploaded_by)


def surroundings(case_id: int, node: Node, *, uploaded_by: int | None = None) -> Surroundings:
    """Give what the form of a step offers to choose from, documents of this person or of all."""
    return Surroundings(clock.zone(), _choices(node), partial(_document, case_id, uploaded_by))


def _choices(node: Node) -> Callable[[str], Choices]:
    """Give what looks up the choices of a step: of all its fields at once, when the first asks."""
    types = {part.type for spec in node.fields for part in (spec, *spec.columns)}
    kinds = tuple(sorted(types & {"person", *_NAMED}))

    @cache
    def found() -> dict[str, Choices]:
        rows = _offered(kinds).ask(db.session(), {})
        return {
            kind: [Choice(str(id_), _called(*names)) for id_, *names in some]
            for kind, some in zip(kinds, rows, strict=True)
        }

    return lambda kind: found()[kind]


_NAMED: Mapping[str, Any] = {"unit": Unit, "site": Site, "platform": Platform}


@cache
def _offered(kinds: tuple[str, ...]) -> Together:
    return Together(*map(_names, kinds))


def _names(kind: str) -> tuple[Select[*tuple[Any, ...]], tuple[Any, ...]]:
    """Give the statement for one kind of choice, and its order."""
    if kind != "person":
        model = _NAMED[kind]
        return select(model.id, model.name), (model.name,)
    people = select(Person.id, Person.given_name, Person.family_name, Unit.name).join(Person.unit)
    active = people.where(Person.disabled_at.is_(None))
    return active, (Person.family_name, Person.given_name)


def _called(name: str, family: str = "", unit: str = "") -> str:
    return f"{name} {family} ({unit})" if unit else name


def _document(case_id: int, uploaded_by: int | None, file_id: int) -> str | None:
    ours = select(File.name).where(File.id == file_id, File.case_id == case_id)
    if uploaded_by is not None:
        ours = ours.where(File.uploaded_by_id == uploaded_by)
    return db.session.scalar(ours)
