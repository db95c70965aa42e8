"""What a non-interrupting boundary event leads to: reminders and the like, beside the main flow.

The chosen reading: at most one copy of such a handler is open at a time, and its ends are not
counted. A handler that leads back into the main flow would send a second token there; it is an error.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from workflows.diagrams.graph import BOUNDARIES
from workflows.diagrams.proof.flattening import Flat, Step


@dataclass(frozen=True)
class Handler:
    """Non-interrupting events and the steps that only they lead to; events may share a handler.

    `copies` are the steps that each event leads to: it waits while one of them is under way.
    `rejoins` is the first step where the handler meets the main flow, None where it stays apart.
    `stops`: it can end everything around it, which is no meeting.
    """

    copies: Mapping[int, frozenset[int]]
    steps: frozenset[int]
    rejoins: int | None
    stops: bool


def handlers(flat: Flat) -> list[Handler]:
    """Give the handlers of all non-interrupting boundary events."""
    groups: list[tuple[set[int], set[int]]] = []
    for event in flat.steps:
        if is_beside(event):
            events, steps = {event.index}, _reach(flat, [event.index]) - {event.index}
            apart = [group for group in groups if not group[1] & steps]
            for other in groups:
                if other[1] & steps:
                    events, steps = events | other[0], steps | other[1]
            groups = [*apart, (events, steps)]
    return [_handler(flat, events, steps) for events, steps in groups]


def is_beside(step: Step) -> bool:
    """Whether this is an event that begins something beside the main flow."""
    is_event = step.kind in BOUNDARIES and step.kind != "boundaryError"
    return is_event and not step.node.interrupting


def _handler(flat: Flat, events: set[int], steps: set[int]) -> Handler:
    meets = next(
        (
            index
            for index in sorted(steps)
            for wire in flat.steps[index].entering
            if wire.source not in steps | events
        ),
        None,
    )
    if meets is not None:
        others = [step.index for step in flat.steps if step.index not in steps | events]
        steps = steps - _reach(flat, others, without=events)
    copies = {event: frozenset(_reach(flat, [event]) & steps) for event in sorted(events)}
    begin = [flat.steps[index] for index in (*events, *steps)]
    stops = any(flat.steps[wire.target].is_stopping for step in begin for wire in step.leaving)
    return Handler(copies, frozenset(steps), meets, stops)


def _reach(flat: Flat, begin: Iterable[int], without: Iterable[int] = ()) -> set[int]:
    seen: set[int] = set()
    closed = set(without)
    waiting = list(begin)
    while waiting:
        index = waiting.pop()
        if index not in seen and index not in closed and not flat.steps[index].is_stopping:
            seen.add(index)
            waiting += _next(flat.steps[index])
    return seen


def _next(step: Step) -> Iterator[int]:
    yield from (wire.target for wire in step.leaving)
    yield from step.boundaries
    yield from step.inner
