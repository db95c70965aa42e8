"""What each flow node does with a token: SpiffWorkflow task specs that predict nothing.

Stock specs grow the tree of everything that may follow, and it is wrong in loops and exponential in
parallel blocks. Here a node creates its next tokens in the moment that it completes.
"""
# ruff: noqa: ARG002 - what a subclass may ask of a token, this class need not

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin

from workflows.engine import seam
from workflows.engine.drawing import Flow, Node
from workflows.engine.errors import EngineError
from workflows.engine.seam import Token, TokenSpec

# How many times a step may be done at once: beyond it a number was mistyped.
MAXIMUM_INSTANCES = 1_000


class FlowNode(BpmnSpecMixin):  # type: ignore[misc]
    """A node that passes its token on at once, to every outgoing flow."""

    # The state in which a token rests here between two actions; None where it never does.
    resting: int | None = None
    # A join counts its tokens by flow; nobody else asks where a token came from.
    counts_flows = False

    def __init__(self, process: Any, node: Node, name: str = "") -> None:
        """Belong to a process spec, under the id that was drawn unless a name is given."""
        super().__init__(process, name or node.id)
        self.bpmn_id = node.id
        self.node = node
        self.flows: list[Flow] = []
        self.incoming: list[Flow] = []
        # What stands before an activity with boundary events, and before the events themselves.
        self.host: Host | None = None

    def lead(self, flow: Flow, target: TokenSpec) -> None:
        """Connect a sequence flow."""
        self.flows.append(flow)
        self.connect(target)
        target.incoming.append(flow)

    def choose(self, token: Token) -> Iterable[int]:
        """Say which outgoing flows a token takes, by their place in `flows`."""
        return range(len(self.flows))

    def test(self) -> None:
        """Leave it to the building of the specs, which has checked more."""

    def _predict_hook(self, my_task: Token) -> None:
        """Predict nothing."""

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _run_hook(self, my_task: Token) -> bool:
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        parent, top = my_task.parent, my_task.workflow.top_workflow
        top.record(my_task, self.bpmn_id, "node")
        if self.host is not None and self.host.main is self:
            disarm(parent)
        for place in self.choose(my_task):
            flow, target = self.flows[place], self.outputs[place]
            top.record(my_task, flow.id, "flow")
            seam.add(my_task, target, **({"flow": flow.id} if target.counts_flows else {}))


class Stop(FlowNode):
    """A task that somebody, or an operation of ours, does outside the engine."""

    resting = seam.READY

    def __init__(self, process: Any, node: Node, name: str = "") -> None:
        """Wait for completion from outside."""
        super().__init__(process, node, name)
        self.manual = True


class Catch(FlowNode):
    """An event, or a receive task, that waits until it is told that it happened."""

    resting = seam.WAITING

    def _update_hook(self, my_task: Token) -> bool:
        if my_task.internal_data.pop("occurred", False):
            return True
        seam.rest(my_task, seam.WAITING)
        return False


class EventGateway(FlowNode):
    """Waits for the first of the events behind it."""

    resting = seam.WAITING

    def _update_hook(self, my_task: Token) -> bool:
        if "chosen" in my_task.internal_data:
            return True
        seam.rest(my_task, seam.WAITING)
        return False

    def choose(self, token: Token) -> Iterable[int]:
        """Take the flow to the event that happened."""
        return (token.internal_data["chosen"],)

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        for event in my_task.children:
            event.internal_data["occurred"] = True


class ExclusiveGateway(FlowNode):
    """Takes the first flow whose condition holds, else the default."""

    def choose(self, token: Token) -> Iterable[int]:
        """Ask the conditions in the order of the file."""
        for place, flow in enumerate(self.flows):
            if flow.condition and _holds(token, flow.condition):
                return (place,)
        return (default(self),)


class TerminateEnd(FlowNode):
    """Ends everything in its process or subprocess."""

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        seam.cancel_all(my_task.workflow)


class ErrorEnd(FlowNode):
    """Ends its process or subprocess and goes on at the nearest boundary event for its error."""

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        scope = my_task.workflow
        while scope is not scope.top_workflow:
            activity = scope.top_workflow.caller(scope)
            boundary = _catcher(activity, self.node.event.text)
            if boundary is not None:
                happened = seam.add(activity.parent, boundary, occurred=True)
                seam.cancel(activity)
                seam.arrive(happened)
                return
            scope = activity.workflow
        if not scope.ends_with_error:
            raise EngineError(self.bpmn_id, "No boundary event catches this error.")
        seam.cancel_all(scope)
        scope.settle()


