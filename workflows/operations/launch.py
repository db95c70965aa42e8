"""Launching a site: what the case says becomes the register's entry, with its decision."""

from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from models.people import TrainingRecord, Unit
from models.sites import (
    Contract,
    RetentionSetup,
    Site,
    SiteDecision,
    SiteRole,
    SiteStatus,
)
from workflows.operations import facts
from workflows.operations.known import Known, Named, enter, look_up, platform_named
from workflows.operations.occasion import Fact, Occasion, OperationError

LICENSING = ("approve", "approve-with-conditions")
# Auditors found sites with a single administrator and sites with a crowd of them (K14).
FEWEST_ADMINISTRATORS, MOST_ADMINISTRATORS = 2, 5
ADMINISTERING = ("owner", "admin")
CONTRACT_COPY = "contract.copy"
_COLUMNS = frozenset(Site.__table__.columns.keys())


def launch_site(occasion: Occasion) -> Site:
    """Make the site of the case live: entry, decision, people, contract and retention; give it.

    A case without a site gets the next one (S11); an existing site is locked and updated.
    Raises OperationError without Communications' approval (GC-2), with an approval that has run
    out, with one given by somebody who will administer the site (K06), or with fewer than two
    or more than five active administrators or without their multi-factor sign-in (K14).
    """
    outcome = _approval(occasion)
    people = _people(occasion)
    named = Named({*people, _owner(occasion)}, _owner(occasion), _copy(occasion))
    _check_people(people, named, approver=facts.person_of(outcome, "decision.outcome"))
    _check_sign_in(occasion)
    site, known = _entered_site(occasion, named)
    _record_decision(occasion, site, outcome)
    # From here on rows only follow: they are written together, and the case once, by its move.
    with occasion.session.no_autoflush:
        _record_roles(occasion, site, people)
        record_training(occasion)
        _record_contract(occasion, site, known)
        record_retention_setup(occasion, site)
    occasion.case.site_id = site.id
    return site


def _approval(occasion: Occasion) -> Fact:
    outcome = decision_of(occasion)
    if outcome is None or outcome.value not in LICENSING:
        raise OperationError(
            "The site cannot be launched: Communications has not approved it (GC-2). "
            "Communications decides on the request first."
        )
    facts.person_of(outcome, "decision.outcome")
    until = facts.day(occasion, "decision.valid_until")
    if until is not None and has_passed(until, occasion.now):
        raise OperationError(
            f"The site cannot be launched: the approval was valid until {until:%d %B %Y}. "
            "Communications decides on the request again."
        )
    return outcome


def decision_of(occasion: Occasion) -> Fact | None:
    """Communications' latest decision in the case: who decided what, and when (GC-2)."""
    return facts.done(occasion, "approve-site") or facts.given(occasion, "decision.outcome")


def has_passed(day: date, now: datetime) -> bool:
    """Say whether a day is over everywhere: an approval ends with the evening of the office."""
    return (now - timedelta(hours=12)).date() > day


