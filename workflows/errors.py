"""What the policy, or the state of things, does not allow; said to the person who asked."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Refusal(Protocol):
    """One rule that stands in the way; `text` says which, why, and what is missing."""

    @property
    def text(self) -> str: ...


class PolicyError(Exception):
    """Something was asked that cannot be done.

    The message says what happened, why, and what to do next. `status` is the number that the
    pages and the API answer with, `title` the heading above the message. Bugs are never one.
    """

    status = 409
    title = "That was not possible"


class NotFoundError(PolicyError):
    """There is no such thing, or none that this person may know of: both look the same."""

    status = 404
    title = "Not found"


class NotAllowedError(PolicyError):
    """The person may not do this, whatever the state of the case."""

    status = 403
    title = "Not yours to do"


class ConflictError(PolicyError):
    """Somebody else was faster, or it has changed since the person looked."""

    title = "Somebody was faster"


class RefusedError(PolicyError):
    """The rules of the policy do not allow it now; every rule in the way is in `refusals`."""

    title = "The policy does not allow this now"

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(refusal.text for refusal in refusals))
        self.refusals = tuple(refusals)


class InvalidAnswersError(PolicyError):
    """A form was not filled in correctly; `errors` has a sentence for each wrong field."""

    status = 422
    title = "Some answers need another look"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("Nothing was saved. " + " ".join(errors.values()))
        self.errors = dict(errors)


class UnavailableError(PolicyError):
    """It cannot be done at the moment, and the same request may work later."""

    status = 503
    title = "Not available at the moment"


class StuckError(PolicyError):
    """The case cannot go on: a condition has no answer, or an operation lacks what it needs."""

    title = "The case cannot go on from here"


class UnpublishableError(PolicyError):
    """A diagram cannot be published; the message names the file and what is wrong with it."""

    status = 422
    title = "This diagram cannot be published"
