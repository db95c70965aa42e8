"""A PostgreSQL server of the tests' own, started and stopped with them."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class PostgresUnavailableError(Exception):
    """This machine has no PostgreSQL server that the tests could start."""


@contextmanager
def running_postgres() -> Generator[str]:
    """Yield the URL of a server, without a database name: the one given, or one of our own."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="siteward-pg-", dir="/tmp") as folder:
        yield from _serve(programs, Path(folder))


def _programs() -> Path:
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    msg = "PostgreSQL is not installed: no initdb and pg_ctl found. Install the package postgresql."
    raise PostgresUnavailableError(msg)


def _serve(programs: Path, folder: Path) -> Generator[str]:
    as_owner = _as_unprivileged(folder)
    data, port = folder / "data", _free_port()
    _run(
        [
            *as_owner,
            str(programs / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "postgres",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
    )
    options = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_owner, str(programs / "pg_ctl"), "-w", "-D", str(data)]
    _run([*control, "-o", options, "-l", str(folder / "log"), "start"])
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        _run([*control, "-m", "immediate", "stop"])


def _as_unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, as containers and CI often do."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    msg = "PostgreSQL does not run as root and there is no other user to run it."
    raise PostgresUnavailableError(msg)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
