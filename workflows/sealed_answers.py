"""Answers of tasks, sealed by the audit chain without being repeated in it.

The record of a completion holds the SHA-256 of the answers, not the answers: they stay in one
place, the task, under one set of rules on who reads them, and the chain shows if they were changed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Task

COMPLETED = "task:completed"
# The name under which the details of a completion hold the digest.
SEALED = "answers_sha256"


def digest(answers: Mapping[str, Any]) -> str:
    """Give the SHA-256 of answers as JSON, in hexadecimal digits; the same before and after storing."""
    written = json.dumps(_plain(dict(answers)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def faults(session: Session, payloads: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Give the records, of these by number, whose tasks do not hold what was sealed, and what is wrong.

    `payloads` are those of completions, as JSON. One statement for all of them.
    """
    sealed = {seq: json.loads(payload) for seq, payload in payloads.items()}
    tasks = {one["task"] for one in sealed.values() if SEALED in one}
    rows = select(Task.id, Task.answers).where(Task.id.in_(tasks))
    found = {row.id: row.answers for row in session.execute(rows)} if tasks else {}
    for seq, one in sorted(sealed.items()):
        if SEALED not in one:
            continue
        if one["task"] not in found:
            yield seq, "the task that it is about is gone."
        elif digest(found[one["task"]] or {}) != one[SEALED]:
            yield seq, "the answers of its task are not those that were sealed."


def _plain(value: Any) -> Any:
    """Write numbers in one way: PostgreSQL gives 1e16 back as a whole number."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
