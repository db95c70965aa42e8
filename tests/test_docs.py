"""What the documents say is true: settings, commands, files."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from config import Config

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_every_setting_is_documented_and_no_other() -> None:
    documented = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    )
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', (ROOT / "config.py").read_text()))
    assert documented == read


def test_every_field_of_the_settings_is_read_from_the_environment() -> None:
    read = {
        name.lower() for name in re.findall(r'"([A-Z][A-Z_]+)"', (ROOT / "config.py").read_text())
    }
    assert {field.name for field in fields(Config)} <= read


def test_the_environment_is_read_in_one_place_only() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for package in ("models", "workflows", "webapp")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"environ\.get|environ\[|getenv", path.read_text())
    ]
    assert readers == []


def test_the_commands_of_the_readme_exist(app: Flask) -> None:
    for line in re.findall(r"flask --app webapp ([a-z -]+)", README):
        command = app.cli
        for word in line.split():
            found = command.get_command(None, word)  # type: ignore[arg-type]
            if found is None:
                pytest.fail(f"There is no command {line!r}.")
            if not hasattr(found, "get_command"):
                break
            command = found  # type: ignore[assignment]


def test_the_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`?make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name + path.parent.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name + path.parent.name)
def test_files_that_documents_name_exist(document: Path) -> None:
    for name in re.findall(
        r"`((?:models|workflows|webapp|tests|bpmn|docs)/[\w./-]+)", document.read_text()
    ):
        if "static/dist" not in name:
            assert (ROOT / name.rstrip(".").split(":")[0]).exists(), name


def test_no_path_of_a_machine_and_no_address_of_a_registry_is_committed() -> None:
    for path in [*ROOT.glob("requirements*.lock"), ROOT / "webapp/frontend/package-lock.json"]:
        assert "http" not in re.sub(r'"url": "https?://[^"]*"', "", path.read_text()), path.name
