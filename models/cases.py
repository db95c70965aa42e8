"""Processes, their diagram versions, the cases that run on them and the tasks of people."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from models.database import Base
from models.people import Person, Unit


class Process(Base):
    """A process of the policy, known by the id of its BPMN process."""

    __tablename__ = "process"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # A retired process begins no case any more; those that run go on.
    retired_at: Mapped[datetime | None]
    retired_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    retired_why: Mapped[str | None]


class DiagramVersion(Base):
    """One version of a diagram. Once published it never changes; the database refuses it."""

    __tablename__ = "diagram_version"
    __table_args__ = (UniqueConstraint("process_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    number: Mapped[int]
    xml: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    sha256: Mapped[str]
    # Process key -> version id of this diagram and of every one that it calls, frozen at
    # publication: a case runs on exactly these for ever.
    frozen: Mapped[dict[str, Any]]
    note: Mapped[str]
    for_staff: Mapped[str] = mapped_column(default="", server_default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Cases begin on it from then on; until then it can be withdrawn.
    effective_from: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_why: Mapped[str | None]

    process: Mapped[Process] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[author_id])
    published_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[published_by_id]
    )


class CaseSeries(StrEnum):
    """The two series of case numbers."""

    OPEN = "R"
    CONFIDENTIAL = "C"


class Case(Base):
    """A process instance: where its tokens are, and nothing that people said in it."""

    __tablename__ = "case"
    __table_args__ = (
        Index(None, "started_by_id"),
        Index(None, "site_id"),
        UniqueConstraint("series", "number"),
        Index(
            "ix_case_open",
            "version_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        # What status pages count by the month, without confidential cases, from the index alone.
        Index(
            "ix_case_started",
            "version_id",
            "started_at",
            "unit_id",
            sqlite_where=text("confidential IS 0"),
            postgresql_where=text("confidential IS false"),
        ),
        Index(
            "ix_case_ended",
            "version_id",
            "ended_at",
            "unit_id",
            "started_at",
            "outcome",
            sqlite_where=text("confidential IS 0 AND ended_at IS NOT NULL"),
            postgresql_where=text("confidential IS false AND ended_at IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    # Confidential cases are counted apart: a gap in the other numbers would tell of them.
    series: Mapped[str] = mapped_column(default=CaseSeries.OPEN)
    number: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("diagram_version.id"))
    title: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    confidential: Mapped[bool] = mapped_column(default=False)
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    # While it is suspended nobody completes anything in it, and its deadlines wait.
    suspended_at: Mapped[datetime | None]
    tokens: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    revision: Mapped[int] = mapped_column()

    version: Mapped[DiagramVersion] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")
    started_by: Mapped[Person] = relationship(lazy="raise_on_sql")
    tasks: Mapped[list["Task"]] = relationship(
        lazy="raise_on_sql", back_populates="case", order_by="Task.id"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 (SQLAlchemy's own form)

    @property
    def label(self) -> str:
        """What people call it. A confidential case has a neutral number of its own series."""
        width = 2 if self.series == CaseSeries.CONFIDENTIAL else 1
        return f"{self.series}-{self.number:0{width}d}"

    @property
    def reference(self) -> str:
        """The case in an address: its number, with the series where that is not the usual one."""
        return str(self.number) if self.series == CaseSeries.OPEN else self.label


class TaskKind:
    """What a row of the task table records."""

    USER = "user"
    MESSAGE = "message"
    OPERATION = "operation"
    DEADLINE = "deadline"
    # That the case had ended, with its outcome as the name, before somebody reopened it.
    END = "end"


class Task(Base):
    """A step of a case that waits for a person, or that a person, a job or an operation did.

    A row is open until closed_at is set; completed_by_id or outcome tell how it was closed.
    Messages that somebody may send (a withdrawal) wait here too, but in nobody's inbox.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index(None, "case_id"),
        Index(
            "ix_task_open",
            "duty",
            "unit_id",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_task_person",
            "person_id",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL AND person_id IS NOT NULL"),
            postgresql_where=text("closed_at IS NULL AND person_id IS NOT NULL"),
        ),
        Index(
            "ix_task_claimed",
            "claimed_by_id",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL AND claimed_by_id IS NOT NULL"),
            postgresql_where=text("closed_at IS NULL AND claimed_by_id IS NOT NULL"),
        ),
        Index(
            "ix_task_done",
            "completed_by_id",
            "closed_at",
            "id",
            sqlite_where=text("completed_by_id IS NOT NULL"),
            postgresql_where=text("completed_by_id IS NOT NULL"),
        ),
        # Steps of confidential cases that are not offered: few, and only for those on a list.
        Index(
            "ix_task_kept",
            "case_id",
            sqlite_where=text("offered IS 0 AND closed_at IS NULL"),
            postgresql_where=text("offered IS false AND closed_at IS NULL"),
        ),
        # How long each step takes: the latest rows of a step that people did.
        Index(
            "ix_task_pace",
            "diagram",
            "element",
            "closed_at",
            sqlite_where=text("completed_by_id IS NOT NULL"),
            postgresql_where=text("completed_by_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    token: Mapped[str]
    kind: Mapped[str]
    element: Mapped[str]
    diagram: Mapped[str]
    scope: Mapped[str]
    name: Mapped[str]
    act: Mapped[str | None]
    party: Mapped[str | None]
    # The key of those who may do it: the act, or the party of a step without one. Members
    # are looked up when the task is read, never copied.
    duty: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # A step of a confidential case is offered to all who hold its duty only until one of them is
    # on the list of the case; then it is for those on the list.
    offered: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # The revision of the case that closed it: the order of acts, whatever the hosts' clocks say.
    closed_in: Mapped[int | None]
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The absent person in whose place it was done.
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None]
    answers: Mapped[dict[str, Any] | None]
    # [diagram, element or flow] pairs that tokens passed because of this step, for the picture.
    passed: Mapped[list[Any] | None]

    case: Mapped[Case] = relationship(lazy="raise_on_sql", back_populates="tasks")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    claimed_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[claimed_by_id]
    )
    completed_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[completed_by_id]
    )
    acting_for: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[acting_for_id]
    )

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def done_by(self) -> str:
        """Who completed it, and in whose place: Rosa Valdez, for Dan Okafor."""
        who = self.completed_by.name if self.completed_by else ""
        return f"{who}, for {self.acting_for.name}" if self.acting_for else who

    def is_overdue(self, now: datetime) -> bool:
        """Say whether people are late; while the case is suspended, nobody is."""
        late = self.is_open and self.due_at is not None and self.due_at < now
        return late and self.case.suspended_at is None


