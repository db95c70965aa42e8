"""How much room words take: the viewer's eleven pixels high letters, broken at ninety wide."""

from functools import lru_cache

from workflows.diagrams.geometry import Box

LINE = 13
_WIDEST = 90
_NOTE = 120
_NARROW = frozenset("iljtfrI.,:;'|!()[]- ")
_BROAD = frozenset("mwMWQOG%@")


def _width(words: str) -> float:
    return sum(
        3.3 if letter in _NARROW else 8.8 if letter in _BROAD else 7.4 if letter.isupper() else 6.2
        for letter in words
    )


def _lines(words: str, widest: float) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        if lines and _width(f"{lines[-1]} {word}") <= widest:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=4096)
def size_of(words: str) -> tuple[float, float]:
    """Give width and height of a label, 0 and 0 of none."""
    lines = _lines(words, _WIDEST)
    if not lines:
        return 0, 0
    # A word that is too long for a line is broken anywhere.
    rows = sum(1 + int(_width(line) // (_WIDEST + 1)) for line in lines)
    return min(round(max(map(_width, lines))) + 2, _WIDEST + 2), rows * LINE + 1


def note_size(words: str) -> tuple[float, float]:
    """Give width and height of a note."""
    rows = len(_lines(words, _NOTE - 16))
    return _NOTE, max(30, rows * 15 + 10)


def place(words: str, x: float, y: float) -> Box:
    """Give the box of a label whose upper left corner is there."""
    return Box(x, y, *size_of(words))
