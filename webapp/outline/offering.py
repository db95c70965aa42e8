"""Choices for the drop-downs of the outline, from pairs of value and words."""

from collections.abc import Iterable, Mapping

from webapp.forms import Choice

Pair = tuple[str, str]


def offered(pairs: Iterable[Pair]) -> list[Choice]:
    """Give pairs as choices."""
    return [Choice(value, words) for value, words in pairs]


def grouped(groups: Mapping[str, Iterable[Pair]]) -> list[Choice]:
    """Give pairs as choices under headings; those under "" stand first, without one."""
    return [
        Choice(value, words, optgroup=heading or None)
        for heading, pairs in groups.items()
        for value, words in pairs
    ]