def year_later(day: date) -> date:
    """The same day of the next year; 28 February after a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _people(occasion: Occasion) -> dict[int, str]:
    """Person id -> role, the strongest one where somebody is named twice."""
    named = [
        (row["person"], str(row.get("role") or "admin"))
        for row in facts.rows(occasion, "site-roles")
        if row.get("person")
    ]
    for role in reversed(ADMINISTERING):
        named += [(person, role) for person in facts.numbers(occasion, f"site-role:{role}")]
    people: dict[int, str] = {}
    for person, role in sorted(named, key=lambda pair: _strength(pair[1])):
        people.setdefault(int(person), role)
    return people


def _strength(role: str) -> int:
    return ADMINISTERING.index(role) if role in ADMINISTERING else len(ADMINISTERING)


def _check_people(people: dict[int, str], named: Named, *, approver: int) -> None:
    administrators = [person for person, role in people.items() if role in ADMINISTERING]
    if not FEWEST_ADMINISTRATORS <= len(administrators) <= MOST_ADMINISTRATORS:
        raise OperationError(
            f"The site cannot be launched with {len(administrators)} administrators: "
            f"{FEWEST_ADMINISTRATORS} to {MOST_ADMINISTRATORS} different people must hold it."
        )
    if approver in named.people:
        raise OperationError(
            "The site cannot be launched: the person who approved it would also run it. "
            "Somebody else in Communications decides, or somebody else runs it (GC-2)."
        )


def _check_active(named: Named, known: Known) -> None:
    if gone := len(named.people) - known.active:
        raise OperationError(
            f"The site cannot be launched: {gone} of the people named for it "
            "have left or are not known. Name somebody else."
        )


def _check_sign_in(occasion: Occasion) -> None:
    if not facts.is_yes(occasion, "site.mfa_on"):
        raise OperationError(
            "The site cannot be launched: multi-factor sign-in is not on for every administrator "
            "(K14). Say that the site is not ready, and switch it on."
        )


def _is_new(occasion: Occasion) -> bool:
    """Say whether this launch enters the site: nothing of the past needs to be looked up then."""
    return occasion.case.site_id is None


def _entered_site(occasion: Occasion, named: Named) -> tuple[Site, Known]:
    """The site of the case, locked, or a new one that is not live yet; with what is known of it."""
    session, case, now = occasion.session, occasion.case, occasion.now
    if _is_new(occasion):
        site = Site(status=SiteStatus.UNVERIFIED)
        _describe(occasion, site)
        said = {key: value for key, value in vars(site).items() if key in _COLUMNS}
        site, known = enter(session, case, named, said, now=now)
        _check_active(named, known)
        return site, known
    known = look_up(session, case, named, now=now)
    _check_active(named, known)
    site = session.get_one(Site, case.site_id, with_for_update=True)
    _describe(occasion, site)
    return site, known


def _describe(occasion: Occasion, site: Site) -> None:
    """Write what the case says; what it leaves open stays as it was in the known."""
    site.name = facts.required_text(occasion, "site.name")
    site.handle = facts.required_text(occasion, "site.handle")
    site.platform_id = _platform(occasion)
    site.presence_form = facts.required_text(occasion, "site.presence_form")
    site.acting_as = facts.required_text(occasion, "site.acting_as")
    site.unit_id = occasion.case.unit_id
    site.purpose = facts.required_text(occasion, "site.purpose")
    site.audience = facts.required_text(occasion, "site.audience")
    site.owner_id = _owner(occasion)
    site.languages = facts.choices(occasion, "site.languages") or site.languages
    body = occasion.session.get(Unit, site.unit_id)
    site.is_public_body = (
        facts.is_yes(occasion, "site.public_body")
        or bool(site.is_public_body)
        or (body is not None and body.is_public_body)
    )
    for column in ("url", "comments_mode", "vault_ref", "recovery_contact"):
        setattr(site, column, facts.text(occasion, f"site.{column}") or getattr(site, column))


def _owner(occasion: Occasion) -> int:
    """Who answers for the site: its owner, or else the first who has that role on it."""
    owner = facts.number(occasion, "site.owner")
    if owner is None:
        facts.required(occasion, "site-role:owner")
        owner = facts.numbers(occasion, "site-role:owner")[0]
    return owner


def _platform(occasion: Occasion) -> int:
    """The platform chosen, or the one named in words: the policy's list may grow (DF-4c)."""
    chosen = facts.given(occasion, "site.platform")
    other = facts.given(occasion, "site.platform_other")
    # A request that came back may have changed from one to the other; the later answer counts.
    if other is None or (chosen is not None and chosen.at > other.at):
        return facts.required_number(occasion, "site.platform")
    return platform_named(occasion.session, facts.in_words(other.value))


def _record_decision(occasion: Occasion, site: Site, outcome: Fact) -> None:
    """Write who let the site be live, when and why; the site is live from then on."""
    session = occasion.session
    of_this_step = SiteDecision.site_id == site.id, SiteDecision.task_id == outcome.task_id
    decision = None
    if not _is_new(occasion):
        decision = session.scalar(select(SiteDecision).where(*of_this_step))
    if decision is None:
        decision = SiteDecision(
            site_id=site.id,
            case_id=occasion.case.id,
            task_id=outcome.task_id,
            outcome=outcome.value,
            reason=_beside(occasion, outcome, "decision.reason"),
            conditions=_beside(occasion, outcome, "decision.conditions"),
            decided_by_id=outcome.person_id,
            decided_at=outcome.at,
            entered_at=occasion.now,
        )
        session.add(decision)
        session.flush()  # gives the decision its id
    site.decision_id = decision.id
    site.status = SiteStatus.LIVE
    site.launched_at = site.launched_at or occasion.now
    site.retired_at = None
    site.finding = _advice_missing(occasion, site)
    site.next_review_on = year_later(occasion.now.date())


def _advice_missing(occasion: Occasion, site: Site) -> str | None:
    """Say at the site of a public body that nobody advised on open meetings (K41, CL-2)."""
    if not site.is_public_body or facts.done(occasion, "advise-open-meetings") is not None:
        return None
    return (
        "It belongs to a public body, and no advice on open meetings was given before its launch "
        "(CL-2). Ask the City Clerk."
    )


