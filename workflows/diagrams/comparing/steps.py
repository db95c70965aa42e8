"""Steps that came, went or changed: who does them, what they are in the policy, by when."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Pair
from workflows.diagrams.comparing.parties import party_changes, renamed
from workflows.diagrams.comparing.ways import goal, name_of
from workflows.diagrams.graph import (
    ACTIVITIES,
    BOUNDARIES,
    CATCHES,
    ENDS,
    GATEWAYS,
    STARTS,
    Diagram,
    Node,
)
from workflows.diagrams.wording import length_words, listed, timer_words

_KINDS = {
    "userTask": "done by people",
    "manualTask": "done by people outside the system",
    "serviceTask": "done by the system",
    "receiveTask": "a wait for a message",
    "subProcess": "several steps",
    "callActivity": "a diagram of its own",
    "exclusiveGateway": "a decision for one of the ways",
    "parallelGateway": "all of the ways at the same time",
    "inclusiveGateway": "all of the ways that apply",
    "eventBasedGateway": "a wait for what happens first",
    "start": "a beginning",
    "messageStart": "a beginning by a message",
    "timerStart": "a beginning by itself",
    "end": "an end",
    "terminateEnd": "an end that stops whatever is open",
    "errorEnd": "an end with an error",
    "messageEnd": "an end that sends a message",
}


def step_changes(both: Pair, title_of_act: Callable[[str], str]) -> Iterator[Change]:
    """Walk the steps that came and went, then those that both diagrams have and that changed."""
    for node in both.added():
        if _is_told(node):
            yield _came(both, node, title_of_act)
    for node in both.removed():
        if _is_told(node) and not _goes_with_its_host(both, node):
            yield _went(both.before, node, title_of_act)
    yield from party_changes(both)
    names = renamed(both)
    for old, new in both.kept():
        known = replace(old, lane=names.get(old.lane or "", old.lane))
        yield from _changed(both, known, new, title_of_act)


def _is_told(node: Node) -> bool:
    """Whether a node is something by itself; a gateway is told by its ways."""
    return node.kind not in GATEWAYS


def _goes_with_its_host(both: Pair, node: Node) -> bool:
    host = both.before.nodes.get(node.attached_to or "")
    return host is not None and host.id not in both.now


def _came(both: Pair, node: Node, title_of_act: Callable[[str], str]) -> Change:
    diagram = both.after
    words = _deadline if node.kind in BOUNDARIES else _step
    where = "" if node.kind in BOUNDARIES | STARTS else _after(diagram, node)
    sentence = f"New: {words(diagram, node)}{_in_policy(node, title_of_act)}{where}."
    return Change(_topic(node), sentence, after=(node.id,), party=node.lane)


def _after(diagram: Diagram, node: Node) -> str:
    """Say what it follows, over what has no name."""
    found: dict[str, None] = {}
    seen, queue = {node.id}, [node.id]
    for here in queue:
        for source in dict.fromkeys(flow.source for flow in diagram.incoming(here)):
            before = diagram.nodes.get(source)
            if before is None or source in seen:
                continue
            seen.add(source)
            if before.kind in BOUNDARIES:
                # The event itself is told with where it leads.
                continue
            if before.name.strip():
                found[name_of(before)] = None
            else:
                queue.append(source)
    return f", after {listed(list(found))}" if found else ""


def _went(diagram: Diagram, node: Node, title_of_act: Callable[[str], str]) -> Change:
    words = _deadline if node.kind in BOUNDARIES else _step
    events = diagram.boundaries(node.id)
    told = [timer_words(one.timer) if one.timer else f'"{one.title}"' for one in events]
    there = f", with what happens there: {listed(told)}" if told else ""
    sentence = f"Gone: {words(diagram, node)}{_in_policy(node, title_of_act)}{there}."
    marked = (node.id, *(one.id for one in events))
    return Change(_topic(node), sentence, before=marked, party=node.lane)


def _topic(node: Node) -> Topic:
    return Topic.TIMES if node.kind in BOUNDARIES | CATCHES and node.timer else Topic.STEPS


def _step(diagram: Diagram, node: Node) -> str:
    title = node.title.rstrip(".")
    if node.kind in ENDS:
        error = f' with the error "{node.error}"' if node.error else ""
        return f'the end "{title}"{error}'
    if node.kind in STARTS:
        return _beginning(diagram, node)
    if node.kind == "serviceTask":
        return f'the system\'s step "{title}" (operation {node.topic or "none"})'
    if node.kind == "callActivity":
        return f'the step "{title}", which follows the diagram "{node.called or "none"}"'
    return f'the step "{title}"' + (f" of {node.lane}" if node.lane else "")


def _beginning(diagram: Diagram, node: Node) -> str:
    """Say what begins a case, and where: a second beginning may pass much by."""
    ways = [goal(diagram, flow.target) for flow in diagram.outgoing(node.id)]
    leads = f", which leads to {listed(ways)}" if ways else ""
    by = f" by the message {node.message}" if node.message else ""
    when = f" {timer_words(node.timer)}" if node.timer else ""
    return f'the beginning "{node.title.rstrip(".")}"{by}{when}{leads}'


def _deadline(diagram: Diagram, node: Node) -> str:
    host = diagram.nodes.get(node.attached_to or "")
    where = f' at "{host.title}"' if host else ""
    stays = "" if node.interrupting else "; the step stays open"
    ways = [goal(diagram, flow.target) for flow in diagram.outgoing(node.id)]
    leads = f", which leads to {listed(ways)}" if ways else ""
    when = timer_words(node.timer) if node.timer else ""
    name = f'"{node.title}"' if node.name.strip() else "an event"
    told = when if when and node.title.lower() == when else f"{name} {when}".rstrip()
    return f"{told}{where}{leads}{stays}"


def _in_policy(node: Node, title_of_act: Callable[[str], str]) -> str:
    title = title_of_act(node.act) if node.act else node.title
    return "" if title == node.title else f" (in the policy: {title})"


def _changed(
    both: Pair, old: Node, new: Node, title_of_act: Callable[[str], str]
) -> Iterator[Change]:
    title = f'"{new.title}"'
    host = both.after.nodes.get(new.attached_to or "")
    if host is not None and _is_named_by_time(new):
        title = f'The event at "{host.title}"'
    for topic, sentence in (
        *_who_and_what(old, new, title, title_of_act),
        *_when(old, new, title),
        *_texts(old, new),
    ):
        yield Change(topic, sentence, (old.id,), (new.id,), new.lane)


def _is_named_by_time(node: Node) -> bool:
    """Whether its name only says when it happens, so that it is another one at another time."""
    return node.timer is not None and node.title.lower() == timer_words(node.timer)


def _who_and_what(
    old: Node, new: Node, title: str, title_of_act: Callable[[str], str]
) -> Iterator[tuple[Topic, str]]:
    if old.kind != new.kind:
        was, now = (_KINDS.get(node.kind, f"a {node.kind}") for node in (old, new))
        name = title if new.name.strip() else "A branching without a name"
        yield Topic.STEPS, f"{name} is now {now}; before, {was}."
    if old.lane != new.lane and new.kind in ACTIVITIES:
        yield (
            Topic.STEPS,
            f"{title} is now done by {new.lane or 'nobody'}; before, by {old.lane or 'nobody'}.",
        )
    if old.act != new.act:
        was, now = (f'"{title_of_act(n.act)}"' if n.act else "nothing" for n in (old, new))
        yield Topic.POLICY, f"In the policy, {title} is now {now}; before, {was}."
    yield from _marks(old, new, title)


def _marks(old: Node, new: Node, title: str) -> Iterator[tuple[Topic, str]]:
    for what, was, now in (
        ("runs the operation", old.topic, new.topic),
        ("follows the diagram", old.called, new.called),
        ("is about the message", old.message, new.message),
        ("is about the error", old.error, new.error),
    ):
        if was != now:
            yield Topic.STEPS, f'{title} now {what} "{now or "none"}"; before, "{was or "none"}".'
    if old.loop != new.loop:
        yield Topic.STEPS, f"{title} is now done {_times(new)}; before, {_times(old)}."
    elif old.loop and old.sequential != new.sequential:
        manner = "one after the other" if new.sequential else "at the same time"
        yield Topic.STEPS, f"{title} is now done several times {manner}."


def _times(node: Node) -> str:
    if not node.loop:
        return "once"
    times = f"{node.loop} times" if node.loop.isdigit() else f'as often as "{node.loop}" says'
    return f"{times}, {'one after the other' if node.sequential else 'at the same time'}"


def _when(old: Node, new: Node, title: str) -> Iterator[tuple[Topic, str]]:
    if old.due != new.due:
        was, now = (length_words(node.due) if node.due else "none" for node in (old, new))
        yield Topic.TIMES, f"The time limit of {title} is now {now}; before, {was}."
    if old.timer != new.timer:
        was, now = (timer_words(node.timer) if node.timer else "never" for node in (old, new))
        yield Topic.TIMES, f"{title} now happens {now}; before, {was}."
    if old.interrupting != new.interrupting:
        now = "now ends the step" if new.interrupting else "no longer ends the step"
        yield Topic.TIMES, f"{title} {now} that it is drawn on."


def _texts(old: Node, new: Node) -> Iterator[tuple[Topic, str]]:
    if old.title != new.title and not (_is_named_by_time(old) and _is_named_by_time(new)):
        yield Topic.TEXTS, f'"{old.title}" is now called "{new.title}".'
    if old.documentation.split() != new.documentation.split():
        yield Topic.TEXTS, f'The explanation of "{new.title}" has changed.'
