"""What the check said of versions and drafts, kept as long as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack, cast

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, undefer

from models.publication import CheckReport, PolicyVersion
from workflows.diagrams.check import Report, is_publishable
from workflows.diagrams.lint import Automaton
from workflows.diagrams.proof import RuleVerdict
from workflows.diagrams.wording import listed
from workflows.policy.pack import Pack, PolicyPackError, read_pack
from workflows.policy.rules import Rule


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


@dataclass(frozen=True)
class RuleTold:
    """The verdict on a rule: what it asks in words, and what there is to say beside the verdict."""

    id: str
    verdict: RuleVerdict
    words: str
    clauses: tuple[str, ...]
    why: str


# In this order people want to know them.
VERDICTS: tuple[RuleVerdict, ...] = ("violated", "not-proved", "vacuous", "holds", "not-applicable")


def rules_told(report: Report, pack: Pack) -> dict[RuleVerdict, list[RuleTold]]:
    """Give the rules by verdict, what needs attention first; `pack` is what it was checked under."""
    told: dict[RuleVerdict, list[RuleTold]] = {}
    rules = report["proof"]["rules"]
    for verdict in VERDICTS:
        ids = sorted(name for name, found in rules.items() if found == verdict)
        if ids:
            told[verdict] = [_rule_told(name, verdict, report, pack) for name in ids]
    return told


def _rule_told(name: str, verdict: RuleVerdict, report: Report, pack: Pack) -> RuleTold:
    rule = pack.rules.get(name)
    if rule is None:
        return RuleTold(name, verdict, "This rule is no longer part of the policy.", (), "")
    return RuleTold(name, verdict, rule.words, rule.clauses, _why(rule, verdict, report, pack))


def _why(rule: Rule, verdict: RuleVerdict, report: Report, pack: Pack) -> str:
    """Say what is particular to this rule; what is so for all of a verdict, the verdict says."""
    if verdict == "vacuous":
        return (
            f"It holds, but {_never(rule, pack)} is never reached: no way puts the rule to the test. "
            "See whether a step is missing, or cannot happen."
        )
    if verdict == "not-proved":
        return f"Not known: {_not_walked(report)}."
    if verdict == "not-applicable" and "publish" not in rule.enforced:
        return "A drawing cannot show it, for it is about who did what. Each running case is held to it."
    return ""


def _never(rule: Rule, pack: Pack) -> str:
    """Name what the rule is about, in the policy's words: acts, perhaps with an outcome."""
    constraints = (part.constraint for part in rule.parts)
    atoms = {atom for one in constraints if isinstance(one, Automaton) for atom in one.triggers}
    names = []
    for atom in sorted(atoms):
        act, _, outcome = atom.partition(":")
        title = pack.acts[act].title if act in pack.acts else act
        names.append(f'"{title}"' + (f" ({outcome.replace('-', ' ')})" if outcome else ""))
    return listed(names, "or") or "what it is about"


def _not_walked(report: Report) -> str:
    proof = report["proof"]
    if proof["sound"] is False:
        return "behind a fault of the diagram nothing was walked, so mend that first"
    if proof["states"] and not proof["complete"]:
        return f"there are more ways than were walked ({proof['states']:,} states)"
    return "the ways through the diagram could not be walked"


def policy_of(session: Session, row: CheckReport, pack: Pack) -> tuple[PolicyVersion | None, Pack]:
    """Give the policy that a report was made under: its version, where one was kept, and the pack.

    `pack` is the one in force; it also stands in for one that can no longer be read.
    """
    version = session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.digest == row.policy)
        .options(undefer(PolicyVersion.files))
    )
    if version is None or row.policy == pack.version:
        return version, pack
    try:
        return version, read_pack(version.files)
    except PolicyPackError:
        return version, pack
