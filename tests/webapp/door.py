"""How tests go through the door: sign in over HTTP, send forms with their token."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import Context
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Config
from models.database import db
from webapp import create_app
from workflows import passwords

PASSWORD = "northwater by the lake"


class Browser(FlaskClient):
    """A browser whose requests share nothing with the test around them.

    The tests hold an application context open. A request would join it, and Flask-Login and
    Flask-WTF would remember there who asked the last time.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once: hashing is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    return post(client, "/login", email=email, password=password)


def post(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send a form as a browser does that has the sign-in or password page open."""
    return client.post(address, data={**fields, "csrf_token": csrf_token(client)})


def csrf_token(client: FlaskClient, page: str = "") -> str:
    page = page or client.get("/login", follow_redirects=True).text
    if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page):
        return found[1]
    raise AssertionError("The page has no form with a token.")


@contextmanager
def open_door(url: str, *, secure_cookies: bool) -> Generator[Flask]:
    """An application with settings of its own on a database that is there."""
    app = create_app(
        Config(database_url=url, secret_key="a secret for tests", secure_cookies=secure_cookies)
    )
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
