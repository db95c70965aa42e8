"""A browser of the bench: one keep-alive connection, shared by people who are signed in on it."""

import http.client
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TIMEOUT = 60
# No server of the bench closes an idle connection sooner, and a closed one would spoil a figure.
IDLE = 1.0


@dataclass(frozen=True)
class Answer:
    """What a request came back with, and how long that took."""

    status: int
    location: str
    body: bytes
    milliseconds: float
    cookies: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def is_error(self) -> bool:
        return not 200 <= self.status < 400


class UnexpectedAnswerError(Exception):
    """A server of the bench answered something else than the protocol expects."""


class Connection:
    """One connection to a server on this machine, kept alive."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._used = 0.0

    def ask(self, method: str, path: str, headers: dict[str, str], body: str | None) -> Answer:
        """Send a request and read the whole answer; the time is from the first byte to the last."""
        if time.perf_counter() - self._used > IDLE:
            self._http.close()
            self._http.connect()
        began = time.perf_counter()
        self._http.request(method, path, body, headers)
        response = self._http.getresponse()
        content = response.read()
        self._used = time.perf_counter()
        cookies = tuple(response.headers.get_all("Set-Cookie") or ())
        location = response.headers.get("Location", "")
        return Answer(response.status, location, content, (self._used - began) * 1000, cookies)

    def close(self) -> None:
        self._http.close()


@dataclass
class Browser:
    """One person on a connection, with cookies."""

    connection: Connection
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> Answer:
        return self._ask("POST", path, urlencode(fields))

    def on(self, connection: Connection) -> "Browser":
        """Give the same person on another connection."""
        return Browser(connection, dict(self.cookies))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self.connection.ask(method, path, headers, body)
        for line in answer.cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer


def expect(answer: Answer, status: int) -> Answer:
    """Give the answer back, or raise UnexpectedAnswerError with what came instead."""
    if answer.status != status:
        begin = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))[:400]
        msg = f"{answer.status} instead of {status} ({answer.location}): {begin}"
        raise UnexpectedAnswerError(msg)
    return answer


def hidden(page: str, name: str) -> str:
    """Give the value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    if found is None:
        msg = f"The page has no field {name}."
        raise UnexpectedAnswerError(msg)
    return found[1]
