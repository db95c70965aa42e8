"""One past case, played on another diagram."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflows import engine
from workflows.answers import Done, History
from workflows.diagrams.conditions import ConditionError, Unset
from workflows.diagrams.graph import Node
from workflows.form_rules import faults
from workflows.library import DiagramSet

# Operations that follow one another without a person; more is a circle.
MOST_OPERATIONS = 50


class Meets(StrEnum):
    """What a past case meets on another diagram, the gravest first."""

    STUCK = "gets stuck"
    MORE = "is asked for more"
    ENDS = "ends differently"
    LESS = "is asked for less"
    ORDER = "goes another way"
    SAME = "goes the same way"
    BY_HAND = "was moved by hand, so it cannot be played"


@dataclass(frozen=True)
class Recorded:
    """A step on the record of a case. `kind` is user, message, deadline or operation (TaskKind)."""

    kind: str
    diagram: str
    element: str
    scope: str
    name: str
    act: str | None = None
    outcome: str | None = None
    party: str | None = None
    answers: dict[str, Any] | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Past:
    """A case that has ended: its steps in order, and the title of the end that it reached."""

    steps: tuple[Recorded, ...]
    end: str | None
    by_hand: bool = False


@dataclass(frozen=True)
class Replayed:
    """What a case meets, and at which step of the played diagram (or of its record) first."""

    meets: Meets
    diagram: str | None = None
    element: str | None = None
    words: str = ""


def replay(past: Past, on: DiagramSet, *, before: DiagramSet, now: datetime) -> Replayed:
    """Play a past case of `before` on another set of diagrams; `now` stands for all of its times.

    Answers, messages and deadlines come in the order of the record, each as soon as it is asked for;
    operations are only noted. A step whose changed form would not take the answers on the record
    asks for more, which counts less than another end. Never raises for what a diagram cannot do:
    that is being stuck.
    """
    if past.by_hand:
        return Replayed(Meets.BY_HAND)
    pending = [step for step in past.steps if step.kind != "operation"]
    player = _Player(on, before, pending, now)
    try:
        player.play()
    except (Unset, ConditionError, engine.EngineError) as error:
        return player.stuck(str(error))
    return player.verdict(past)


_KINDS = {"user": "user", "message": "message", "deadline": "deadline"}


@dataclass
class _Player:
    on: DiagramSet
    before: DiagramSet
    pending: list[Recorded]
    now: datetime
    history: History = field(default_factory=History)
    operations: list[tuple[str, str]] = field(default_factory=list)
    late: Recorded | None = None
    more: Replayed | None = None
    last: tuple[str, str] | None = None
    run: engine.Run = field(init=False)

    def play(self) -> None:
        """Play on until nothing that is on the record is asked for any more."""
        self.run = engine.start(self.on.specs, self.history)
        self._operate()
        while (hit := self._next()) is not None:
            index, waiting = hit
            if index and self.late is None:
                self.late = self.pending[0]
            self._do(self.pending.pop(index), waiting)
            self._operate()

    def verdict(self, past: Past) -> Replayed:
        """Say what the case has met, the gravest of it."""
        asked = [one for one in self.run.waiting() if one.kind == "user"]
        if not self.run.ended:
            return self._not_ended(asked)
        reached = self._end()
        if past.end is not None and not self._is_same_end(reached, past.end):
            return self._ends_differently(reached, past.end)
        if self.more is not None:
            return self.more
        left = [one for one in self.pending if one.kind == "user"]
        if left:
            words = f'It is no longer asked for "{left[0].name}".'
            return Replayed(Meets.LESS, left[0].diagram, left[0].element, words)
        return self._same_or_other_way(past)

    def stuck(self, words: str) -> Replayed:
        """Say that the case cannot go on after its last step."""
        diagram, element = self.last or (None, None)
        return Replayed(Meets.STUCK, diagram, element, words)

    def _not_ended(self, asked: Sequence[engine.Waiting]) -> Replayed:
        waiting = next(iter(asked), None) or next(iter(self.run.waiting()), None)
        if waiting is None:
            return self.stuck("Nothing goes on from there.")
        title = self.on.node(waiting.diagram, waiting.element).title
        place = waiting.diagram, waiting.element
        again = any((step.diagram, step.element) == place for step in self.history.steps)
        words = (
            f'"{title}" is asked for once more.' if again else f'"{title}" is not on its record.'
        )
        return Replayed(Meets.MORE, waiting.diagram, waiting.element, words)

    def _ends_differently(self, reached: Node | None, end: str) -> Replayed:
        """Say where it ends, and the first step on its record that it did not come to, or late."""
        words = f'It ends with "{reached.title if reached else "nothing"}", not with "{end}".'
        first = self.late or next(iter(self.pending), None)
        if first is None:
            return Replayed(Meets.ENDS, self.on.main, reached.id if reached else None, words)
        words += f' It does not come to "{first.name}" as it did.'
        return Replayed(Meets.ENDS, first.diagram, first.element, words)

    def _same_or_other_way(self, past: Past) -> Replayed:
        if self.pending:
            gone = self.pending[0]
            words = f'"{gone.name}" does not happen any more.'
            return Replayed(Meets.ORDER, gone.diagram, gone.element, words)
        if self.late is not None:
            words = f'"{self.late.name}" comes later than it did.'
            return Replayed(Meets.ORDER, self.late.diagram, self.late.element, words)
        ran = [(one.diagram, one.element) for one in past.steps if one.kind == "operation"]
        if ran != self.operations:
            pairs = zip([*ran, None], [*self.operations, None], strict=False)
            before, after = next(pair for pair in pairs if pair[0] != pair[1])
            diagram, element = after or before or (None, None)
            return Replayed(
                Meets.ORDER, diagram, element, "The system does other things by itself."
            )
        return Replayed(Meets.SAME)

    def _next(self) -> tuple[int, engine.Waiting] | None:
        """Find the first step on the record that is asked for now, and what asks for it."""
        waiting = self.run.waiting()
        for index, step in enumerate(self.pending):
            if (asked := self._asking(step, waiting)) is not None:
                return index, asked
        return None

    def _asking(self, step: Recorded, waiting: Sequence[engine.Waiting]) -> engine.Waiting | None:
        alike = [one for one in waiting if one.kind == _KINDS[step.kind]]
        tests: tuple[Callable[[engine.Waiting], bool], ...] = (
            lambda one: (
                (one.diagram, one.element, one.scope) == (step.diagram, step.element, step.scope)
            ),
            lambda one: (one.diagram, one.element) == (step.diagram, step.element),
            lambda one: (
                step.act is not None and self.on.node(one.diagram, one.element).act == step.act
            ),
        )
        for fits in tests:
            found = [one for one in alike if fits(one)]
            if len(found) == 1:
                return found[0]
        return None

    def _do(self, step: Recorded, waiting: engine.Waiting) -> None:
        self.last = (waiting.diagram, waiting.element)
        self._note(waiting, step)
        if waiting.kind == "deadline":
            self.run.fire(waiting.id)
        elif waiting.kind == "message":
            self.run.deliver(waiting.id)
        else:
            self._compare_forms(step, waiting)
            self.run.complete(waiting.id)

    def _compare_forms(self, step: Recorded, waiting: engine.Waiting) -> None:
        """Note what a changed form would not have taken; answers that were destroyed say nothing."""
        node = self.on.node(waiting.diagram, waiting.element)
        older = self.before.diagrams.get(step.diagram)
        former = older.nodes.get(step.element) if older else None
        answers = step.answers
        if self.more or answers is None or (former and former.fields == node.fields):
            return
        # What its own form would refuse as well, or no longer asks, is not more.
        known = {fault.field for fault in faults(former, answers)} if former else set()
        asked = {field.id for field in node.fields} - known
        found = next((fault for fault in faults(node, answers) if fault.field in asked), None)
        if found:
            words = f'The answers to "{node.title}" would not do. {found.sentence}'
            self.more = Replayed(Meets.MORE, waiting.diagram, waiting.element, words)

    def _operate(self) -> None:
        for _ in range(MOST_OPERATIONS):
            service = next((one for one in self.run.waiting() if one.kind == "service"), None)
            if service is None:
                return
            self.last = (service.diagram, service.element)
            self.operations.append(self.last)
            self.run.complete(service.id)
        raise engine.EngineError(
            None, "More operations follow one another than a diagram may have."
        )

    def _note(self, waiting: engine.Waiting, step: Recorded) -> None:
        number = len(self.history.steps) + 1
        done = Done(
            number,
            waiting.diagram,
            waiting.element,
            waiting.scope,
            step.act,
            step.outcome,
            step.party,
            None,
            step.at or self.now,
            step.answers,
        )
        self.history.add(done)

    def _end(self) -> Node | None:
        main = self.on.diagrams[self.on.main]
        return main.nodes.get(self.run.ends[-1]) if self.run.ends else None

    def _is_same_end(self, reached: Node | None, title: str) -> bool:
        """Whether it is the end with that title in the older diagram, whatever it is called now."""
        if reached is None or reached.title == title:
            return reached is not None
        older = self.before.diagrams[self.before.main].nodes.get(reached.id)
        return older is not None and older.title == title
