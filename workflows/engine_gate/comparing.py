"""One proof and the engine: everything in which they differ, the proof's own counterexamples included."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from workflows.diagrams.proof import Proof
from workflows.diagrams.proof.exploring import Budget
from workflows.diagrams.proof.judging import Judge
from workflows.diagrams.proof.net import decides, rings_once
from workflows.diagrams.proof.offers import Happening
from workflows.diagrams.proof.soundness import unsound
from workflows.engine import Specs
from workflows.engine.exploring import Explorer
from workflows.engine_gate.following import Level
from workflows.engine_gate.replaying import Replay
from workflows.engine_gate.walking import Difference, Limits, Stage, Walk

# What the engine has no word for: it runs such diagrams, wrongly or for nothing.
_ONLY_PROVED = frozenset({"dead-step", "handler-rejoins", "read-while-asked"})
_FOR_RULES = 2.0
MOST_OF_WHAT_IS_WRONG = 300


@dataclass
class Compared:
    """What came of it. `covered`: the engine passed all that the proof says can be passed."""

    pairs: int = 0
    complete: bool = False
    covered: bool = False
    differences: list[Difference] = field(default_factory=list)


def compare(proof: Proof, specs: Specs, limits: Limits) -> Compared:
    """Walk a diagram in both, and replay on the engine what the proof found wrong."""
    stage = Stage(proof.game, Explorer(specs))
    is_wrong = bool(proof.wrong) or any(one.verdict == "violated" for one in proof.judged)
    replayed = list(Replay(stage, limits).differences(proof))
    if is_wrong:
        # It is refused anyway: its counterexamples count, not that all is walked.
        limits = replace(limits, pairs=min(limits.pairs, MOST_OF_WHAT_IS_WRONG))
    main = Walk(stage, limits, Level(stage.everything))
    main.begin(proof.game.beginnings())
    walks = _walks(stage, main, limits)
    differences = [one for walk in walks for one in walk.differences]
    complete = all(walk.graph.complete for walk in walks) and stage.explorer.complete
    complete = complete and proof.complete
    # Where something goes wrong, what it would have passed is not known.
    is_sound = {one.what for one in proof.wrong} <= {"dead-step"}
    is_sound = is_sound and not any(walk.graph.broken for walk in walks)
    missing = list(_never_passed(proof, walks)) if is_sound else []
    if complete and not differences:
        differences += missing + list(_judged_differently(proof, main))
    if not stage.moves.reads_unknown:
        differences += replayed
    pairs = sum(len(walk.pairs) for walk in walks)
    return Compared(pairs, complete, not missing, differences)


def _walks(stage: Stage, main: Walk, limits: Limits) -> list[Walk]:
    """Walk the cases, and beside them what events begin, each with half of what is left at first."""
    walks = [main]
    events = sorted(stage.game.net.hidden, key=lambda one: _depth(stage, one))
    for part in (limits.half, lambda _acts: limits):
        for walk in walks:
            walk.go_on(part(stage.acts))
        for event in tuple(events):
            own = _beside(stage, walks, event)
            if own is not None:
                own.go_on(part(stage.acts))
                walks.append(own)
                events.remove(event)
    return walks


def _depth(stage: Stage, event: int) -> int:
    return len(list(stage.game.net.flat.around(event)))


def _beside(stage: Stage, walks: list[Walk], event: int) -> Walk | None:
    """Begin what a non-interrupting event begins, where the proof walks it by itself too.

    All else stays where it is meanwhile, and must. None where no case has come to where it waits.
    """
    net = stage.game.net
    copy = net.handlers[event].copies[event]
    found = [(walk, number) for walk in walks if (number := walk.find(event)) is not None]
    if not found:
        return None
    walk, number = found[0]
    pair = walk.pairs[number]
    places = net.places(copy, done=True)
    beside, _ = stage.places.marking(pair.situation.spots)
    level = Level(places, beside & ~places)
    again = frozenset[int]() if rings_once(net.flat.steps[event]) else frozenset({event})
    own = Walk(stage, walk.limits, level, steps=copy, again=again)
    own.begin_beside(walk.way(number), pair, stage.game.at_event(event))
    return own


def _never_passed(proof: Proof, walks: list[Walk]) -> Iterator[Difference]:
    """Find the elements that the proof says can be passed and the engine never passed."""
    flat = proof.flat
    boxes = {step.node.id for step in flat.steps if step.is_container}
    passed = {identity for walk in walks for identity in walk.passed}
    happened = _happened(proof)
    wanted = {identity for one in happened for identity in one.trace}
    for identity in sorted(wanted - passed - boxes):
        step = next((one.index for one in flat.steps if one.node.id == identity), -1)
        yield Difference(f'the engine never comes to "{identity}"', step)
    chosen = {one for walk in walks for one in walk.chosen}
    choosing = [one for one in happened if one.kind == "pass" and decides(flat.steps[one.step])]
    for one in choosing:
        own = flat.steps[one.step]
        flows = frozenset(wire.flow.id for wire in own.leaving) & set(one.trace)
        if (own.node.id, flows) not in chosen:
            words = f'the engine never takes some of the ways on from "{own.node.title}" together'
            yield Difference(words, own.index)


def _happened(proof: Proof) -> set[Happening]:
    """Give everything that happens on some way of a case."""
    flat, net = proof.flat, proof.game.net
    main, *others = proof.graphs
    beside = dict(zip(sorted(net.hidden), others, strict=True))
    walked = [main]
    for graph in walked:
        # What was walked by itself counts where a case can come to it.
        marked = reduce(or_, (state[0] for state in graph.states), 0)
        begin = [event for event in beside if marked & net.at[flat.steps[event].host]]
        walked += [beside.pop(event) for event in begin]
    met = {one for graph in walked for leaving in graph.leaving for one, _ in leaving}
    return met.union(*(graph.begun for graph in walked))


def _judged_differently(proof: Proof, walk: Walk) -> Iterator[Difference]:
    """Judge the engine's own graph: soundness and every rule over time, as the proof's was judged."""
    theirs = {(one.what, one.step): one for one in unsound(proof.game, walk.graph)}
    ours = {(one.what, one.step) for one in proof.wrong if one.what not in _ONLY_PROVED}
    for key, wrong in theirs.items():
        if wrong.step >= 0 and key not in ours and not ours and wrong.what not in _ONLY_PROVED:
            yield Difference(
                f"on the engine cases do not end well ({wrong.what})", wrong.step, wrong.path
            )
    judge = Judge(
        proof.game.net, walk.graph, proof.known, Budget.of(_FOR_RULES), not ours, proof.alone
    )
    for judged in proof.judged:
        other = judge.judge(judged.rule)
        if other.verdict == "violated" and judged.verdict != "violated":
            yield Difference(f"the engine breaks rule {judged.rule.id}", other.step, other.path)
