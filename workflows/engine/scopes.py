"""A running process and the processes inside it: SpiffWorkflow workflows that hold only tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task

from workflows.engine import seam
from workflows.engine.errors import EngineError
from workflows.engine.joins import InclusiveGateway
from workflows.engine.seam import Scope, Token

# What one click may set off; a diagram that needs more goes round in circles.
MAXIMUM_STEPS = 1_000

PassedKind: TypeAlias = Literal["node", "flow"]


@dataclass(frozen=True)
class Passed:
    """A flow node that completed, or a sequence flow that was taken, and in which scope.

    A multi-instance step passes once for each instance (scope ends in `#` and its number, from 0)
    and once as a whole.
    """

    element: str
    diagram: str
    scope: str
    kind: PassedKind


class _Tokens:
    """What the process and every scope inside it have in common."""

    # Where its answers are kept: "" in the main process, one more part for each call around it.
    path: str = ""
    spec: Any
    tasks: dict[Any, Token]
    task_tree: Token
    completed: bool
    last_task: Token

    def plant(self) -> None:
        """Set the root that tokens hang from; it is completed from the beginning."""
        self.task_tree = Task(self, self.spec.start, state=seam.COMPLETED)
        self.last_task = self.task_tree

    def enter(self, element: str, *inwards: str) -> Token:
        """Put a token on a node, or on the host that stands before it, and let it arrive.

        `inwards` are the nodes to enter inside it, from one scope to the next, instead of where
        each of them starts.
        """
        specs = self.spec.task_specs
        marks = {"inwards": list(inwards)} if inwards else {}
        spec = specs.get(f"{element} [host]") or specs[element]
        token = seam.add(self.task_tree, spec, **marks)
        self.completed = False
        seam.arrive(token)
        return token

    @property
    def diagram(self) -> str:
        """The id of the process that is drawn around it, embedded subprocesses included."""
        return str(self.spec.name).partition("/")[0]

    @property
    def is_quiet(self) -> bool:
        """Whether no token is left."""
        return not any(seam.is_live(token) for token in self.tasks.values())

    def settle(self) -> None:
        """Let inclusive joins look again, and finish when the last token is gone."""
        if self.completed:
            return
        for token in list(self.tasks.values()):
            if token.state == seam.WAITING and isinstance(token.task_spec, InclusiveGateway):
                seam.arrive(token)
        if self.is_quiet:
            self.finish()

    def finish(self) -> None:
        """Mark it as over."""
        self.completed = True

    def _task_completed_notify(self, _task: Token) -> None:
        self.settle()


class InnerScope(_Tokens, BpmnSubWorkflow):  # type: ignore[misc]
    """The tokens inside a subprocess or a call."""

    def finish(self) -> None:
        """Hand the token back to the activity."""
        super().finish()
        seam.go(self.top_workflow.caller(self))


class CaseScope(_Tokens, BpmnWorkflow):  # type: ignore[misc]
    """The tokens of the main process, and the scopes that its activities opened."""

    def __init__(self, specs: Any, script_engine: Any) -> None:
        """Begin without any token."""
        super().__init__(
            specs.specs[specs.main], specs.specs, script_engine=script_engine, deserializing=True
        )
        self.ends_with_error = specs.as_called
        self.passed: list[Passed] = []
        self.ends: list[str] = []
        self.plant()

    def record(self, token: Token, element: str, kind: PassedKind) -> None:
        """Note a node that completed or a flow that was taken."""
        scope = token.workflow
        self.passed.append(Passed(element, scope.diagram, path(token), kind))
        if kind == "node" and scope is self and token.task_spec.node.tag == "endEvent":
            self.ends = [*(end for end in self.ends if end != element), element]

    def caller(self, scope: Scope) -> Token:
        """Give the token of the activity that opened a scope which is not the main one."""
        return next(
            token
            for outer in (self, *self.subprocesses.values())
            if (token := outer.tasks.get(scope.parent_task_id)) is not None
        )

    def open(self, activity: Token, key: str, *, empty: bool = False) -> Scope:
        """Make the scope inside an activity, and start it unless its tokens are to be loaded."""
        scope = InnerScope(self.subprocess_specs[key], activity.id, self, deserializing=True)
        self.subprocesses[activity.id] = scope
        scope.path = activity.workflow.path
        if activity.task_spec.node.tag == "callActivity":
            called = f"{activity.task_spec.bpmn_id}.{activity.id.hex[:8]}"
            scope.path = f"{scope.path}/{called}".lstrip("/")
        scope.plant()
        if not empty:
            inwards = activity.internal_data.pop("inwards", None) or [scope.spec.entry]
            scope.enter(*inwards)
        return scope

    def close(self, activity: Token) -> None:
        """Consume every token inside an activity that is cancelled."""
        scope = self.subprocesses.pop(activity.id)
        scope.completed = True
        seam.cancel_all(scope)

    def all(self) -> Iterator[Scope]:
        """Walk the scopes that are running, outer before inner."""
        stack: list[Scope] = [self]
        while stack:
            scope = stack.pop(0)
            yield scope
            inner = (self.subprocesses.get(token.id) for token in scope.tasks.values())
            stack.extend(found for found in inner if found is not None and not found.completed)

    def advance(self) -> None:
        """Run everything that runs by itself, up to the next waiting points."""
        for _step in range(MAXIMUM_STEPS):
            ready = (
                token for scope in self.all() for token in scope.tasks.values() if _runs(token)
            )
            token = next(ready, None)
            if token is None:
                return
            token.run()
        raise EngineError(
            str(self.spec.name), f"After {MAXIMUM_STEPS} steps nothing waits for anybody."
        )


def path(token: Token) -> str:
    """Say where the answers of a token's step are kept; an instance has its number as well."""
    scope = str(token.workflow.path)
    index = token.internal_data.get("index")
    return scope if index is None else f"{scope}#{index}"


def _runs(token: Token) -> bool:
    return bool(token.state == seam.READY and not token.task_spec.manual)
