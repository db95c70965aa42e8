"""An engine that does not do what the diagram says is noticed, whatever it does instead."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.workflows.diagrams.proof.drawing import draw
from tests.workflows.diagrams.proof.mutants import policy
from tests.workflows.diagrams.proof.redrawing import shipped_files
from tests.workflows.engine.sketch import bpmn
from tests.workflows.engine_gate.side_by_side import disagreements, tried, tried_drawn
from workflows.diagrams.proof import Proof
from workflows.diagrams.second_gate import OnEngine
from workflows.engine import EngineError, joins, nodes, run, scopes, script, tokens

# What each fault gives back is nobody's concern.
seam: Any = importlib.import_module("workflows.engine.seam")

Fault = Callable[[pytest.MonkeyPatch], object]

SPLIT = """
    start S
    and F
    user A
    user B
    and J
    user C
    end E
    S -> F -> A -> J -> C -> E
    F -> B -> J
"""
CHOICE = """
    start S
    user Q ok!=yes|no
    xor X default=X-N
    user Y
    user N
    end E
    end D
    S -> Q -> X
    X -> Y : Q.ok = "yes"
    X -> N
    Y -> E
    N -> D
"""
SOME = """
    start S
    user Q ways!=one|other|both
    or X
    user A
    user B
    or J
    end E
    S -> Q -> X
    X -> A : Q.ways in ["one", "both"]
    X -> B : Q.ways in ["other", "both"]
    A -> J -> E
    B -> J
"""
EVENTS = """
    start S
    user A
    on Late host=A duration=P5D
    on Remind host=A duration=P1D interrupting=false
    user Call
    user Escalate
    end Called
    end E
    end L
    S -> A -> E
    Remind -> Call -> Called
    Late -> Escalate -> L
"""
INSIDE = """
    start S
    sub In {
        start T
        and F
        user A
        user B
        terminate Stop
        error Bad error=failed
        T -> F -> A -> Stop
        F -> B -> Bad
    }
    on Failed host=In error=failed
    user Mend
    user After
    end E
    end M
    S -> In -> After -> E
    Failed -> Mend -> M
"""
RACE = """
    start S
    race R
    catch News message=news
    catch Time duration=P1D
    user A
    user B
    end E
    end F
    S -> R -> News -> A -> E
    R -> Time -> B -> F
"""
SEVERAL = """
    start S
    user A times=2
    user B
    end E
    S -> A -> B -> E
"""
SEQUENCE = SEVERAL.replace("times=2", "times=2 sequential=yes")
MESSAGES = """
    start S
    user A
    on Asks host=A message=question interrupting=false
    user Answer
    end D
    end E
    S -> A -> E
    Asks -> Answer -> D