class Draft(Base):
    """What somebody has typed into a task and not yet sent."""

    __tablename__ = "draft"
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Comment(Base):
    """A remark on a case."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class File(Base):
    """A document of a case, kept in the database: one backup, one transaction."""

    __tablename__ = "file"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]

    uploaded_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class InterventionKind(StrEnum):
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    SKIP = "skip"
    REOPEN = "reopen"
    PLACE = "place"


class Intervention(Base):
    """What an owner of the process did to a case from outside its diagram, and why.

    Where it touches a rule of the policy it waits for a second person, and is done by their word.
    """

    __tablename__ = "intervention"
    __table_args__ = (Index(None, "case_id"), Index(None, "done_at", "refused_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    diagram: Mapped[str | None]
    element: Mapped[str | None]
    # In which call of the diagram, as in the tasks; None where any will do.
    scope: Mapped[str | None]
    # Whether what waited elsewhere in the case is taken back.
    takes_back: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]
    # The rules that make a second person necessary, by id.
    rules: Mapped[list[Any]]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    # The revision of the case that it made, its place in the order of acts.
    done_in: Mapped[int | None]

    case: Mapped[Case] = relationship(lazy="raise_on_sql")
    asked_by: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[asked_by_id])
    second: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[second_id])


class CareKind(StrEnum):
    NUDGE = "nudge"
    DUE = "due"
    # Nobody's wish: the case was suspended, and what is due in it moved on when it was resumed.
    RESUMED = "resumed"


class TaskCare(Base):
    """What a lead did for a step that waits: reminded those whom it waits for, or moved its due date.

    The step itself and who does it stay as they are.
    """

    __tablename__ = "task_care"
    __table_args__ = (Index(None, "task_id", "kind", "at"), Index(None, "case_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None]
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]

    task: Mapped[Task] = relationship(lazy="raise_on_sql")
    by: Mapped[Person] = relationship(lazy="raise_on_sql")
