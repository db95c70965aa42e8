"""Short ways to write a finding about a node, a flow or the whole process."""

from collections.abc import Iterable

from workflows.diagrams.graph import Diagram, Finding, Flow, Node, Severity

MANY = 16


def error(place: Node | Flow | Diagram, code: str, message: str) -> Finding:
    """Give a finding that blocks publishing."""
    return _finding("error", place, code, message)


def warning(place: Node | Flow | Diagram, code: str, message: str) -> Finding:
    """Give a finding that deserves a look."""
    return _finding("warning", place, code, message)


def info(place: Node | Flow | Diagram, code: str, message: str) -> Finding:
    """Give a finding worth knowing."""
    return _finding("info", place, code, message)


def _finding(severity: Severity, place: Node | Flow | Diagram, code: str, message: str) -> Finding:
    if isinstance(place, Diagram):
        return Finding(severity, code, place.process_id or None, place.line, message)
    return Finding(severity, code, place.id, place.line, message)


def quoted(names: Iterable[str]) -> str:
    """Give names as a list for a sentence: "a", "b" and "c"; of many only the first."""
    words = [f'"{name}"' for name in names]
    if len(words) > MANY:
        words[MANY - 1 :] = [f"{len(words) - MANY + 1} others"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
