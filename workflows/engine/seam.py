"""The few places where SpiffWorkflow's own protocol between tasks and specs is spoken.

That protocol is made of underscore methods; they are used here and in classes that override them,
and nowhere else.
"""
# ruff: noqa: SLF001

import logging
from collections.abc import Iterator
from typing import Any, TypeAlias

from SpiffWorkflow import TaskState

# SpiffWorkflow has no types; these names say what an Any is meant to be.
Token: TypeAlias = Any
TokenSpec: TypeAlias = Any
Scope: TypeAlias = Any

FUTURE, WAITING, READY = TaskState.FUTURE, TaskState.WAITING, TaskState.READY
STARTED, COMPLETED = TaskState.STARTED, TaskState.COMPLETED
LIVE: int = FUTURE | WAITING | READY | STARTED

# Its log records carry whole tasks; nobody reads them, and they must never carry answers.
for _name in ("spiff", "spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def is_live(token: Token) -> bool:
    """Tell whether a task of the engine still holds a token."""
    return bool(token.state & LIVE)


def below(token: Token) -> Iterator[Token]:
    """Walk all tokens below one, each before those below it."""
    for child in token.children:
        yield child
        yield from below(child)


def add(parent: Token, spec: TokenSpec, **marks: Any) -> Token:
    """Put a token at `spec`, below `parent`; it does nothing before it arrives."""
    token = parent._add_child(spec, FUTURE)
    token.internal_data.update(marks)
    return token


def rest(token: Token, state: int) -> None:
    """Leave a token where it is, in this state."""
    if token.state != state:
        token._set_state(state)


def arrive(token: Token) -> None:
    """Let a node look at its token: it starts, or goes on waiting."""
    token.task_spec._update(token)


def go(token: Token) -> None:
    """Make a token ready to move, whatever its node thinks."""
    token._ready()


def cancel(token: Token) -> None:
    """Consume a token and what runs below it, innermost first."""
    for child in token.children:
        cancel(child)
    token.cancel()


def cancel_all(scope: Scope) -> None:
    """Consume every token of a scope and of the scopes below it."""
    for token in list(scope.tasks.values()):
        if is_live(token):
            cancel(token)


def rehang(scope: Scope, anchors: dict[Token, Token]) -> None:
    """Keep the given tokens only, each below its anchor, in their order; forget all others."""
    root = scope.task_tree
    scope.tasks.clear()
    for token in (root, *anchors):
        scope.tasks[token.id] = token
        token._children = []
    for token, anchor in anchors.items():
        token._parent = anchor.id
        anchor._children.append(token.id)
    scope.last_task = root
