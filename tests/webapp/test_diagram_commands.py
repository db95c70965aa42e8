"""The commands for diagrams, as somebody types them."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from config import ROOT, Config
from models.database import db
from webapp import clock, create_app
from workflows.diagrams.check import exit_code
from workflows.publication import published

BPMN = ROOT / "bpmn"
SHIPPED = sorted(file.stem for file in BPMN.glob("*.bpmn"))

CALLER = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="D" targetNamespace="t">
  <process id="caller" isExecutable="true">
    <startEvent id="Begin" /><callActivity id="Call" calledElement="{called}" /><endEvent id="End" />
    <sequenceFlow id="One" sourceRef="Begin" targetRef="Call" />
    <sequenceFlow id="Two" sourceRef="Call" targetRef="End" />
  </process>
</definitions>
"""


def run(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["diagrams", *map(str, arguments)])


def checked(app: Flask, *files: Path) -> list[Any]:
    result = run(app, "check", *files, "--format", "json")
    reports: list[Any] = json.loads(result.stdout)
    assert result.exit_code == exit_code(reports), result.output
    return reports


def codes(report: Any) -> set[str]:
    return {finding["code"] for finding in report["findings"] if finding["severity"] == "error"}


def calling(folder: Path, called: str) -> Path:
    file = folder / "caller.bpmn"
    file.write_text(CALLER.format(called=called))
    return file


def test_the_shipped_diagrams_have_no_errors(app: Flask) -> None:
    reports = checked(app, *(BPMN / f"{name}.bpmn" for name in SHIPPED))
    assert [report["process"] for report in reports] == SHIPPED
    assert [codes(report) for report in reports] == [set()] * len(SHIPPED)


def test_a_report_has_what_programs_rely_on(app: Flask) -> None:
    (report,) = checked(app, BPMN / "agree-contract.bpmn")
    assert list(report) == ["file", "process", "findings", "proof", "engine", "milliseconds"]
    assert {"states", "complete", "sound", "rules"} <= set(report["proof"])
    assert {"states", "complete", "agrees"} <= set(report["engine"])
    for finding in report["findings"]:
        assert list(finding) == ["severity", "code", "element", "line", "message", "rule", "path"]


