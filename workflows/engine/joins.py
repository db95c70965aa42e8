"""Gateways that wait for several tokens, decided by counting the tokens that are there.

A token at a join is a WAITING task of it, marked with the flow that it came by. Stock joins look at
ancestors and at finished instances, and so fire early in rework loops and beside subprocesses.
"""
# ruff: noqa: ARG002 - what a subclass may ask of a token, this class need not

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property

from workflows.engine import seam
from workflows.engine.nodes import Boundary, FlowNode, matching
from workflows.engine.seam import Token, TokenSpec


class Join(FlowNode):
    """Holds tokens until it may fire, then consumes one of each flow that has one."""

    resting = seam.WAITING
    counts_flows = True

    def _update_hook(self, my_task: Token) -> bool:
        # A token without a flow was placed here by hand: the joining has been decided.
        mine = my_task.internal_data.get("flow")
        if mine is None or len(self.incoming) < 2:
            return True
        others: dict[str, Token] = {}
        for token in self._waiting(my_task):
            others.setdefault(token.internal_data["flow"], token)
        others.pop(mine, None)
        if not self.may_fire(my_task, {mine, *others}):
            seam.rest(my_task, seam.WAITING)
            return False
        for token in others.values():
            seam.cancel(token)
        return True

    @abstractmethod
    def may_fire(self, token: Token, filled: set[str]) -> bool:
        """Decide by the flows that have a token; `token` has just come or is asked again."""

    def _waiting(self, my_task: Token) -> Iterator[Token]:
        for token in my_task.workflow.tasks.values():
            is_here = token.task_spec is self and token.state == seam.WAITING
            if is_here and token is not my_task:
                yield token


class ParallelGateway(Join):
    """Waits for a token on every incoming flow; gives one to every outgoing flow."""

    def may_fire(self, token: Token, filled: set[str]) -> bool:
        """Need them all."""
        return len(filled) == len(self.incoming)


class InclusiveGateway(Join):
    """Waits for every token that can still come (BPMN 2.0, 13.4.3).

    A token elsewhere holds it up if it can reach an empty incoming flow, but not a filled one,
    without passing the gateway. Two such joins that wait for each other wait for ever, as in the
    standard; the proof reports that before a diagram is published.
    """

    def choose(self, token: Token) -> Iterable[int]:
        """Take every flow whose condition holds."""
        return matching(self, token)

    def may_fire(self, token: Token, filled: set[str]) -> bool:
        """Ask every other token of the scope whether it can still come."""
        return not any(
            self._holds_up(other, filled)
            for other in token.workflow.tasks.values()
            if other is not token and seam.is_live(other)
        )

    def _holds_up(self, other: Token, filled: set[str]) -> bool:
        if other.task_spec is self:
            # One that is on its way, in or out, has not shown yet where it stands.
            return bool(other.state != seam.WAITING)
        exits = {token.task_spec.name for token in _exits(other)}
        reached = {flow for flow, sources in self._upstream.items() if exits & sources}
        return bool(reached - filled) and not reached & filled

    @cached_property
    def _upstream(self) -> dict[str, frozenset[str]]:
        """The specs from which each incoming flow can be reached without passing the gateway."""
        return {flow.id: self._sources(flow.source) for flow in self.incoming}

    def _sources(self, name: str) -> frozenset[str]:
        specs = self._wf_spec.task_specs
        seen: set[str] = {self.name}
        stack = [name]
        while stack:
            spec = specs[stack.pop()]
            if spec.name not in seen:
                seen.add(spec.name)
                stack.extend(before.name for before in _before(spec))
        return frozenset(seen - {self.name})


def _exits(token: Token) -> Iterator[Token]:
    """The token itself; for an activity also its armed events, which are no tokens of their own."""
    host = token.task_spec.host
    if host is None:
        yield token
    elif host.main is token.task_spec:
        yield from (part for part in token.parent.children if seam.is_live(part))


def _before(spec: TokenSpec) -> Iterator[TokenSpec]:
    yield from (source for source in spec.inputs if isinstance(source, FlowNode))
    if isinstance(spec, Boundary) and spec.host and spec.node.event.kind == "error":
        yield spec.host.main
