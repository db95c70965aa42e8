"""Whether one running case can go on on another set of diagrams, and if not, why not, in words.

Nothing is written and nobody is asked: what is given is the state of its tokens, its record, and
what has been decided about steps that are gone. The same is asked to sort cases and to move one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from workflows import engine
from workflows.answers import History
from workflows.diagrams.graph import Node
from workflows.foresight import Diagrams, Place, onward
from workflows.library import DiagramSet
from workflows.migrating.way_on import Unplayable, WayOn
from workflows.policy.pack import Pack

# Where tokens go that have no place any more: from diagram and element to diagram and element.
Decided: TypeAlias = Mapping[Place, Place]


class Verdict(StrEnum):
    """What can become of a case."""

    MOVES = "moves"
    DECIDE = "needs a decision"
    CANNOT = "cannot move"


@dataclass(frozen=True)
class Gone:
    """A step at which a case stands, which the other version does not have as it was."""

    diagram: str
    element: str
    title: str
    why: str
    act: str | None = None
    party: str | None = None


@dataclass(frozen=True)
class Fit:
    """What can become of one case: in words why, where it does not simply move.

    `stands_at` are the titles of the steps it waits at. `gone` are those about which somebody has
    to decide, or has. `passed_by` are new steps that it will not come to any more. `run` has the tokens
    where they would be, where it moves.
    """

    verdict: Verdict
    words: str = ""
    stands_at: tuple[str, ...] = ()
    gone: tuple[Gone, ...] = ()
    passed_by: tuple[str, ...] = ()
    run: engine.Run | None = None


@dataclass
class Destination:
    """A set of diagrams that cases are to go on on, under a policy, and what has been decided."""

    pack: Pack
    on: DiagramSet
    decided: Decided = field(default_factory=dict)

    def fit(self, state: bytes, history: History, before: DiagramSet) -> Fit:
        """Say what can become of a case on `before` with these tokens and this record."""
        try:
            waiting = engine.load(before.specs, state, history).waiting()
        except engine.EngineError as error:
            return Fit(Verdict.CANNOT, f"Where it stands cannot be read: {error}")
        stands_at = tuple(dict.fromkeys(_title(before, one) for one in _worth_telling(waiting)))
        if refused := self.unfit or self._record_lost(history, before):
            return Fit(Verdict.CANNOT, refused, stands_at)
        try:
            found = engine.transplant(state, before.specs, self.on.specs, history, self.decided)
        except engine.EngineError as error:
            return Fit(Verdict.CANNOT, f"It cannot go on there: {error}", stands_at)
        return self._fit(found, history, before, stands_at)

    def _fit(
        self,
        found: engine.Transplant,
        history: History,
        before: DiagramSet,
        stands_at: tuple[str, ...],
    ) -> Fit:
        if lost := next((one for one in found.astray if one.why in _KEPT), None):
            title = before.node(lost.diagram, lost.element).title
            return Fit(Verdict.CANNOT, _WHY[lost.why].format(title), stands_at)
        gone = tuple(dict.fromkeys(_gone(one, before) for one in found.astray))
        if found.run is None:
            undecided = (one.why for one in gone if (one.diagram, one.element) not in self.decided)
            return Fit(Verdict.DECIDE, " ".join(dict.fromkeys(undecided)), stands_at, gone)
        ahead = after(self.on.diagrams, _places(found.run.waiting()))
        refused = (
            self._over(found.run)
            or self._facts_lost(history, before, ahead)
            or self._way_on.missing(found.run, history)
        )
        if refused:
            return Fit(Verdict.CANNOT, refused, stands_at, gone)
        passed_by = self._passed_by(history, before, ahead)
        return Fit(Verdict.MOVES, "", stands_at, gone, passed_by, found.run)

    @cached_property
    def unfit(self) -> str | None:
        """Say why no case can go on there at all, as on a draft that cannot be run."""
        try:
            _ = self._way_on
        except (engine.EngineError, Unplayable) as error:
            return f"The diagram cannot be run: {error}"
        return None

    @cached_property
    def _way_on(self) -> WayOn:
        return WayOn(self.pack, self.on)

    def _record_lost(self, history: History, before: DiagramSet) -> str | None:
        """Say what of its record the other diagrams would not know."""
        if before.diagrams[before.main].confidential != self.on.diagrams[self.on.main].confidential:
            return "Cases of the other version are read by other people: one is confidential."
        for step in history.steps:
            if step.diagram not in self.on.diagrams:
                name = before.diagrams[step.diagram].name or step.diagram
                return f"Part of its record is in “{name}”, which the other version does not call."
        return None

    def _facts_lost(
        self, history: History, before: DiagramSet, ahead: Collection[Place]
    ) -> str | None:
        """Name the answers that would no longer reach the register, and that nobody is asked again."""
        old, new = (history.facts(of.diagrams) for of in (before, self.on))
        keys = {key for key, fact in old.items() if key not in new or new[key] != fact}
        asked = {
            one.register
            for diagram, element in ahead
            for one in self.on.node(diagram, element).fields
        }
        labels = {
            one.label
            for step in history.steps
            if (node := before.diagrams[step.diagram].nodes.get(step.element))
            for one in node.fields
            if one.register in keys - asked
        }
        said = ", ".join(f"“{label}”" for label in sorted(labels))
        return f"The other version has no place for the answer to {said}." if said else None

    def _over(self, run: engine.Run) -> str | None:
        """A move puts tokens down and does nothing else: nobody could take it back."""
        if run.ended:
            return "It would be over at once."
        service = next((one for one in run.waiting() if one.kind == "service"), None)
        if service is None:
            return None
        title = self.on.node(service.diagram, service.element).title
        return f"Siteward would do “{title}” by itself at once, which nobody could take back."

    def _passed_by(
        self, history: History, before: DiagramSet, ahead: Collection[Place]
    ) -> tuple[str, ...]:
        """Name the new steps that it will not come to; one whose act it has done is not new."""
        done = {step.act for step in history.steps if step.act is not None}
        return tuple(
            node.title
            for key, diagram in self.on.diagrams.items()
            for node in diagram.nodes.values()
            if _is_done_by_people(node)
            and (key, node.id) not in ahead
            and node.act not in done
            and key in before.diagrams
            and node.id not in before.diagrams[key].nodes
        )


def after(diagrams: Diagrams, starts: Iterable[Place]) -> set[Place]:
    """Give all places that can be come to from these, and these."""
    seen = set(starts)
    queue = list(seen)
    while queue:
        diagram, element = queue.pop()
        fresh = set(onward(diagrams, diagram, diagrams[diagram].nodes[element])) - seen
        seen |= fresh
        queue += fresh
    return seen


_KEPT = frozenset({"message", "called"})
_WHY = {
    "gone": "The other version has no step “{}” there.",
    "kind": "“{}” is another kind of step in the other version.",
    "times": "“{}” is done by another list of people in the other version.",
    "way": "It waits before “{}”, where another branch arrives in the other version.",
    "message": "“{}” waits for another message in the other version; what is sent would be lost.",
    "called": "It is in the middle of “{}”, which the other version does not call there.",
}


def _gone(one: engine.Astray, before: DiagramSet) -> Gone:
    node = before.node(one.diagram, one.element)
    words = _WHY[one.why].format(node.title)
    return Gone(one.diagram, one.element, node.title, words, node.act, node.lane)


def _places(waiting: Iterable[engine.Waiting]) -> list[Place]:
    return list(dict.fromkeys((one.diagram, one.element) for one in waiting))


def _worth_telling(waiting: Sequence[engine.Waiting]) -> Sequence[engine.Waiting]:
    """Give the steps that people do; where there are none, whatever it waits for."""
    return [one for one in waiting if one.kind == "user"] or waiting


def _title(diagrams: DiagramSet, waiting: engine.Waiting) -> str:
    return diagrams.node(waiting.diagram, waiting.element).title


def _is_done_by_people(node: Node) -> bool:
    return node.kind in ("userTask", "manualTask")
