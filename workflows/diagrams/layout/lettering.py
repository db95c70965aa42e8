"""How much room words take: the viewer's letters, eleven pixels high, broken at ninety wide."""

import re
from functools import lru_cache

LINE = 13
_SIZE = 11
_WIDEST = 90
_NOTE = 120
# So much wider than its words is a label, so that another machine's letters break at the same words.
_SPARE = 6
# How wide letters are, in thousandths of their size; those that are not named, as most are.
_WIDTHS = {
    "'": 191, "ijl": 222, " !,./:;I[]ft": 278, "()-r": 333, '"': 355, "Jcksvxyz": 500,
    "FTZ": 611, "ABEKPSVXY&": 667, "CDHNRUw": 722, "GOQ": 778, "Mm": 833, "%": 889, "W": 944,
}  # fmt: skip
_USUAL = 556
# A line may end after a space or a hyphen.
_WORD = re.compile(r"[^ -]*[ -]|[^ -]+")
_LETTERS = {letter: width for letters, width in _WIDTHS.items() for letter in letters}


def _width(words: str) -> float:
    return sum(_LETTERS.get(letter, _USUAL) for letter in words) * _SIZE / 1000


def _lines(words: str, widest: float) -> list[str]:
    lines: list[str] = []
    for word in _WORD.findall(" ".join(words.split())):
        if lines and _width(f"{lines[-1]}{word}".rstrip()) <= widest:
            lines[-1] += word
        else:
            lines.append(word)
    return [line.rstrip() for line in lines]


@lru_cache(maxsize=4096)
def size_of(words: str) -> tuple[float, float]:
    """Give width and height of a label, 0 and 0 of none."""
    lines = _lines(words, _WIDEST)
    if not lines:
        return 0, 0
    # A word that is too long for a line is broken anywhere.
    rows = sum(1 + int(_width(line) // (_WIDEST + 1)) for line in lines)
    widest = min(max(map(_width, lines)), _WIDEST)
    return round(widest) + _SPARE, rows * LINE + 1


def note_size(words: str) -> tuple[float, float]:
    """Give width and height of a note."""
    rows = len(_lines(words, _NOTE - 16))
    return _NOTE, max(30, rows * 15 + 10)
