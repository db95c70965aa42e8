"""A rehearsal as its page shows it: what waits, the form of a step, the clock, the story, the picture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from models.database import db
from models.publication import DiagramDraft
from models.studio import Rehearsal, Scenario
from webapp import clock
from webapp.forms import Choice
from webapp.runtime import runtime
from webapp.step_fields import Choices, Surroundings
from webapp.step_form import StepForm, form_for
from webapp.templating import CityClock
from workflows import publication, rehearsals, scenarios
from workflows.consequences import Consequence, consequences
from workflows.diagrams.graph import Diagram
from workflows.engine import Passed
from workflows.errors import PolicyError
from workflows.publication import drafts
from workflows.publication.family import Plan, diagrams_of, plan
from workflows.publication.gating import Tried, set_aside_in, tried
from workflows.rehearsals import Placed
from workflows.rehearsing import (
    Cast,
    Coverage,
    Deadline,
    Invented,
    Place,
    Played,
    Stage,
    Told,
    Wait,
    coverage,
    invented_answers,
)

# What stands in the legend of a picture, and what it is drawn as.
SHAPES = {
    "done": "done",
    "clock": "held",
    "deadline": "attention",
    "operation": "active",
    "warning": "attention",
    "end": "ended",
}


@dataclass(frozen=True)
class Picture:
    """A diagram to be drawn: its name, where its BPMN is, and what is lit up in it."""

    name: str
    xml_url: str
    state: Mapping[str, Any]
    is_draft: bool


@dataclass(frozen=True)
class Offered:
    """A step or a message that waits, with its form."""

    wait: Wait
    form: StepForm
    follows: Sequence[Consequence] = ()

    @property
    def act(self) -> str:
        """What sending it is called: the act's title, or the step's."""
        act = runtime().pack.acts.get(self.wait.node.act or "")
        return act.title if act else self.wait.node.title


class Saying:
    """Dates as the clock of the rehearsal sees them."""

    def __init__(self, stage: Stage) -> None:
        self._clock = CityClock(clock.zone(), lambda: stage.now)
        self._now = stage.now

    def moment(self, moment: datetime) -> str:
        return f"{self._clock.day(moment)}, {self._clock.time(moment)}"

    def due(self, moment: datetime | None) -> str:
        return self._clock.due(moment)

    @property
    def typed(self) -> str:
        """The clock as a browser's control for a day and an hour holds it."""
        return self._clock.local(self._now).strftime("%Y-%m-%dT%H:%M")

    @property
    def now(self) -> str:
        return f"{self._clock.day(self._now)} {self._clock.local(self._now).year}, {self._clock.time(self._now)}"


@dataclass(frozen=True)
class Page:
    """A rehearsal as it stands on its draft now."""

    draft: DiagramDraft
    placed: Placed
    wanted: Place | None = None
    fills: bool = False
    given: Mapping[str, Any] | None = None
    sent: StepForm | None = None
    error: PolicyError | None = None

    @property
    def rehearsal(self) -> Rehearsal:
        return self.placed.rehearsal

    @property
    def played(self) -> Played:
        return self.placed.played

    @property
    def stage(self) -> Stage:
        """Where it stands; what cannot be played at all has no page."""
        if self.played.stage is None:
            msg = "A rehearsal without a stage is refused before."
            raise RuntimeError(msg)
        return self.played.stage

    @property
    def name(self) -> str:
        main = self.placed.diagrams.diagrams[self.placed.diagrams.main]
        return main.name or self.placed.diagrams.main

    @property
    def says(self) -> Saying:
        return Saying(self.stage)

    @property
    def is_open(self) -> bool:
        """Whether one can go on: the draft is open, and all moves fit it."""
        return self.draft.closed_at is None and self.played.misfit is None

    @property
    def steps(self) -> list[Wait]:
        return [wait for wait in self.stage.waits if not wait.is_message]

    @property
    def messages(self) -> list[Wait]:
        return [wait for wait in self.stage.waits if wait.is_message]

    @property
    def deadlines(self) -> list[Deadline]:
        return self.stage.deadlines

    @property
    def left(self) -> list[str]:
        """What the moves were that are set aside, in words."""
        return [_in_words(move) for move in self.placed.moves[self.played.made :]]

    @cached_property
    def chosen(self) -> Wait | None:
        """The step whose form is shown: the one asked for, else the first that waits."""
        found = [wait for wait in self.stage.waits if wait.place == self.wanted]
        return next(iter(found or self.steps), None)

    @cached_property
    def offered(self) -> Offered | None:
        """The chosen step with its form."""
        if self.chosen is None or not self.is_open:
            return None
        node, diagrams = self.chosen.node, self.placed.diagrams.diagrams
        diagram = diagrams[self.chosen.place.diagram]
        follows = consequences(diagram, node.id, among=diagrams)
        form = self.sent or form_of(self, self.chosen)
        return Offered(self.chosen, form, follows)

    @property
    def story(self) -> list[Told]:
        return self.stage.told

    @property
    def operations(self) -> list[Told]:
        return [told for told in self.story if told.kind == "operation"]

    @cached_property
    def pictures(self) -> list[Picture]:
        """The draft, unless all that waits is elsewhere, then every other diagram in between."""
        live = _live(self.stage)
        chosen = self.chosen.place if self.chosen and self.is_open else None
        keys = dict.fromkeys([self.draft.key, *live])
        if self.draft.key not in live and chosen is not None:
            keys = dict.fromkeys([chosen.diagram, *keys])
        return [_picture(self, key, live, chosen) for key in keys]

    @property
    def covered(self) -> Coverage:
        """How much of the draft this rehearsal has been through."""
        return coverage(drawn(self.draft, self.placed.changes), self.stage.run.passed)


