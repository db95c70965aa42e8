"""What a diagram must agree with, as plain data: the policy pack's acts, the operations, other diagrams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from workflows.diagrams.graph import PUBLIC, UNSAID, Diagram, Field, Severity


@dataclass(frozen=True)
class KnownAct:
    """An act of the policy's catalogue.

    `title` is what people call it; `parties` the lanes that may carry it; `operation` whether a machine
    does it; `outcomes` the choices that the step's form must offer; `may_offer` those that it may offer
    besides; `default` its outcome where the form offers none. `exclusive`: of what it chooses between,
    only one may follow. `says` are the register keys that are answered under such acts alone.
    """

    title: str = ""
    parties: tuple[str, ...] = ()
    operation: bool = False
    outcomes: tuple[str, ...] = ()
    may_offer: tuple[str, ...] = ()
    default: str | None = None
    exclusive: bool = False
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownClass:
    """A class of data: the parties that may see it, and whether it may be shown to others by name.

    `assumed`: what an answer of a confidential process is taken for that names no class.
    """

    seen_by: frozenset[str] = frozenset()
    shareable: bool = False
    assumed: bool = False


@runtime_checkable
class Automaton(Protocol):
    """A rule over time as a small state machine over the atoms of each step.

    An atom is `act` or `act:outcome`; a step without an act has none. `triggers` are the atoms that
    can break or open the rule, `reads` all that move it; `open` says whether it is broken if the case
    ends here.
    """

    @property
    def start(self) -> int: ...

    @property
    def triggers(self) -> frozenset[str]: ...

    @property
    def reads(self) -> frozenset[str]: ...

    def step(self, state: int, atoms: frozenset[str]) -> int: ...

    def breaks(self, state: int, atoms: frozenset[str]) -> bool: ...

    def open(self, state: int) -> bool: ...


@dataclass(frozen=True)
class KnownPart:
    """One demand of a rule: an automaton, or acts that only some parties do, or neither.

    Neither is a demand on people that only a running case can show. `says` is what is wrong where it
    is broken, `next` what should happen instead.
    """

    says: str
    automaton: Automaton | None = None
    acts: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    next: str = ""


@dataclass(frozen=True)
class KnownRule:
    """A rule of the policy. `proved`: it must hold on every path of a diagram, not only in cases."""

    id: str
    severity: Severity
    words: str
    clauses: tuple[str, ...]
    proved: bool
    parts: tuple[KnownPart, ...]


@dataclass(frozen=True)
class KnownDiagram:
    """A diagram that may be called.

    `inputs` are the steps of its caller that it reads; `calls` the process ids that it calls; `errors`
    the names of the errors that leave it; `waits` whether it holds a step where a run stops;
    `confidential` whether only a list of people may read its cases.
    """

    inputs: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    errors: frozenset[str] = frozenset()
    waits: bool = True
    confidential: bool = False


@dataclass(frozen=True)
class Known:
    """Everything outside the diagram that its marks may name.

    `acts` by act id; `roles` ids of roles that may own and start a process; `parties` names of lanes;
    `topics` the operations by topic, each with the act that it performs by itself or None; `clauses`
    ids of the policy's clauses; `diagrams` by process id; `caller_fields` the forms of those steps of a
    caller that a called diagram reads, by step id (a step left out is not checked), `caller_acts` their
    acts; `classifications`
    of fields, and what is known of them (`classes`); `own` the parties that are one person of the case;
    `rules` that a diagram must keep. What is not listed is unknown, and an error.
    """

    acts: Mapping[str, KnownAct] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    topics: Mapping[str, str | None] = field(default_factory=dict)
    clauses: frozenset[str] = frozenset()
    diagrams: Mapping[str, KnownDiagram] = field(default_factory=dict)
    caller_fields: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    caller_acts: Mapping[str, str] = field(default_factory=dict)
    classifications: frozenset[str] = frozenset({PUBLIC})
    classes: Mapping[str, KnownClass] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    rules: tuple[KnownRule, ...] = ()

    def class_of(self, asked: Field) -> str:
        """Give the class of data of a field: its own, or the one that is assumed where it names none."""
        unsaid = (name for name, known in self.classes.items() if known.assumed)
        return asked.classification or next(unsaid, UNSAID)


def known_diagram(diagram: Diagram) -> KnownDiagram:
    """Give what callers of this diagram must know of it."""
    return KnownDiagram(
        inputs=diagram.inputs,
        confidential=diagram.confidential,
        calls=frozenset(node.called for node in diagram.of_kind("callActivity") if node.called),
        errors=frozenset(
            node.error or ""
            for node in diagram.of_kind("errorEnd")
            if not any(
                catches(diagram, host, node.error) for host in enclosing(diagram, node.parent)
            )
        ),
        waits=any(
            True
            for _ in diagram.of_kind(
                "userTask", "manualTask", "receiveTask", "timerCatch", "messageCatch"
            )
        ),
    )


def enclosing(diagram: Diagram, parent: str | None) -> Iterable[str]:
    """Walk the subprocesses around a level, the innermost first."""
    seen: set[str] = set()
    while parent is not None and parent not in seen and parent in diagram.nodes:
        yield parent
        seen.add(parent)
        parent = diagram.nodes[parent].parent


def catches(diagram: Diagram, host: str, error: str | None) -> bool:
    """Whether a boundary event on the host catches the error; one without a name catches all."""
    return any(
        boundary.kind == "boundaryError" and boundary.error in (None, error)
        for boundary in diagram.boundaries(host)
    )
