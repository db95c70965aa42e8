"""Draw a BPMN file anew by our own laws; the drawing changes, nothing else does."""

from workflows.diagrams.document import Findings, parse_document
from workflows.diagrams.layout.parts import planes_of
from workflows.diagrams.layout.pools import TOP, set_groups, set_lines, set_plane
from workflows.diagrams.layout.writing import Writer, read_old, spliced


class LayoutError(ValueError):
    """The bytes are no BPMN file, so there is nothing to draw."""


def tidy(data: bytes) -> bytes:
    """Give the same file with every shape and line of its drawing placed anew.

    Lanes keep their order; ids and colours of what was drawn stay. All bytes outside of the drawing
    (comments, prefixes, extensions) are kept as they are. The same file always gives the same
    drawing. LayoutError where the bytes cannot be read as BPMN.
    """
    findings = Findings()
    root = parse_document(data, findings)
    if root is None:
        raise LayoutError(findings.found[0].message)
    planes = planes_of(root)
    if not planes:
        return data
    old = read_old(root)
    top: float = TOP
    for plane in planes:
        top = set_plane(plane, top)
        set_lines(plane)
        set_groups(plane, old.boxes)
    return spliced(data, Writer(root, old).write(planes))
