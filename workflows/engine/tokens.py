"""Tokens on their way to and from the database: what waits, and nothing else.

A state holds, for every scope that is running, the tokens in it: the name of the spec, an id, what
the token remembers, and the tokens below it (an activity and its boundary events share a host, the
instances of a step share the step). History is not kept; the caller's tables answer for the past.
"""

import json
import zlib
from typing import Any, TypeAlias
from uuid import UUID

from SpiffWorkflow.task import Task

from workflows.engine import seam
from workflows.engine.errors import EngineError
from workflows.engine.nodes import FlowNode, Host, Inner, Instances
from workflows.engine.scopes import CaseScope
from workflows.engine.seam import Scope, Token

VERSION = 1
_Row: TypeAlias = list[Any]


def shrink(top: CaseScope) -> None:
    """Forget all that is over, so that neither state nor memory grows with the length of a case."""
    running = list(top.all())
    top.subprocesses = {scope.parent_task_id: scope for scope in running if scope is not top}
    for scope in running:
        seam.rehang(scope, _anchors(scope))


def _anchors(scope: Scope) -> dict[Token, Token]:
    root = scope.task_tree
    anchors: dict[Token, Token] = {}
    for token in scope.tasks.values():
        if token is root or not seam.is_live(token):
            continue
        parent = token.parent
        if isinstance(parent.task_spec, Host):
            anchors.setdefault(parent, root)
        elif not (isinstance(parent.task_spec, Instances) and seam.is_live(parent)):
            parent = root
        anchors[token] = parent
    return anchors


def dump(top: CaseScope) -> bytes:
    """Write the tokens of a quiet run."""
    scopes = [
        ["" if scope is top else scope.parent_task_id.hex, _rows(scope.task_tree)]
        for scope in top.all()
    ]
    state = [VERSION, top.spec.name, top.ends, scopes]
    return zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 6)


def _rows(parent: Token) -> list[_Row]:
    return [
        [token.task_spec.name, token.id.hex, token.internal_data, _rows(token)]
        for token in parent.children
    ]


def restore(top: CaseScope, state: bytes) -> None:
    """Put the tokens of a saved state into an empty run.

    Raises EngineError where the state does not belong to these diagrams, or is no state at all.
    """
    try:
        version, process, top.ends, scopes = json.loads(zlib.decompress(state))
    except (zlib.error, ValueError) as error:
        raise EngineError(None, "The state cannot be read.") from error
    if (version, process) != (VERSION, top.spec.name):
        raise EngineError(None, f"The state is of {process}, version {version}.")
    inner = {host for host, _rows in scopes}
    for host, rows in scopes:
        _plant(_scope(top, host).task_tree, rows, inner)
    top.completed = top.is_quiet


def _scope(top: CaseScope, host: str) -> Scope:
    if not host:
        return top
    for scope in top.all():
        activity = scope.tasks.get(UUID(hex=host))
        if activity is not None:
            return top.open(activity, activity.task_spec.key, empty=True)
    raise EngineError(None, "The state holds tokens inside an activity that is not running.")


def _plant(parent: Token, rows: list[_Row], inner: set[str]) -> None:
    scope = parent.workflow
    for name, identity, remembered, below in rows:
        spec = scope.spec.task_specs.get(name)
        if not _fits(spec, parent.task_spec, below, identity in inner):
            raise EngineError(name, f"A token waits at {name}, where this diagram has no place.")
        token = Task(scope, spec, parent, spec.resting, UUID(hex=identity))
        token.internal_data.update(remembered)
        _plant(token, below, inner)


def _fits(spec: Any, parent: Any, below: list[_Row], is_open: bool) -> bool:
    """Tell whether a token can rest at a spec: an element may have become another kind of thing."""
    if not isinstance(spec, FlowNode) or spec.resting is None:
        return False
    return (
        bool(below) == isinstance(spec, Host | Instances)
        and is_open == isinstance(spec, Inner)
        and spec.host is (parent if isinstance(parent, Host) else None)
    )
