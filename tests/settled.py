"""A town that is settled once, and copied into the empty database of each test that lives in it."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from models.database import db

T = TypeVar("T")

_towns: dict[object, tuple[sqlite3.Connection, Any]] = {}


def once(now: datetime, settle: Callable[[datetime], T]) -> T:
    """Give what settle(now) gives, and leave in the database what it leaves there.

    A copy of an SQLite database takes a tenth of the time. On PostgreSQL, and where somebody has
    been before, everything is settled as it always is.
    """
    db.session.remove()
    if db.engine.name != "sqlite":
        return settle(now)
    pooled = db.engine.raw_connection()
    here = pooled.driver_connection
    assert isinstance(here, sqlite3.Connection)
    try:
        if here.execute("SELECT 1 FROM unit UNION ALL SELECT 1 FROM process").fetchone():
            return settle(now)
        if (now, settle) not in _towns:
            town = settle(now)
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            here.backup(copy)
            _towns[now, settle] = copy, town
        copy, known = _towns[now, settle]
        copy.backup(here)
        return known  # type: ignore[no-any-return]
    finally:
        pooled.close()
