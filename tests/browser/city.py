"""The demo city behind the real server, as people's browsers reach it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from config import ROOT, Config
from models.database import db
from models.schema import upgrade
from webapp import create_app
from webapp.demo import load
from webapp.runtime import runtime

SECONDS_TO_START = 60


class ServerDidNotStartError(Exception):
    """The server ended or does not answer; the message holds what it wrote."""


def load_demo(database: Path, *, history: bool = False) -> None:
    """Load the demo city as it stands now into a new database file that may be copied."""
    url = f"sqlite:///{database}"
    upgrade(url)
    app = create_app(Config(database_url=url, secret_key="for loading only", demo=True))
    with app.app_context():
        load(runtime(), now=datetime.now(UTC), history=history)
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


@contextmanager
def served(demo: Path, folder: Path) -> Generator[str]:
    """Serve a copy of the demo city with its worker, and give the address of the home page."""
    database = folder / "siteward.db"
    shutil.copy(demo, database)
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "INSTANCE_DIR": str(folder),
        "SECRET_KEY": "a secret for tests",
        "DEMO": "yes",
        "PORT": str(port),
    }
    written = folder / "server.log"
    with (
        written.open("w") as log,
        _ended(
            subprocess.Popen(
                [sys.executable, "-m", "webapp.serve"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        ) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process, written)
        yield address


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Generator[subprocess.Popen[bytes]]:
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, process: subprocess.Popen[bytes], written: Path) -> None:
    last = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < last:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{address}/readyz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise ServerDidNotStartError(written.read_text() or "The server wrote nothing.")
