"""The peer: viewflow, the nearest open Python product that people use in a browser.

It lives in an environment of its own, `.venv-peer`, which `make_environment` makes once: with the
Python that runs the bench, and the newest Django that this Python runs.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from tests.bench import sqlite
from tests.bench.product import NOTE, PASSWORD, Step
from tests.bench.server import Server, free_port, serving
from tests.bench.wire import Answer, Browser, expect, hidden

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-peer"
PYTHON = ENVIRONMENT / "bin" / "python"
PACKAGES = ("django-viewflow==2.4.0", "django", "gunicorn>=27,<28")
_TASK = re.compile(r"/bench/(\d+)/(\w+)/(\d+)/")


def make_environment() -> str:
    """Install the peer where that has not been done; give the versions that were found."""
    uv = Path(sys.executable).parent / "uv"
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    install = (
        [str(uv), "pip", "install", "--quiet", "--python", str(PYTHON)]
        if uv.exists()
        else [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    ask = "from importlib.metadata import version as v; print(v('django-viewflow'), v('django'))"
    if subprocess.run([PYTHON, "-c", ask], capture_output=True, check=False).returncode:
        subprocess.run([*install, *PACKAGES], check=True)
    found = subprocess.run([PYTHON, "-c", ask], capture_output=True, check=True, text=True)
    viewflow, django = found.stdout.split()
    return f"viewflow {viewflow} on Django {django}, Python {sys.version.split()[0]}"


class Viewflow:
    """viewflow on a database of its own, in a folder."""

    name = "viewflow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "viewflow.db"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PEER_DATABASE": str(self.database),
            "DJANGO_SETTINGS_MODULE": "tests.bench.viewflow_peer.settings",
            "PYTHONPATH": str(ROOT),
        }

    def settle(self) -> None:
        self._manage()

    def _manage(self, *options: str) -> None:
        command = [str(PYTHON), "-m", "tests.bench.viewflow_peer.settle", "--password", PASSWORD]
        subprocess.run([*command, *options], env=self._environment, cwd=ROOT, check=True)

    def serve(self) -> AbstractContextManager[Server]:
        port = free_port()
        command = [
            str(PYTHON),
            *("-m", "gunicorn", "tests.bench.viewflow_peer.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", "gthread"),
            *("--threads", "8", "--worker-tmp-dir", "/dev/shm", "--log-level", "warning"),
        ]
        return serving(
            command, port=port, environment=self._environment, log=self.folder / "viewflow.log"
        )

    def sign_in(self, browser: Browser, role: str) -> None:
        token = self.token(expect(browser.get("/accounts/login/"), 200).text)
        expect(
            browser.post(
                "/accounts/login/", username=role, password=PASSWORD, csrfmiddlewaretoken=token
            ),
            302,
        )

    def starter(self, browser: Browser) -> str:
        return self.token(expect(browser.get("/bench/start/"), 200).text)

    def start(self, browser: Browser, token: str) -> Answer:
        return browser.post("/bench/start/", csrfmiddlewaretoken=token)

    def newest_case(self) -> str:
        return str(sqlite.ask(self.database, "SELECT max(id) FROM viewflow_process")[0][0])

    def tasks(self, browser: Browser) -> Answer:
        return browser.get("/bench/queue/")

    def find(self, page: str, case: str) -> str:
        return next(found[0] for found in _TASK.finditer(page) if found[1] == case)

    def open(self, browser: Browser, address: str) -> Answer:
        return browser.get(f"{address}assign/")

    def claim(self, browser: Browser, address: str, token: str) -> Answer:
        return browser.post(f"{address}assign/", csrfmiddlewaretoken=token)

    def form(self, browser: Browser, address: str) -> Answer:
        return browser.get(f"{address}execute/")

    def complete(self, browser: Browser, address: str, token: str, step: Step) -> Answer:
        answers = {f"{step.name}_note": NOTE, **step.answers}
        return browser.post(f"{address}execute/", csrfmiddlewaretoken=token, **answers)

    def token(self, page: str) -> str:
        return hidden(page, "csrfmiddlewaretoken")

    def waiting(self, step: Step) -> Sequence[str]:
        rows = sqlite.ask(
            self.database,
            "SELECT process_id, id FROM viewflow_task WHERE status = 'NEW' AND flow_task LIKE ? "
            "ORDER BY id",
            f"%.{step.name}",
        )
        return [f"/bench/{process}/{step.name}/{task}/" for process, task in rows]

    def database_bytes(self) -> int:
        return sqlite.size(self.database)

    def add_members(self, count: int) -> None:
        self._manage("--members", str(count))
