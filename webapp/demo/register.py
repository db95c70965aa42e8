"""The sites that the demo city had before the product came in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import transaction
from models.sites import Contract, Platform, RetentionSetup, Site, SiteRole, SiteStatus
from webapp.demo.people import Row, Settled, email_of
from webapp.demo.timeline import Timeline
from workflows import audit, documents
from workflows.site_decisions import EarlierDecision, enter_earlier_decision

# By number in city.toml: who decided on every site, who entered the decisions, who keeps records.
DIRECTOR, REVIEWER, OFFICER, RECORDS = 1, 3, 2, 6

SETTING_UP = timedelta(days=14)
ARCHIVE = "Pinecrest Archive"
SERIES = [
    {
        "code": "ADM-110",
        "title": "Correspondence, General",
        "period": "3 years",
        "trigger": "creation",
        "schedule_version": "2026",
    }
]
CAPTURES = ["posts", "edits", "deletions", "comments", "hidden-comments", "profile", "metadata"]


def register_sites(
    city: Mapping[str, Any], settled: Settled, timeline: Timeline, *, now: datetime
) -> None:
    """Bring the sites in unverified, then let Communications enter the decisions behind them."""
    rows: Sequence[Row] = city["site"]
    with transaction() as session:
        platforms = _name_platforms(session, city["platforms"]["named_by_policy"])
        sites = {row["code"]: _site(row, settled, platforms, timeline) for row in rows}
        session.add_all(sites.values())
        session.flush()  # their ids, for what belongs to them
        for row in rows:
            _run(session, sites[row["code"]].id, row, settled)
        _record(session, "sites:imported", now, {"entered": list(sites)})
    for row in rows:
        if "decided" in row:
            _decide(row, sites[row["code"]].id, settled, now=now)
    _restrict([row for row in rows if row["status"] in _AFTER_LIVE], now=now)


_AFTER_LIVE = (SiteStatus.RESTRICTED, SiteStatus.RETIRING)


def _name_platforms(session: Session, names: Sequence[str]) -> dict[str, int]:
    platforms = [Platform(name=name, named_by_policy=True) for name in names]
    session.add_all(platforms)
    session.flush()  # their ids, for the sites
    return {platform.name: platform.id for platform in platforms}


def _site(row: Row, settled: Settled, platforms: Mapping[str, int], timeline: Timeline) -> Site:
    copied = (
        "code name handle url presence_form acting_as purpose audience languages comments_mode "
        "vault_ref recovery_contact finding"
    )
    return Site(
        **{name: row.get(name) for name in copied.split()},
        platform_id=platforms[row["platform"]],
        unit_id=settled.units[row["unit"]],
        is_public_body=row.get("is_public_body", False),
        # Nothing is live before the decision behind it is entered.
        status=SiteStatus.UNVERIFIED if "decided" in row else row["status"],
        owner_id=settled.people[row["owner"]] if "owner" in row else None,
        launched_at=_noon(row) + SETTING_UP if "decided" in row else None,
        next_review_on=timeline.day(row["review_in_days"]) if "review_in_days" in row else None,
    )


def _noon(row: Row) -> datetime:
    return datetime.combine(row["decided"], time(12), tzinfo=UTC)


def _run(session: Session, site_id: int, row: Row, settled: Settled) -> None:
    """Enter who runs the site, its contract and how its records are kept."""
    if "owner" not in row:
        return
    people = settled.people
    held = [(row["owner"], "owner")]
    held += [(number, "admin") for number in row["admins"]]
    held += [(number, "editor") for number in row.get("editors", ())]
    since = _noon(row) + SETTING_UP
    session.add_all(
        SiteRole(site_id=site_id, person_id=people[number], role=role, since=since)
        for number, role in held
    )
    contract, retention = row["contract"], row["retention"]
    accepted = datetime.combine(contract["version_date"], time(15), tzinfo=UTC) + SETTING_UP
    session.add(
        Contract(
            site_id=site_id,
            kind=contract.get("kind", "terms-of-service"),
            version_date=contract["version_date"],
            source_url=contract["url"],
            accepted_by_id=people[OFFICER],
            accepted_at=max(since, accepted),
            indemnity=contract["indemnity"],
            governing_law=contract["governing_law"],
            legal_review=contract["legal_review"],
        )
    )
    session.add(
        RetentionSetup(
            site_id=site_id,
            strategy=retention["strategy"],
            series=SERIES,
            captures=CAPTURES,
            tool=ARCHIVE if retention["strategy"] == "full-archive-tool" else None,
            connection_status="connected",
            custodian_id=people[RECORDS],
            archive_test=retention["archive_test"],
            set_up_by_id=people[RECORDS],
            set_up_at=since,
        )
    )


def _decide(row: Row, site_id: int, settled: Settled, *, now: datetime) -> None:
    decision = EarlierDecision(
        decided_by=settled.people[DIRECTOR],
        decided_on=row["decided"],
        reason=row["reason"],
        document=documents.check(f"approval-{row['code']}.eml", _mail(row), megabytes=1),
    )
    enter_earlier_decision(site_id, decision, by=settled.people[REVIEWER], now=now)


def _mail(row: Row) -> bytes:
    """Write the message by which the director once approved the site."""
    message = EmailMessage()
    message["From"] = f"Odalys Fernbrook <{email_of('Odalys Fernbrook')}>"
    message["To"] = f"Marit Solvang-Pike <{email_of('Marit Solvang-Pike')}>"
    message["Date"] = _noon(row)
    message["Subject"] = f"Approved: {row['name']} on {row['platform']}"
    message.set_content(
        f"Marit,\n\nCommunications approves {row['name']} ({row['handle']}) on {row['platform']}.\n"
        f"{row['reason']}\n\nPlease keep this message with the site's papers.\n\nOdalys Fernbrook\n"
    )
    return message.as_bytes()


def _restrict(rows: Sequence[Row], *, now: datetime) -> None:
    """Note which of the sites have been restricted, or are being retired, since their approval."""
    wanted = {row["code"]: row["status"] for row in rows}
    with transaction() as session:
        for site in session.scalars(select(Site).where(Site.code.in_(wanted))):
            site.status = wanted[site.code]
        _record(session, "sites:status-noted", now, wanted)


def _record(session: Session, action: str, now: datetime, details: Mapping[str, Any]) -> None:
    audit.record(
        session,
        action=action,
        subject="the register of sites",
        actor=None,
        now=now,
        details=details,
    )
