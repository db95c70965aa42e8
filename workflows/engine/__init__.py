"""The engine: moves tokens over diagrams, and knows nothing of people, data or time.

It is the only part of the product that imports SpiffWorkflow. Every task stops it, operations
included; every timer is a deadline that the caller fires; every condition is decided over answers
that the caller keeps. What it saves is where the tokens are.
"""

from workflows.engine.errors import EngineError, NotWaitingError, UnansweredError
from workflows.engine.run import Run, Waiting, empty, load, start
from workflows.engine.scopes import Passed
from workflows.engine.script import Answers
from workflows.engine.specs import Specs, parse
from workflows.engine.transplant import Astray, Transplant, transplant

__all__ = [
    "Answers",
    "Astray",
    "EngineError",
    "NotWaitingError",
    "Passed",
    "Run",
    "Specs",
    "Transplant",
    "UnansweredError",
    "Waiting",
    "empty",
    "load",
    "parse",
    "start",
    "transplant",
]
