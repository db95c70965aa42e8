"""Commands for diagrams: `flask --app webapp diagrams check|publish|export|list`."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from models.database import db
from webapp import clock
from webapp.cli import in_words
from webapp.runtime import folder_pack, runtime, settings
from workflows import publication
from workflows.diagrams.check import exit_code, report_text
from workflows.diagrams.document import MAXIMUM_BYTES
from workflows.errors import PolicyError
from workflows.gates import check_files

# A folder of a person's downloads may hold anything; this many diagrams beside the file are looked
# through for one that is called.
MOST_NEIGHBOURS = 200

# Told from the text, not parsed: what neighbours hold is for the checking process to read, which
# is bounded in time and memory.
_CALLS = re.compile(r"""\bcalledElement\s*=\s*["']([^"'<>]{1,128})["']""")
_PROCESS = re.compile(
    r"""<(?:[\w.-]{1,40}:)?process\b[^<>]{0,2000}?\bid\s*=\s*["']([^"'<>]{1,128})"""
)
# What a terminal obeys, or shows in another order than it is written.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

diagrams = AppGroup("diagrams", help="The diagrams that cases run on.")


def init_app(app: Flask) -> None:
    """Add the commands to `flask --app webapp`."""
    app.cli.add_command(diagrams)


@diagrams.command("check")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or one JSON list for programs.",
)
@click.option("--no-engine", is_flag=True, help="Do not explore the diagrams on the engine too.")
def check(files: tuple[Path, ...], *, layout: str, no_engine: bool) -> None:
    """Say whether these BPMN files may be published.

    Exit code 0: all of them may (with --no-engine: as far as the proof knows); 1: something is
    wrong or nothing is proved; 2: usage. Diagrams
    that they call, or that call them, are looked for among the files, beside them, then in the
    policy pack.
    """
    names = [_name_of(path) for path in files]
    given = {name: _read(path) for name, path in zip(names, files, strict=True)}
    folders = [*dict.fromkeys(path.resolve().parent for path in files), settings().policy_dir]
    library = _library(given, folders)
    checked = check_files(given, pack=folder_pack(), library=library, with_engine=not no_engine)
    by_name = {report["file"]: report for report in checked}
    # A file that is named twice is checked once and reported twice, as it was asked for.
    reports = [by_name[name] for name in names]
    if layout == "json":
        click.echo(json.dumps(reports, indent=1))
    else:
        texts = (report_text(report, without_engine=no_engine) for report in reports)
        click.echo(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", "\n\n".join(texts)))
    sys.exit(exit_code(reports, without_engine=no_engine))


@diagrams.command("publish")
@in_words
def publish() -> None:
    """Publish the diagrams of the policy pack that have changed since they were published."""
    try:
        files = publication.shipped(settings().policy_dir)
        versions = publication.publish_shipped(runtime(), files, by=None, now=clock.now())
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    for version in sorted(versions, key=lambda version: version.process.key):
        click.echo(f"{version.process.key}: version {version.number} is published.")
    if not versions:
        click.echo("All diagrams of the policy pack are published as they are.")


@diagrams.command("export")
@click.argument("key")
@click.option(
    "--version", "number", type=click.IntRange(min=1), help="Instead of the one in force."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="A file to write to instead of the terminal.",
)
@in_words
def export(key: str, *, number: int | None, output: Path | None) -> None:
    """Give the BPMN file of the process KEY, as it was published."""
    session = db.session()
    try:
        if number is not None:
            version = publication.version_of(session, key, number)
        else:
            version = publication.published(session, now=clock.now())[key]
    except KeyError:
        message = f'No version of "{key}" is published; `diagrams list` shows what is.'
        raise click.ClickException(message) from None
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    if output is None:
        click.echo(version.xml, nl=False)
    else:
        output.write_bytes(version.xml)


@diagrams.command("list")
@in_words
def list_published() -> None:
    """List the processes with the version in force: number, day of publication, SHA-256."""
    in_force = publication.published(db.session(), now=clock.now())
    for key, version in sorted(in_force.items()):
        day = version.published_at.astimezone(clock.zone()).date() if version.published_at else ""
        click.echo(f"{key}\tversion {version.number}\t{day}\t{version.sha256}")


def _name_of(path: Path) -> str:
    """Give the name as text; letters that are none stay apart, so that no two files share a name."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _read(path: Path) -> bytes:
    """Read no more than shows that a file is too large; one that cannot be read is a usage error."""
    try:
        if not path.is_file():
            # A pipe or a device might never end.
            raise click.BadParameter(f"{path} is not an ordinary file.", param_hint="FILE")
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise click.BadParameter(message, param_hint="FILE") from error


def _library(given: Mapping[str, bytes], folders: Iterable[Path]) -> dict[str, bytes]:
    """Give what the files call and what calls them, directly or not, and all that these call.

    From the first of the folders that has it.
    """
    shelf = _Neighbours(folders)
    found: dict[str, bytes] = {}
    own = {key for data in given.values() for key in _PROCESS.findall(_as_text(data))}
    queue = [key for data in given.values() for key in _called(data)] + shelf.callers(own)
    while queue:
        key = queue.pop()
        data = None if key in found else shelf.find(key)
        if data is not None:
            found[key] = data
            queue += _called(data)
    return found


class _Neighbours:
    """The diagrams in some folders."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = list(folders)

    @cached_property
    def _diagrams(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for folder in self._folders:
            for key, data in _diagrams_in(folder):
                found.setdefault(key, data)
        return found

    def find(self, process: str) -> bytes | None:
        """Give the diagram of a process, from the first folder that has it."""
        return self._diagrams.get(process)

    def callers(self, processes: Iterable[str]) -> list[str]:
        """Give the processes that call one of these, directly or not."""
        calls = {key: set(_called(data)) for key, data in self._diagrams.items()}
        found: set[str] = set()
        wanted = set(processes)
        while wanted:
            wanted = {key for key, called in calls.items() if called & wanted} - found
            found |= wanted
        return sorted(found)


def _diagrams_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give process id and bytes of the diagrams in a folder; what cannot be read is not there."""
    for path in sorted(folder.glob("*.bpmn"))[:MOST_NEIGHBOURS]:
        with suppress(click.BadParameter):
            data = _read(path)
            yield from ((key, data) for key in _PROCESS.findall(_as_text(data)))


def _called(data: bytes) -> list[str]:
    return _CALLS.findall(_as_text(data))


def _as_text(data: bytes) -> str:
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if is_utf16 else "utf-8", errors="replace")
