"""What an operation is given: the case that calls it and what people said in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.cases import Case, Task


class OperationError(Exception):
    """An operation cannot be done; the message says what is missing and who can mend it."""


@dataclass(frozen=True)
class Fact:
    """The latest answer in a case to a field that carries a `register` key, or an act's outcome."""

    value: Any
    task_id: int
    person_id: int | None
    at: datetime


def _nobody(_task: Task) -> Iterable[int]:
    return ()


@dataclass(frozen=True)
class Occasion:
    """One call of an operation, inside the write transaction of the case.

    `facts` maps register keys ("site.name") to the latest answer, `acts` the acts that people did
    to the latest outcome of each; `actor` is the person whose step led here, None where the worker
    did. `holders` gives the ids of those who may do an
    open task; only a caller that knows the policy pack can say. An operation adds to `told` whom
    it has told what became of the case, so that nobody is told twice.
    """

    session: Session
    case: Case
    facts: Mapping[str, Fact]
    now: datetime
    actor: int | None
    holders: Callable[[Task], Iterable[int]] = _nobody
    told: set[int] = field(default_factory=set)
    acts: Mapping[str, Fact] = field(default_factory=dict)


Operation = Callable[[Occasion], None]
