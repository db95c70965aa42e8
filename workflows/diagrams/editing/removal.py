"""What went with an element that was taken out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Removal:
    """Ids of what an edit took out, and of what it left without a way to it.

    `elements` are steps, gateways and events, those inside a subprocess too; `flows` the ways; `cut_off`
    elements that are still there but cannot be reached from a start any more (they could before).
    """

    elements: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    cut_off: tuple[str, ...] = ()
