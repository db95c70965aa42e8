"""What can go wrong in the engine, in words for the people who own the diagram or hold the task."""

from workflows.diagrams.conditions import Unset


class EngineError(Exception):
    """A diagram, or a case on it, that cannot run; `element` is the id to look at, if one is known.

    After any exception the caller discards the Run: the state that was loaded is unchanged.
    """

    def __init__(self, element: str | None, message: str) -> None:
        """Keep the element beside the words."""
        self.element = element
        self.message = message
        super().__init__(message if element is None else f"{element}: {message}")


class UnansweredError(EngineError, Unset):
    """A condition needs an answer that nobody has given; `field` is the answer that is missing."""

    element: str

    def __init__(self, where: str, missing: Unset) -> None:
        """Say which element needed the answer; `element` is that one, as in every EngineError."""
        self.element = where
        self.message = str(missing)
        self.field = f"{missing.element}.{missing.field}"
        Exception.__init__(self, f"{where}: {missing}")


class NotWaitingError(EngineError):
    """Nothing waits under this id, or it waits for something else."""
