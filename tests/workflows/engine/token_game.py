"""BPMN's token semantics, written down a second time, to play against the engine.

Nothing here knows the engine. A marking is a sorted tuple of tokens: `("on", flow)` is a token on a
sequence flow, `("in", node, armed, inner)` one inside an activity or a waiting event, with the
boundary events that can still happen and the marking of a subprocess. Where the standard leaves the
order open, every order is played, and the engine may do any of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Token: TypeAlias = tuple[Any, ...]
Marking: TypeAlias = tuple[Token, ...]
# Which flows each deciding gateway would take now.
Choices: TypeAlias = Mapping[str, tuple[str, ...]]

WAITING_KINDS = frozenset({"user", "catch", "receive", "race"})


@dataclass(frozen=True)
class Place:
    """A node: its kind, the subprocess around it, for boundary events their host.

    `times` and `sequential` are for kind "many", a step that is done several times.
    """

    kind: str
    parent: str | None = None
    host: str | None = None
    interrupting: bool = True
    error: bool = False
    times: int = 0
    sequential: bool = False


@dataclass
class Game:
    """A process as nodes and flows, `flows[id] = (source, target)`."""

    nodes: dict[str, Place] = field(default_factory=dict)
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)

    def out(self, node: str) -> tuple[str, ...]:
        """The flows that leave a node."""
        return tuple(flow for flow, (source, _target) in self.flows.items() if source == node)

    def into(self, node: str) -> tuple[str, ...]:
        """The flows that enter a node."""
        return tuple(flow for flow, (_source, target) in self.flows.items() if target == node)

    def boundaries(self, node: str) -> tuple[str, ...]:
        """The boundary events of an activity."""
        return tuple(name for name, place in self.nodes.items() if place.host == node)

    def opening(self, parent: str | None) -> Marking:
        """The tokens with which a process or subprocess starts."""
        starts = [n for n, p in self.nodes.items() if p.kind == "start" and p.parent == parent]
        return _sorted(("on", flow) for start in starts for flow in self.out(start))

    def settle(self, marking: Marking, choices: Choices, limit: int = 4_000) -> set[Marking]:
        """Every marking in which nothing moves by itself, reached in any order."""
        seen, stack, quiet = {marking}, [marking], set()
        while stack:
            now = stack.pop()
            following = set(self._moves(now, choices))
            if not following:
                quiet.add(now)
            stack.extend(following - seen)
            seen |= following
            if len(seen) > limit:
                raise OverflowError
        return quiet

    def waiting(self, marking: Marking) -> list[str]:
        """The names of what could happen from outside, in alphabetical order."""
        return sorted(name for name, _following in self.happenings(marking))

    def happenings(self, marking: Marking) -> Iterator[tuple[str, Marking]]:
        """What can happen from outside, and the marking right after it."""
        for token in marking:
            if token[0] == "in":
                yield from self._happenings_at(_without(marking, token), token)

    def _happenings_at(self, rest: Marking, token: Token) -> Iterator[tuple[str, Marking]]:
        _in, node, armed, inner = token
        kind = self.nodes[node].kind
        if kind == "race":
            events = [self.flows[flow][1] for flow in self.out(node)]
            yield from ((event, self._leave(rest, event)) for event in events)
        elif kind == "many":
            todo = inner[1:]
            after = (*rest, ("in", node, armed, todo)) if todo else self._leave(rest, node)
            at_once = inner[:1] if self.nodes[node].sequential else inner
            yield from ((node, _sorted(after)) for _instance in at_once)
        elif kind in WAITING_KINDS:
            yield node, self._leave(rest, node)
        for event in armed:
            left = tuple(other for other in armed if other != event)
            host = () if self.nodes[event].interrupting else (("in", node, left, inner),)
            yield event, self._leave(rest + host, event)
        for name, following in self.happenings(inner):
            yield name, _sorted((*rest, ("in", node, armed, following)))

    def _leave(self, marking: Marking, node: str) -> Marking:
        return _sorted((*marking, *(("on", flow) for flow in self.out(node))))

    def _moves(self, marking: Marking, choices: Choices) -> Iterator[Marking]:
        for token in dict.fromkeys(marking):
            rest = _without(marking, token)
            if token[0] == "on":
                yield from self._enter(marking, rest, str(token[1]), choices)
            elif self.nodes[str(token[1])].kind == "sub":
                yield from self._inside(rest, token, choices)

    def _inside(self, rest: Marking, token: Token, choices: Choices) -> Iterator[Marking]:
        _in, node, armed, inner = token
        if not inner:
            yield self._leave(rest, node)
        for following in self._moves(inner, choices):
            if following == (("error",),):
                (catching,) = [b for b in self.boundaries(node) if self.nodes[b].error]
                yield self._leave(rest, catching)
            else:
                yield _sorted((*rest, ("in", node, armed, following)))

    def _enter(
        self, marking: Marking, rest: Marking, flow: str, choices: Choices
    ) -> Iterator[Marking]:
        node = self.flows[flow][1]
        kind = self.nodes[node].kind
        if kind == "many" and self.nodes[node].times == 0:
            yield self._leave(rest, node)
        elif kind in WAITING_KINDS or kind in ("sub", "many"):
            armed = tuple(b for b in self.boundaries(node) if not self.nodes[b].error)
            instances = (("instance",),) * self.nodes[node].times
            inner = self.opening(node) if kind == "sub" else instances
            yield _sorted((*rest, ("in", node, armed, inner)))
        elif kind in ("end", "terminate", "error"):
            yield {"end": rest, "terminate": (), "error": (("error",),)}[kind]
        elif kind == "xor":
            yield _sorted((*rest, ("on", choices[node][0])))
        else:
            yield from self._join(marking, node, kind, choices)

    def _join(self, marking: Marking, node: str, kind: str, choices: Choices) -> Iterator[Marking]:
        if kind == "and" and all(("on", entry) in marking for entry in self.into(node)):
            yield self._leave(self._consumed(marking, node), node)
        if kind == "or" and self._or_is_enabled(marking, node):
            taken = choices[node] if len(self.out(node)) > 1 else self.out(node)
            yield _sorted((*self._consumed(marking, node), *(("on", flow) for flow in taken)))

    def _consumed(self, marking: Marking, node: str) -> Marking:
        for entry in self.into(node):
            if ("on", entry) in marking:
                marking = _without(marking, ("on", entry))
        return marking

    def _or_is_enabled(self, marking: Marking, node: str) -> bool:
        """BPMN 2.0, 13.4.3, word for word; a token in an activity starts where it can leave."""
        filled = {entry for entry in self.into(node) if ("on", entry) in marking}
        empty = set(self.into(node)) - filled
        for token in marking:
            if token[0] == "on":
                paths = self._paths({str(token[1])}, node)
            else:
                _in, inside, armed, _inner = token
                errors = [b for b in self.boundaries(inside) if self.nodes[b].error]
                leaving = [inside, *armed, *errors]
                paths = self._paths({flow for each in leaving for flow in self.out(each)}, node)
            if paths & empty and not paths & filled:
                return False
        return True

    def _paths(self, begin: set[str], avoiding: str) -> set[str]:
        """Every flow on a path that begins with one of these and does not visit a node."""
        seen: set[str] = set()
        stack = list(begin)
        while stack:
            flow = stack.pop()
            if flow not in seen:
                seen.add(flow)
                target = self.flows[flow][1]
                if target != avoiding:
                    for each in (target, *self.boundaries(target)):
                        stack.extend(self.out(each))
        return seen


def _without(marking: Marking, token: Token) -> Marking:
    place = marking.index(token)
    return marking[:place] + marking[place + 1 :]


def _sorted(tokens: object) -> Marking:
    return tuple(sorted(tokens, key=repr))  # type: ignore[call-overload]
