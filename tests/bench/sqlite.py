"""What the bench reads from the products' databases beside their backs."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any


def ask(database: Path, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    """Give the rows of a statement."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return connection.execute(statement, values).fetchall()


def size(database: Path) -> int:
    """The bytes of the pages in use, the write-ahead log included."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, bytes_each = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * bytes_each


def run(database: Path, statement: str) -> None:
    """Write something at once."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute(statement)


def clone(database: Path, table: str, where: str, count: int, numbered: Mapping[str, int]) -> None:
    """Write `count` copies of a row; the columns in `numbered` count on from these numbers."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        values = [
            f"{numbered[column]} + n" if column in numbered else f'"{column}"' for column in columns
        ]
        connection.execute(
            f"WITH RECURSIVE numbers(n) AS "
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
            f'INSERT INTO "{table}" SELECT {", ".join(values)} FROM "{table}", numbers '
            f"WHERE {where}"
        )
