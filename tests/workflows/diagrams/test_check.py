"""The verdict on files: one report each, an exit code, and never a traceback or an endless run."""

import json
import os
import time
from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.workflows.diagrams import sketch
from tests.workflows.diagrams.pack import KNOWN
from tests.workflows.diagrams.sketch import call, end, field, flow, flows, gateway, start, user
from workflows.diagrams import check as checking
from workflows.diagrams import isolation
from workflows.diagrams.check import Report, check, exit_code, is_publishable, report_text
from workflows.diagrams.isolation import check_in_subprocess
from workflows.diagrams.lint import Known, KnownPart, KnownRule
from workflows.policy.automata import Precedence

GOOD = sketch.process(
    start(),
    user("Ask", field("note", required=True), marks='clauses="GC-2" due="P5BD"'),
    end(),
    flows("Begin Ask Done"),
    lanes={"Requester": "Begin Ask Done"},
)
CALLED = sketch.process(
    start(), gateway("exclusive", "Which", "WhichToNo"), end("Yes"), end("No"), flows("Begin Which No"),
    flow("Which", "Yes", 'Ask.note = "x"'), id="helper", marks='owner="policy_owner" inputs="Ask"',
)  # fmt: skip
CALLER = sketch.process(
    start(), user("Ask", field("note", required=True), marks='clauses="GC-2" due="P5BD"'), call("Call", "helper"), end(), flows("Begin Ask Call Done"),
    lanes={"Requester": "Begin Ask Call Done"}, id="caller",
)  # fmt: skip


def codes(report: Report) -> list[str]:
    return [finding["code"] for finding in report["findings"]]


def nothing(process: str) -> bytes | None:
    return None


def test_a_report_has_the_shape_that_the_outside_relies_on() -> None:
    (report,) = check({"good.bpmn": GOOD}, known=KNOWN, library=nothing)
    as_json = json.loads(json.dumps(report))
    assert as_json == report
    assert isinstance(as_json.pop("milliseconds"), int)
    assert as_json == {
        "file": "good.bpmn",
        "process": "try",
        "findings": [],
        "proof": {"states": 2, "complete": True, "sound": True, "rules": {}},
        "engine": {"states": 0, "complete": False, "agrees": None},
    }


def test_a_finding_has_the_shape_that_the_outside_relies_on() -> None:
    (report,) = check({"bad.bpmn": b""}, known=KNOWN, library=nothing)
    finding = json.loads(json.dumps(report["findings"][-1]))
    assert "the file cannot be read" in finding.pop("message")
    assert finding == {
        "severity": "info",
        "code": "not-proved",
        "element": None,
        "line": None,
        "rule": None,
        "path": [],
    }


def test_a_proved_file_is_publishable_and_what_is_not_proved_is_not() -> None:
    reports = check({"good.bpmn": GOOD}, known=KNOWN, library=nothing)
    assert exit_code(reports, without_engine=True) == 0
    shelf = checking.Shelf.of({"good.bpmn": GOOD}, nothing)
    late = checking.check_file("good.bpmn", GOOD, KNOWN, shelf, seconds=-1)
    assert (codes(late), late["proof"]["sound"]) == (["not-proved"], None)
    assert "more states" in late["findings"][0]["message"]
    assert exit_code([*reports, late], without_engine=True) == 1
    assert exit_code([]) == 1


def proved(**changes: object) -> Report:
    (report,) = check({"good.bpmn": GOOD}, known=KNOWN, library=nothing)
    report["proof"] = {"states": 3, "complete": True, "sound": True, "rules": {"K01": "holds"}}
    report["engine"] = {"states": 3, "complete": True, "agrees": True}
    return {**report, **changes}  # type: ignore[typeddict-item]


def test_what_was_proved_but_not_run_on_the_engine_is_not_publishable() -> None:
    (report,) = check({"good.bpmn": GOOD}, known=KNOWN, library=nothing)
    assert exit_code([report]) == 1
    assert report_text(report).startswith("good.bpmn: not publishable")
    text = report_text(report, without_engine=True)
    assert text.startswith("good.bpmn: publishable")
    assert text.endswith("engine: left out; publishing asks it too")