"""
DIAGRAMS = {
    "split": SPLIT,
    "events": EVENTS,
    "inside": INSIDE,
    "race": RACE,
    "several": SEVERAL,
    "sequence": SEQUENCE,
    "messages": MESSAGES,
}
FORMS = {"choice": CHOICE, "some": SOME}


def changed(owner: Any, name: str, value: Any) -> Fault:
    return lambda patch: patch.setattr(owner, name, value)


def after(owner: Any, name: str, more: Callable[..., object]) -> Fault:
    """Do something more behind what a method does."""
    normal = getattr(owner, name)

    def twice(self: Any, *arguments: Any) -> Any:
        result = normal(self, *arguments)
        more(self, *arguments)
        return result

    return changed(owner, name, twice)


def loses_flows(self: Any) -> bytes:
    for scope in self._top.all():
        for token in scope.tasks.values():
            token.internal_data.pop("flow", None)
    return tokens.dump(self._top)


def loses_a_token(self: Any) -> bytes:
    waiting = [token for scope in self._top.all() for token in scope.task_tree.children]
    if len(waiting) > 1:
        waiting[0].cancel()
        tokens.shrink(self._top)
    return tokens.dump(self._top)


def hears_no_more(self: Any) -> None:
    for token in list(self._top.tasks.values()):
        if isinstance(token.task_spec, nodes.Boundary):
            token.cancel()
    tokens.shrink(self._top)


FAULTS: dict[str, tuple[str, Fault]] = {
    "a parallel join goes on with the first token": (
        "split", changed(joins.ParallelGateway, "may_fire", lambda *_: True),
    ),
    "a parallel join never goes on": (
        "split", changed(joins.ParallelGateway, "may_fire", lambda *_: False),
    ),
    "a parallel join leaves a token behind": ("split", changed(seam, "cancel", lambda _token: None)),
    "the state forgets by which flow a token came": ("split", changed(run.Run, "save", loses_flows)),
    "the state loses a token": ("split", changed(run.Run, "save", loses_a_token)),
    "an inclusive join goes on with the first token": (
        "some", changed(joins.InclusiveGateway, "may_fire", lambda *_: True),
    ),
    "an inclusive split takes one flow only": (
        "some", changed(joins, "matching", lambda gateway, token: nodes.matching(gateway, token)[:1]),
    ),
    "the default is always taken": (
        "choice", changed(nodes.ExclusiveGateway, "choose", lambda self, _token: (nodes.default(self),)),
    ),
    "the default is never taken": ("choice", changed(nodes.ExclusiveGateway, "choose", lambda *_: (0,))),
    "both branches of a decision are taken": (
        "choice", changed(nodes.ExclusiveGateway, "choose", lambda *_: (0, 1)),
    ),
    "conditions are read the other way round": (
        "choice", changed(nodes, "_holds", lambda token, text: not token.workflow.script_engine.evaluate(token, text)),
    ),
    "a deadline does not interrupt its step": (
        "events", changed(nodes.Boundary, "_on_complete_hook", nodes.Catch._on_complete_hook),
    ),
    "a reminder interrupts its step": (
        "events", after(nodes.Boundary, "_on_complete_hook", lambda _self, token: [
            seam.cancel(one) for one in token.parent.children if one is not token and seam.is_live(one)
            and isinstance(one.task_spec, nodes.Stop) and one.task_spec.host is not None
        ]),
    ),
    "deadlines stay when their step is done": ("events", changed(nodes, "disarm", lambda _host: None)),
    "deadlines are never set": (
        "events", after(nodes.Host, "_on_complete_hook", lambda _self, token: [
            seam.cancel(one) for one in token.children if isinstance(one.task_spec, nodes.Boundary)
        ]),
    ),
    "a message is heard once only": (
        "messages", after(run.Run, "deliver", lambda self, _identity: hears_no_more(self)),
    ),
    "a terminate end ends nothing": (
        "inside", changed(nodes.TerminateEnd, "_on_complete_hook", nodes.FlowNode._on_complete_hook),
    ),
    "an error end is an ordinary one": (
        "inside", changed(nodes.ErrorEnd, "_on_complete_hook", nodes.FlowNode._on_complete_hook),
    ),
    "an error is caught by nobody": ("inside", changed(nodes, "_catcher", lambda *_: None)),
    "the wrong event of several happens": ("race", changed(run, "_place_of", lambda *_: 0)),
    "one of several instances is enough": (
        "several", changed(nodes.Instances, "one_done", lambda _self, wrapper, _index: seam.go(wrapper)),
    ),
    "the second of several instances never comes": (
        "sequence", changed(nodes.Instances, "one_done", lambda _self, wrapper, index: index and seam.go(wrapper)),
    ),
    "a step is done by itself": ("split", changed(nodes.Stop, "_update_hook", lambda _self, token: token.run())),
    "the engine breaks down": ("split", changed(run.Run, "go_on", lambda _self: 1 / 0)),
    "the engine stops": ("split", changed(scopes.CaseScope, "advance", lambda _self: stops())),
}  # fmt: skip


def stops() -> None:
    raise EngineError("A", "It does not go on.")


def tried_one(name: str) -> tuple[Proof, OnEngine]:
    if name in DIAGRAMS:
        return tried("main", {"main": bpmn(DIAGRAMS[name])})
    return tried_drawn(draw(FORMS[name]))


@pytest.mark.parametrize("name", [*DIAGRAMS, *FORMS])
def test_the_engine_agrees_with_the_proof_on_what_it_runs_as_drawn(name: str) -> None:
    proof, found = tried_one(name)
    assert [finding.message for finding in found.findings] == []
    assert (found.complete, found.agrees) == (True, True)
    assert proof.complete


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_engine_is_a_disagreement(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagram, fault = FAULTS[name]
    fault(monkeypatch)
    _, found = tried_one(diagram)
    assert found.agrees is False
    told = disagreements(found)
    assert told
    assert {finding.severity for finding in told} == {"error"}
    assert told[0].message.startswith("Engine and proof disagree: ")


CITY = {
    "a parallel join goes on with the first token": ("create-site", "Step"),
    "the default is always taken": ("create-site", "ForwardRequest"),
    "a deadline does not interrupt its step": ("create-site", "does"),
}


@pytest.mark.parametrize("name", CITY)
def test_a_fault_shows_in_a_shipped_diagram_with_the_run_that_leads_to_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    FAULTS[name][1](monkeypatch)
    _, found = tried(CITY[name][0], shipped_files(), policy())
    (finding, *_) = disagreements(found)
    assert finding.path[0] == "SiteWanted"
    assert "The way there: 1. " in finding.message


def test_an_answer_kept_in_another_place_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        script._Lookup, "_home", lambda _self, _element, _field: "elsewhere.12345678"
    )
    _, found = tried("prepare-site", shipped_files(), policy())
    assert found.agrees is False
