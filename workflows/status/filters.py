"""Which cases a status page looks at, as conditions on the tables."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from models.cases import Case, DiagramVersion, Task, TaskKind
from workflows.diagrams.graph import Diagram

# What a period is about: steps done, cases started or cases ended in it.
Period = Literal["done", "started", "ended"]


@dataclass(frozen=True)
class Place:
    """A step that people do: where it stands, what it is called and whose it is."""

    diagram: str
    element: str
    name: str = ""
    party: str = ""
    act: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it this step, whatever it is called."""
        return (self.diagram, self.element)


@dataclass(frozen=True)
class Filters:
    """What somebody narrowed a status page to. None narrows nothing.

    `versions` are ids of diagram versions: those of a process, or one of them. `older_than` counts
    days and is about open cases only, `outcome` about ended ones. `since` is the first moment of
    the period, `until` the first one after it (aware, UTC).
    """

    versions: tuple[int, ...] | None = None
    unit_id: int | None = None
    one_version: bool = False
    older_than: int | None = None
    outcome: str | None = None
    period: Period = "done"
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrows_cases(self) -> bool:
        """Say whether some cases of the process are left out, and not only some days."""
        days = self.period != "done" and (self.since is not None or self.until is not None)
        return bool(self.one_version or self.unit_id or self.outcome or days)

    @property
    def by_end(self) -> bool:
        """Say whether it speaks of ended cases alone."""
        return self.outcome is not None or self.period == "ended"

    def without_days(self) -> "Filters":
        """Give the same without a period and an age, for what has a time of its own."""
        return replace(self, period="done", since=None, until=None, older_than=None)

    def cases(self) -> list[ColumnElement[bool]]:
        """Give the conditions on cases, open or ended. Confidential ones are never among them."""
        found: list[ColumnElement[bool]] = [Case.confidential.is_(False)]
        if self.versions is not None:
            found.append(Case.version_id.in_(self.versions))
        if self.unit_id is not None:
            found.append(Case.unit_id == self.unit_id)
        if self.outcome is not None:
            found.append(Case.outcome == self.outcome)
        if self.by_end:
            found.append(Case.ended_at.is_not(None))
        if self.period == "started":
            found += self._within(Case.started_at)
        elif self.period == "ended":
            found += self._within(Case.ended_at)
        return found

    def open_cases(self, now: datetime) -> list[ColumnElement[bool]]:
        """Give the conditions on cases that have not ended, as old as was asked for."""
        return [*self.cases(), Case.ended_at.is_(None), *self._age(now)]

    def ended_cases(self) -> list[ColumnElement[bool]]:
        """Give the conditions on cases that have ended; a period of steps is one of ends here."""
        found = [*self.cases(), Case.ended_at.is_not(None)]
        return found + (self._within(Case.ended_at) if self.period == "done" else [])

    def done_steps(self) -> list[ColumnElement[bool]]:
        """Give the conditions on steps that people have done, in the period where it is of steps."""
        found: list[ColumnElement[bool]] = [Task.completed_by_id.is_not(None)]
        return found + (self._within(Task.closed_at) if self.period == "done" else [])

    def waiting_steps(self, now: datetime) -> list[ColumnElement[bool]]:
        """Give the conditions on steps, joined to their cases, that wait for people now.

        A step that waits is in an open case; to say so again would lead SQLite to the cases first.
        """
        waits = [Task.closed_at.is_(None), Task.kind == TaskKind.USER]
        return [*waits, *self.cases(), *self._age(now)]

    def late_steps(self, now: datetime) -> list[ColumnElement[bool]]:
        """Give the conditions on steps that wait and are overdue: in a suspended case none is."""
        return [*self.waiting_steps(now), *late(now)]

    def _age(self, now: datetime) -> list[ColumnElement[bool]]:
        if self.older_than is None:
            return []
        return [Case.started_at <= now - timedelta(days=self.older_than)]

    def _within(self, moment: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(moment >= self.since)
        if self.until is not None:
            found.append(moment < self.until)
        return found


def late(now: datetime) -> list[ColumnElement[bool]]:
    """Give the conditions on a step, joined to its case, that make it overdue."""
    return [Task.due_at < now, Case.suspended_at.is_(None)]


def places_of(diagrams: Iterable[Diagram]) -> list[Place]:
    """Give the steps that people do in these diagrams, in the order of the files."""
    return [
        Place(diagram.process_id, node.id, node.title, node.lane or "", node.act)
        for diagram in diagrams
        for node in diagram.of_kind("userTask", "manualTask")
    ]


def version_ids(versions: Iterable[DiagramVersion]) -> tuple[int, ...]:
    """Give the ids of versions in a fixed order, so that a statement with them is built once."""
    return tuple(sorted(version.id for version in versions))
