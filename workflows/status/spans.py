"""Lengths of time: between two columns in the database, and what is typical of many of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[float]):  # noqa: N801 (it stands in statements as a function)
    """The seconds from one time to another one, as both databases say it."""

    type = Float()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    # A day is a number near 2,461,000 there, whose fractions are exact to a few microseconds.
    return f"round((julianday({end}) - julianday({start})) * 86400.0, 3)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"extract(epoch FROM ({end}) - ({start}))::float"


@dataclass(frozen=True)
class Typical:
    """Half took no longer than `median`, nine of ten no longer than `ninetieth`: seconds, of `count`."""

    median: float
    ninetieth: float
    count: int


def typical(seconds: Sequence[float]) -> Typical | None:
    """Give what is typical of these lengths of time; None where there are none.

    The 90th percentile is the smallest length that at least nine of ten do not exceed.
    """
    if not seconds:
        return None
    ordered = sorted(seconds)
    rank = -(-9 * len(ordered) // 10)
    return Typical(median(ordered), ordered[rank - 1], len(ordered))
