"""A new diagram from nothing."""

from collections.abc import Sequence

from workflows.diagrams.editing.plain import Block, Plain


def new_process(
    *,
    key: str,
    name: str,
    parties: Sequence[str],
    first: Block | Plain,
    owner: str = "",
    starters: Sequence[str] = (),
) -> bytes:
    """Write a diagram with one pool, the parties' lanes, a start, a first step and an end.

    The first step is done by the first party. It has no drawing: `layout.tidy` makes one. Raises
    EditError (fields: key, name, parties, first, owner, starters).
    """
    raise NotImplementedError
