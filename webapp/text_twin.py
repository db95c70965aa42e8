"""The text twins of diagrams as pages show them: in the words of what is around them."""

from collections.abc import Callable, Mapping

from models.database import db
from webapp import clock
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.graph import Diagram, Field
from workflows.diagrams.text import TextStep, describe


def in_words(
    diagram: Diagram,
    around: Mapping[str, Diagram],
    title_of_act: Callable[[str], str] | None = None,
) -> list[TextStep]:
    """Tell a process in steps: what it calls, and what it reads of its callers, by their names.

    `around` are the processes that it may call or be called by, by their ids.
    """
    names = {key: one.name for key, one in around.items() if one.name}
    return describe(diagram, title_of_act, _read_of_callers(diagram, around), names)


def in_force() -> dict[str, Diagram]:
    """Give the processes in force, by their ids."""
    session, library = db.session(), runtime().library
    versions = publication.published(session, now=clock.now())
    return {key: library.of(session, one.id).diagrams[key] for key, one in versions.items()}


def callers_of(key: str, around: Mapping[str, Diagram]) -> list[Diagram]:
    """Give those of the processes that call the one of this id."""
    return [
        one
        for one in around.values()
        if any(call.called == key for call in one.of_kind("callActivity"))
    ]


def _read_of_callers(
    diagram: Diagram, around: Mapping[str, Diagram]
) -> dict[str, tuple[Field, ...]]:
    """Give the forms that a process reads of those that call it, by step."""
    return {
        name: caller.nodes[name].fields
        for caller in callers_of(diagram.process_id, around)
        for name in diagram.inputs
        if name in caller.nodes
    }
