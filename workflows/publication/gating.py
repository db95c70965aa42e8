"""The gate of the scenarios: what was rehearsed and kept goes on a draft as it did.

Or it was set aside in that draft, with a reason that the reviewer reads.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, joinedload

from models.publication import DiagramDraft
from models.studio import Scenario, ScenarioSetAside
from workflows.diagrams.check import FindingReport, Report, WayStepReport
from workflows.diagrams.graph import Diagram
from workflows.engine import EngineError
from workflows.errors import UnpublishableError
from workflows.library import DiagramSet, parse
from workflows.publication.family import (
    Plan,
    callers_of,
    checked_of_draft,
    diagrams_of,
    reach,
)
from workflows.publication.proving import digest_of, sha256_of
from workflows.rehearsing import Difference, Played, Told, difference, play, read
from workflows.runtime import Runtime

CODE = "scenario-fails"


class CannotPlayError(Exception):
    """Diagrams that the engine cannot run, so nothing can be rehearsed on them; says why."""


@dataclass(frozen=True)
class Tried:
    """A scenario as it goes now: `difference` says where otherwise; `played` None: not at all."""

    scenario: Scenario
    played: Played | None
    difference: Difference | None


@dataclass(frozen=True)
class Gate:
    """What a draft meets: the digest of all that was looked at, and the scenarios that fail."""

    checked: str
    failing: Sequence[FindingReport]

    def told_in(self, report: Report) -> Report:
        """Give a report of the check with what the scenarios found added to it."""
        return {**report, "findings": [*report["findings"], *self.failing]}


def gate(runtime: Runtime, session: Session, draft: DiagramDraft, changes: Plan) -> Gate:
    """Play the scenarios that a draft must keep, its own and those of what calls it."""
    checked = checked_of(session, draft, {**changes.around, **changes.new})
    return Gate(checked, _failing(runtime, session, draft, changes))


def gating(session: Session, draft: DiagramDraft, keys: Collection[str]) -> Sequence[Scenario]:
    """Give the scenarios that hold for a draft: of these processes, open, and not set aside in it."""
    aside = select(ScenarioSetAside.scenario_id).where(ScenarioSetAside.draft_id == draft.id)
    return session.scalars(
        select(Scenario)
        .where(Scenario.key.in_(keys), is_open_for(draft.id), Scenario.id.not_in(aside))
        .order_by(Scenario.id)
    ).all()


def kept_of(session: Session, keys: Collection[str]) -> Sequence[Scenario]:
    """Give the scenarios that hold for what is in force of these processes, whoever changes it."""
    return session.scalars(
        select(Scenario)
        .where(Scenario.key.in_(keys), Scenario.draft_id.is_(None), Scenario.retired_at.is_(None))
        .order_by(Scenario.id)
    ).all()


def refuse_failing(runtime: Runtime, scenarios: Iterable[Scenario], changes: Plan) -> None:
    """Raise UnpublishableError where a scenario goes otherwise on files that no draft stands behind."""
    wrong = [
        f"The scenario “{one.scenario.title}” goes otherwise. {one.difference.words}"
        for one in tried(runtime, scenarios, changes)
        if one.difference is not None
    ]
    if wrong:
        way_out = "Nothing was published. Mend the diagrams, or retire the scenario with a reason."
        raise UnpublishableError(" ".join([*wrong, way_out]))


def is_open_for(draft_id: int) -> ColumnElement[bool]:
    """A condition on scenarios: of their process or of this draft, and not retired."""
    of_it = or_(Scenario.draft_id.is_(None), Scenario.draft_id == draft_id)
    return Scenario.retired_at.is_(None) & of_it


def tried(runtime: Runtime, scenarios: Iterable[Scenario], changes: Plan) -> list[Tried]:
    """Play scenarios on what would be in force if the changes were. Takes milliseconds each."""
    files = {**changes.around, **changes.new}
    diagrams = diagrams_of(files)
    return [_tried(runtime, scenario, files, diagrams) for scenario in scenarios]


def _tried(
    runtime: Runtime,
    scenario: Scenario,
    files: Mapping[str, bytes],
    diagrams: Mapping[str, Diagram],
) -> Tried:
    try:
        on = set_of(scenario.key, files, diagrams)
    except CannotPlayError as error:
        return Tried(scenario, None, Difference(str(error)))
    played = play(runtime, on, read(scenario.moves), begins=scenario.begins)
    return Tried(scenario, played, difference(scenario.expects, played, runtime.pack))


def set_of(
    key: str, files: Mapping[str, bytes], diagrams: Mapping[str, Diagram] | None = None
) -> DiagramSet:
    """Give a process with all that it calls, to be played; raises CannotPlayError."""
    known = diagrams_of(files) if diagrams is None else diagrams
    if key not in known:
        raise CannotPlayError(f'There is no process "{key}" that could be played.')
    try:
        found = parse({name: files[name] for name in reach(key, known)}, key)
        _ = found.specs
    except (ValueError, EngineError) as error:
        raise CannotPlayError(f"The diagram cannot be played as it is: {error}") from error
    return found


def _failing(
    runtime: Runtime, session: Session, draft: DiagramDraft, changes: Plan
) -> list[FindingReport]:
    """Give a finding for each scenario that goes otherwise on a draft, or on what calls it."""
    found = tried(runtime, gating(session, draft, changes.new.keys()), changes)
    diagrams = diagrams_of({**changes.around, **changes.new})
    return [_finding(one, diagrams) for one in found if one.difference is not None]


def _finding(one: Tried, diagrams: Mapping[str, Diagram]) -> FindingReport:
    found = one.difference or Difference("")
    message = (
        f"The scenario “{one.scenario.title}” goes otherwise. {found.words} Mend the diagram; or, "
        "under its rehearsals, keep another scenario in its place, or set it aside for this draft "
        "with a reason."
    )
    finding = FindingReport(
        severity="error",
        code=CODE,
        element=found.place.element if found.place else None,
        line=None,
        message=message,
        rule=None,
        path=[],
    )
    steps = _way(one, diagrams)
    if steps:
        finding["way"] = steps
    return finding


def _way(one: Tried, diagrams: Mapping[str, Diagram]) -> list[WayStepReport]:
    """Give what happened up to the difference, step by step; the last says what is otherwise."""
    stage = one.played.stage if one.played else None
    told = [each for each in stage.told if each.place] if stage else []
    steps = [_step(each, diagrams) for each in told]
    place = one.difference.place if one.difference else None
    if one.difference and place and _is_drawn(place.diagram, place.element, diagrams):
        name = diagrams[place.diagram].name or place.diagram
        last = WayStepReport(
            diagram=place.diagram,
            name=name,
            element=place.element,
            flows=[],
            sentence=one.difference.words,
        )
        steps.append(last)
    return steps if place else []


def _is_drawn(diagram: str, element: str, diagrams: Mapping[str, Diagram]) -> bool:
    return diagram in diagrams and element in diagrams[diagram].nodes


def _step(told: Told, diagrams: Mapping[str, Diagram]) -> WayStepReport:
    diagram, element = (told.place.diagram, told.place.element) if told.place else ("", "")
    flows = [p.element for p in told.passed if p.kind == "flow" and p.diagram == diagram]
    return WayStepReport(
        diagram=diagram,
        name=diagrams[diagram].name or diagram,
        element=element,
        flows=flows,
        sentence=told.sentence,
    )


def checked_of(session: Session, draft: DiagramDraft, files: Mapping[str, bytes]) -> str:
    """Give the digest of a draft with all that it calls in force and the scenarios that it must keep.

    `files` are the diagrams in force. A scenario kept, retired or set aside meanwhile makes a report
    stale, and so does a change of what calls the draft, where a scenario goes through that.
    """
    base = checked_of_draft(draft.key, draft.xml, files)
    if session.scalar(select(Scenario.id).where(is_open_for(draft.id)).limit(1)) is None:
        return base
    everything = {**files, draft.key: draft.xml}
    diagrams = diagrams_of(everything)
    scenarios = gating(session, draft, {draft.key} | callers_of([draft.key], diagrams))
    if not scenarios:
        return base
    parts = {f"scenario {one.id}": _digest(one) for one in scenarios}
    for key in {one.key for one in scenarios}:
        parts |= {part: sha256_of(everything[part]) for part in reach(key, diagrams)}
    return digest_of({**parts, "the draft": base})


def _digest(scenario: Scenario) -> str:
    kept = [scenario.begins.isoformat(), scenario.moves, scenario.expects]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def take_over(session: Session, draft: DiagramDraft, *, by: int, now: datetime) -> None:
    """Let the scenarios of a draft be its process's, and retire what it set aside.

    To be called when its version takes effect, not before: until then the process goes as it went,
    and a version that is withdrawn leaves it the scenarios that it had.
    """
    session.execute(update(Scenario).where(Scenario.draft_id == draft.id).values(draft_id=None))
    for one in set_aside_in(session, draft.id):
        if one.scenario.retired_at is None:
            one.scenario.retired_by_id, one.scenario.retired_at = by, now
            one.scenario.retired_why = one.reason


def set_aside_in(session: Session, draft_id: int) -> Sequence[ScenarioSetAside]:
    """Give what a draft means to break, and why, oldest first."""
    return session.scalars(
        select(ScenarioSetAside)
        .where(ScenarioSetAside.draft_id == draft_id)
        .order_by(ScenarioSetAside.scenario_id)
        .options(joinedload(ScenarioSetAside.by), joinedload(ScenarioSetAside.scenario))
    ).all()