def test_people_read_a_headline_and_a_line_for_each_finding(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "letter.bpmn"
    file.write_text("Dear Communications, please approve.")
    result = run(app, "check", file, "--no-engine")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{file}: not publishable, 1 error")
    assert "  error: " in result.stdout


def test_nothing_in_a_file_gives_orders_to_the_terminal(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "caller.bpmn"
    unseen = "\x9b31m\u202eno"
    named = CALLER.format(called="nobody").replace('id="Call"', f'id="Call" name="{unseen}"')
    file.write_text(named, encoding="utf-8")
    result = run(app, "check", file, "--no-engine")
    assert result.exit_code == 1
    assert "\\u009b31m\\u202eno" in result.stdout
    assert not {"\x9b", "\u202e"} & set(result.stdout)


def test_whatever_the_bytes_every_file_gets_its_report(app: Flask, tmp_path: Path) -> None:
    contents = {
        "empty.bpmn": b"",
        "zeros.bpmn": bytes(5000),
        "large.bpmn": b"<a>" + b" " * 1_100_000 + b"</a>",
        "doctype.bpmn": b'<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]><a>&b;</a>',
        "utf-16.bpmn": CALLER.format(called="nobody").encode("utf-16"),
        "na\u00efve name \u2713.bpmn": b"<a/>",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    reports = checked(app, *(tmp_path / name for name in contents))
    assert [Path(report["file"]).name for report in reports] == list(contents)
    assert all(codes(report) for report in reports)
    assert "check-failed" not in set().union(*map(codes, reports))


def test_a_name_that_is_no_text_does_not_stop_the_check(app: Flask, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.bpmn")
    Path(path).write_bytes(b"<a/>")
    assert run(app, "check", path).exit_code == 1
    assert len(checked(app, Path(path))) == 1


def test_each_file_that_is_named_has_its_own_report(app: Flask, tmp_path: Path) -> None:
    alike = [
        Path(os.fsdecode(os.fsencode(tmp_path) + name)) for name in (b"/\xfe.bpmn", b"/\xff.bpmn")
    ]
    alike[0].write_bytes(b"<a/>")
    alike[1].write_bytes(b"")
    reports = checked(app, *alike, alike[0])
    found = [codes(report) - {"not-proved"} for report in reports]
    assert found == [{"not-bpmn"}, {"empty-file"}, {"not-bpmn"}]
    assert reports[0]["file"] == reports[2]["file"] != reports[1]["file"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "not-there.bpmn"],
        ["check", str(BPMN)],
        ["check", "/dev/zero"],
        ["check", str(BPMN / "create-site.bpmn"), "--format", "yaml"],
        ["check", str(BPMN / "create-site.bpmn"), "--no-idea"],
        ["export"],
        ["export", "create-site", "--version", "0"],
        ["approve"],
    ],
    ids=" ".join,
)
def test_what_is_no_usage_ends_with_2(app: Flask, arguments: list[str]) -> None:
    result = run(app, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_what_a_file_calls_is_looked_for_among_the_files_given(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    caller = calling(tmp_path / "a", "told")
    called = tmp_path / "b" / "other-name.bpmn"
    called.write_text(CALLER.format(called="agree-contract").replace('"caller"', '"told"'))
    first, _second = checked(app, caller, called)
    assert "unknown-called" not in codes(first)


def test_what_a_file_calls_is_looked_for_beside_it_under_any_name(
    app: Flask, tmp_path: Path
) -> None:
    caller = calling(tmp_path, "neighbour")
    (alone,) = checked(app, caller)
    missing = [f for f in alone["findings"] if "neighbour" in f["message"]]
    assert [(finding["severity"], finding["element"]) for finding in missing] == [("error", "Call")]

    beside = CALLER.format(called="agree-contract").replace('"caller"', '"neighbour"')
    (tmp_path / "any-name.bpmn").write_text(beside)
    (report,) = checked(app, caller)
    assert "unknown-called" not in codes(report)


def test_what_a_file_calls_is_looked_for_in_the_policy_pack_last(
    app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "copy.bpmn"
    shutil.copy(BPMN / "create-site.bpmn", file)
    (report,) = checked(app, file)
    assert codes(report) == set()
    # A neighbour stands before the pack, and this one is no diagram that could be called.
    (tmp_path / "decide-request.bpmn").write_text('<process id="decide-request">')
    (report,) = checked(app, file)
    assert codes(report) != set()


def test_the_shipped_diagrams_are_proved_and_publishable(app: Flask) -> None:
    files = sorted(BPMN.glob("*.bpmn"))
    result = run(app, "check", *files)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("every case can reach an end") == len(files)
    for report in checked(app, *files):
        assert (report["proof"]["complete"], report["proof"]["sound"]) == (True, True)
        assert set(report["proof"]["rules"].values()) <= {"holds", "not-applicable"}


def test_a_changed_part_is_judged_in_the_process_of_the_pack_that_calls_it(
    app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "decide-request.bpmn"
    text = (BPMN / file.name).read_text()
    file.write_text(text.replace('act="approve-site"', "", 1))
    (report,) = checked(app, file)
    assert report["proof"]["rules"]["K01"] == "violated"
    (finding,) = [found for found in report["findings"] if found["rule"] == "K01"]
    assert finding["path"][0] == "SiteWanted"
    assert "which calls this diagram" in finding["message"]
    result = run(app, "check", file)
    assert result.exit_code == 1
    assert "    The way there:\n      1. Requester does" in result.stdout


def test_the_pack_is_published_once_and_again_where_it_changed(
    sqlite_url: str, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(BPMN, pack)
    app = create_app(Config(database_url=sqlite_url, secret_key="a secret", policy_dir=pack))
    with app.app_context():
        first = run(app, "publish")
        assert first.stdout.splitlines() == [f"{key}: version 1 is published." for key in SHIPPED]
        assert "published as they are" in run(app, "publish").stdout

        changed = pack / "agree-contract.bpmn"
        changed.write_text(changed.read_text().replace('name="Agree contract"', 'name="Contract"'))
        again = run(app, "publish").stdout.splitlines()
        # Whatever calls it is frozen anew with it.
        calling = ["agree-contract", "create-site", "prepare-site"]
        assert again == [f"{key}: version 2 is published." for key in calling]

        changed.write_text("no diagram")
        refused = run(app, "publish")
        assert refused.exit_code == 1
        assert "agree-contract.bpmn cannot be published" in refused.stderr
        db.session.remove()
        db.engine.dispose()


def test_a_published_diagram_is_given_back_as_it_was(app: Flask, tmp_path: Path) -> None:
    run(app, "publish")
    original = (BPMN / "create-site.bpmn").read_bytes()
    assert run(app, "export", "create-site").stdout_bytes == original
    assert run(app, "export", "create-site", "--version", "1").stdout_bytes == original
    run(app, "export", "create-site", "--output", tmp_path / "site.bpmn")
    assert (tmp_path / "site.bpmn").read_bytes() == original


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", "retire-everything"], "No version of"),
        (["export", "create-site", "--version", "7"], "no version 7"),
    ],
)
def test_what_was_never_published_is_not_given(app: Flask, arguments: list[str], says: str) -> None:
    run(app, "publish")
    result = run(app, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr


def test_the_list_names_every_process_with_its_version(app: Flask) -> None:
    assert run(app, "list").stdout == ""
    run(app, "publish")
    lines = [line.split("\t") for line in run(app, "list").stdout.splitlines()]
    in_force = published(db.session(), now=clock.now())
    assert [line[0] for line in lines] == SHIPPED
    assert [line[3] for line in lines] == [in_force[key].sha256 for key in SHIPPED]
    assert {line[1] for line in lines} == {"version 1"}
