"""Called diagrams: known, not in a circle, given what they read, caught when they fail."""

from collections.abc import Iterator, Mapping

from workflows.diagrams.forms import suggestion
from workflows.diagrams.graph import Diagram, Finding, Node
from workflows.diagrams.lint.known import Known, KnownDiagram, catches, enclosing
from workflows.diagrams.lint.notes import error


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check every call activity."""
    for node in diagram.of_kind("callActivity"):
        if not node.called:
            yield error(
                node,
                "no-called",
                f'"{node.title}" does not say which diagram it calls. Choose one.',
            )
            continue
        if _leads_back(diagram, node.called, known):
            yield error(
                node,
                "call-cycle",
                f'"{node.title}" calls "{node.called}", which leads back to this diagram: it would never '
                "end. Draw the loop inside one diagram.",
            )
        elif node.called not in known.diagrams:
            yield error(
                node,
                "unknown-called",
                f'"{node.title}" calls "{node.called}", which is not among the diagrams'
                f"{suggestion(node.called, known.diagrams)}.",
            )
        else:
            yield from _call(diagram, node, known.diagrams[node.called])
            for missing in sorted(_reached(node.called, known) - known.diagrams.keys()):
                yield error(
                    node,
                    "unknown-called",
                    f'"{node.called}", or what it calls, calls "{missing}", which is not among the '
                    f"diagrams{suggestion(missing, known.diagrams)}.",
                )


def faulty_calls(
    diagram: Diagram, known: Known, faults: Mapping[str, Finding]
) -> Iterator[Finding]:
    """Refuse calls of diagrams that could not be published themselves; `faults` by process id."""
    for node in diagram.of_kind("callActivity"):
        for key in sorted(_reached(node.called or "", known) & faults.keys()):
            yield error(
                node,
                "called-faulty",
                f'"{node.title}" leads to "{key}", which cannot be published itself: '
                f"{faults[key].message}",
            )


def _leads_back(diagram: Diagram, called: str, known: Known) -> bool:
    return diagram.process_id in _reached(called, known)


def _reached(called: str, known: Known) -> set[str]:
    """Give what is called, and all that it calls in turn, known or not."""
    seen: set[str] = set()
    waiting = [called]
    while waiting:
        process = waiting.pop()
        if process not in seen:
            seen.add(process)
            if process in known.diagrams:
                waiting += known.diagrams[process].calls
    return seen


def _call(diagram: Diagram, node: Node, called: KnownDiagram) -> Iterator[Finding]:
    asking = {other.id for other in diagram.nodes.values() if other.fields} | set(diagram.inputs)
    for element in called.inputs:
        if element not in asking:
            yield error(
                node,
                "input-missing",
                f'"{node.called}" reads the answers of "{element}", but no such step with a form is here'
                f"{suggestion(element, asking)}.",
            )
    hosts = [node.id, *enclosing(diagram, node.parent)]
    for name in sorted(called.errors):
        if not any(catches(diagram, host, name) for host in hosts):
            yield error(
                node,
                "error-not-caught",
                f'"{node.called}" can end with the error "{name}", which nobody catches. Put an error '
                f'event on the border of "{node.title}".',
            )
