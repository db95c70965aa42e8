"""What makes a diagram unsound: every case must be able to come to a proper end, and every step to happen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workflows.diagrams.proof.exploring import Graph
from workflows.diagrams.proof.game import Flaw, Game
from workflows.diagrams.proof.net import Marking
from workflows.diagrams.proof.offers import Happening

Defect = Literal["deadlock", "never-ends", "dead-step", "handler-rejoins"]
# One fault of a diagram shows in many states; more examples than this help nobody.
MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong, at a step, with the shortest way there. `detail` is for its sentence."""

    what: Flaw | Defect
    step: int
    path: tuple[Happening, ...]
    detail: str = ""


def unsound(game: Game, graph: Graph) -> list[Wrong]:
    """Give what is wrong in an exploration; dead steps are asked for separately."""
    found = _broken(graph)
    stuck = _stuck(game, graph)
    found += _deadlocks(game, graph, stuck)
    # Behind what goes wrong nothing was explored, so whether an end can be reached is not known.
    if graph.complete and not found:
        found += _endless(game, graph, stuck)
    return found


def _broken(graph: Graph) -> list[Wrong]:
    found: dict[tuple[str, int, str], Wrong] = {}
    for before, happening, broken in graph.broken:
        key = (broken.flaw, broken.step, broken.detail)
        if key not in found:
            path = (*graph.path(before), happening)
            found[key] = Wrong(broken.flaw, broken.step, path, broken.detail)
    return list(found.values())


def _stuck(game: Game, graph: Graph) -> list[int]:
    """Give the states in which nothing can be done, at best something can be called off."""
    return [
        number
        for number, leaving in enumerate(graph.leaving)
        if all(happening.escapes for happening, _ in leaving)
        and number not in graph.astray
        and not game.is_over(graph.states[number][0])
        and number < graph.explored
    ]


def _deadlocks(game: Game, graph: Graph, stuck: Iterable[int]) -> list[Wrong]:
    found: dict[tuple[int, ...], Wrong] = {}
    for number in stuck:
        waiting = game.stuck_at(graph.states[number][0])
        key = tuple(step.index for step in waiting)
        if key and key not in found and len(found) < MOST_OF_A_KIND:
            found[key] = Wrong("deadlock", key[0], tuple(graph.path(number)))
    return list(found.values())


def _endless(game: Game, graph: Graph, stuck: list[int]) -> list[Wrong]:
    """Report the first state from which no end can be reached without calling something off."""
    ends = _leading_to(graph, [*graph.over, *stuck])
    first = next(
        (
            number
            for number, leaving in enumerate(graph.leaving)
            # What nobody waits for is only passed: told is where somebody is asked in vain.
            if not ends[number] and leaving and leaving[0][0].kind != "pass"
        ),
        None,
    )
    if first is None:
        return []
    around = sum(game.net.at[index] for index in game.net.inside)
    step = game.net.owner(graph.states[first][0] & game.net.tokens & ~around).index
    return [Wrong("never-ends", step, tuple(graph.path(first)))]


def _leading_to(graph: Graph, ends: Iterable[int]) -> bytearray:
    """Mark the states from which one of these can be reached without calling something off.

    From the last state to the first: few rounds suffice, as most ways lead to higher numbers.
    """
    marks = bytearray(len(graph.states))
    for number in ends:
        marks[number] = 1
    changed = True
    while changed:
        changed = False
        for number in range(len(marks) - 1, -1, -1):
            if not marks[number]:
                for happening, after in graph.leaving[number]:
                    if marks[after] and not happening.escapes:
                        marks[number] = changed = True
                        break
    return marks


def dead(game: Game, graphs: Iterable[Graph], wanted: Iterable[int]) -> Iterator[Wrong]:
    """Give those of the wanted steps that never happen in any of the explorations."""
    marked: Marking = 0
    happened: set[int] = set()
    passed: set[str] = set()
    for graph in graphs:
        for state in graph.states:
            marked |= state[0]
        met = {happening for leaving in graph.leaving for happening, _ in leaving}
        for happening in met.union(graph.begun):
            happened.add(happening.step)
            passed |= set(happening.trace)
    net = game.net
    for index in wanted:
        step = net.flat.steps[index]
        if step.is_container:
            is_met = bool(marked & net.at[index])
        elif step.is_join or (net.at[index] and step.kind != "eventBasedGateway"):
            is_met = index in happened
        else:
            is_met = index in happened or step.node.id in passed
        if not is_met:
            yield Wrong("dead-step", index, ())
