"""Places where ways meet, once only one way arrives there any more."""

from workflows.diagrams.document import local
from workflows.diagrams.editing import steps
from workflows.diagrams.editing.sheet import Sheet
from workflows.diagrams.graph import GATEWAYS


def collapse(sheet: Sheet) -> tuple[str, ...]:
    """Take out gateways without a name that one way enters and one way leaves; gives their ids.

    A branch ends in one. When all its ways but one end elsewhere, nothing meets there any more.
    """
    idle = [
        node.get("id", "")
        for node in sheet.nodes()
        if local(node) in GATEWAYS
        and not (node.get("name") or "").strip()
        and len(sheet.incoming(node)) == len(sheet.outgoing(node)) == 1
    ]
    for identity in idle:
        steps.remove(sheet, element=identity)
    return tuple(idle)
