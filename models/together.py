"""Several questions in one statement, where each by itself would be a way to the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, literal, null, union_all
from sqlalchemy.orm import Session


class Together:
    """Questions about different things, put side by side so that one statement asks them all.

    Each is a select without an order, and the columns by which its rows are to come. It is built
    once and asked as often as one likes.
    """

    def __init__(self, *questions: tuple[Select[*tuple[Any, ...]], Sequence[ColumnElement[Any]]]):
        columns = [list(asked.selected_columns) for asked, _ in questions]
        self._widths = [len(some) for some in columns]
        # What a question does not ask is a null of the right type in its rows.
        parts = [
            asked.with_only_columns(
                literal(number).label("part"),
                (func.row_number().over(order_by=order) if order else literal(0)).label("place"),
                *(
                    (column if number == other else cast(null(), column.type)).label(
                        f"c{other}_{i}"
                    )
                    for other, some in enumerate(columns)
                    for i, column in enumerate(some)
                ),
                maintain_column_froms=True,
            )
            for number, (asked, order) in enumerate(questions)
        ]
        self._statement = union_all(*parts).order_by("part", "place")

    def ask(self, session: Session, parameters: dict[str, Any]) -> list[list[tuple[Any, ...]]]:
        """Give the rows of each question, in the order of the questions."""
        found: list[list[tuple[Any, ...]]] = [[] for _ in self._widths]
        begins = [2 + sum(self._widths[:number]) for number in range(len(self._widths))]
        for row in session.execute(self._statement, parameters):
            begin = begins[row.part]
            found[row.part].append(tuple(row[begin : begin + self._widths[row.part]]))
        return found
