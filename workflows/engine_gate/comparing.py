"""One proof and the engine: everything in which they differ, the proof's own counterexamples included."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from workflows.diagrams.proof import Proof
from workflows.diagrams.proof.exploring import Budget
from workflows.diagrams.proof.judging import Judge
from workflows.diagrams.proof.soundness import unsound
from workflows.engine import Specs
from workflows.engine.exploring import Explorer
from workflows.engine_gate.following import Level
from workflows.engine_gate.replaying import Replay
from workflows.engine_gate.walking import Difference, Limits, Stage, Walk

# What the engine has no word for: it runs such diagrams, wrongly or for nothing.
_ONLY_PROVED = frozenset({"dead-step", "handler-rejoins", "read-while-asked"})
_FOR_RULES = 2.0


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
    main = Walk(stage, limits, Level(stage.everything))
    main.begin(proof.game.beginnings())
    main.go_on()
    walks = [main, *_beside(stage, main, limits)]
    differences = [one for walk in walks for one in walk.differences]
    complete = all(walk.graph.complete for walk in walks) and stage.explorer.complete
    complete = complete and proof.complete
    missing = list(_never_passed(proof, walks))
    if complete and not differences:
        differences += missing + list(_judged_differently(proof, main))
    if not differences:
        differences += Replay(stage, limits).differences(proof)
    pairs = sum(len(walk.pairs) for walk in walks)
    return Compared(pairs, complete, not missing, differences)


def _beside(stage: Stage, main: Walk, limits: Limits) -> Iterator[Walk]:
    """Walk what non-interrupting events begin, where the proof walks it by itself too.

    All else stays where it is meanwhile, and must.
    """
    net = stage.game.net
    walks = [main]
    for event in sorted(net.hidden, key=lambda event: len(list(net.flat.around(event)))):
        found = [(walk, number) for walk in walks if (number := walk.find(event)) is not None]
        if not found or limits.are_met(0):
            continue
        walk, number = found[0]
        pair = walk.pairs[number]
        copy = net.handlers[event].copies[event]
        places = net.places(copy, done=True)
        beside, _ = stage.places.marking(pair.situation.spots)
        level = Level(places, beside & ~places)
        own = Walk(stage, limits, level, steps=copy)
        own.begin_beside(walk.way(number), pair, stage.game.at_event(event))
        own.go_on()
        walks.append(own)
        yield own


def _never_passed(proof: Proof, walks: list[Walk]) -> Iterator[Difference]:
    """Find the elements that the proof says can be passed and the engine never passed."""
    flat = proof.flat
    boxes = {step.node.id for step in flat.steps if step.is_container}
    passed = {identity for walk in walks for identity in walk.passed}
    for identity in sorted(proof.passed() - passed - boxes):
        step = next((one.index for one in flat.steps if one.node.id == identity), -1)
        yield Difference(f'never comes to "{identity}"', step)


def _judged_differently(proof: Proof, walk: Walk) -> Iterator[Difference]:
    """Judge the engine's own graph: soundness and every rule over time, as the proof's was judged."""
    theirs = {(one.what, one.step): one for one in unsound(proof.game, walk.graph)}
    ours = {(one.what, one.step) for one in proof.wrong if one.what not in _ONLY_PROVED}
    for key, wrong in theirs.items():
        if key not in ours and not ours and wrong.what not in _ONLY_PROVED:
            yield Difference(f"is not sound ({wrong.what})", wrong.step, wrong.path)
    judge = Judge(
        proof.game.net, walk.graph, proof.known, Budget.of(_FOR_RULES), not ours, proof.alone
    )
    for judged in proof.judged:
        other = judge.judge(judged.rule)
        if "violated" in (judged.verdict, other.verdict) and judged.verdict != other.verdict:
            breaks = "breaks" if other.verdict == "violated" else "does not break"
            yield Difference(f"{breaks} rule {judged.rule.id}", other.step, other.path)
