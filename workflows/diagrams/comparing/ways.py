"""Where it goes on from a step or a decision, and on which condition."""

from collections.abc import Callable, Iterator

from workflows.diagrams.comparing.changes import Change, Topic
from workflows.diagrams.comparing.matching import Labels, Pair
from workflows.diagrams.graph import GATEWAYS, Diagram, Flow, Node
from workflows.diagrams.wording import condition_words, listed

_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def way_changes(both: Pair) -> Iterator[Change]:
    """Walk the nodes that both diagrams have and from which it goes on in another way.

    A step put between two others, or taken out from between them, is told as a step: the ways are
    compared over the nodes that only one of the diagrams has. So is one that stands elsewhere.
    """
    moved = dict(_moved(both))
    yield from moved.values()
    stay = {both.now[identity] for identity in moved}
    for old, new in both.kept():
        if old.id in moved:
            continue
        was = _targets(both.before, old, lambda node: node in both.now and node not in moved)
        now = _targets(both.after, new, lambda node: node in both.then and node not in stay)
        came = {target: flow for target, flow in now.items() if both.then[target] not in was}
        went = {target: flow for target, flow in was.items() if both.now[target] not in now}
        if came or went:
            yield _other_ways(both, (old, new), came, went)
        if new.kind in _CHOOSING:
            for target, flow in now.items():
                if both.then[target] in was:
                    yield from _conditions(both, (old, new), was[both.then[target]], flow)


def _moved(both: Pair) -> Iterator[tuple[str, Change]]:
    """Walk the steps taken out of one place and put between two others, by their older id."""
    for old, new in both.kept():
        was, now = _between(both.before, old), _between(both.after, new)
        if new.kind in GATEWAYS or was is None or now is None:
            continue
        if was[0] not in both.now or now[0] not in both.then or both.now[was[0]] == now[0]:
            continue
        is_closed = _leads(both.after, both.now.get(was[0]), both.now.get(was[1]))
        was_open = _leads(both.before, both.then.get(now[0]), both.then.get(now[1]))
        if is_closed and was_open:
            then, today = goal(both.before, was[0]), goal(both.after, now[0])
            sentence = f'"{new.title}" now comes after {today}; before, after {then}.'
            yield old.id, Change(Topic.ORDER, sentence, (old.id,), (new.id,), new.lane)


def _between(diagram: Diagram, node: Node) -> tuple[str, str] | None:
    """Give what stands right before and right after a node with one way in and one out."""
    into, out = diagram.incoming(node.id), diagram.outgoing(node.id)
    return (into[0].source, out[0].target) if len(into) == len(out) == 1 else None


def _leads(diagram: Diagram, one: str | None, other: str | None) -> bool:
    return one is not None and any(flow.target == other for flow in diagram.outgoing(one))


def split_changes(both: Pair) -> Iterator[Change]:
    """Walk the branchings that came or went and whose ways all lead to one place.

    All others are told by where it goes on.
    """
    for node in both.added():
        targets = _targets(both.after, node, lambda one: one in both.then)
        if _splits(both.after, node) and len(targets) == 1:
            words = f"New: {name_of(node)}, whose ways all lead to {goal(both.after, next(iter(targets)))}."
            yield Change(Topic.DECISIONS, words, after=(node.id,))
    for node in both.removed():
        targets = _targets(both.before, node, lambda one: one in both.now)
        if _splits(both.before, node) and len(targets) == 1:
            yield Change(Topic.DECISIONS, f"Gone: {name_of(node)}.", before=(node.id,))


def _splits(diagram: Diagram, node: Node) -> bool:
    return node.kind in GATEWAYS and len(diagram.outgoing(node.id)) > 1


def _targets(diagram: Diagram, node: Node, known: Callable[[str], bool]) -> dict[str, Flow]:
    """Give the nodes that both have and that come next, with the flow taken from this one."""
    found: dict[str, Flow] = {}
    for flow in diagram.outgoing(node.id):
        seen, queue = {flow.target}, [flow.target]
        for here in queue:
            if known(here):
                found.setdefault(here, flow)
                continue
            following = [way.target for way in diagram.outgoing(here) if way.target not in seen]
            queue += following
            seen.update(following)
    return found


def _other_ways(
    both: Pair, nodes: tuple[Node, Node], came: dict[str, Flow], went: dict[str, Flow]
) -> Change:
    old, new = nodes
    start, (then, today) = name_of(new), both.labels
    now = [f"{goal(both.after, one)}{_if(today, new, flow)}" for one, flow in came.items()]
    was = [f"{goal(both.before, one)}{_if(then, old, flow)}" for one, flow in went.items()]
    if now and was:
        sentence = f"From {start} it now goes on to {listed(now)}; before, to {listed(was)}."
    elif now:
        sentence = f"From {start} it can now also go on to {listed(now)}."
    else:
        sentence = f"From {start} it no longer goes on to {listed(was)}."
    before = (old.id, *(flow.id for flow in went.values()))
    after = (new.id, *(flow.id for flow in came.values()))
    return Change(Topic.DECISIONS, sentence, before, after)


def _conditions(both: Pair, nodes: tuple[Node, Node], was: Flow, now: Flow) -> Iterator[Change]:
    old, new = nodes
    then, today = _when(both.labels[0], old, was), _when(both.labels[1], new, now)
    if then == today and was.condition and now.condition and "otherwise" not in (then, today):
        if both.means_the_same(was.condition, now.condition):
            return
        then, today = (f"if {words}" for words in both.told(was.condition, now.condition))
    if then != today:
        name = name_of(new)
        target = goal(both.after, now.target)
        sentence = f"{name[0].upper()}{name[1:]}: it goes on to {target} {today}; before, {then}."
        yield Change(Topic.DECISIONS, sentence, (old.id, was.id), (new.id, now.id))


def _if(labels: Labels, node: Node, flow: Flow) -> str:
    return f" {_when(labels, node, flow)}" if node.kind in _CHOOSING else ""


def _when(labels: Labels, node: Node, flow: Flow) -> str:
    if node.default_flow == flow.id:
        return "otherwise"
    if flow.condition is None:
        return "always"
    words = condition_words(flow.condition, labels)
    return words if words in ("always", "never") else f"if {words}"


def name_of(node: Node) -> str:
    """Give what a sentence calls a node."""
    if node.kind in GATEWAYS:
        if not node.name.strip():
            return "a branching without a name"
        return f'the {"decision" if node.kind in _CHOOSING else "branching"} "{node.title}"'
    return f'"{node.title}"'


def goal(diagram: Diagram, identity: str) -> str:
    """Name where a way leads: a gateway without a name by what follows it."""
    node, seen = diagram.nodes[identity], {identity}
    while node.kind in GATEWAYS and not node.name.strip():
        following = [flow.target for flow in diagram.outgoing(node.id)]
        if len(following) != 1 or following[0] in seen or following[0] not in diagram.nodes:
            break
        seen.add(following[0])
        node = diagram.nodes[following[0]]
    return name_of(node)
