"""What a request may bring in: numbers that a row can have, and text that can be stored."""

from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter

from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.errors import InvalidAnswersError

# The databases have no larger ids, and fail when asked for one.
LARGEST_ID = 2**31 - 1
# No list is so long; its rows are counted in numbers that still fit.
LAST_PAGE = 1_000_000

# A form without documents. The parser reads it whole and has no limit of its own.
LARGEST_FORM = 500_000
# A diagram comes from the studio as it is. Somewhat more than is taken, so that it is told why.
LARGEST_DIAGRAM = 2 * MAXIMUM_BYTES
# PostgreSQL cannot store this sign, and nobody types it.
NUL = "\0"


class RowNumber(IntegerConverter):
    """The number of a row in an address; what no row can have is an address that is not there."""

    regex = "[0-9]{1,10}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what the rule of the address says, and no number beyond the largest."""
        super().__init__(*args, **{"max": LARGEST_ID, **kwargs})


def init_app(app: Flask) -> None:
    """Bound what is read of a request. Belongs before whatever looks into its form."""
    app.url_map.converters["int"] = RowNumber
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.before_request(_refuse_what_cannot_be_kept)


def row_number(text: str | None) -> int | None:
    """The number of a row as it was sent; None for everything that no row is numbered with."""
    if not text or not text.isdecimal() or len(text) > len(str(LARGEST_ID)):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def page_number() -> int:
    """The page of a list that the address asks for; the first where it says nothing sensible."""
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)


def _refuse_what_cannot_be_kept() -> None:
    if request.mimetype != "multipart/form-data":
        largest = LARGEST_DIAGRAM if request.mimetype == "application/xml" else LARGEST_FORM
        most = request.max_content_length or largest
        request.max_content_length = min(most, largest)
    if NUL in request.path or _has_nul():
        raise InvalidAnswersError(
            {"": "What was sent holds a sign that cannot be stored (NUL). Send it without."}
        )


def _has_nul() -> bool:
    sent = (request.args, request.form)
    return any(
        NUL in name or any(NUL in value for value in values)
        for fields in sent
        for name, values in fields.lists()
    )
