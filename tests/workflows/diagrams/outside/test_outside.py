"""Diagrams drawn without a look at those of the city: right ones, ways past the policy, harmless edits."""

import re
from functools import cache

import pytest

from config import ROOT
from tests.workflows.diagrams.outside.drawing import Drawing
from tests.workflows.diagrams.outside.harmless import harmless
from tests.workflows.diagrams.outside.mistakes import MISTAKES
from tests.workflows.diagrams.outside.skipping import RIGHT, Case, misplaced, skipped
from tests.workflows.diagrams.outside.writing import written
from workflows.diagrams.check import FindingReport, Report, Shelf, check_file, is_publishable
from workflows.diagrams.lint import Known
from workflows.engine_gate import EngineGate
from workflows.policy.pack import load
from workflows.vocabulary import vocabulary

CASES = [*skipped(), *misplaced(), *MISTAKES]
# A second token in the main flow makes many states, and takes a second or more.
EVERY_DAY = [case for case in CASES if "beside" not in case.name][::61]
# Operations of the policy that nothing performs yet: a diagram with one of them cannot be published.
AWAITED = ("destroy-records", "log-destruction", "request-acknowledgements")
# A rule of this severity is told and does not keep from publishing.
WARNING = "warning"


@cache
def known() -> Known:
    return vocabulary(load(ROOT / "bpmn" / "policy"))


def checked(data: bytes) -> Report:
    shelf = Shelf.of({"drawn": data}, lambda _process: None)
    return check_file("drawn", data, known(), shelf, engine=EngineGate())


def errors(report: Report) -> list[str]:
    found = (
        one for one in report["findings"] if one["severity"] == "error" and not is_awaited(one)
    )
    return [f"{one['code']} {one['rule'] or ''} {one['element']}" for one in found]


def is_awaited(finding: FindingReport) -> bool:
    """Whether all that is wrong is that nothing performs this act of the policy yet."""
    return finding["code"] == "unknown-topic" and any(
        f'"{one}"' in finding["message"].split(" of ")[0] for one in AWAITED
    )


def is_found(expect: str, report: Report) -> bool:
    """Whether what is asked for is there: a rule, a code, not to be sound, or to be published."""
    if expect in ("fine", "no"):
        return (errors(report) == []) is (expect == "fine")
    if expect == "unsound":
        return report["proof"]["sound"] is False
    return any(
        expect in (one["rule"], one["code"]) and one["severity"] != "info"
        for one in report["findings"]
    )


def begins(drawn: Drawing) -> set[str]:
    return {node.id for node in drawn.nodes.values() if node.word in ("start", "begin")}


def is_stuck(report: Report) -> bool:
    """Whether the step's answer is read where it was never asked, so that the case is stuck before."""
    return any(one["code"] == "unanswered" for one in report["findings"])


@pytest.mark.parametrize("key", RIGHT)
def test_a_diagram_that_keeps_the_policy_can_be_published(key: str) -> None:
    report = checked(written(RIGHT[key]))
    assert errors(report) == []
    assert is_publishable(report) is not any(map(is_awaited, report["findings"]))
    assert report["proof"]["sound"] is True
    assert "not-proved" not in report["proof"]["rules"].values()
    assert report["engine"]["agrees"] is True


def seen(case: Case) -> None:
    """Check a change: what must be found is, with a way from the start, and the engine goes it."""
    drawn = case.change(RIGHT[case.base])
    report = checked(written(drawn))
    told = (case.why, errors(report), report["proof"]["rules"])
    assert (
        "engine-disagrees" not in {one["code"] for one in report["findings"]}
        or "bad-count" in case.expect
    )
    expected = case.expect.split("/")
    assert any(is_found(one, report) for one in expected) or is_stuck(report), told
    graves = {rule.id for rule in known().rules if rule.severity != WARNING}
    if not graves.isdisjoint(expected):
        assert not is_publishable(report), told
    for finding in report["findings"]:
        if finding["code"] == "rule-broken":
            assert finding["path"][0] in begins(drawn)
            assert finding["element"] in finding["path"]
            assert finding["line"]
            assert re.search("To mend it|Draw it in|Let a person", finding["message"])


def _named(cases: list[Case]) -> list[object]:
    return [pytest.param(case, id=f"{case.base}: {case.name}") for case in cases]


@pytest.mark.parametrize("case", _named(EVERY_DAY))
def test_a_way_past_the_policy_is_found(case: Case) -> None:
    seen(case)


@pytest.mark.long
@pytest.mark.parametrize("base", RIGHT)
def test_every_way_past_the_policy_is_found(base: str) -> None:
    for case in CASES:
        if case.base == base:
            seen(case)


def same(key: str) -> None:
    """Check that edits which change nothing that matters change no verdict."""
    rules = checked(written(RIGHT[key]))["proof"]["rules"]
    for name, data in harmless(RIGHT[key]):
        # A step that is done beside the check for holds may come between it and the destruction.
        if (key, name) != ("throw-away", "through_gateways"):
            report = checked(data)
            assert (name, errors(report)) == (name, [])
            assert (name, report["proof"]["rules"]) == (name, rules)


def test_a_harmless_edit_changes_no_verdict() -> None:
    same("add-admin")


@pytest.mark.long
@pytest.mark.parametrize("key", RIGHT)
def test_no_harmless_edit_changes_a_verdict(key: str) -> None:
    same(key)
