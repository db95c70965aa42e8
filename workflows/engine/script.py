"""Conditions, decided by our own language over the answers of the case.

SpiffWorkflow's engine hands every expression to Python's eval. This one has no way to get there:
`evaluate` compiles our language, and all else is refused.
"""

from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from workflows.diagrams.conditions import (
    Condition,
    ConditionError,
    Unset,
    Value,
    compile_condition,
)
from workflows.engine.errors import EngineError, UnansweredError
from workflows.engine.seam import Scope, Token


class Answers(Protocol):
    """Where the caller keeps what people answered."""

    def value(self, scope: str, element: str, field: str) -> Value:
        """Give the latest answer in exactly this scope; raise conditions.Unset where there is none."""

    def values(self, scope: str, element: str, field: str) -> list[Value]:
        """Give the answers of all instances of a multi-instance step in this scope."""


class Refusing:
    """Stands where SpiffWorkflow keeps its Python interpreter."""

    def evaluate(self, expression: object, *_rest: object) -> NoReturn:
        """Refuse."""
        raise EngineError(None, f"Python is not run here: {str(expression)[:80]}")

    execute = evaluate
    call_service = evaluate


class ConditionEngine(PythonScriptEngine):  # type: ignore[misc]
    """Decides conditions and numbers for one run."""

    def __init__(self, specs: Any, answers: Answers) -> None:
        """Know the diagrams, for what they may read, and the answers."""
        super().__init__(environment=Refusing())
        self.specs = specs
        self.answers = answers

    def evaluate(self, task: Token, expression: str, external_context: object = None) -> bool:  # noqa: ARG002
        """Decide a condition at a token; UnansweredError where an answer is missing."""
        condition = compiled(task.task_spec.bpmn_id, expression)
        return bool(self._ask(task, condition.evaluate))

    def number(self, task: Token, expression: str) -> int:
        """Give how often a step is to be done."""
        return int(self._ask(task, compiled(task.task_spec.bpmn_id, expression).number))

    def _ask(self, task: Token, question: Any) -> Any:
        element = task.task_spec.bpmn_id
        try:
            return question(_Lookup(self, task.workflow))
        except Unset as missing:
            raise UnansweredError(element, missing) from missing
        except ConditionError as error:
            raise EngineError(element, str(error)) from error

    def validate(self, expression: str) -> None:
        """Refuse: conditions are compiled when a diagram is read."""
        Refusing().evaluate(expression)

    def execute(self, _task: Token, script: str, _external_context: object = None) -> None:
        """Refuse: there are no scripts."""
        Refusing().execute(script)

    def call_service(self, _task: Token, **_kwargs: object) -> None:
        """Refuse: operations are run by the caller."""
        Refusing().call_service("call_service")


def compiled(element: str, text: str) -> Condition:
    """Compile a condition, or say at which element it cannot be read."""
    try:
        return compile_condition(text)
    except ConditionError as error:
        raise EngineError(element, str(error)) from error


@dataclass(frozen=True)
class _Lookup:
    """Reads answers as a gateway in one scope may: its own diagram's, then declared inputs."""

    engine: ConditionEngine
    scope: Scope

    def value(self, element: str, field: str) -> Value:
        """Give an answer, or raise Unset."""
        return self.engine.answers.value(self._home(element, field), element, field)

    def values(self, element: str, field: str) -> list[Value]:
        """Give the answers of all instances."""
        return self.engine.answers.values(self._home(element, field), element, field)

    def _home(self, element: str, field: str) -> str:
        """Find the scope that an element's answers are kept in, going out from call to call."""
        scope = self.scope
        while element not in self.engine.specs.drawings[scope.diagram].nodes:
            if element not in self.engine.specs.drawings[scope.diagram].inputs:
                raise Unset(element, field)
            outer = _caller(scope)
            if outer is None:
                break
            scope = outer
        return str(scope.path)


def _caller(scope: Scope) -> Scope | None:
    """Give the scope that called the diagram of this one; None for the main process."""
    diagram, top = scope.diagram, scope.top_workflow
    while scope is not top:
        inner, scope = scope, top.caller(scope).workflow
        if inner.spec.name == diagram:
            return scope
    return None
