"""A draft as the pages of the outline have it open: what stands there, and an edit of it being kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from models.database import db
from models.publication import DiagramDraft
from webapp import access, clock
from webapp.forms import PageForm
from webapp.incoming import row_number
from webapp.runtime import runtime
from webapp.text_twin import callers_of, in_force, in_words
from workflows.diagrams.editing import EditError, Sheet, meetings
from workflows.diagrams.editing.salvage import salvage
from workflows.diagrams.graph import Diagram, Flow, Node
from workflows.diagrams.layout import tidy
from workflows.diagrams.reading import read
from workflows.diagrams.text import TextStep
from workflows.errors import ConflictError, InvalidAnswersError, NotFoundError
from workflows.publication import drafts, undoing
from workflows.publication.drafts import Saved, UnreadableDiagramError

Edit = Callable[[Sheet], object]


class OutlineForm(PageForm):
    """A form about one thing of a draft; it knows which state of the draft it was made from."""

    revision = HiddenField()


@dataclass(frozen=True)
class Opened:
    """A draft that is open, and the process in it.

    `mended`: what had to be mended or left out to open it, in sentences; () where it is in order.
    """

    draft: DiagramDraft
    diagram: Diagram
    mended: tuple[str, ...] = ()

    @cached_property
    def steps(self) -> list[TextStep]:
        """The steps in words, in reading order."""
        return in_words(self.diagram, self.in_force, act_title)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each step that is told, by its id."""
        return {step.element: step.number for step in self.steps}

    @cached_property
    def in_force(self) -> dict[str, Diagram]:
        """The processes in force, by their keys."""
        return in_force()

    @cached_property
    def callers(self) -> list[Diagram]:
        """The processes in force that call this one."""
        return callers_of(self.draft.key, self.in_force)

    def called(self, key: str) -> Diagram | None:
        """Give a process in force that this one calls, None where there is none."""
        return self.in_force.get(key)

    def node(self, element: str) -> Node:
        """Give a step, a decision or an event of the process, or raise NotFoundError."""
        if element not in self.diagram.nodes:
            raise NotFoundError(
                "The process has no such step any more: somebody removed it. Go back to the outline."
            )
        return self.diagram.nodes[element]

    def flow(self, flow: str) -> Flow:
        """Give a way from one step to the next, or raise NotFoundError."""
        if flow not in self.diagram.flows:
            raise NotFoundError(
                "The process has no such way any more: somebody removed it. Go back to the outline."
            )
        return self.diagram.flows[flow]

    def title(self, element: str) -> str:
        """Say which step is meant: its number, and what people call it."""
        node = self.diagram.nodes.get(element)
        if node is None:
            return element
        number = self.numbers.get(element)
        return f"Step {number}: {node.title}" if number else node.title

    def mention(self, element: str) -> str:
        """Say within a sentence which step is meant."""
        title = self.title(element)
        return f"s{title[1:]}" if element in self.numbers else f"“{title}”"

    def address(self, element: str = "") -> str:
        """Give the address of the outline, at a step where one is named and told."""
        anchor = f"step-{element}" if element in self.numbers else None
        return url_for("outline.show", draft_id=self.draft.id, _anchor=anchor)

    @property
    def hindrance(self) -> str:
        """Say why the draft cannot be edited, "" where it can."""
        try:
            drafts.refuse_closed(runtime(), self.draft)
            drafts.refuse_submitted(runtime(), self.draft)
        except ConflictError as error:
            return str(error)
        return ""


@dataclass(frozen=True)
class Work:
    """One edit: what it does, how it is told afterwards, and the page that comes next.

    `words` are in the past tense, as a sentence. `to` is given what the edit made, where it made
    something. `is_drawn`: the drawing changes with it.
    """

    edit: Edit
    words: str
    to: Callable[[str], str]
    is_drawn: bool = True


def act_title(act: str) -> str:
    """Give the policy's words for an act, its id where the policy does not know it."""
    acts = runtime().pack.acts
    return acts[act].title if act in acts else act


def opened(draft_id: int) -> Opened:
    """Open a draft; raises NotFoundError where there is none, or nothing that could be shown."""
    draft = drafts.of_id(db.session(), draft_id)
    diagram = read(draft.xml)[0]
    if diagram is not None:
        return Opened(draft, diagram)
    sheet, told = salvage(draft.xml)
    if sheet is None:
        raise NotFoundError(" ".join((*told, "Put another file in its place, or drop the draft.")))
    return Opened(draft, sheet.diagram, told)


def opened_to_edit(draft_id: int) -> Opened:
    """Open a draft for a page that edits it; raises ConflictError where nobody may at the moment."""
    page = opened(draft_id)
    if page.hindrance:
        raise ConflictError(page.hindrance)
    return page


def filled(form_class: type[OutlineForm], page: Opened, **data: Any) -> Any:
    """Give a form as it was sent, or as the draft stands."""
    sent = request.form if request.method == "POST" else None
    return form_class(formdata=sent, data={**data, "revision": page.draft.revision})


def answered(
    page: Opened, form: OutlineForm, work: Work, again: Callable[[], str]
) -> ResponseReturnValue:
    """Make an edit that a form asks for; where it cannot be made, show the form as it was sent."""
    if not form.validate():
        return again(), 422
    wrong = _behind(page, row_number(form.revision.data))
    if wrong:
        form.form_errors.append(wrong)
        # Whoever has read it may send the same once more, on the draft as it is now.
        form.revision.raw_data, form.revision.data = None, str(page.draft.revision)
        return again(), ConflictError.status
    try:
        return _kept(page, work)
    except EditError as error:
        form.take(InvalidAnswersError({error.field: str(error)}))
    except UnreadableDiagramError as error:
        form.form_errors.append(str(error))
    return again(), 422


def acted(page: Opened, work: Work) -> ResponseReturnValue:
    """Make an edit that a button asks for; raises ConflictError where it cannot be made."""
    wrong = _behind(page, row_number(request.form.get("revision")))
    if wrong:
        raise ConflictError(wrong)
    try:
        return _kept(page, work)
    except EditError as error:
        raise ConflictError(f"{error} Nothing was changed.") from error


def _behind(page: Opened, revision: int | None) -> str:
    """Say what happened to the draft since the page was made, "" where nothing did."""
    if page.hindrance:
        return page.hindrance
    try:
        drafts.refuse_changed(runtime(), page.draft, revision or 0)
    except ConflictError as error:
        return str(error)
    return ""


def _kept(page: Opened, work: Work) -> ResponseReturnValue:
    draft = page.draft
    mended = salvage(draft.xml)[0] if page.mended else None
    sheet = mended or Sheet.open(draft.xml)
    made = work.edit(sheet)
    if work.is_drawn:
        meetings.collapse(sheet)
    content = sheet.to_bytes()
    if work.is_drawn:
        content = tidy(content)
    saved = undoing.edit(
        draft.id,
        content,
        work.words,
        revision=draft.revision,
        by=access.me().id,
        now=clock.now(),
    )
    return after(saved, work.words, work.to(made if isinstance(made, str) else ""))


def after(saved: Saved, words: str, to: str) -> ResponseReturnValue:
    """Lead on after an edit; say so where somebody was faster and both are kept."""
    if saved.parted_from is not None:
        return render_template("diagrams/parted.html", saved=saved), ConflictError.status
    flash(words)
    return redirect(to, code=303)
