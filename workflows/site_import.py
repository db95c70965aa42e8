"""Bringing the sites that exist already into the register, from a CSV file.

Columns: name, handle, platform, presence_form, acting_as, unit (its code), purpose and audience,
each with a value; and as far as known url, code, status, owner and administrators (e-mail
addresses, several with ";"), languages (with ";"), comments_mode, public_body (yes or no),
launched_on, next_review_on, vault_ref and recovery_contact.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database import db, transaction
from models.people import Person, Unit
from models.sites import Platform, Site, SiteRole, SiteStatus
from workflows import audit
from workflows.operations.known import next_code, platform_named

REQUIRED = (
    "name",
    "handle",
    "platform",
    "presence_form",
    "acting_as",
    "unit",
    "purpose",
    "audience",
)
OPTIONAL = (
    "url",
    "code",
    "status",
    "owner",
    "administrators",
    "languages",
    "comments_mode",
    "public_body",
    "launched_on",
    "next_review_on",
    "vault_ref",
    "recovery_contact",
)
COLUMNS = frozenset({*REQUIRED, *OPTIONAL})
_CODE = re.compile(r"S\d{2,}")


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do. With any problem, nothing is written.

    `entered` and `known` are the names of sites that are new and of those left as they are;
    `problems` are (line of the file, what to mend).
    """

    entered: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Reading:
    """What the rows may refer to, and what was found so far."""

    units: Mapping[str, int]
    people: Mapping[str, int]
    accounts: set[tuple[str, str]]
    codes: set[str]
    report: ImportReport = field(default_factory=ImportReport)
    rows: list[dict[str, str]] = field(default_factory=list)


def import_sites(
    written: str, *, by: int | None, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Enter the sites of a CSV file that the register does not have yet, all of them or none.

    A site with the platform and handle of one in the register is left as it is. No site becomes
    live by this: `live` is a problem, because it takes a decision of Communications (GC-2).
    `by` is None when a command does it. With `dry_run` it is only checked.
    """
    if dry_run:
        return _read(db.session(), written).report
    with transaction() as session:
        reading = _read(session, written)
        if reading.rows and not reading.report.problems:
            for row in reading.rows:
                _enter(session, reading, row, now)
            audit.record(
                session,
                action="sites:imported",
                subject="the register of sites",
                actor=by,
                now=now,
                details={"entered": reading.report.entered},
            )
        return reading.report


def _read(session: Session, written: str) -> _Reading:
    reading = _Reading(
        units=_ids(session, Unit.code, Unit.id),
        people=_ids(session, Person.email, Person.id),
        accounts={
            (row[0], row[1])
            for row in session.execute(
                select(func.lower(Platform.name), func.lower(Site.handle)).join(Site.platform)
            )
        },
        codes=set(session.scalars(select(Site.code))),
    )
    # Spreadsheets put a mark in front of the first column's name.
    table = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""), restval="")
    columns = [name.strip().lower() for name in table.fieldnames or ()]
    table.fieldnames = columns
    wrong = [f"column {name} is missing" for name in REQUIRED if name not in columns]
    wrong += [f"nobody knows the column {name}" for name in columns if name not in COLUMNS]
    if wrong:
        reading.report.problems.append((1, f"{'; '.join(wrong)}."))
        return reading
    for cells in table:
        if None in cells:
            reading.report.problems.append((table.line_num, "has more cells than the first line."))
            continue
        _take(reading, table.line_num, {key: value.strip() for key, value in cells.items()})
    return reading


def _ids(session: Session, name: Any, number: Any) -> dict[str, int]:
    return {name.lower(): number for name, number in session.execute(select(name, number))}


def _take(reading: _Reading, line: int, row: dict[str, str]) -> None:
    account = (row["platform"].lower(), row["handle"].lower())
    if account in reading.accounts:
        reading.report.known.append(row["name"])
        return
    wrong = [*_wrong_words(row), *_wrong_names(reading, row), *_wrong_dates(row)]
    if wrong:
        reading.report.problems.append((line, " ".join(wrong)))
        return
    reading.accounts.add(account)
    reading.codes.add(row.get("code") or "")
    reading.rows.append(row)
    reading.report.entered.append(row["name"])


def _wrong_words(row: Mapping[str, str]) -> Iterator[str]:
    for column in REQUIRED:
        if not row[column]:
            yield f"{column} is empty."
    status = row.get("status")
    if status == SiteStatus.LIVE:
        yield (
            "status cannot be live: enter it as unverified, then let Communications enter its "
            "decision (GC-2)."
        )
    elif status and status not in [*SiteStatus]:
        yield f"status {status} is none of {', '.join(SiteStatus)}."
    if row.get("public_body", "").lower() not in ("", "yes", "no"):
        yield "public_body is neither yes nor no."
    url = row.get("url")
    if url and not url.startswith(("https://", "http://")):
        yield "url does not begin with https://."


def _wrong_names(reading: _Reading, row: Mapping[str, str]) -> Iterator[str]:
    if row["unit"] and row["unit"].lower() not in reading.units:
        yield f"unit {row['unit']} is not known."
    for column in ("owner", "administrators"):
        for email in _several(row.get(column)):
            if email.lower() not in reading.people:
                yield f"{column} {email} is not known."
    code = row.get("code")
    if code and (code in reading.codes or not _CODE.fullmatch(code)):
        yield f"code {code} is taken, or not like S07."


def _wrong_dates(row: Mapping[str, str]) -> Iterator[str]:
    for column in ("launched_on", "next_review_on"):
        try:
            _day(row.get(column))
        except ValueError:
            yield f"{column} is not a date like 2026-11-16."


def _several(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(";") if part.strip()]


def _day(cell: str | None) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _enter(session: Session, reading: _Reading, row: Mapping[str, str], now: datetime) -> None:
    launched = _day(row.get("launched_on"))
    owner = row.get("owner")
    site = Site(
        code=row.get("code") or next_code(session),
        name=row["name"],
        handle=row["handle"],
        url=row.get("url") or None,
        platform_id=platform_named(session, row["platform"]),
        presence_form=row["presence_form"],
        acting_as=row["acting_as"],
        unit_id=reading.units[row["unit"].lower()],
        purpose=row["purpose"],
        audience=row["audience"],
        languages=_several(row.get("languages")) or None,
        comments_mode=row.get("comments_mode") or None,
        is_public_body=row.get("public_body", "").lower() == "yes",
        status=row.get("status") or SiteStatus.UNVERIFIED,
        owner_id=reading.people[owner.lower()] if owner else None,
        launched_at=datetime.combine(launched, time(12), tzinfo=UTC) if launched else None,
        next_review_on=_day(row.get("next_review_on")),
        vault_ref=row.get("vault_ref") or None,
        recovery_contact=row.get("recovery_contact") or None,
    )
    session.add(site)
    session.flush()  # gives the site its id, and the next one its code
    session.add_all(
        SiteRole(site_id=site.id, person_id=reading.people[email], role="admin", since=now)
        for email in dict.fromkeys(cell.lower() for cell in _several(row.get("administrators")))
    )