def gathered(draft_id: int, rehearsal_id: int, **how: Any) -> Page:
    """Gather a rehearsal; `how` are fields of the page that a request says."""
    session, now = db.session(), clock.now()
    draft = drafts.of_id(session, draft_id)
    rehearsal = rehearsals.of_id(session, draft_id, rehearsal_id)
    placed = rehearsals.place(runtime(), session, draft, rehearsal, now=now)
    return Page(draft, placed, **how)


def form_of(page: Page, wait: Wait, sent: MultiDict[str, Any] | None = None) -> StepForm:
    """Give the form of a step as staff will see it, over invented people and things.

    Without `sent` it is filled in with what was answered before, or with invented answers.
    """
    diagrams = list(page.placed.diagrams.diagrams.values())
    cast = page.stage.cast

    def choices(kind: str) -> Choices:
        return [Choice(str(number), name) for number, name in cast.choices(kind, diagrams)]

    around = Surroundings(clock.zone(), choices, lambda number: cast.name("file", number))
    if sent is not None:
        return form_for(wait.node, around, submitted=sent)
    before = dict(_before(page.stage, wait) or {})
    if page.fills:
        now, given = page.stage.now, page.given
        before |= invented_answers(wait.node, cast, diagrams, now=now, given=given)
    stubs = {field.id: 1 for field in wait.node.fields if field.type == "file"}
    return form_for(wait.node, around, answers={**stubs, **before})


def _before(stage: Stage, wait: Wait) -> Mapping[str, Any] | None:
    """Give what the step was answered the last time, as staff get it back."""
    place = wait.place.diagram, wait.place.element
    done = [step for step in stage.history.steps if (step.diagram, step.element) == place]
    return done[-1].answers if done else None


def drawn(draft: DiagramDraft, changes: Plan) -> Diagram:
    """Give the diagram that a draft holds."""
    diagrams = diagrams_of({draft.key: changes.new[draft.key]})
    return diagrams[draft.key]


def _in_words(move: Any) -> str:
    title = getattr(move, "title", "")
    if hasattr(move, "by"):
        known = runtime().pack.roles.get(move.by.partition("/")[0])
        return f"{known.title if known else 'Somebody'}: “{title}”"
    return f"The deadline “{title}”" if title else "The clock is moved"


def _live(stage: Stage) -> dict[str, set[str]]:
    """Give by diagram where tokens are: in steps, and in the calls around them."""
    found: dict[str, set[str]] = {}
    for waiting in stage.run.waiting():
        if waiting.host is None:
            found.setdefault(waiting.diagram, set()).add(waiting.element)
        diagram = stage.diagrams.main
        for call in filter(None, Place.of(waiting).scope.split("/")):
            element = call.partition("#")[0]
            found.setdefault(diagram, set()).add(element)
            diagram = stage.diagrams.node(diagram, element).called or diagram
    return found


