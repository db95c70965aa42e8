"""What can happen at the steps that wait: people, operations, timers and messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workflows.diagrams.graph import BOUNDARIES, GATEWAYS
from workflows.diagrams.lint.known import Known
from workflows.diagrams.proof.deciding import Answer
from workflows.diagrams.proof.flattening import Step
from workflows.diagrams.proof.forms import Answered, Atoms, completions
from workflows.diagrams.proof.net import Landing, Marking, Net
from workflows.diagrams.proof.variables import Variables

Kind = Literal["begin", "pass", "wait", "done", "timer", "message"]


@dataclass(frozen=True, eq=False)
class Happening:
    """One thing that happens: at which step, the ids passed, and what it means to the rules.

    "wait": a reminder or the like, which is walked by itself, keeps a subprocess or a call open.

    `atoms` is None for what is no step of a case (a gateway, a timer), empty for a step without an
    act. `said` are the answers worth telling. `escapes`: it takes a whole subprocess away.
    """

    kind: Kind
    step: int
    trace: tuple[str, ...]
    atoms: Atoms | None = None
    said: tuple[str, ...] = ()
    escapes: bool = False


@dataclass(frozen=True)
class Offer:
    """Something that can happen while all of `needs` and none of `without` is marked.

    No landing: everything stays as it is. `reads` are the variables that must have an answer for it.
    """

    happening: Happening
    needs: Marking
    without: Marking
    clears: Marking
    writes: tuple[tuple[int, Answer], ...]
    landing: Landing | None
    reads: tuple[int, ...] = ()


@dataclass
class Offers:
    """All that can happen in a net."""

    net: Net
    variables: Variables
    known: Known

    def at(self, step: Step) -> Iterator[Offer]:
        """Give what can happen at a step that waits."""
        if step.kind == "eventBasedGateway":
            for wire in step.leaving:
                event = self.net.flat.steps[wire.target]
                yield from self._completing(event, step, (wire.flow.id,))
        elif not (step.is_container or step.is_stopping or step.kind in GATEWAYS):
            yield from self._completing(step, step, ())
        if lingering := self.net.lingering.get(step.index, 0):
            yield self._leaving_at_last(step, lingering)
        for index in step.boundaries:
            boundary = self.net.flat.steps[index]
            if boundary.kind != "boundaryError" and index not in self.net.hidden:
                yield self._ringing(boundary, step)

    def _completing(self, step: Step, waits: Step, before: tuple[str, ...]) -> Iterator[Offer]:
        numbers = self.variables.written_by(step.index)
        reads = self.variables.counting.get(step.index, ())
        landing = self.net.landing(step.leaving)
        place, clears = self.net.at[waits.index], self.net.cleared[waits.index]
        opening = (*((waits.node.id,) if before else ()), *before, step.node.id)
        for way in completions(step.node, numbers, self.known):
            writes = tuple((numbers[name], answer) for name, answer in way.answers)
            trace = (*opening, *landing.trace)
            happening = Happening(_kind(step), step.index, trace, self._atoms(step, way), way.said)
            yield Offer(happening, place, 0, clears, writes, landing, reads)
            if step.node.loop is not None and way.atoms:
                # One of several instances; the others are still to do.
                again = Happening("done", step.index, opening, way.atoms, way.said)
                yield Offer(again, place, 0, 0, (), None, reads)
        if may_be_skipped(step):
            none = Happening("pass", step.index, (*opening, *landing.trace))
            yield Offer(none, place, 0, clears, (), landing, reads)

    def _atoms(self, step: Step, way: Answered) -> Atoms | None:
        """What the machine does beside the main flow, a reminder say, is no step of the case."""
        is_reminder = step.kind == "serviceTask" and step.index in self.net.uncounted
        return None if is_reminder and not way.atoms else _step_atoms(step, way)

    def _leaving_at_last(self, step: Step, lingering: Marking) -> Offer:
        """Give the end of what was left out, which alone keeps a container open."""
        landing = self.net.landing(step.leaving)
        happening = Happening("pass", step.index, landing.trace)
        return Offer(happening, lingering, 0, self.net.cleared[step.index], (), landing)

    def _ringing(self, boundary: Step, host: Step) -> Offer:
        landing = self.net.landing(boundary.leaving)
        place = self.net.at[host.index]
        happening = event_happening(self.net, boundary, landing, self.known)
        if boundary.node.interrupting:
            return Offer(happening, place, 0, self.net.cleared[host.index], (), landing)
        armed = self.net.armed.get(boundary.index, 0)
        copy = self.net.handlers[boundary.index].copies[boundary.index]
        open_copy = self.net.places(copy, done=False)
        return Offer(happening, place | armed, open_copy, armed, (), landing)


def event_happening(
    net: Net, event: Step, landing: Landing, known: Known | None = None
) -> Happening:
    """Give what it means that a boundary event happens; to the rules nothing where nothing is known."""
    atoms = None
    if known is not None:
        atoms = _step_atoms(event, completions(event.node, (), known)[0])
    is_escape = event.kind in BOUNDARIES and net.flat.steps[event.host].is_container
    trace = (event.node.id, *landing.trace)
    return Happening(_kind(event), event.index, trace, atoms, (), is_escape)


_TIMERS = ("boundaryTimer", "timerCatch")
_MESSAGES = ("boundaryMessage", "messageCatch", "receiveTask")


def _kind(step: Step) -> Kind:
    if step.kind in _TIMERS:
        return "timer"
    return "message" if step.kind in _MESSAGES else "done"


def _step_atoms(step: Step, way: Answered) -> Atoms | None:
    """A deadline on a step is no step of the case, without an act; to wait for a date is one."""
    return way.atoms if way.atoms or step.kind != "boundaryTimer" else None


def may_be_skipped(step: Step) -> bool:
    """Whether a step that is done several times may come to be done not at all."""
    text = (step.node.loop or "").strip()
    return bool(text) and not (text.isdigit() and int(text) > 0)
