"""The real server on a database of a test, to be sent to by many at once and to be killed."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from config import ROOT
from tests.webapp.door import PASSWORD

SECONDS_TO_START = 60.0


@dataclass(frozen=True)
class Served:
    """A running server; all of its processes are one group."""

    port: int
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(url: str, folder: Path) -> Generator[Served]:
    """Serve this database; whatever still runs at the end is killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    given = {"DATABASE_URL": url, "INSTANCE_DIR": str(folder), "PORT": str(port), "DEMO": "no"}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.serve"],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = Served(port, process)
    try:
        _wait(server, folder)
        yield server
    finally:
        if process.poll() is None:
            server.kill()


def _wait(server: Served, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if Client(server.port).send("GET", "/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError((folder / "server.log").read_text())


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str


@dataclass
class Client:
    """A browser with one connection for each request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _token: str = ""

    def send(self, method: str, address: str, fields: Mapping[str, str] | None = None) -> Answer:
        """Send a request; a form when there are fields."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            body = urlencode(fields) if fields is not None else None
            connection.request(method, address, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            for line in response.headers.get_all("Set-Cookie") or ():
                self.cookies |= {name: m.value for name, m in SimpleCookie(line).items()}
            return Answer(response.status, text)
        finally:
            connection.close()

    def sign_in(self, email: str) -> "Client":
        """Sign in, and keep a token for the forms that follow."""
        entered = self.post("/login", {"email": email, "password": PASSWORD})
        assert entered.status == 303, entered.text
        self._token = self._token_of("/password")
        return self

    def post(self, address: str, fields: Mapping[str, str]) -> Answer:
        """Send a form with the token."""
        token = self._token or self._token_of("/login")
        return self.send("POST", address, {**fields, "csrf_token": token})

    def _token_of(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.send("GET", page).text)
        assert found
        return found[1]
