"""What the address of a report asks for: read once, and what makes no sense is said and left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from models.cases import DiagramVersion, Process
from models.database import db
from models.people import Unit
from webapp import clock
from webapp.incoming import row_number
from workflows.errors import NotFoundError
from workflows.status.filters import Filters, Period, Place, version_ids

AGES = (7, 30, 90, 180)
PERIODS: dict[Period, str] = {
    "done": "Steps done",
    "started": "Cases started",
    "ended": "Cases ended",
}
LONGEST_OUTCOME = 200


@dataclass
class Asked:
    """The filters of an address, what they are called, and how to ask for the same again.

    `again` holds the parameters that made sense, `ignored` a sentence for each that did not.
    """

    filters: Filters
    process: Process | None
    versions: Sequence[DiagramVersion]
    units: Sequence[Unit]
    again: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    version: DiagramVersion | None = None

    def without_days(self) -> dict[str, str]:
        """Give the parameters that hold for a month as well."""
        return {key: self.again[key] for key in ("unit", "version", "outcome") if key in self.again}


def read(key: str | None = None) -> Asked:
    """Read the filters of the request, for one process or for all of them.

    Raises NotFoundError for a process that was never published.
    """
    process, versions = (None, _published()) if key is None else _process(key)
    units = db.session.scalars(select(Unit).order_by(Unit.name)).all()
    asked = Asked(Filters(), process, versions, units)
    unit, asked.version = _unit(asked), _version(asked)
    chosen = [asked.version] if asked.version else versions
    since, until = _day(asked, "from"), _day(asked, "until")
    if since and until and until < since:
        asked.ignored.append(
            "The period ended before it began, so both days are left out. Choose them again."
        )
        since = until = None
    for name, day in (("from", since), ("until", until)):
        if day is not None:
            asked.again[name] = day.isoformat()
    asked.filters = Filters(
        versions=version_ids(chosen) if process is not None else None,
        unit_id=unit.id if unit else None,
        one_version=asked.version is not None,
        older_than=_age(asked),
        outcome=_outcome(asked),
        period=_period(asked),
        since=_midnight(since),
        until=_midnight(until + timedelta(days=1)) if until else None,
    )
    return asked


def place() -> Place | None:
    """Give the step that the address names, as diagram and element with a colon between them."""
    diagram, colon, element = request.args.get("step", "").partition(":")
    return Place(diagram, element) if colon and diagram and element else None


def _process(key: str) -> tuple[Process, Sequence[DiagramVersion]]:
    versions = _published(Process.key == key)
    if not versions:
        raise NotFoundError(f'No version of the process "{key}" is published.')
    return versions[0].process, versions


def _published(*where: ColumnElement[bool]) -> Sequence[DiagramVersion]:
    """Give the published versions with their processes, the newest first."""
    return db.session.scalars(
        select(DiagramVersion)
        .join(DiagramVersion.process)
        .where(DiagramVersion.published_at.is_not(None), *where)
        .options(contains_eager(DiagramVersion.process))
        .order_by(DiagramVersion.number.desc(), DiagramVersion.id)
    ).all()


def _unit(asked: Asked) -> Unit | None:
    text = request.args.get("unit", "").strip()
    found = next((unit for unit in asked.units if unit.id == row_number(text)), None)
    if found:
        asked.again["unit"] = str(found.id)
    elif text:
        asked.ignored.append("There is no such unit, so cases of all units are counted.")
    return found


def _version(asked: Asked) -> DiagramVersion | None:
    text = request.args.get("version", "").strip() if asked.process else ""
    found = next((one for one in asked.versions if one.number == row_number(text)), None)
    if found:
        asked.again["version"] = str(found.number)
    elif text:
        asked.ignored.append("There is no such version, so cases of all versions are counted.")
    return found


def _age(asked: Asked) -> int | None:
    text = request.args.get("age", "").strip()
    days = row_number(text)
    if days is not None and 0 < days <= 3650:
        asked.again["age"] = str(days)
        return days
    if text:
        asked.ignored.append("The age of open cases is a number of days; cases of any age count.")
    return None


def _outcome(asked: Asked) -> str | None:
    text = request.args.get("outcome", "").strip()[:LONGEST_OUTCOME]
    if text:
        asked.again["outcome"] = text
    return text or None


def _period(asked: Asked) -> Period:
    text = request.args.get("period", "").strip()
    for period in PERIODS:
        if text == period:
            if period != "done":
                asked.again["period"] = period
            return period
    if text:
        asked.ignored.append("A period is one of steps done, cases started or cases ended.")
    return "done"


def _day(asked: Asked, name: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 2100:
        asked.ignored.append(
            "A day of the period is not a date such as 2026-11-24; it is left out."
        )
        return None
    return day


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.zone()) if day else None


def choices(asked: Asked) -> dict[str, Any]:
    """Give what the fields of the filters offer and hold."""
    return {
        "units": [(str(unit.id), unit.name) for unit in asked.units],
        "versions": [(str(one.number), f"Version {one.number}") for one in asked.versions],
        "ages": [(str(days), f"Older than {days} days") for days in AGES],
        "periods": list(PERIODS.items()),
        "held": {**asked.again, "period": asked.filters.period},
    }
