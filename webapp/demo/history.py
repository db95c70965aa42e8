"""The past year of the demo city: requests told in history.toml, with the times drawn from a seed.

A story says who did what and when, as those in requests/ do. What would lie in the future is left
out, so that those who began late are still on their way. The same seed gives the same stories.
"""

import random
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any

from webapp.demo.earlier_complaints import complaints
from webapp.demo.pace import Teller
from webapp.demo.past_request import PastRequest
from webapp.demo.requests import Story

TOLD = Path(__file__).parent / "history.toml"

# The number of the first story in requests/; the past has the numbers before it.
FIRST_OPEN = 1041
# Requests lie half filled in for a while before they are sent.
STARTED_AT = time(8, 1)


def stories() -> list[Story]:
    """Give the requests of the year and the complaints before the one that is open."""
    told = tomllib.loads(TOLD.read_text(encoding="utf-8"))
    chance = random.Random(told["seed"])  # noqa: S311 - no secret: the same seed, the same city
    first = FIRST_OPEN - len(told["request"])
    requests = [
        _request(row, told, first + place, chance) for place, row in enumerate(told["request"])
    ]
    return [*requests, *complaints(told["complaint"], chance)]


def _request(
    row: Mapping[str, Any], told: Mapping[str, Any], number: int, chance: random.Random
) -> Story:
    unit = told["unit"][row["unit"]]
    asks = chance.choice(unit["asks"])
    teller = Teller(chance, row["began"])
    PastRequest(row, unit, told["platform"][row["platform"]], asks, teller).tell()
    return {
        "number": number,
        "process": "create-site",
        "by": asks,
        "ago": row["began"],
        "at": STARTED_AT,
        "step": teller.steps,
    }
