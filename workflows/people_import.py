"""Bringing in people from a table that an office keeps already (CSV)."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import transaction
from models.people import Person, PersonCategory, RoleGrant, Unit
from workflows import audit
from workflows.accounts import CATEGORIES
from workflows.errors import InvalidAnswersError
from workflows.policy.pack import Pack

REQUIRED = ("given_name", "family_name", "email", "unit")
OPTIONAL = ("categories", "roles", "ends_on")
MOST_ROWS = 20_000


@dataclass(frozen=True)
class ImportReport:
    """How many people are new, and how many were known and left as they are."""

    added: int
    known: int


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]
    too_many: bool = False

    def list(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.cells[name].split(";") if part.strip())


def import_people(
    text: str, pack: Pack, *, by: int | None, now: datetime, day: date
) -> ImportReport:
    """Add everybody in the table who has no account yet; all of it, or nothing.

    Columns: given_name, family_name, email, unit (its code); optional categories and roles (each
    several with `;`, a role as `role` city-wide or `role@UNIT`), ends_on (2026-12-31). They come
    in without a password: an administrator gives each a temporary one. Raises
    InvalidAnswersError with a sentence for each wrong line, keyed `line 7`.
    """
    rows = _read(text)
    with transaction() as session:
        units = {unit.code.upper(): unit.id for unit in session.scalars(select(Unit))}
        errors = _errors(rows, units, pack)
        if errors:
            raise InvalidAnswersError(errors)
        known = set(session.scalars(select(Person.email)))
        new = [row for row in rows if row.cells["email"].lower() not in known]
        for row in new:
            _add(session, row, units, by=by, day=day)
        audit.record(
            session,
            action="people:imported",
            subject="people",
            actor=by,
            now=now,
            details={"added": [row.cells["email"].lower() for row in new]},
        )
    return ImportReport(added=len(new), known=len(rows) - len(new))


def _read(text: str) -> list[_Row]:
    # Spreadsheets put a mark in front of the first column's name.
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restval="")
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"has {', '.join(unknown)}, which nobody knows"] if unknown else []
        raise InvalidAnswersError({"line 1": f"Line 1: the table {' and '.join(wrong)}."})
    reader.fieldnames = columns
    blank = dict.fromkeys((*REQUIRED, *OPTIONAL), "")
    rows: list[_Row] = []
    for cells in reader:
        too_many = cells.pop(None, None) is not None  # where csv keeps the surplus
        stripped = {name: (value or "").strip() for name, value in cells.items()}
        rows.append(_Row(reader.line_num, blank | stripped, too_many))
    if len(rows) > MOST_ROWS:
        raise InvalidAnswersError({"line 1": f"Bring in at most {MOST_ROWS:,} people at once."})
    return rows


def _errors(rows: Iterable[_Row], units: dict[str, int], pack: Pack) -> dict[str, str]:
    errors: dict[str, str] = {}
    seen: dict[str, int] = {}
    for row in rows:
        email = row.cells["email"].lower()
        wrong = list(_wrong_with(row, units, pack))
        if email in seen:
            wrong.append(f"the address {email} stands in line {seen[email]} already")
        if email:
            seen.setdefault(email, row.line)
        if wrong:
            errors[f"line {row.line}"] = f"Line {row.line}: {'; '.join(wrong)}."
    return errors


def _wrong_with(row: _Row, units: dict[str, int], pack: Pack) -> Iterator[str]:
    """Give everything that is wrong with a row, so that it is put right in one go."""
    if row.too_many:
        yield "it has more cells than the table has columns"
    yield from (f"{name} is empty" for name in REQUIRED if not row.cells[name])
    email, unit, ends_on = (row.cells[name] for name in ("email", "unit", "ends_on"))
    if email and "@" not in email.strip("@"):
        yield f"{email} is no e-mail address"
    if unit and unit.upper() not in units:
        yield f"there is no unit {unit}"
    unknown = (name for name in row.list("categories") if name not in CATEGORIES)
    yield from (f"there is no category “{name}”" for name in unknown)
    yield from _wrong_roles(row, units, pack)
    if ends_on and not _is_day(ends_on):
        yield f"{ends_on} is no day; write 2026-12-31"


def _wrong_roles(row: _Row, units: dict[str, int], pack: Pack) -> Iterator[str]:
    for written in row.list("roles"):
        role, at, unit = written.partition("@")
        if role not in pack.roles or pack.roles[role].held != "grant":
            yield f"“{role}” is no role that can be given"
        if at and unit.upper() not in units:
            yield f"there is no unit {unit}, for the role {role}"


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _add(session: Session, row: _Row, units: dict[str, int], *, by: int | None, day: date) -> None:
    person = Person(
        given_name=row.cells["given_name"],
        family_name=row.cells["family_name"],
        email=row.cells["email"].lower(),
        unit_id=units[row.cells["unit"].upper()],
        must_change_password=True,
        ends_on=date.fromisoformat(row.cells["ends_on"]) if row.cells["ends_on"] else None,
        categories=[
            PersonCategory(category=name) for name in dict.fromkeys(row.list("categories"))
        ],
    )
    for written in dict.fromkeys(row.list("roles")):
        role, _, unit = written.partition("@")
        place = units[unit.upper()] if unit else None
        person.grants.append(RoleGrant(role=role, unit_id=place, starts_on=day, granted_by_id=by))
    session.add(person)
