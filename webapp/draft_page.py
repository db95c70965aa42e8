"""A draft of a diagram as its pages show it: what it changes, what the check says, who is concerned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import func, select

from models.cases import Case, DiagramVersion
from models.database import db
from models.publication import CheckReport, DiagramDraft, DraftReview
from models.studio import ScenarioSetAside
from webapp import access, clock
from webapp.diagrams import told
from webapp.painted_changes import Named, Side, grouped, sides
from webapp.runtime import runtime
from webapp.text_twin import in_force, in_words
from workflows import publication
from workflows.diagrams.comparing import Change, compare
from workflows.diagrams.graph import Diagram
from workflows.diagrams.reading import read
from workflows.errors import ConflictError, NotFoundError
from workflows.publication import conflicts, drafts, editing_together, remarks, reviewing
from workflows.publication.family import plan
from workflows.publication.gating import set_aside_in


class DamagedDraftError(NotFoundError):
    """What a draft holds is no diagram any more."""

    def __init__(self, draft: DiagramDraft) -> None:
        super().__init__(
            f"Draft {draft.id} is damaged. Its outline shows what can be read; mend it there."
        )
        self.draft = draft


@dataclass(frozen=True)
class Caller:
    """A process that calls the one of the draft, and is published anew with it."""

    version: DiagramVersion
    running: int | str


@dataclass(frozen=True)
class Page:
    """A draft as its pages show it."""

    draft: DiagramDraft
    diagram: Diagram
    report: CheckReport | None
    is_being_checked: bool
    in_force: DiagramVersion | None
    running: int | str
    callers: list[Caller]
    changes: list[tuple[str, list[tuple[int, Change]]]]
    hindrance: str
    reviews: list[DraftReview]
    open_remarks: int

    @property
    def is_as_in_force(self) -> bool:
        """Whether nothing is changed yet."""
        return self.in_force is not None and self.in_force.sha256 == self.draft.sha256

    @property
    def all_changes(self) -> list[Change]:
        """What it says otherwise than the version in force, without headings."""
        return [change for _, changes in self.changes for _, change in changes]

    @property
    def set_aside(self) -> Sequence[ScenarioSetAside]:
        """The scenarios that it means to break, and why."""
        return set_aside_in(db.session(), self.draft.id)

    @property
    def is_open(self) -> bool:
        return self.draft.closed_at is None

    @property
    def may_review(self) -> bool:
        own = {self.draft.edited_by_id, self.draft.submitted_by_id}
        is_under_review = self.is_open and self.draft.submitted_at is not None
        return is_under_review and access.me().id not in own


def gathered(draft_id: int) -> Page:
    """Gather all that the pages of a draft show; raises NotFoundError where there is none.

    Raises DamagedDraftError, which is one too, where it holds no diagram any more.
    """
    session, now = db.session(), clock.now()
    draft = drafts.of_id(session, draft_id)
    diagram = read(draft.xml)[0]
    if diagram is None:
        raise DamagedDraftError(draft)
    versions = publication.published(session, now=now)
    in_force = versions.get(draft.key)
    changes = plan(session, {draft.key: draft.xml}, now=now)
    callers = [
        Caller(version, running_of(version))
        for key, version in sorted(versions.items())
        if key in changes.new and key != draft.key
    ]
    return Page(
        draft=draft,
        diagram=diagram,
        report=drafts.current_report(runtime(), session, draft, now=now),
        is_being_checked=editing_together.is_being_checked(session, draft.id),
        in_force=in_force,
        running=running_of(in_force) if in_force else 0,
        callers=callers,
        changes=_changes(in_force, diagram),
        hindrance=_hindrance(draft, now) if draft.closed_at is None else "",
        reviews=reviewing.reviews_of(session, draft.id),
        open_remarks=remarks.open_on(session, draft.id),
    )


def _hindrance(draft: DiagramDraft, now: datetime) -> str:
    """Say what came into force since the draft was opened, where that is in its way."""
    try:
        conflicts.refuse_stale(runtime(), db.session(), draft, now=now)
    except ConflictError as error:
        return str(error)
    return ""


def _changes(
    in_force: DiagramVersion | None, diagram: Diagram
) -> list[tuple[str, list[tuple[int, Change]]]]:
    """Give what the draft says otherwise than the version in force, numbered, under headings."""
    if in_force is None:
        return []
    before = runtime().library.of(db.session(), in_force.id).diagrams[diagram.process_id]
    acts = runtime().pack.acts
    return grouped(
        compare(before, diagram, title_of_act=lambda act: acts[act].title if act in acts else act)
    )


def running_of(version: DiagramVersion) -> int | str:
    """Count the running cases of the version's process; of confidential ones only whether few."""
    session = db.session()
    diagram = runtime().library.of(session, version.id).diagrams[version.process.key]
    running = select(func.count(Case.id)).join(Case.version)
    count = session.scalar(
        running.where(DiagramVersion.process_id == version.process_id, Case.ended_at.is_(None))
    )
    return told(count or 0, diagram.confidential)


def shown(page: Page) -> dict[str, object]:
    """Give what templates show of a draft beside the page itself."""
    return {
        "draft": page.draft,
        "steps": in_words(page.diagram, in_force()),
        "xml_url": url_for("diagram_drafts.xml", draft_id=page.draft.id),
        "sides": _sides(page) if page.in_force else (),
    }


def _sides(page: Page) -> tuple[Side, Side]:
    """Give the version in force and the draft, with the changes painted on both."""
    draft, number = page.draft, page.in_force.number if page.in_force else 0
    return sides(
        Named(
            f"In force: version {number}",
            url_for("diagrams.xml", key=draft.key, number=number),
        ),
        Named("The draft", url_for("diagram_drafts.xml", draft_id=draft.id)),
        page.all_changes,
    )