def _beside(occasion: Occasion, outcome: Fact, key: str) -> str | None:
    """What was said in the same step as the outcome; words of an earlier round do not count."""
    fact = facts.given(occasion, key)
    if fact is None or fact.task_id != outcome.task_id:
        return None
    return facts.in_words(fact.value)


def _record_roles(occasion: Occasion, site: Site, people: dict[int, str]) -> None:
    """End the roles that no longer hold and begin the new ones; nothing is deleted."""
    session = occasion.session
    roles = select(SiteRole).where(SiteRole.site_id == site.id, SiteRole.until.is_(None))
    begin = dict(people)
    for role in () if _is_new(occasion) else session.scalars(roles):
        if begin.get(role.person_id) == role.role:
            del begin[role.person_id]
        else:
            role.until = occasion.now
    new = [
        {"site_id": site.id, "person_id": person, "role": role, "since": occasion.now}
        for person, role in begin.items()
    ]
    if new:
        session.execute(insert(SiteRole), new)


def record_training(occasion: Occasion) -> None:
    """Put on record the courses that the training check found completed (CO-4, IT-3)."""
    completed = {
        (int(row["person"]), str(row["course"]), date.fromisoformat(row["completed"])): row
        for row in facts.rows(occasion, "training.records")
        if row.get("person") and row.get("course") and row.get("completed")
    }
    if not completed:
        return
    rows = [
        {
            "person_id": person,
            "course": course,
            "completed_on": day,
            "expires_on": date.fromisoformat(row["expires"]) if row.get("expires") else None,
        }
        for (person, course, day), row in completed.items()
    ]
    # What is on record stays as it is: a check may find what an earlier one has found.
    dialect = occasion.session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(TrainingRecord)
    occasion.session.execute(new.on_conflict_do_nothing(), rows)


def _record_contract(occasion: Occasion, site: Site, known: Known) -> None:
    """Keep the contract accepted in this case; the one of its kind before it is superseded.

    The person who answered when it was accepted is the one who accepted it (GC-1).
    """
    if facts.given(occasion, "contract.kind") is None:
        return
    if _copy(occasion) is not None and not known.copy_is_ours:
        raise OperationError(
            f"The document of {CONTRACT_COPY} does not belong to {occasion.case.label}."
        )
    accepted = facts.required(occasion, "contract.accepted_at")
    kind = facts.required_text(occasion, "contract.kind")
    session = occasion.session
    running = select(Contract).where(
        Contract.site_id == site.id, Contract.kind == kind, Contract.superseded_at.is_(None)
    )
    for contract in () if _is_new(occasion) else session.scalars(running):
        contract.superseded_at = occasion.now
    session.add(
        Contract(
            site_id=site.id,
            case_id=occasion.case.id,
            kind=kind,
            version_date=facts.day(occasion, "contract.version_date"),
            source_url=facts.text(occasion, "contract.source_url"),
            file_id=_copy(occasion),
            accepted_by_id=facts.person_of(accepted, "contract.accepted_at"),
            accepted_at=facts.required_moment(occasion, "contract.accepted_at"),
            indemnity=facts.text(occasion, "contract.indemnity"),
            governing_law=facts.text(occasion, "contract.governing_law"),
            legal_review=facts.text(occasion, "contract.legal_review"),
        )
    )


def _copy(occasion: Occasion) -> int | None:
    return facts.number(occasion, CONTRACT_COPY)


def record_retention_setup(occasion: Occasion, site: Site) -> None:
    """Keep how the Clerk set up retention; the latest setup of a site is the one in force."""
    strategy = facts.given(occasion, "retention.strategy")
    if strategy is None:
        return
    occasion.session.add(
        RetentionSetup(
            site_id=site.id,
            case_id=occasion.case.id,
            strategy=facts.in_words(strategy.value),
            series=facts.choices(occasion, "retention.series"),
            captures=facts.choices(occasion, "retention.captures"),
            tool=facts.text(occasion, "retention.tool"),
            connection_status=facts.text(occasion, "retention.connection_status"),
            official_record_location=facts.text(occasion, "retention.official_record_location"),
            custodian_id=facts.number(occasion, "retention.custodian"),
            archive_test=_archive_test(occasion),
            set_up_by_id=facts.person_of(strategy, "retention.strategy"),
            set_up_at=strategy.at,
        )
    )


def _archive_test(occasion: Occasion) -> str | None:
    tested = facts.given(occasion, "retention.archive_test") or facts.done(occasion, "test-archive")
    return None if tested is None else facts.in_words(tested.value)
