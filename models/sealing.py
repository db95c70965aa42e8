"""The seal of an audit record: a digest over the seal before it and over what the record says.

The database computes it too, within the statement that reads the seal before and writes the new
one: PostgreSQL by itself, SQLite by the very function here.
"""

import hashlib
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def sealed(before: bytes, words: str) -> bytes:
    """Give the SHA-256 of the seal before and the words, in UTF-8."""
    return hashlib.sha256(before + words.encode()).digest()


class Seal(FunctionElement[bytes]):
    """The same in a statement, of a seal and words that only the database knows."""

    name = "sealed"
    type = LargeBinary()
    inherit_cache = True


@compiles(Seal)
def _by_our_function(element: Seal, compiler: Any, **options: Any) -> str:
    return f"{Seal.name}({compiler.process(element.clauses, **options)})"


@compiles(Seal, "postgresql")
def _by_postgresql(element: Seal, compiler: Any, **options: Any) -> str:
    before, words = (compiler.process(part, **options) for part in element.clauses)
    return f"sha256({before} || convert_to({words}, 'UTF8'))"
