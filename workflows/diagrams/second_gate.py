"""What a run of the diagrams on the real engine has to say here, where the engine is not known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from workflows.diagrams.graph import Diagram, Finding
from workflows.diagrams.proof import Proof

# A proof, and the diagram that it is of where that is one that calls the checked one.
Proved = tuple[Diagram | None, Proof]


@dataclass(frozen=True)
class OnEngine:
    """What came of it. `agrees` is None where that is not known.

    `refusal` says why the engine would not read the diagrams, at `element`; it is no difference where
    the check has found an error too.
    """

    states: int = 0
    complete: bool = False
    agrees: bool | None = None
    findings: tuple[Finding, ...] = ()
    refusal: str = ""
    element: str | None = None


class Engine(Protocol):
    """Runs diagrams beside their proofs."""

    def __call__(
        self, files: Mapping[str, bytes], proofs: Sequence[Proved], until: float
    ) -> OnEngine:
        """Compare; `files` are all diagrams by process id, `until` a moment of time.perf_counter."""


def settled(found: OnEngine, others: Iterable[Finding]) -> OnEngine:
    """Say what a refusal of the engine, or an end before all was walked, means beside `others`."""
    if found.refusal:
        return _refused(found, any(one.severity == "error" for one in others))
    if found.agrees is None:
        return replace(found, findings=(*found.findings, _unfinished(found)))
    return found


def _refused(found: OnEngine, is_known: bool) -> OnEngine:
    if is_known:
        message = f"The engine would not run the diagram either: {found.refusal}"
        finding = Finding("info", "engine-refuses", found.element, None, message)
        return replace(found, findings=(finding,))
    message = (
        f"Engine and proof disagree: nothing is wrong by the proof, but the engine would not run the "
        f"diagram: {found.refusal} It cannot be published; please report it with the file."
    )
    finding = Finding("error", "engine-disagrees", found.element, None, message)
    return replace(found, agrees=False, findings=(finding,))


def _unfinished(found: OnEngine) -> Finding:
    message = (
        f"The engine was not led through all ways in the time given ({found.states} situations). What it "
        "did agrees with the proof, but a diagram that was not wholly tried cannot be published. Split it."
    )
    return Finding("info", "engine-unfinished", None, None, message)
