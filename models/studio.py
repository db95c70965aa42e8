"""What stands beside a draft while it is edited and tried: who is there, remarks, rehearsals, scenarios."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.database import Base
from models.people import Person
from models.publication import DiagramDraft


class DraftEditor(Base):
    """That somebody has a draft open, and when their page last said so."""

    __tablename__ = "draft_editor"
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class DraftComment(Base):
    """A remark on an element of a draft, or on the draft as a whole."""

    __tablename__ = "draft_comment"
    __table_args__ = (Index(None, "draft_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"))
    element: Mapped[str | None]
    words: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]

    draft: Mapped[DiagramDraft] = relationship(lazy="raise_on_sql")
    by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[by_id])
    settled_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[settled_by_id]
    )


class DraftEdit(Base):
    """What a draft held before an edit in words, so that the edit can be undone.

    Only of open drafts, and only the last of them: it is a help while one edits, no record.
    """

    __tablename__ = "draft_edit"
    __table_args__ = (Index(None, "draft_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"))
    # Deflated; and the digest of what the edit made of it.
    before: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256_after: Mapped[str]
    words: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Rehearsal(Base):
    """A draft being played with invented people: the moves made, in order, and nothing else.

    Where it stands is found by making the moves again: it takes milliseconds, and a draft that has
    changed meanwhile is played as it is now.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (Index(None, "draft_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"))
    # What the clock of the rehearsal says at its start.
    begins: Mapped[datetime]
    moves: Mapped[list[Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    draft: Mapped[DiagramDraft] = relationship(lazy="raise_on_sql")
    by: Mapped[Person] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy's own form)


class Scenario(Base):
    """A rehearsal that was kept: whoever changes the process sees whether it still goes this way.

    Until its draft is published and in effect it is of that draft only, from then on of the process.
    It is never deleted: one that no longer holds is retired, with the reason.
    """

    __tablename__ = "scenario"
    __table_args__ = (Index(None, "key", "retired_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("diagram_draft.id"))
    title: Mapped[str]
    begins: Mapped[datetime]
    moves: Mapped[list[Any]]
    # The end that is reached, the acts done and the operations met, in order.
    expects: Mapped[dict[str, Any]]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    retired_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]
    retired_why: Mapped[str | None]

    made_by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[made_by_id])
    retired_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[retired_by_id]
    )


class ScenarioSetAside(Base):
    """That a draft means to break a scenario of its process, and why.

    It gates that draft no longer, and is retired when what is published of the draft takes effect.
    """

    __tablename__ = "scenario_set_aside"
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    reason: Mapped[str]

    by: Mapped[Person] = relationship(lazy="raise_on_sql")
    scenario: Mapped[Scenario] = relationship(lazy="raise_on_sql")
