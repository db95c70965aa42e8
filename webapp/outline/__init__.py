"""The outline of a draft: a process changed in words, without a picture, a mouse or scripts."""

from webapp.outline import (
    adding,
    catches,
    deadlines,
    moving,
    parties,
    process,
    questions,
    show,
    step,
    ways,
)
from webapp.outline.blueprint import bp

# The modules hang their pages on the blueprint when they are read.
__all__ = [
    "adding",
    "bp",
    "catches",
    "deadlines",
    "moving",
    "parties",
    "process",
    "questions",
    "show",
    "step",
    "ways",
]
