"""Diagrams played without any database: the shipped ones, and small ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.bpmn.drawing import BPMN
from tests.workflows import walking
from workflows import publication
from workflows.library import DiagramSet
from workflows.publication.gating import set_of
from workflows.rehearsing import (
    Answer,
    Begin,
    Deadline,
    Misfit,
    Move,
    Played,
    Ring,
    Stage,
    Wait,
    invented_answers,
    play,
)


def shipped(key: str = "create-site", **changed: tuple[str, str]) -> DiagramSet:
    """A process that we ship, with a word of a file (its name with _) changed for another."""
    files = dict(publication.shipped(BPMN))
    for name, (old, new) in changed.items():
        data = files[name.replace("_", "-")]
        assert old.encode() in data
        files[name.replace("_", "-")] = data.replace(old.encode(), new.encode())
    return set_of(key, files)


def small(data: bytes) -> DiagramSet:
    """One small diagram, whose process is called main."""
    return set_of("main", {"main": data})


@dataclass
class Game:
    """A rehearsal whose moves are made one after the other."""

    on: DiagramSet
    begins: datetime
    moves: list[Move] = field(default_factory=list)

    def begin(self, by: str = "") -> "Game":
        return self.make(Begin(self.on.main, by))

    def make(self, move: Move) -> "Game":
        """Make a move that fits."""
        self.moves.append(move)
        assert self.played.misfit is None, self.played.misfit
        return self

    def refused(self, move: Move) -> Misfit:
        """Try a move that does not fit."""
        found = play(walking.runtime(), self.on, [*self.moves, move], begins=self.begins)
        assert found.misfit is not None
        assert found.made == len(self.moves)
        return found.misfit

    @property
    def played(self) -> Played:
        return play(walking.runtime(), self.on, self.moves, begins=self.begins)

    @property
    def stage(self) -> Stage:
        stage = self.played.stage
        assert stage is not None
        return stage

    @property
    def asked(self) -> list[str]:
        """The steps that wait."""
        return [wait.node.id for wait in self.stage.waits if not wait.is_message]

    @property
    def said(self) -> list[str]:
        """The story so far."""
        return [told.sentence for told in self.stage.told]

    def wait(self, element: str, nth: int = 0) -> Wait:
        found = [one for one in self.stage.waits if one.node.id == element]
        assert found, f"{element} does not wait, but {self.asked}"
        return found[nth]

    def deadline(self, element: str) -> Deadline:
        return next(one for one in self.stage.deadlines if one.place.element == element)

    def answer(
        self, element: str, by: str | None = None, given: Mapping[str, Any] | None = None
    ) -> Answer:
        """Give the move of a step, with a whole form around these answers."""
        wait, stage = self.wait(element), self.stage
        diagrams = list(self.on.diagrams.values())
        whole = invented_answers(wait.node, stage.cast, diagrams, now=stage.now)
        return Answer(wait.place, by or wait.by[0].key, {**whole, **(given or {})}, wait.node.title)

    def do(self, element: str, by: str | None = None, /, **given: Any) -> "Game":
        return self.make(self.answer(element, by, given))

    def ring(self, element: str) -> "Game":
        found = self.deadline(element)
        return self.make(Ring(found.place, found.title))

    def do_all(self) -> "Game":
        """Do whatever waits, and let deadlines come where nothing does, to the end."""
        while not self.stage.run.ended:
            if self.asked:
                self.do(self.asked[0])
            else:
                self.ring(self.stage.deadlines[0].place.element)
        return self


def game(now: datetime, on: DiagramSet | None = None, by: str = "") -> Game:
    """Begin a rehearsal, of the request for a site unless another process is given."""
    return Game(on or shipped(), now).begin(by)
