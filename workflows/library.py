"""The diagrams that cases run on, parsed once for each frozen set of versions."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import DiagramVersion
from workflows import engine
from workflows.diagrams.graph import Diagram, Node
from workflows.diagrams.reading import read

# A city publishes a few dozen versions a year, and cases live on a handful of them at a time.
KEPT_SETS = 64


@dataclass(frozen=True)
class DiagramSet:
    """A diagram and all that it calls, in the versions frozen at its publication.

    `main` is the process that a case on this set runs; `diagrams` maps process ids to graphs.
    """

    main: str
    files: Mapping[str, bytes]
    diagrams: Mapping[str, Diagram]

    @cached_property
    def specs(self) -> engine.Specs:
        """What the engine runs, parsed when a case first needs it: pages only read the graphs.

        Raises engine.EngineError where the engine cannot run it.
        """
        return engine.parse(self.files, self.main)

    def node(self, diagram: str, element: str) -> Node:
        """Give the flow node of that diagram."""
        return self.diagrams[diagram].nodes[element]


@dataclass
class Library:
    """A cache of parsed sets, shared by the threads of a process; parsed specs never change."""

    _sets: OrderedDict[int, DiagramSet] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, session: Session, version_id: int) -> DiagramSet:
        """Give the set that the version froze, from memory or from the database."""
        with self._lock:
            if version_id in self._sets:
                self._sets.move_to_end(version_id)
                return self._sets[version_id]
        loaded = _load(session, version_id)
        with self._lock:
            self._sets[version_id] = loaded
            while len(self._sets) > KEPT_SETS:
                self._sets.popitem(last=False)
        return loaded


def _load(session: Session, version_id: int) -> DiagramSet:
    version = session.get_one(DiagramVersion, version_id)
    rows = session.execute(
        select(DiagramVersion.id, DiagramVersion.xml).where(
            DiagramVersion.id.in_(version.frozen.values())
        )
    )
    xml = {row.id: row.xml for row in rows}
    files = {key: xml[frozen_id] for key, frozen_id in version.frozen.items()}
    main = next(key for key, frozen_id in version.frozen.items() if frozen_id == version_id)
    return parse(files, main)


def parse(files: Mapping[str, bytes], main: str) -> DiagramSet:
    """Read process id -> XML into a set whose main process is `main`.

    Raises ValueError where a file is no diagram.
    """
    return _parse(tuple(files.items()), main)


# A set that has just been tried before its publication is the one that cases then start on.
@lru_cache(maxsize=16)
def _parse(files: tuple[tuple[str, bytes], ...], main: str) -> DiagramSet:
    diagrams = {}
    for key, data in files:
        diagram, findings = read(data)
        if diagram is None:
            raise ValueError("; ".join(finding.message for finding in findings))
        diagrams[key] = diagram
    return DiagramSet(main, dict(files), diagrams)
