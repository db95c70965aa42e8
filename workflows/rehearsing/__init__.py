"""A diagram played with invented people and a clock that can be moved: nothing real is touched.

A rehearsal is the list of its moves; where it stands is found by making them again. The engine, the
conditions and the rules are those of real cases; operations are only told.
"""

from workflows.rehearsing.cast import Cast, Invented
from workflows.rehearsing.coverage import Coverage, coverage
from workflows.rehearsing.expecting import Difference, difference, expected_of, expected_told
from workflows.rehearsing.inventing import invented_answers
from workflows.rehearsing.moves import Answer, Begin, Days, Move, Place, Ring, Until, as_json, read
from workflows.rehearsing.playing import Played, play
from workflows.rehearsing.stage import Deadline, Misfit, Stage, Told, Wait

__all__ = [
    "Answer",
    "Begin",
    "Cast",
    "Coverage",
    "Days",
    "Deadline",
    "Difference",
    "Invented",
    "Misfit",
    "Move",
    "Place",
    "Played",
    "Ring",
    "Stage",
    "Told",
    "Until",
    "Wait",
    "as_json",
    "coverage",
    "difference",
    "expected_of",
    "expected_told",
    "invented_answers",
    "play",
    "read",
]
