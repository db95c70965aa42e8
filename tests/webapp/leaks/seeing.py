"""What a page tells, with what changes from one request to the next taken away."""

import re
import zlib
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import base64_decode
from sqlalchemy import event
from werkzeug.test import TestResponse

from models.database import db

FRAME = re.compile(
    r'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"|nonce="[^"]*"'
    r'|content="[\w.-]{60,}"|\bReference: \w+|<code>[0-9a-f]{8,}</code>',
)
TAGS = re.compile(r"<[^>]+>")
# Headers that say when or to whom, not what.
UNTOLD = {"date", "set-cookie", "vary", "content-length"}


@dataclass(frozen=True)
class Seen:
    """An answer as an attacker has it: all of its parts, and how many statements it took."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    cookies: str
    statements: int

    @property
    def all(self) -> str:
        """Everything in it, as one text."""
        told = " ".join(f"{name}: {value}" for name, value in self.headers)
        return f"{self.body}\n{told}\n{self.cookies}"

    def is_like(self, other: "Seen") -> bool:
        """Whether nobody could tell the two apart, by time neither."""
        same = (self.status, self.body, self.headers) == (other.status, other.body, other.headers)
        return same and self.statements == other.statements

    def more_than(self, other: "Seen") -> list[str]:
        """Give the lines that this one has beside those of the other."""
        mine, theirs = Counter(lines_of(self.body)), Counter(lines_of(other.body))
        return sorted((mine - theirs).elements())


def lines_of(body: str) -> list[str]:
    """Give the words of a page, a line for each piece of text; also where its links lead."""
    links = re.findall(r'(?:href|action|value)="([^"]*)"', body)
    text = unescape(TAGS.sub("\n", body))
    return [line.strip() for line in [*text.splitlines(), *links] if line.strip()]


_sent: list[str] = []


@contextmanager
def counting(*apps: Flask) -> Generator[None]:
    """Count the statements of requests to these applications."""

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            _sent.append(statement)

    engines = []
    for app in apps:
        with app.app_context():
            engines.append(db.engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def ask(
    client: FlaskClient, address: str, method: str = "GET", form: Mapping[str, Any] | None = None
) -> Seen:
    """Ask for a page and give what came, without following where it leads."""
    _sent.clear()
    response = client.open(address, method=method, data=dict(form) if form else None)
    return _seen(client, response)


def _seen(client: FlaskClient, response: TestResponse) -> Seen:
    headers = tuple(sorted((k, v) for k, v in response.headers.items() if k.lower() not in UNTOLD))
    body = FRAME.sub("", response.get_data().decode("utf-8", "replace"))
    response.close()
    return Seen(response.status_code, body, headers, _cookie(client), len(_sent))


def _cookie(client: FlaskClient) -> str:
    """What the cookie of the pages holds, which its browser can read."""
    cookie = client.get_cookie("session")
    if cookie is None:
        return ""
    payload = cookie.value.lstrip(".").partition(".")[0]
    read = base64_decode(payload)
    if cookie.value.startswith("."):
        read = zlib.decompress(read)
    return read.decode("utf-8", "replace")
