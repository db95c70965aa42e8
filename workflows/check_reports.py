"""What the check said of versions and drafts, kept as long as they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack, cast

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.publication import CheckReport
from workflows.diagrams.check import Report, is_publishable


class Checked(TypedDict):
    """What was checked: the digest of the diagram with all that it calls, under which pack, when."""

    checked: str
    policy: str
    now: datetime


def save(
    session: Session,
    report: Report,
    *,
    version_id: int | None = None,
    draft_id: int | None = None,
    **what: Unpack[Checked],
) -> int:
    """Keep a report of one version or one draft, and give its id; to be called within a use case.

    A version keeps all its reports, so that it can be said under which policy it was proved; of a
    draft only the latest one counts, the one before is replaced.
    """
    if (version_id is None) == (draft_id is None):
        msg = "A report is of one version or of one draft."
        raise ValueError(msg)
    told = {
        "checked": what["checked"],
        "policy": what["policy"],
        "publishable": is_publishable(report),
        "report": cast("dict[str, Any]", report),
        "checked_at": what["now"],
    }
    if draft_id is not None:
        return _replace(session, draft_id, told)
    row = CheckReport(version_id=version_id, **told)
    session.add(row)
    session.flush()
    return row.id


def _replace(session: Session, draft_id: int, told: Mapping[str, Any]) -> int:
    """Two checks of a draft may end at the same moment: one statement, so the later one stays."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    upsert = postgresql.insert(CheckReport) if is_postgres else sqlite.insert(CheckReport)
    statement = upsert.values(draft_id=draft_id, **told).on_conflict_do_update(
        index_elements=["draft_id"], set_=dict(told)
    )
    reports = session.scalars(
        statement.returning(CheckReport.id), execution_options={"populate_existing": True}
    )
    return reports.one()


def of_version(session: Session, version_id: int) -> list[CheckReport]:
    """Give all reports of a version, the latest first; what they say is read when it is asked for."""
    return list(
        session.scalars(
            select(CheckReport)
            .where(CheckReport.version_id == version_id)
            .order_by(CheckReport.checked_at.desc(), CheckReport.id.desc())
        )
    )


def of_draft(session: Session, draft_id: int) -> CheckReport | None:
    """Give the latest report of a draft, None where it has not been checked."""
    return session.scalar(
        select(CheckReport)
        .where(CheckReport.draft_id == draft_id)
        .execution_options(populate_existing=True)
    )


def verdict_of(row: CheckReport) -> Report:
    """Give what a kept report says, in the form that `diagrams check --format json` prints."""
    return cast("Report", row.report)
