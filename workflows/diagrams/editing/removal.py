"""What went with an element that was taken out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Removal:
    """Ids of what an edit took out, and of what it left without a way to it.

    `elements` are steps, gateways and events, those inside a subprocess too; `flows` the ways;
    `cut_off` elements that are still there but cannot be reached from a start any more.
    """

    elements: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    cut_off: tuple[str, ...] = ()

    def with_more(self, other: "Removal") -> "Removal":
        """Give both together."""
        return Removal(
            tuple(dict.fromkeys(self.elements + other.elements)),
            tuple(dict.fromkeys(self.flows + other.flows)),
            tuple(dict.fromkeys(self.cut_off + other.cut_off)),
        )
