"""Words that are too long to be read in a list, on a form or in a notice."""

from collections.abc import Iterator

from workflows.diagrams.graph import Diagram, Field, Finding, Flow, Node
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error

# In letters: what is called something, and what explains it.
LONGEST_NAME = 200
LONGEST_TEXT = 10_000
# So much of it is repeated in the finding.
_TOLD = 40


def check(diagram: Diagram, _known: Known) -> Iterator[Finding]:
    """Check what the process, its parties, steps, ways and questions are called."""
    names = [diagram.name, *diagram.lanes, *diagram.pools]
    yield from _too_long(diagram, names, [diagram.documentation])
    for node in diagram.nodes.values():
        yield from _too_long(node, [node.name], [node.documentation])
        for field in node.fields:
            yield from _too_long(node, *_words(field))
    for flow in diagram.flows.values():
        yield from _too_long(flow, [flow.name], [])


def _words(field: Field) -> tuple[list[str], list[str]]:
    names = [field.label, *(option.label for option in field.options)]
    return names + [column.label for column in field.columns], [field.help, field.refuse_message]


def _too_long(
    place: Diagram | Node | Flow, names: list[str], texts: list[str]
) -> Iterator[Finding]:
    for words, longest in [(names, LONGEST_NAME), (texts, LONGEST_TEXT)]:
        for one in words:
            if len(one) > longest:
                yield error(
                    place,
                    "too-long",
                    f'"{one[:_TOLD]}…" has {len(one):,} letters. Nobody can read that in a list or on '
                    f"a form: say it with at most {longest:,}.",
                )