class Host(FlowNode):
    """Stands before an activity with boundary events: starts it and arms them."""

    # Its completed token stays as the parent that activity and events share.
    resting = seam.COMPLETED

    def __init__(self, process: Any, node: Node) -> None:
        """Take the place of the activity for every incoming flow."""
        super().__init__(process, node, f"{node.id} [host]")
        self.main: TokenSpec = None
        self.boundaries: list[TokenSpec] = []

    def _on_complete_hook(self, my_task: Token) -> None:
        inwards = my_task.internal_data.pop("inwards", None)
        seam.add(my_task, self.main, **({"inwards": inwards} if inwards else {}))
        for boundary in self.boundaries:
            # Nobody can fire an error from outside, so it needs no token to be armed.
            if boundary.node.event.kind != "error":
                seam.add(my_task, boundary)


class Boundary(Catch):
    """An event on the edge of an activity."""

    def _on_complete_hook(self, my_task: Token) -> None:
        if self.node.interrupting:
            for sibling in my_task.parent.children:
                if seam.is_live(sibling):
                    seam.cancel(sibling)
        super()._on_complete_hook(my_task)


class Inner(FlowNode):
    """An embedded subprocess, or a call of another diagram; `key` names the spec inside."""

    resting = seam.STARTED

    def __init__(self, process: Any, node: Node, key: str) -> None:
        """Hold a scope of its own for each token."""
        super().__init__(process, node)
        self.key = key

    def _update_hook(self, my_task: Token) -> bool:
        seam.rest(my_task, seam.STARTED)
        my_task.workflow.top_workflow.open(my_task, self.key)
        return False

    def _on_cancel(self, my_task: Token) -> None:
        my_task.workflow.top_workflow.close(my_task)


class Instances(FlowNode):
    """A step that is done several times; how often is settled when it starts."""

    resting = seam.STARTED

    def __init__(self, process: Any, node: Node) -> None:
        """Stand for all instances; one of them is the spec `instance`."""
        super().__init__(process, node)
        self.instance = Instance(process, node)
        self.instance.wrapper = self

    def _update_hook(self, my_task: Token) -> bool:
        times = my_task.workflow.script_engine.number(my_task, self.node.cardinality)
        if not 0 <= times <= MAXIMUM_INSTANCES:
            raise EngineError(
                self.bpmn_id, f"It would be done {times} times; 0 to {MAXIMUM_INSTANCES} can be."
            )
        if times == 0:
            return True
        seam.rest(my_task, seam.STARTED)
        my_task.internal_data["times"] = times
        for index in range(1 if self.node.sequential else times):
            seam.arrive(seam.add(my_task, self.instance, index=index))
        return False

    def one_done(self, wrapper: Token, index: int) -> None:
        """Start the next instance of a sequence, or go on after the last."""
        if self.node.sequential and index + 1 < wrapper.internal_data["times"]:
            seam.arrive(seam.add(wrapper, self.instance, index=index + 1))
        elif not any(seam.is_live(token) for token in wrapper.children):
            seam.go(wrapper)


class Instance(Stop):
    """One of the times that a step is done."""

    wrapper: Instances

    def __init__(self, process: Any, node: Node) -> None:
        """Be known by a name that no drawn id can have."""
        super().__init__(process, node, f"{node.id} [child]")

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.top_workflow.record(my_task, self.bpmn_id, "node")
        self.wrapper.one_done(my_task.parent, my_task.internal_data["index"])


def disarm(host: Token) -> None:
    """Take away the boundary events of an activity that is over."""
    for sibling in host.children:
        if sibling.state == seam.WAITING and isinstance(sibling.task_spec, Boundary):
            seam.cancel(sibling)


def default(gateway: FlowNode) -> int:
    """Find the flow for when no condition holds: the default, or the only one without condition."""
    for place, flow in enumerate(gateway.flows):
        if flow.id == gateway.node.default or not flow.condition:
            return place
    raise EngineError(gateway.bpmn_id, "No condition holds, and there is no default flow.")


def matching(gateway: FlowNode, token: Token) -> list[int]:
    """Find every flow whose condition holds, else the default."""
    places = [
        place
        for place, flow in enumerate(gateway.flows)
        if flow.condition and _holds(token, flow.condition)
    ]
    return places or [default(gateway)]


def _holds(token: Token, condition: str) -> bool:
    return bool(token.workflow.script_engine.evaluate(token, condition))


def _catcher(activity: Token, code: str | None) -> TokenSpec | None:
    host = activity.parent.task_spec
    for boundary in host.boundaries if isinstance(host, Host) else ():
        event = boundary.node.event
        if event.kind == "error" and event.text in (None, code):
            return boundary
    return None
