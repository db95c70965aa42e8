"""Reports of the check: a version keeps all of them, a draft its latest."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from models.cases import DiagramVersion, Process
from models.database import db, transaction
from models.publication import CheckReport, DiagramDraft, PolicyVersion
from tests import city
from tests.bpmn.drawing import BPMN
from tests.workflows import walking
from workflows import check_reports, gates, publication
from workflows.diagrams.check import Report, report
from workflows.diagrams.graph import Finding
from workflows.policy.pack import texts_in


def a_report(*findings: Finding) -> Report:
    verdict = report("request.bpmn", "request", findings, 12)
    proof = {"states": 3, "complete": True, "sound": True, "rules": {"K01": "holds"}}
    engine = {"states": 2, "complete": True, "agrees": True}
    return Report(**{**verdict, "proof": proof, "engine": engine})  # type: ignore[typeddict-item]


def a_version(now: datetime) -> int:
    with transaction() as session:
        version = DiagramVersion(
            process=Process(key="request", name="Request"),
            number=1,
            xml=b"<xml/>",
            sha256="a",
            frozen={},
            note="",
            created_at=now,
            effective_from=now,
        )
        session.add(version)
        session.flush()
        return version.id


def a_draft(now: datetime) -> int:
    with transaction() as session:
        rosa = city.person(session, "Rosa", "Valdez", city.unit(session, "PRK", "Parks"))
        draft = DiagramDraft(
            key="request",
            name="Request",
            xml=b"<xml/>",
            sha256="a",
            note="",
            opened_by_id=rosa,
            opened_at=now,
            edited_by_id=rosa,
            edited_at=now,
        )
        session.add(draft)
        session.flush()
        return draft.id


def keep(
    verdict: Report, now: datetime, policy: str = "p1", *, version: int | None, draft: int | None
) -> int:
    with transaction() as session:
        return check_reports.save(
            session,
            verdict,
            version_id=version,
            draft_id=draft,
            checked="c1",
            policy=policy,
            now=now,
        )


def test_a_version_keeps_every_report_the_latest_first(app_on_either: Flask, now: datetime) -> None:
    version = a_version(now)
    assert check_reports.of_version(db.session(), version) == []
    keep(a_report(), now, version=version, draft=None)
    wrong = Finding("error", "deadlock", "Join", 4, "It is stuck.", None, ("Start", "f1", "Join"))
    later = now + timedelta(days=30)
    keep(a_report(wrong), later, "p2", version=version, draft=None)
    latest, first = check_reports.of_version(db.session(), version)
    assert (latest.policy, latest.publishable, latest.checked_at) == ("p2", False, later)
    assert (first.policy, first.publishable, first.checked_at) == ("p1", True, now)
    assert check_reports.verdict_of(latest) == a_report(wrong)
    assert check_reports.verdict_of(first)["proof"]["rules"] == {"K01": "holds"}


def test_a_draft_has_its_latest_report_only(app_on_either: Flask, now: datetime) -> None:
    draft = a_draft(now)
    assert check_reports.of_draft(db.session(), draft) is None
    first = keep(a_report(), now, version=None, draft=draft)
    kept = check_reports.of_draft(db.session(), draft)
    assert kept is not None
    assert kept.publishable
    wrong = Finding("error", "deadlock", None, None, "It is stuck.")
    again = keep(a_report(wrong), now + timedelta(hours=1), version=None, draft=draft)
    assert again == first
    kept = check_reports.of_draft(db.session(), draft)
    assert kept is not None
    assert not kept.publishable
    assert kept.checked_at == now + timedelta(hours=1)
    assert check_reports.verdict_of(kept)["findings"][0]["code"] == "deadlock"
    assert walking.count(db.session(), CheckReport) == 1


@pytest.mark.parametrize("of_both", [True, False])
def test_a_report_is_of_one_version_or_of_one_draft(
    app: Flask, now: datetime, of_both: bool
) -> None:
    one = 1 if of_both else None
    with pytest.raises(ValueError, match="of one version or of one draft"):
        keep(a_report(), now, version=one, draft=one)


def test_the_report_of_a_shipped_diagram_is_kept_word_for_word(app: Flask, now: datetime) -> None:
    files = publication.shipped(BPMN)
    name = "gather-advice"
    (verdict,) = gates.check_files({name: files[name]}, pack=walking.pack(), library=files)
    version = a_version(now)
    keep(verdict, now, version=version, draft=None)
    (kept,) = check_reports.of_version(db.session(), version)
    assert kept.publishable
    assert check_reports.verdict_of(kept) == verdict


def judged(verdict: str, **proof: object) -> str:
    """Give what is said of rule K01 beside such a verdict."""
    told = a_report()
    told["proof"] = {**told["proof"], **proof, "rules": {"K01": verdict}}  # type: ignore[typeddict-item]
    (rule,) = check_reports.rules_told(told, walking.pack())[verdict]  # type: ignore[index]
    return rule.why


def test_what_is_not_proved_says_why() -> None:
    assert "behind a fault of the diagram nothing was walked" in judged("not-proved", sound=False)
    assert "more ways than were walked (200,001 states)" in judged(
        "not-proved", sound=None, complete=False, states=200_001
    )
    assert "could not be walked" in judged("not-proved", sound=None, complete=False, states=0)


def test_a_vacuous_rule_names_what_never_happens() -> None:
    acts = walking.pack().acts
    assert judged("vacuous").startswith(
        f'It holds, but "{acts["create-account"].title}" or "{acts["launch-site"].title}" is never reached'
    )


def test_a_rule_that_the_policy_has_dropped_is_still_named() -> None:
    told = a_report()
    told["proof"]["rules"] = {"K99": "holds", "K01": "violated"}
    groups = check_reports.rules_told(told, walking.pack())
    assert list(groups) == ["violated", "holds"]
    (dropped,) = groups["holds"]
    assert (dropped.id, dropped.words) == ("K99", "This rule is no longer part of the policy.")


def test_a_report_is_read_with_the_policy_of_its_time(app: Flask, now: datetime) -> None:
    version = a_version(now)
    texts = texts_in(BPMN / "policy")
    words = "No site without a yes."
    old = {
        **texts,
        "rules.toml": re.sub(r'words = "No account.*?"', f'words = "{words}"', texts["rules.toml"]),
    }
    with transaction() as session:
        for number, (digest, files) in enumerate({"old": old, "lost": {}}.items(), 1):
            row = PolicyVersion(number=number, digest=digest, files=files, note="", taken_up_at=now)
            session.add(row)
    for policy in ("old", "lost", "unknown", walking.pack().version):
        keep(a_report(), now, policy, version=version, draft=None)
    rows = {row.policy: row for row in check_reports.of_version(db.session(), version)}
    found = {
        policy: check_reports.policy_of(db.session(), row, walking.pack())
        for policy, row in rows.items()
    }
    assert found["old"][0] is not None
    assert found["old"][1].rules["K01"].words == words
    assert found["lost"][0] is not None
    assert found["lost"][1] is walking.pack()
    assert found["unknown"] == (None, walking.pack())
    assert found[walking.pack().version][1] is walking.pack()
