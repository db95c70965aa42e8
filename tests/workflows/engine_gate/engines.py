"""Engines that do not do their work, small enough to be handed to another process."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.diagrams.second_gate import OnEngine, Proved


@dataclass(frozen=True)
class Idle:
    """Says always the same; or, with nothing to say, never comes back."""

    says: OnEngine | None = None

    def __call__(
        self,
        files: Mapping[str, bytes],  # noqa: ARG002 (an engine is given them)
        proofs: Sequence[Proved],  # noqa: ARG002
        until: float,  # noqa: ARG002
    ) -> OnEngine:
        """Give the one answer."""
        while self.says is None:
            time.sleep(0.1)
        return self.says