def test_a_proved_file_without_errors_is_publishable() -> None:
    assert is_publishable(proved())
    assert exit_code([proved(), proved()]) == 0
    assert "publishable" in report_text(proved()).splitlines()[0]
    proof = proved()["proof"]
    for broken in (
        {"complete": False},
        {"sound": False},
        {"sound": None},
        {"rules": {"K01": "not-proved"}},
    ):
        assert exit_code([proved(), proved(proof={**proof, **broken})]) == 1
    assert exit_code([proved(engine={"states": 1, "complete": True, "agrees": False})]) == 1
    wrong = check({"bad.bpmn": b""}, known=KNOWN, library=nothing)[0]["findings"]
    assert exit_code([proved(findings=wrong)]) == 1


def test_a_file_that_is_no_diagram_gets_a_report_too() -> None:
    (report,) = check({"bad.bpmn": b"\xff"}, known=KNOWN, library=nothing)
    assert report["process"] is None
    assert codes(report) == ["not-utf-8", "not-proved"]
    assert exit_code([report]) == 1


def test_called_diagrams_are_looked_up_among_the_files_and_then_in_the_library() -> None:
    (report,) = check({"caller.bpmn": CALLER}, known=KNOWN, library=nothing)
    assert codes(report) == ["unknown-called"]
    reports = check({"caller.bpmn": CALLER, "helper.bpmn": CALLED}, known=KNOWN, library=nothing)
    assert [codes(report) for report in reports] == [[], []]
    asked: list[str] = []

    def library(process: str) -> bytes | None:
        asked.append(process)
        return CALLED if process == "helper" else None

    (report,) = check({"caller.bpmn": CALLER}, known=KNOWN, library=library)
    assert codes(report) == []
    assert asked == ["helper"]
    (report,) = check({"caller.bpmn": CALLER}, known=KNOWN, library={"helper": b"broken"}.get)
    assert codes(report) == ["unknown-called"]


def test_a_diagram_that_calls_a_faulty_one_cannot_be_published_either() -> None:
    unreadable_condition = CALLED.replace(b'Ask.note = "x"', b"((")
    script = CALLED.replace(b"bpmn:exclusiveGateway", b"bpmn:scriptTask")
    for helper in (unreadable_condition, script):
        assert helper != CALLED
        library = {"helper": helper}.get
        (report,) = check({"caller.bpmn": CALLER}, known=KNOWN, library=library)
        found = next(one for one in report["findings"] if one["code"] == "called-faulty")
        assert found["element"] == "Call"
        assert '"Call" leads to "helper", which cannot be published itself: ' in found["message"]
        assert exit_code([report], without_engine=True) == 1


def test_a_call_of_nobody_known_is_named_however_deep() -> None:
    between = CALLER.replace(b'"helper"', b'"deeper"').replace(b'"caller"', b'"helper"')
    (report,) = check({"caller.bpmn": CALLER}, known=KNOWN, library={"helper": between}.get)
    assert codes(report) == ["unknown-called", "called-faulty"]
    message = report["findings"][0]["message"]
    assert '"helper", or what it calls, calls "deeper", which is not among the' in message


def test_what_a_called_diagram_reads_is_checked_against_the_caller_beside_it() -> None:
    wrong = CALLED.replace(b"Ask.note", b"Ask.nothing")
    reports = check({"caller.bpmn": CALLER, "helper.bpmn": wrong}, known=KNOWN, library=nothing)
    assert codes(reports[1]) == ["unknown-field"]
    (alone,) = check({"helper.bpmn": wrong}, known=KNOWN, library=nothing)
    assert codes(alone) == []


def test_diagrams_that_call_each_other_are_refused_not_followed_for_ever() -> None:
    back = CALLED.replace(b"</bpmn:process>", call("Back", "caller").encode() + b"</bpmn:process>")
    reports = check({"caller.bpmn": CALLER, "helper.bpmn": back}, known=KNOWN, library=nothing)
    assert "call-cycle" in codes(reports[0])
    assert "call-cycle" in codes(reports[1])


def test_two_files_with_one_process_id_are_told_apart() -> None:
    reports = check({"a.bpmn": GOOD, "b.bpmn": GOOD}, known=KNOWN, library=nothing)
    assert codes(reports[0]) == []
    assert codes(reports[1]) == ["duplicate-process"]


