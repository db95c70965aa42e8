"""Find the form field that a condition names."""

from dataclasses import dataclass

from workflows.diagrams.condition_tree import Name
from workflows.diagrams.graph import Diagram, Field
from workflows.diagrams.lint.known import Known


@dataclass(frozen=True)
class Fields:
    """The forms within reach of a diagram; called with a name it gives the field or None."""

    diagram: Diagram
    known: Known

    def __call__(self, name: Name) -> Field | None:
        """Give the field, None where it is not known."""
        return next(
            (field for field in self.of(name.element) or () if field.id == name.field), None
        )

    def of(self, element: str) -> tuple[Field, ...] | None:
        """Give the form of a step here or of the caller, None where there is no saying."""
        if element in self.diagram.nodes:
            return self.diagram.nodes[element].fields
        return self.known.caller_fields.get(element)
