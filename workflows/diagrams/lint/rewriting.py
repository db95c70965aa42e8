"""Questions that write over what a decision was about: asked by a step without the act that says it."""

from collections.abc import Iterable, Iterator

from workflows.diagrams.graph import Diagram, Field, Finding
from workflows.diagrams.lint.known import Known
from workflows.diagrams.lint.notes import error, quoted


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Find fields of the register that other steps than those of their acts ask for.

    The register takes the latest answer, whoever gave it: one that is given after the decision would
    change what was decided. A process that has none of those acts may ask freely; a diagram that is
    only called cannot know, and may not.
    """
    acts = {node.act for node in diagram.nodes.values()}
    saying: dict[str, set[str]] = {}
    for act_id, act in known.acts.items():
        for key in act.says:
            saying.setdefault(key, set()).add(act_id)
    for node in diagram.nodes.values():
        for field in _with_columns(node.fields):
            allowed = saying.get(field.register or "", set())
            is_bound = bool(allowed & acts) or not diagram.starters
            if allowed and is_bound and node.act not in allowed:
                titles = quoted(sorted(known.acts[act].title or act for act in allowed))
                yield error(
                    node,
                    "says-too-much",
                    f'"{node.title}" asks for "{field.label}" ({field.register}), and the register takes '
                    f"the latest answer: what was decided could be changed behind the decision. Only {titles} "
                    "may ask for it. Ask without a place in the register, or give the step that act.",
                )


def _with_columns(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from field.columns