def test_a_fault_of_our_own_is_a_finding_not_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(checking, "lint", broken)
    (report,) = check({"good.bpmn": GOOD}, known=KNOWN, library=nothing)
    assert codes(report) == ["check-failed", "not-proved"]
    assert "RecursionError" in report["findings"][0]["message"]
    monkeypatch.setattr(checking, "read", broken)
    (report,) = check({"good.bpmn": GOOD}, known=KNOWN, library=nothing)
    assert (codes(report), report["process"]) == (["check-failed", "not-proved"], None)


def test_a_report_is_readable_in_a_terminal() -> None:
    (report,) = check({"caller.bpmn": CALLER}, known=KNOWN, library=nothing)
    report["findings"][0] = {**report["findings"][0], "rule": "K01", "path": ["Begin", "Ask"]}
    text = report_text({**report, "milliseconds": 7})
    lines = text.splitlines()
    assert lines[0] == "caller.bpmn: not publishable, 1 error (7 ms)"
    assert lines[1].startswith('  error: line 1 Call K01: "Call" calls "helper"')
    assert lines[2] == "    path: Begin > Ask"
    assert lines[3] == "  proof: 3 states; every case can reach an end; 0 rules hold"


def test_the_number_of_errors_and_warnings_is_in_the_headline() -> None:
    bad = GOOD.replace(b'clauses="GC-2" due="P5BD"', b'act="x" clauses="y"')
    (report,) = check({"bad.bpmn": bad}, known=KNOWN, library=nothing)
    assert "not publishable, 2 errors, 1 warning" in report_text(report)


def test_a_process_of_its_own_gives_the_same_reports() -> None:
    files = {"caller.bpmn": CALLER, "bad.bpmn": b"", "again.bpmn": CALLER}
    views = replace(KNOWN, acts=MappingProxyType(dict(KNOWN.acts)))
    apart = check_in_subprocess(files, known=views, library={"helper": CALLED})
    together = check(files, known=KNOWN, library={"helper": CALLED}.get)
    assert [{**report, "milliseconds": 0} for report in apart] == [
        {**report, "milliseconds": 0} for report in together
    ]


def test_a_file_that_takes_too_long_is_stopped_and_the_others_are_checked() -> None:
    begin = time.monotonic()
    reports = check_in_subprocess(
        {"a.bpmn": GOOD, "b.bpmn": GOOD}, known=Known(), library={}, seconds=0.001
    )
    assert [codes(report) for report in reports] == [["check-timeout"], ["check-timeout"]]
    assert "longer than 0.001 seconds" in reports[0]["findings"][0]["message"]
    assert exit_code(reports) == 1
    assert time.monotonic() - begin < 10


class Fatal(dict[str, str | None]):
    """Topics that end the process that looks into them, as exhausted memory would."""

    def __contains__(self, topic: object) -> bool:
        os._exit(9)


def test_a_file_that_brings_its_process_down_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sketch.process(start(), sketch.service("Run", "remind"), end(), flows("Begin Run Done"))
    order = isolation._Order(["a.bpmn"], {"a.bpmn": data}, Known(topics=Fatal()), {})
    (report,) = isolation._round(order, 20)
    assert codes(report) == ["check-failed"]


# -- the proof --------------------------------------------------------------------------------------

APPROVED = KnownRule(
    "K01",
    "error",
    "Nothing is launched without approval.",
    ("GC-2",),
    True,
    (
        KnownPart(
            "Communications has not approved it",
            Precedence(frozenset({"approve-site:approve"}), frozenset({"launch-site"})),
        ),
    ),
)
RULED = replace(KNOWN, rules=(APPROVED,))
LAUNCHING = sketch.process(
    start(), sketch.service("Launch", "launch-site", 'act="launch-site"'), end(), flows("Begin Launch Done"),
    id="launching", marks='owner="policy_owner"',
)  # fmt: skip
DECIDE = user(
    "Decide",
    field("decision", "enum", "approve reject", required=True),
    marks='act="approve-site" due="P5BD"',
)


def deciding(*ways: str, ends: str = "Done") -> bytes:
    """A diagram in which a decision is made and something is launched by a call."""
    return sketch.process(
        start(), DECIDE, call("Go", "launching"), *(end(one) for one in ends.split()), *ways,
        lanes={"Communications": f"Begin Decide Go {ends}"},
    )  # fmt: skip


