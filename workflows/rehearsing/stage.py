"""A case on the stage: tokens, invented answers, a clock; what waits, and what has been told so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflows import engine
from workflows.answers import Done, History
from workflows.assignments import act_of, outcome_with, party_of
from workflows.business_time import due, following
from workflows.diagrams.graph import Field, Node
from workflows.diagrams.timers import parse_timer
from workflows.library import DiagramSet
from workflows.policy.acts import Act
from workflows.policy.guard import Deed, Duty, Refusal, open_duties, verdict, warnings
from workflows.policy.pack import Party
from workflows.rehearsing.cast import Cast, Invented
from workflows.rehearsing.casting import performers
from workflows.rehearsing.moves import Answer, Place
from workflows.rehearsing.operations import would
from workflows.rehearsing.wording import answered, sentence_of
from workflows.runtime import Runtime

# As in real cases: far above any diagram that people can read.
MOST_OPERATIONS = 50
# One move of the clock that sets off more is a deadline that repeats too often to be watched.
MOST_RINGS = 100
DEFAULT_DUE = "P10BD"


class Misfit(Exception):  # noqa: N818 (it is no error of ours: the move does not fit)
    """A move cannot be made: the message says why, `place` where, `refusals` which rules forbid it."""

    def __init__(
        self,
        words: str,
        place: Place | None = None,
        refusals: tuple[Refusal | Duty, ...] = (),
    ) -> None:
        super().__init__(words)
        self.place = place
        self.refusals = refusals


@dataclass(frozen=True)
class Told:
    """Something that has happened, in a sentence.

    `kind` is done, clock, deadline, operation, warning or end. `number` is that of the move that led to it, from 0; `answers` are questions with what was said;
    `passed` the elements and flows that the tokens passed since what was told before.
    """

    at: datetime
    number: int
    kind: str
    sentence: str
    place: Place | None = None
    answers: tuple[tuple[str, str], ...] = ()
    passed: tuple[engine.Passed, ...] = ()


@dataclass(frozen=True)
class Deadline:
    """A deadline that waits: when it will come, for the how manyeth time, and on which step."""

    waiting: engine.Waiting
    place: Place
    title: str
    at: datetime
    rings: int = 1
    step: str = ""


@dataclass(frozen=True)
class Wait:
    """A step or a message that waits, for whom; `by` are the invented people who may do it."""

    waiting: engine.Waiting
    place: Place
    node: Node
    party: str
    by: tuple[Invented, ...]
    due: datetime | None

    @property
    def is_message(self) -> bool:
        return self.waiting.kind == "message"


@dataclass(frozen=True)
class Ran:
    """An operation that a case has met."""

    topic: str
    title: str


@dataclass
class Stage:
    """One case being played. After a Misfit it is to be discarded: tokens may stand half-way."""

    runtime: Runtime
    diagrams: DiagramSet
    now: datetime
    history: History = field(default_factory=History)
    told: list[Told] = field(default_factory=list)
    operations: list[Ran] = field(default_factory=list)
    number: int = 0
    run: engine.Run = field(init=False)
    starter: Invented = field(init=False)
    _deadlines: dict[str, Deadline] = field(default_factory=dict)
    # As the rows of a real case: numbered as they are opened, which tells rounds apart.
    _rows: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _seen: int = 0

    def __post_init__(self) -> None:
        self.cast = Cast(self.runtime.pack)

    def begin(self, by: str = "") -> None:
        """Start the case, up to its first steps, as the person with this key or who usually does."""
        main = self.diagrams.diagrams[self.diagrams.main]
        may = self.cast.starters(main, self.diagrams.diagrams.values())
        starter = next((one for one in may if by in ("", one.key)), None)
        if starter is None:
            known = self.cast.of_key(by)
            raise Misfit(f"{known.name if known else 'This person'} may not start this process.")
        self.starter = starter
        self.run = engine.start(self.diagrams.specs, self.history)
        self.tell("done", f"{self.starter.name} started “{main.name or self.diagrams.main}”.")
        self._settle(self.starter)

    @property
    def end(self) -> Node | None:
        """The end event that was reached, None while the case runs or where it ended without one."""
        main = self.diagrams.diagrams[self.diagrams.main]
        reached = self.run.ends if self.run.ended else ()
        return main.nodes[reached[-1]] if reached else None

    @property
    def waits(self) -> list[Wait]:
        """Give the steps and messages that wait."""
        return [
            self._wait(waiting, place)
            for waiting, place in self._places()
            if waiting.kind in ("user", "message")
        ]

    @property
    def deadlines(self) -> list[Deadline]:
        """Give the deadlines that wait, the next one first."""
        return sorted(
            self._deadlines.values(), key=lambda one: (one.at, self._rows[one.waiting.id])
        )

    def answer(self, move: Answer) -> None:
        """Let somebody do a step, or send a message, with these answers."""
        wait = self._asked(move)
        by = self._performer(wait, move)
        for asked in wait.node.fields:
            _refuse_lost_choice(asked, move.answers.get(asked.id), wait)
        act = act_of(self.runtime.pack, wait.node)
        outcome = outcome_with(self.runtime.pack, wait.node, move.answers) if act else None
        if act is not None:
            self._permit(Deed(act.id, outcome, wait.party, by.number, self.now), wait)
        self._note(wait.waiting, wait.node, act, outcome, by, move.answers)
        step = self.run.deliver if wait.is_message else self.run.complete
        step(wait.waiting.id)
        said = answered(wait.node, move.answers, self.cast, self.runtime.calendar)
        sentence = sentence_of(wait.node, by, move.answers, outcome, is_message=wait.is_message)
        self.tell("done", sentence, wait.place, said)
        self._settle(by)

    def advance(self, target: datetime) -> None:
        """Move the clock; what becomes due until then comes in its order."""
        for _ in range(MOST_RINGS):
            coming = next(iter(self.deadlines), None)
            if coming is None or coming.at > target:
                self.now = max(self.now, target)
                return
            self.now = max(self.now, coming.at)
            self._ring(coming)
        raise Misfit(f"More than {MOST_RINGS} deadlines come until then. Move the clock less far.")

    def deadline_at(self, place: Place, title: str) -> Deadline:
        """Give the deadline that waits at a place; raises Misfit where none does."""
        found = next((one for one in self.deadlines if one.place == place), None)
        if found is None:
            raise Misfit(f"The deadline “{title}” is not waited for here.", place)
        return found

    def tell(
        self,
        kind: str,
        sentence: str,
        place: Place | None = None,
        answers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Add to the story."""
        passed = self.run.passed[self._seen :]
        self._seen += len(passed)
        self.told.append(Told(self.now, self.number, kind, sentence, place, answers, passed))

    def _places(self) -> list[tuple[engine.Waiting, Place]]:
        """Give what waits with its place; alike ones are counted."""
        found: list[tuple[engine.Waiting, Place]] = []
        for waiting in self.run.waiting():
            first = Place.of(waiting)
            nth = sum((p.diagram, p.element, p.scope) == _spot(first) for _, p in found)
            found.append((waiting, Place.of(waiting, nth)))
        return found

    def _wait(self, waiting: engine.Waiting, place: Place) -> Wait:
        node = self.diagrams.node(waiting.diagram, waiting.element)
        party = self._party(node)
        by = performers(self.cast, self.history, self.diagrams, node, party, self.starter)
        length = node.due or DEFAULT_DUE
        opened = self._rows[waiting.id][1]
        until = due(self.runtime.calendar, length, opened) if waiting.kind == "user" else None
        name = party.name if party else node.lane or ""
        return Wait(waiting, place, node, name, tuple(by), until)

    def _party(self, node: Node) -> Party | None:
        return party_of(self.runtime.pack, node, act_of(self.runtime.pack, node))

    def _asked(self, move: Answer) -> Wait:
        """Find what a move is about: its place, else the only step that can be meant."""
        waits, place = self.waits, move.place
        act = self._act_at(place)
        for fits in (
            lambda one: one.place == place,
            lambda one: (one.place.diagram, one.place.element) == (place.diagram, place.element),
            lambda one: act is not None and one.node.act == act,
        ):
            found = [one for one in waits if fits(one)]
            if len(found) == 1:
                return found[0]
        raise Misfit(f"“{move.title or place.element}” is not asked for here. {self._instead()}")

    def _act_at(self, place: Place) -> str | None:
        diagram = self.diagrams.diagrams.get(place.diagram)
        node = diagram.nodes.get(place.element) if diagram else None
        return node.act if node else None

    def _instead(self) -> str:
        if self.run.ended:
            return f"The case has ended: {self.end.title if self.end else 'no step is left'}."
        asked = [f"“{w.node.title}” ({w.party})" for w in self.waits if not w.is_message]
        return f"It waits for {' and '.join(asked)}." if asked else "Nobody is asked for anything."

    def _performer(self, wait: Wait, move: Answer) -> Invented:
        by = next((one for one in wait.by if one.key == move.by), None)
        if by is None:
            known = self.cast.of_key(move.by)
            who = known.name if known else "Whoever did it"
            raise Misfit(
                f"“{wait.node.title}” waits for {wait.party or 'somebody else'}: {who} does not do it.",
                wait.place,
            )
        return by

    def _permit(self, deed: Deed, wait: Wait) -> None:
        pack = self.runtime.pack
        named = self.history.named(pack, deed.act, self.diagrams.diagrams)
        if refusals := verdict(pack, self.history.deeds, deed, named=named):
            raise Misfit(" ".join(one.text for one in refusals), wait.place, tuple(refusals))
        for warning in warnings(pack, self.history.deeds, deed, named=named):
            self.tell("warning", f"A rule warns: {warning.text}", wait.place)

    def _note(
        self,
        waiting: engine.Waiting,
        node: Node,
        act: Act | None,
        outcome: str | None,
        by: Invented | None,
        answers: Mapping[str, Any] | None,
    ) -> None:
        party = self._party(node)
        row = self._rows[waiting.id][0] if waiting.id in self._rows else len(self._rows) + 1
        done = Done(
            row,
            waiting.diagram,
            waiting.element,
            waiting.scope,
            act.id if act else node.act,
            outcome,
            party.name if party else node.lane,
            by.number if by else None,
            self.now,
            answers,
        )
        self.history.add(done)

    def _settle(self, actor: Invented | None) -> None:
        """Let the operations run that were met, see what waits now, and whether it is over."""
        for _ in range(MOST_OPERATIONS):
            service = next((w for w in self.run.waiting() if w.kind == "service"), None)
            if service is None:
                break
            self._operate(service)
        else:
            raise Misfit("More operations follow one another than a diagram may have.")
        waiting = {one.id: place for one, place in self._places()}
        self._deadlines = {key: one for key, one in self._deadlines.items() if key in waiting}
        for one, place in self._places():
            if one.id not in self._rows:
                self._open(one, place)
        if self.run.ended:
            self._end(actor)

    def _open(self, waiting: engine.Waiting, place: Place) -> None:
        self._rows[waiting.id] = len(self._rows) + 1, self.now
        if waiting.kind == "deadline":
            at = due(self.runtime.calendar, waiting.timer or "", self.now)
            title = self.diagrams.node(waiting.diagram, waiting.element).title
            host = waiting.host and self.diagrams.node(waiting.diagram, waiting.host).title
            self._deadlines[waiting.id] = Deadline(waiting, place, title, at, step=host or "")

    def _operate(self, service: engine.Waiting) -> None:
        node, place = self.diagrams.node(service.diagram, service.element), Place.of(service)
        act = act_of(self.runtime.pack, node)
        outcome = act.default if act else None
        if act is not None:
            self._permit(Deed(act.id, outcome, node.lane, None, self.now), self._shown(node, place))
        words = would(node, self.history.facts(self.diagrams.diagrams), self.cast)
        self.run.complete(service.id)
        self._note(service, node, act, outcome, None, None)
        self.operations.append(Ran(node.topic or "", node.title))
        self.tell("operation", words, place)

    def _shown(self, node: Node, place: Place) -> Wait:
        waiting = next(one for one in self.run.waiting() if Place.of(one) == place)
        return Wait(waiting, place, node, node.lane or "", (), None)

    def _ring(self, coming: Deadline) -> None:
        del self._deadlines[coming.waiting.id]
        self.run.fire(coming.waiting.id)
        of = f" of “{coming.step}”" if coming.step else ""
        self.tell("deadline", f"The deadline “{coming.title}”{of} came.", coming.place)
        self._settle(None)
        if any(one.id == coming.waiting.id for one in self.run.waiting()):
            timer = parse_timer(coming.waiting.timer or "")
            if coming.rings != timer.repetitions:
                at = following(self.runtime.calendar, timer, coming.at)
                again = replace(coming, at=at, rings=coming.rings + 1)
                self._deadlines[coming.waiting.id] = again

    def _end(self, actor: Invented | None) -> None:
        """Refuse an end that a rule still waits for something before, as a real case does."""
        duties = open_duties(self.runtime.pack, self.history.deeds)
        if duties and actor is not None:
            raise Misfit(" ".join(duty.text for duty in duties), None, tuple(duties))
        for duty in duties:
            self.tell("warning", f"The case ends though a rule asks for more: {duty.text}")
        self.tell("end", f"The case ended: {self.end.title if self.end else 'no step is left'}.")


def _spot(place: Place) -> tuple[str, str, str]:
    return place.diagram, place.element, place.scope


def _refuse_lost_choice(asked: Field, given: Any, wait: Wait) -> None:
    """Raise Misfit where an answer is no choice of its field any more."""
    if asked.type not in ("enum", "multi-enum") or given is None:
        return
    offered = {option.id for option in asked.options}
    lost = [one for one in (given if isinstance(given, list) else [given]) if one not in offered]
    if lost:
        raise Misfit(
            f"“{asked.label or asked.id}” in “{wait.node.title}” has no choice “{lost[0]}” any more.",
            wait.place,
        )
