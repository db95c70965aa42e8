"""How fast people are: when the next step of a story was done, drawn from a seed."""

import random
from dataclasses import dataclass, field
from datetime import time
from typing import Any

OFFICES_OPEN, LAST_MINUTE = 8 * 60 + 5, 16 * 60 + 40

# In every other case somebody takes a step first that takes some work.
TAKEN = frozenset(
    {"ForwardRequest", "ReviewRequest", "AdviseSecurity", "DecideRequest", "SetUpRetention"}
)


@dataclass
class Teller:
    """Tells a story step by step; what would lie in the future is left out."""

    chance: random.Random
    ago: int
    minute: int = OFFICES_OPEN
    steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def day(self) -> dict[str, int]:
        """The day of the latest step, as a form is told it."""
        return {"ago": max(self.ago, 0)}

    @property
    def at(self) -> time:
        """The time of the latest step."""
        return time(self.minute // 60, self.minute % 60)

    def step(self, element: str, by: int, after: tuple[int, int], **answers: Any) -> None:
        """Let somebody do a step so many business days after the one before."""
        before = self.ago, self.minute
        self.wait(*after)
        if self.ago > 0:
            row: dict[str, Any] = {"ago": self.ago, "at": self.at, "by": by, "element": element}
            if element in TAKEN and self.chance.random() < 0.5:
                row["taken"] = self._taken(*before)
            self.steps.append({**row, "answers": answers})

    def _taken(self, ago: int, minute: int) -> dict[str, Any]:
        """Say when a step was taken that is done now: the business day before, or the same day."""
        if ago - self.ago > 1 and self.chance.random() < 0.5:
            early, latest, on = OFFICES_OPEN, LAST_MINUTE, self.ago + 1
        else:
            early = minute + 1 if ago == self.ago else OFFICES_OPEN - 4
            latest, on = self.minute - 1, self.ago
        at = self.chance.randint(early, latest)
        return {"ago": on, "at": time(at // 60, at % 60)}

    def wait(self, least: int, most: int) -> None:
        """Let business days pass, or some time of the same day."""
        days = self.chance.randint(least, most)
        later = self.minute + self.chance.randint(12, 50)
        if days == 0 and later <= LAST_MINUTE:
            self.minute = later
            return
        self.ago -= max(days, 1)
        self.minute = self.chance.randint(OFFICES_OPEN, LAST_MINUTE)
