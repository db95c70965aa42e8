"""A refusal carries what pages, API and commands need to show it."""

from dataclasses import dataclass

import pytest

from workflows import documents, errors
from workflows.backup import BackupError


@dataclass(frozen=True)
class Refusal:
    text: str


def test_a_refusal_tells_every_rule_in_the_way() -> None:
    refusals = [Refusal("K01: Communications approves first."), Refusal("K09: Two people.")]
    error = errors.RefusedError(refusals)
    assert str(error) == "K01: Communications approves first. K09: Two people."
    assert error.refusals == tuple(refusals)
    assert error.status == 409


def test_invalid_answers_are_told_field_by_field() -> None:
    error = errors.InvalidAnswersError({"url": "Enter a URL.", "name": "Enter a name."})
    assert error.errors == {"url": "Enter a URL.", "name": "Enter a name."}
    assert str(error) == "Nothing was saved. Enter a URL. Enter a name."
    assert error.status == 422


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFoundError, 404),
        (errors.NotAllowedError, 403),
        (errors.ConflictError, 409),
        (errors.UnavailableError, 503),
        (documents.DocumentRefusedError, 422),
        (BackupError, 409),
    ],
)
def test_every_refusal_has_its_status_and_a_heading(
    error: type[errors.PolicyError], status: int
) -> None:
    assert issubclass(error, errors.PolicyError)
    assert (error.status, bool(error.title)) == (status, True)
