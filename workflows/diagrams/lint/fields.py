"""Find the form field that a condition names."""

from dataclasses import dataclass, field

from workflows.diagrams.condition_tree import Name
from workflows.diagrams.graph import Diagram, Field
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.structure import reachable


@dataclass(frozen=True)
class Fields:
    """The forms within reach of a diagram; called with a name it gives the field or None."""

    diagram: Diagram
    known: Known
    _behind: dict[str, set[str]] = field(default_factory=dict)

    def __call__(self, name: Name) -> Field | None:
        """Give the field, None where it is not known."""
        return next(
            (asked for asked in self.of(name.element) or () if asked.id == name.field), None
        )

    def of(self, element: str) -> tuple[Field, ...] | None:
        """Give the form of a step here or of the caller, None where there is no saying."""
        if element in self.diagram.nodes:
            return self.diagram.nodes[element].fields
        return self.known.caller_fields.get(element)

    def behind(self, element: str) -> set[str]:
        """Give the ids of what may come after a step of this diagram, found once for each."""
        if element not in self._behind:
            self._behind[element] = reachable(self.diagram, [element])
        return self._behind[element]