def _picture(page: Page, key: str, live: Mapping[str, set[str]], here: Place | None) -> Picture:
    passed = sorted({p.element for p in page.stage.run.passed if p.diagram == key})
    state: dict[str, Any] = {"passed": passed, "live": sorted(live.get(key, ()))}
    if here is not None and here.diagram == key:
        state |= {"here": here.element, "hereWords": "This step"}
    diagram = page.placed.diagrams.diagrams.get(key)
    name = (diagram.name if diagram else "") or key
    return Picture(name, xml_url(page.draft, key), state, key == page.draft.key)


def xml_url(draft: DiagramDraft, key: str) -> str:
    """Give where the BPMN of a diagram is: the draft's own, else the version in force."""
    if key == draft.key:
        return url_for("diagram_drafts.xml", draft_id=draft.id)
    number = publication.published(db.session(), now=clock.now())[key].number
    return url_for("diagrams.xml", key=key, number=number)


@dataclass(frozen=True)
class Row:
    """A rehearsal in the list of its draft: where it stands, as a status and in words."""

    rehearsal: Rehearsal
    status: tuple[str, str]
    words: str


@dataclass(frozen=True)
class Kept:
    """A scenario as it goes on a draft: how in words, and how that is drawn; `why` it is set aside."""

    scenario: Scenario
    tried: Tried
    why: str = ""

    @property
    def result(self) -> tuple[str, str]:
        if self.why:
            return "Set aside", "held"
        return (
            ("Goes otherwise", "refused") if self.tried.difference else ("Goes as it did", "done")
        )

    @property
    def words(self) -> str:
        if self.why:
            return self.why
        return self.tried.difference.words if self.tried.difference else ""

    @property
    def says(self) -> Saying | None:
        stage = self.tried.played.stage if self.tried.played else None
        return Saying(stage) if stage else None


@dataclass(frozen=True)
class Overview:
    """All rehearsals and scenarios of a draft, and how much of it the scenarios go through."""

    draft: DiagramDraft
    begins: Sequence[Diagram]
    starters: Sequence[Invented]
    rows: Sequence[Row]
    kept: Sequence[Kept]
    retired: Sequence[Scenario]
    covered: Coverage

    @property
    def failing(self) -> list[Kept]:
        return [one for one in self.kept if one.tried.difference and not one.why]


def overview(draft_id: int) -> Overview:
    """Gather what the page of a draft's rehearsals shows."""
    session, now = db.session(), clock.now()
    draft = drafts.of_id(session, draft_id)
    changes = plan(session, {draft.key: draft.xml}, now=now)
    kept = kept_of(draft, changes)
    begins = rehearsals.beginnings(changes, draft.key)
    cast = Cast(runtime().pack)
    return Overview(
        draft=draft,
        begins=begins,
        starters=cast.starters(begins[0], begins) if begins else [],
        rows=[_row(draft, one) for one in rehearsals.of_draft(session, draft_id)],
        kept=kept,
        retired=scenarios.retired_of(session, changes),
        covered=coverage(drawn(draft, changes), passed_by(one.tried for one in kept)),
    )


def kept_of(draft: DiagramDraft, changes: Plan) -> list[Kept]:
    """Play the open scenarios of a draft on it; what it set aside is played as well."""
    session = db.session()
    rows = scenarios.of_plan(session, draft.id, changes)
    aside = {one.scenario_id: one.reason for one in set_aside_in(session, draft.id)}
    return [
        Kept(one.scenario, one, aside.get(one.scenario.id, ""))
        for one in tried(runtime(), rows, changes)
    ]


def passed_by(several: Iterable[Tried]) -> list[Passed]:
    """Give what scenarios pass together."""
    stages = [one.played.stage for one in several if one.played]
    return [step for stage in stages if stage for step in stage.run.passed]


def _row(draft: DiagramDraft, rehearsal: Rehearsal) -> Row:
    try:
        placed = rehearsals.place(runtime(), db.session(), draft, rehearsal, now=clock.now())
    except PolicyError as error:
        return Row(rehearsal, ("Cannot be played", "refused"), str(error))
    page = Page(draft, placed)
    if page.played.misfit is not None:
        words = f"Move {page.played.made + 1}: {page.played.misfit}"
        return Row(rehearsal, ("Does not fit any more", "attention"), words)
    if page.stage.run.ended:
        end = page.stage.end
        return Row(rehearsal, ("Ended", "ended"), end.title if end else "")
    titles = [wait.node.title for wait in page.steps]
    return Row(rehearsal, ("Waiting", "waiting"), ", ".join(titles) or "The clock")
