"""A case's tokens carried from one set of diagrams to another: what stays where it is, what cannot.

A token that stays keeps its id, so that its row, its claim and its deadline stay its own. Nothing
is run but joins, which are asked anew; what has no place any more is put where somebody decided.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from workflows.engine import seam, tokens
from workflows.engine.drawing import Node
from workflows.engine.joins import Join
from workflows.engine.run import Run
from workflows.engine.scopes import CaseScope
from workflows.engine.script import Answers, ConditionEngine
from workflows.engine.specs import Specs

# Why a token has no place as it is: its element is gone, became another kind of thing, is done as
# often as another list says, waits for another message, or calls something else; or it waits at a
# join, by a way that is gone.
Why: TypeAlias = Literal["gone", "kind", "times", "message", "called", "way"]
Place: TypeAlias = tuple[str, str]
_Row: TypeAlias = list[Any]

_HOST = " [host]"
# Both are done by people, and nothing tells them apart at work.
_ALIKE = {"manualTask": "userTask"}


@dataclass(frozen=True)
class Astray:
    """A token that has no place on the other diagrams as it is; `scope` is where its answers belong."""

    diagram: str
    element: str
    scope: str
    why: Why


@dataclass(frozen=True)
class Transplant:
    """What came of it: the case on the other diagrams, and the tokens that have no place there.

    Where there is one of those that nobody has decided about, there is no `run`.
    """

    run: Run | None
    astray: tuple[Astray, ...]


def transplant(
    state: bytes,
    before: Specs,
    after: Specs,
    answers: Answers,
    decided: Mapping[Place, Place],
) -> Transplant:
    """Carry a saved state over; `decided` says at which place tokens go on that have none.

    Places are a diagram's process id and an element. Only tokens whose element is gone, became
    another kind of thing, is done by another list, or that wait at a join by a way that is gone,
    can be decided about. Raises EngineError where it cannot be run there.
    """
    version, _process, ends, scopes = json.loads(zlib.decompress(state))
    carrier = _Carrier(before, after, decided, dict(scopes))
    main = carrier.scope("", after.main, after.main, "")
    undecided = [one for one in carrier.astray if not _is_decided(one, decided)]
    if undecided:
        return Transplant(None, tuple(carrier.astray))
    known = after.drawings[after.main].nodes
    kept = [version, after.main, [end for end in ends if end in known], [main, *carrier.kept]]
    top = CaseScope(after, ConditionEngine(after, answers))
    tokens.restore(top, zlib.compress(json.dumps(kept).encode()))
    run = Run(after, top)
    running = {(scope.diagram, scope.path) for scope in top.all()}
    for one in carrier.astray:
        diagram, element = decided[one.diagram, one.element]
        # In the call that it was in, where that goes on; else that is entered anew.
        run.put(element, diagram, scope=one.scope if (diagram, one.scope) in running else None)
    _ask_joins(top)
    run.go_on()
    return Transplant(run, tuple(carrier.astray))


def _is_decided(one: Astray, decided: Mapping[Place, Place]) -> bool:
    return one.why not in ("message", "called") and (one.diagram, one.element) in decided


def _ask_joins(top: CaseScope) -> None:
    """Ask the joins whether they have to wait any longer: other flows may lead to them now."""
    for scope in list(top.all()):
        for token in list(scope.tasks.values()):
            if token.state == seam.WAITING and isinstance(token.task_spec, Join):
                seam.arrive(token)


@dataclass
class _Carrier:
    before: Specs
    after: Specs
    decided: Mapping[Place, Place]
    # The rows of each scope by the token that opened it, as they were.
    rows: Mapping[str, list[_Row]]
    kept: list[_Row] = field(default_factory=list)
    astray: list[Astray] = field(default_factory=list)

    def scope(self, host: str, key: str, new_key: str, path: str) -> _Row:
        """Carry all tokens of one scope; give it as it is saved."""
        here = _Here(key.partition("/")[0], new_key.partition("/")[2] or None, path)
        found = [self._token(row, here) for row in self.rows[host]]
        return [host, [row for row in found if row is not None]]

    def _token(self, row: _Row, here: "_Here") -> _Row | None:
        """Carry a token with the events that are armed on its step, old ones and new."""
        name, identity, _remembered, below = row
        element = name.removesuffix(_HOST)
        is_host = element != name
        main = next(one for one in below if one[0] == element) if is_host else row
        moved = self._step(main, here)
        if moved is None:
            return None
        drawing = self.after.drawings[here.diagram]
        events = drawing.attached(element)
        if not events:
            return moved
        armed = {one[0]: one for one in below} if is_host else {}
        rows = [
            one
            for event in events
            if event.event.kind != "error" and (one := self._armed(event, armed, here)) is not None
        ]
        return [f"{element}{_HOST}", identity if is_host else uuid4().hex, {}, [moved, *rows]]

    def _armed(self, event: Node, armed: Mapping[str, _Row], here: "_Here") -> _Row | None:
        """Keep an event that waits, arm one that is new; one that has happened stays so."""
        old = self.before.drawings[here.diagram].nodes.get(event.id)
        if old is None or old.attached_to != event.attached_to or _waits_else(old, event):
            return [event.id, uuid4().hex, {}, []]
        return armed.get(event.id)

    def _step(self, row: _Row, here: "_Here") -> _Row | None:
        name, identity, remembered, below = row
        old = self.before.drawings[here.diagram].nodes[name]
        new = self.after.drawings[here.diagram].nodes.get(name)
        why = _misfit(old, new, here)
        if old.tag in ("subProcess", "callActivity"):
            return self._activity(row, old, here, why)
        if why is None and "flow" in remembered:
            flow = self._way(here.diagram, name, remembered["flow"])
            why = "way" if flow is None else None
            remembered = {**remembered, "flow": flow}
        if why is not None:
            self.astray.append(Astray(here.diagram, name, here.path, why))
            return None
        return [name, identity, remembered, below]

    def _activity(self, row: _Row, old: Node, here: "_Here", why: Why | None) -> _Row | None:
        """Carry what is inside an activity; where nothing stays there, the activity is left."""
        identity, place = row[1], len(self.kept)
        if old.tag == "callActivity":
            if why is not None:
                self.astray.append(Astray(here.diagram, old.id, here.path, "called"))
                return None
            path = f"{here.path}/{old.id}.{identity[:8]}".lstrip("/")
            inside = self.scope(identity, str(old.called), str(old.called), path)
        else:
            key = f"{here.diagram}/{old.id}"
            # Without it nothing inside has a place: no element stands in what is not there.
            inside = self.scope(identity, key, key if why is None else f"{key}?", here.path)
        if not inside[1]:
            return None
        self.kept.insert(place, inside)  # before what is inside it
        return row

    def _way(self, diagram: str, join: str, flow: str) -> str | None:
        """Give the flow by which a token waits at a join: the same, or from where it came."""
        old, new = self.before.drawings[diagram].flows, self.after.drawings[diagram].flows
        if flow in new and new[flow].target == join:
            return flow
        alike = [
            one.id for one in new.values() if (one.source, one.target) == (old[flow].source, join)
        ]
        return alike[0] if len(alike) == 1 else None


@dataclass(frozen=True)
class _Here:
    """Where a scope is drawn: its diagram, and the embedded subprocess in the other diagrams."""

    diagram: str
    parent: str | None
    path: str


def _misfit(old: Node, new: Node | None, here: _Here) -> Why | None:
    if new is None or new.parent != here.parent:
        return "gone"
    tags = {_ALIKE.get(node.tag, node.tag) for node in (old, new)}
    if len(tags) > 1 or old.event.kind != new.event.kind:
        return "kind"
    if _waits_else(old, new):
        return "message"
    if (old.cardinality, old.sequential) != (new.cardinality, new.sequential):
        return "times"
    return None if old.called == new.called else "called"


def _waits_else(old: Node, new: Node) -> bool:
    """Whether an event waits for something else now: what is told under the old name is lost."""
    if old.event.kind != new.event.kind:
        return True
    return old.event.kind == "message" and old.event.text != new.event.text
