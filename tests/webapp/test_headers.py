"""What browsers are told with every answer."""

from pathlib import Path

import pytest
from flask import Flask

import webapp
from models.database import transaction
from tests import city
from tests.webapp.door import open_door, password_hash, sign_in
from webapp.headers import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.usefixtures("clock_stands")


@pytest.mark.parametrize("address", ["/login", "/nothing-here", "/healthz", "/password"])
def test_every_answer_is_protected(app: Flask, address: str) -> None:
    headers = app.test_client().get(address).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_no_script_or_style_may_stand_in_a_page() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


def test_an_error_in_the_middle_of_a_page_is_protected_too(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["signing_in.login"] = lambda: str(1 / 0)
    response = app.test_client().get("/login")
    assert response.status_code == 500
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_over_https_browsers_are_told_to_stay_with_it(sqlite_url: str) -> None:
    with open_door(sqlite_url, secure_cookies=True) as app:
        headers = app.test_client().get("/login", base_url="https://city.example").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_download_keeps_the_stricter_policy_that_it_brings(app: Flask) -> None:
    app.view_functions["signing_in.login"] = lambda: (
        "x",
        {"Content-Security-Policy": "sandbox; default-src 'none'"},
    )
    headers = app.test_client().get("/login").headers
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_page_of_somebody_is_never_kept_by_the_browser(app: Flask) -> None:
    with transaction() as session:
        unit = city.unit(session, "PRK")
        city.person(session, "Rosa", "Valdez", unit, password_hash=password_hash())
    client = app.test_client()
    sign_in(client, "rosa.valdez@northwater.example")
    app.view_functions["signing_in.password"] = lambda: ("x", {"Cache-Control": "public"})
    assert client.get("/password").headers["Cache-Control"] == "no-store"


def test_the_bundle_is_kept_for_ever_and_protected_too(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "site-3H45O2YI.css").write_text("p { margin: 0 }")
    (tmp_path / "dist" / "notices.txt").write_text("MIT")
    monkeypatch.setattr(webapp, "STATIC", tmp_path)
    with open_door(sqlite_url, secure_cookies=False) as app:
        hashed = app.test_client().head("/static/dist/site-3H45O2YI.css").headers
        plain = app.test_client().head("/static/dist/notices.txt").headers
    assert "immutable" in hashed["Cache-Control"]
    assert "immutable" not in plain["Cache-Control"]
    assert hashed["X-Content-Type-Options"] == "nosniff"
    assert hashed["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "Access-Control-Allow-Origin" not in hashed


def test_what_is_public_may_say_how_long_it_keeps(app: Flask) -> None:
    app.view_functions["signing_in.login"] = lambda: ("x", {"Cache-Control": "max-age=60"})
    assert app.test_client().get("/login").headers["Cache-Control"] == "max-age=60"
