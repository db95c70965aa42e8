"""Timers, messages and errors: is it said what is waited for, and does somebody catch what is thrown."""

from collections.abc import Iterator
from itertools import combinations

from workflows.diagrams.graph import BOUNDARIES, Diagram, Finding, Node
from workflows.diagrams.lint.known import Known, catches, enclosing
from workflows.diagrams.lint.notes import error, info, warning
from workflows.diagrams.lint.structure import until_join
from workflows.diagrams.timers import ALLOWED, Timer, TimerError, parse_timer

_TIMED = ("timerStart", "boundaryTimer", "timerCatch")
_CATCHING = ("messageStart", "messageCatch", "boundaryMessage", "receiveTask")
_THROWING = ("messageThrow", "messageEnd")
_KINDS = {"duration": "a length of time", "date": "a date", "cycle": "a repetition"}


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Check every event of the diagram."""
    for node in diagram.nodes.values():
        if node.kind in _TIMED:
            yield from _timer(node)
        if node.kind in _CATCHING + _THROWING and not node.message:
            yield error(
                node,
                "no-message",
                f'"{node.title}" does not name its message. Choose or create one on it.',
            )
        if node.due is not None:
            yield from _due(node)
    yield from _messages(diagram)
    for node in diagram.of_kind("errorEnd"):
        yield from _thrown(diagram, node)
    for node in diagram.of_kind("boundaryError"):
        yield from _caught(diagram, node, known)


def _timer(node: Node) -> Iterator[Finding]:
    if not node.timer:
        yield error(node, "no-timer", f'The timer "{node.title}" says no time. {ALLOWED}')
        return
    try:
        timer = parse_timer(node.timer)
    except TimerError as refusal:
        yield error(node, "bad-timer", f'The timer "{node.title}": {refusal}')
        return
    if timer.kind != node.timer_kind:
        yield error(
            node,
            "timer-kind",
            f'The timer "{node.title}" is set to be {_KINDS[node.timer_kind or "duration"]} but '
            f'"{timer.text}" is {_KINDS[timer.kind]}. Choose the matching type on it.',
        )
    yield from _timer_place(node, timer)


def _timer_place(node: Node, timer: Timer) -> Iterator[Finding]:
    if timer.kind != "cycle":
        return
    if node.kind == "timerCatch":
        yield error(
            node,
            "timer-repeats",
            f'The case goes on when "{node.title}" rings once; a repetition has no meaning there. Give '
            "a length of time or a date.",
        )
    if node.kind == "boundaryTimer" and node.interrupting:
        yield warning(
            node,
            "timer-repeats",
            f'"{node.title}" ends its step when it rings first, so it never repeats. Make it '
            "non-interrupting, or give a length of time.",
        )


def _due(node: Node) -> Iterator[Finding]:
    try:
        if parse_timer(node.due or "").kind == "duration":
            return
        reason = f'"{node.due}" is not a length of time. {ALLOWED}'
    except TimerError as refusal:
        reason = str(refusal)
    yield error(node, "bad-due", f'The time limit of "{node.title}": {reason}')


def _messages(diagram: Diagram) -> Iterator[Finding]:
    waiting: dict[str, list[Node]] = {}
    for node in diagram.of_kind(*_CATCHING):
        waiting.setdefault(node.message or "", []).append(node)
    shared = {name: nodes for name, nodes in waiting.items() if name and len(nodes) > 1}
    splits = list(_splits(diagram)) if shared else []
    for name, nodes in shared.items():
        for first, second in combinations(nodes, 2):
            if _nested(diagram, first, second) or _beside(splits, first, second):
                yield warning(
                    second,
                    "message-caught-twice",
                    f'"{first.title}" and "{second.title}" may wait for the message "{name}" at the '
                    "same time, and it goes to one of them only. Give each its own message.",
                )
                break


def _nested(diagram: Diagram, first: Node, second: Node) -> bool:
    """Whether one waits on a step that the other is, or stands in."""
    return any(
        outer.attached_to is not None
        and outer.attached_to in {_host(inner), *enclosing(diagram, inner.parent)}
        for inner, outer in ((first, second), (second, first))
    )


def _beside(splits: list[dict[str, set[int]]], first: Node, second: Node) -> bool:
    """Whether they wait on different ways of one split."""
    pairs = ((ways.get(_host(first)), ways.get(_host(second))) for ways in splits)
    return any(one and other and len(one | other) > 1 for one, other in pairs)


def _host(node: Node) -> str:
    return node.attached_to or node.id


def _splits(diagram: Diagram) -> Iterator[dict[str, set[int]]]:
    """Walk the places where a case goes several ways at once: node id -> numbers of its ways."""
    for node in diagram.of_kind("parallelGateway", "inclusiveGateway"):
        targets = [flow.target for flow in diagram.outgoing(node.id)]
        yield _ways(diagram, [target for target in targets if target in diagram.nodes])
    for node in diagram.of_kind(*BOUNDARIES):
        host = diagram.nodes.get(node.attached_to or "")
        if not node.interrupting and host is not None:
            yield _ways(diagram, [node.id, host.id])


def _ways(diagram: Diagram, begins: list[str]) -> dict[str, set[int]]:
    ways: dict[str, set[int]] = {}
    for number, begin in enumerate(begins):
        for identity in until_join(diagram, begin):
            ways.setdefault(identity, set()).add(number)
    return ways


def _thrown(diagram: Diagram, node: Node) -> Iterator[Finding]:
    if not node.error:
        yield error(node, "no-error", f'"{node.title}" does not name its error. Choose one on it.')
    if any(catches(diagram, host, node.error) for host in enclosing(diagram, node.parent)):
        return
    if diagram.starters:
        yield error(
            node,
            "error-not-caught",
            f'Nobody catches the error "{node.error or ""}" of "{node.title}". Put an error event on the '
            "border of a subprocess around it, or use a plain end.",
        )
    else:
        yield info(
            node,
            "error-leaves-diagram",
            f'The error "{node.error or ""}" leaves this diagram. Every diagram that calls it must catch '
            "it with an error event on the call.",
        )


def _caught(diagram: Diagram, node: Node, known: Known) -> Iterator[Finding]:
    host = diagram.nodes.get(node.attached_to or "")
    if host is None:
        return
    if host.kind not in ("subProcess", "callActivity"):
        yield error(
            node,
            "error-never-thrown",
            f'"{host.title}" never throws an error; only subprocesses and called diagrams do. Remove '
            f'"{node.title}" or use a timer or a message.',
        )
        return
    if not _raises(diagram, host, node.error, known):
        yield error(
            node,
            "error-never-thrown",
            f'Nothing inside "{host.title}" throws the error "{node.error or ""}". Remove '
            f'"{node.title}", or draw the error end.',
        )


def _raises(diagram: Diagram, host: Node, name: str | None, known: Known) -> bool:
    if host.kind == "callActivity":
        called = known.diagrams.get(host.called or "")
        return called is None or any(name in (None, thrown) for thrown in called.errors)
    inside = (node for node in diagram.nodes.values() if host.id in enclosing(diagram, node.parent))
    return any(
        (node.kind == "errorEnd" and name in (None, node.error))
        or (node.kind == "callActivity" and _raises(diagram, node, name, known))
        for node in inside
    )
