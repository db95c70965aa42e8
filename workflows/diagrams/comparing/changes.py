"""One difference between two versions of a diagram."""

from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a difference is about, the weightiest first; the value is its heading."""

    POLICY = "What the policy asks"
    ORDER = "What must come before what"
    STEPS = "Steps and who does them"
    DECISIONS = "Decisions and ways"
    FORMS = "Forms"
    TIMES = "Time limits and reminders"
    TEXTS = "Names and explanations"
    PROCESS = "The process itself"


@dataclass(frozen=True)
class Change:
    """A difference in a sentence.

    `before` and `after` are the ids of elements and flows to mark in the older and in the newer
    diagram; `party` is the lane whose work it changes, None where it is nobody's own.
    """

    topic: Topic
    sentence: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    party: str | None = None