HEEDED = deciding(
    gateway("exclusive", "Approved", "ApprovedToNo"),
    flows("Begin Decide Approved No", "Go Done"),
    flow("Approved", "Go", 'Decide.decision = "approve"'),
    ends="Done No",
)
UNHEEDED = deciding(flows("Begin Decide Go Done"))


def test_a_broken_rule_is_told_with_the_way_and_blocks_publishing() -> None:
    (report,) = check({"a.bpmn": UNHEEDED}, known=RULED, library={"launching": LAUNCHING}.get)
    (finding,) = [one for one in report["findings"] if one["severity"] == "error"]
    assert (finding["code"], finding["rule"], finding["element"]) == (
        "rule-broken",
        "K01",
        "Launch",
    )
    assert finding["path"] == [
        "Begin",
        "BeginToDecide",
        "Decide",
        "DecideToGo",
        "Go",
        "Begin",
        "BeginToLaunch",
        "Launch",
    ]
    assert (
        'The way there: 1. Communications does "Decide" and decides "Reject"; '
        '2. the operation "Launch" is done.'
    ) in finding["message"]
    assert report["proof"]["rules"] == {"K01": "violated"}
    assert (report["proof"]["sound"], exit_code([report])) == (True, 1)
    assert report_text(report).splitlines()[2:5] == [
        "    The way there:",
        '      1. Communications does "Decide" and decides "Reject"',
        '      2. the operation "Launch" is done.',
    ]
    assert report_text(report).splitlines()[-1] == (
        "  proof: 4 states; every case can reach an end; 0 rules hold; violated: K01"
    )


def test_a_called_diagram_is_judged_in_the_cases_that_call_it() -> None:
    files = {"launching.bpmn": LAUNCHING, "heeded.bpmn": HEEDED}
    reports = check(files, known=RULED, library=nothing)
    assert [report["proof"]["rules"] for report in reports] == [{"K01": "holds"}] * 2
    assert exit_code(reports, without_engine=True) == 0
    files = {"launching.bpmn": LAUNCHING, "unheeded.bpmn": UNHEEDED}
    (called, _caller) = check(files, known=RULED, library=nothing)
    assert called["proof"]["rules"] == {"K01": "violated"}
    assert (
        'In "Try", which calls this diagram: "Launch" could be done'
        in called["findings"][-1]["message"]
    )
    assert called["findings"][-1]["line"] is None


def test_callers_are_looked_for_among_the_neighbours_too() -> None:
    shelf = checking.Shelf.of({"a.bpmn": LAUNCHING}, {"try": HEEDED}.get, ["try", "else"])
    report = checking.check_file("a.bpmn", LAUNCHING, RULED, shelf)
    assert report["proof"]["rules"] == {"K01": "holds"}
    (apart,) = check_in_subprocess({"a.bpmn": LAUNCHING}, known=RULED, library={"try": HEEDED})
    assert apart["proof"] == report["proof"]


def test_a_diagram_that_nothing_known_calls_is_judged_by_itself() -> None:
    (report,) = check({"a.bpmn": LAUNCHING}, known=RULED, library=nothing)
    assert report["proof"]["rules"] == {"K01": "violated"}
    assert exit_code([report]) == 1


def test_a_diagram_that_cannot_be_walked_has_nothing_proved() -> None:
    loose = GOOD.replace(flow("Ask", "Done").encode(), b"")
    (report,) = check({"a.bpmn": loose}, known=RULED, library=nothing)
    assert codes(report)[-1] == "not-proved"
    assert 'the ways cannot be walked (Nothing follows "Ask")' in report["findings"][-1]["message"]
    assert report["proof"] == {
        "states": 0,
        "complete": False,
        "sound": None,
        "rules": {"K01": "not-proved"},
    }
    assert exit_code([report]) == 1


def test_circles_of_callers_are_walked_once() -> None:
    other = CALLED.replace(b'id="helper"', b'id="other"')
    calling = call("Back", "other").encode()
    back = other.replace(b"</bpmn:process>", calling + b"</bpmn:process>")
    files = {"caller.bpmn": CALLER, "helper.bpmn": CALLED, "other.bpmn": back}
    reports = check(files, known=KNOWN, library=nothing)
    assert "call-cycle" in codes(reports[2])
    assert reports[2]["proof"]["sound"] is None
