"""Both gates together: what may be published must be proved, and run on the engine as it was proved."""

from collections.abc import Sequence

from config import ROOT
from tests.workflows.diagrams.proof.redrawing import shipped_files
from tests.workflows.engine_gate.engines import Idle
from workflows.diagrams import isolation
from workflows.diagrams.check import Report, is_publishable, report_text
from workflows.diagrams.lint import Known
from workflows.diagrams.second_gate import Engine, OnEngine
from workflows.gates import check_files
from workflows.policy.pack import load

PACK = load(ROOT / "bpmn" / "policy")
SMALL = "give-notices"


def checked(names: Sequence[str], **options: object) -> list[Report]:
    files = {name: shipped_files()[name] for name in names}
    return check_files(files, pack=PACK, library=shipped_files(), **options)  # type: ignore[arg-type]


def codes(report: Report) -> list[str]:
    return [finding["code"] for finding in report["findings"]]


def test_the_engine_runs_all_shipped_diagrams_as_they_are_proved() -> None:
    reports = checked(list(shipped_files()))
    assert {report["file"]: report["engine"]["agrees"] for report in reports} == dict.fromkeys(
        shipped_files(), True
    )
    assert all(report["engine"]["complete"] and report["engine"]["states"] for report in reports)
    assert all(is_publishable(report) for report in reports)


def test_without_the_engine_nothing_may_be_published() -> None:
    (report,) = checked([SMALL], with_engine=False)
    assert report["engine"] == {"states": 0, "complete": False, "agrees": None}
    assert not is_publishable(report)
    assert is_publishable(report, without_engine=True)
    assert report_text(report, without_engine=True).endswith(
        "engine: left out; publishing asks it too"
    )


def test_a_diagram_that_is_wrong_is_tried_on_the_engine_too() -> None:
    text = shipped_files()["prepare-site"].decode()
    joined = text.replace("<bpmn:parallelGateway", "<bpmn:exclusiveGateway").replace(
        "</bpmn:parallelGateway", "</bpmn:exclusiveGateway"
    )
    assert joined != text
    (report,) = check_files({"prepare-site": joined.encode()}, pack=PACK, library=shipped_files())
    assert not is_publishable(report)
    assert "engine-disagrees" not in codes(report)


SOUND = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">
<process id="try" isExecutable="true"><startEvent id="S"/><sequenceFlow id="f" sourceRef="S" targetRef="T"/>
<manualTask id="T"/><sequenceFlow id="g" sourceRef="T" targetRef="E"/><endEvent id="E"/></process></definitions>"""


def told(engine: Engine, data: bytes = SOUND, seconds: float = 20) -> Report:
    (report,) = isolation.check_in_subprocess(
        {"a.bpmn": data},
        known=Known(),
        library={},
        engine=engine,
        seconds=seconds,
    )
    return report


def test_an_engine_that_runs_away_is_stopped_and_named() -> None:
    report = told(Idle(), seconds=5)
    assert codes(report) == ["engine-timeout"]
    assert not is_publishable(report, without_engine=True)
    assert "did not come to rest" in report["findings"][0]["message"]


def test_what_the_engine_refuses_and_the_proof_does_not_is_a_disagreement() -> None:
    report = told(Idle(OnEngine(refusal="It has no wheels.", element="Start")))
    finding = report["findings"][-1]
    assert (finding["code"], finding["element"], finding["severity"]) == (
        "engine-disagrees",
        "Start",
        "error",
    )
    assert report["engine"]["agrees"] is False


def test_what_was_not_all_tried_is_told_and_not_published() -> None:
    report = told(Idle(OnEngine(states=7)))
    assert codes(report)[-1] == "engine-unfinished"
    assert report["engine"] == {"states": 7, "complete": False, "agrees": None}
    assert not is_publishable(report)
    assert "7 situations; not all tried" in report_text(report)
