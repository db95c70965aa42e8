"""What a new step is made from: a ready-made block of the policy, or a plain kind of step."""

from dataclasses import dataclass
from typing import Protocol

from workflows.diagrams.graph import Field


class Block(Protocol):
    """A ready-made step, as workflows/policy/blocks.py describes it."""

    @property
    def kind(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def called(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def documentation(self) -> str: ...
    @property
    def clauses(self) -> tuple[str, ...]: ...
    @property
    def due(self) -> str: ...
    def fields_in(self, element: str) -> tuple[Field, ...]: ...


@dataclass(frozen=True)
class Plain:
    """A step without an act of the policy.

    `kind` is one of graph.KINDS other than a start or a boundary event. `topic` is for a serviceTask,
    `called` for a callActivity, `timer` for a timerCatch, `message` for a receiveTask, messageCatch,
    messageThrow or messageEnd, `error` for an errorEnd; with another kind each is left out.
    """

    kind: str
    name: str = ""
    topic: str = ""
    called: str = ""
    timer: str = ""
    message: str = ""
    error: str = ""


@dataclass(frozen=True)
class PlainKind:
    """A plain kind for a menu: what it is called, what it is for, and what must be told about it.

    `needs` are names of attributes of Plain: topic, called, timer, message, error.
    """

    kind: str
    title: str
    help: str
    needs: tuple[str, ...] = ()


STEPS = (
    PlainKind("userTask", "A step for a person", "Somebody answers a form."),
    PlainKind("manualTask", "A step outside the system", "Somebody does it and says so."),
    PlainKind("serviceTask", "An operation", "The system does it by itself.", ("topic",)),
    PlainKind("receiveTask", "A wait for a message", "It goes on when it arrives.", ("message",)),
    PlainKind("callActivity", "Another diagram", "It is followed, then it goes on.", ("called",)),
    PlainKind(
        "subProcess",
        "A group of steps (sub-process)",
        "Steps with a beginning and an end of their own: what may happen during any of them is said once.",
    ),
    PlainKind("exclusiveGateway", "A decision", "One of several ways is taken."),
    PlainKind("parallelGateway", "At the same time", "All ways are taken, or waited for."),
    PlainKind("inclusiveGateway", "Whatever applies", "Each way that applies is taken."),
    PlainKind("eventBasedGateway", "What happens first", "The first event decides the way."),
    PlainKind("timerCatch", "A wait", "It goes on after a time.", ("timer",)),
    PlainKind("messageCatch", "A message arrives", "It goes on when it arrives.", ("message",)),
    PlainKind("messageThrow", "A message is sent", "It is sent, and it goes on.", ("message",)),
)
ENDS = (
    PlainKind("end", "An end", "This way ends here."),
    PlainKind("terminateEnd", "An end of everything", "Whatever is still open is stopped."),
    PlainKind("errorEnd", "An end with an error", "The diagram around it goes on.", ("error",)),
    PlainKind("messageEnd", "An end with a message", "A message is sent.", ("message",)),
)
