"""What every answer tells the browser about how little it may do."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from webapp.access import cookie_name

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
A_YEAR = 365 * 24 * 60 * 60


def security_headers(*, https: bool) -> dict[str, str]:
    """The headers of every answer; with HTTPS also the promise to stay with it."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    return headers


def init_app(app: Flask) -> None:
    """Leave nothing on a shared computer: neither pages of somebody nor forms with a token."""
    app.after_request(_forbid_keeping)


class Protected:
    """Puts the headers on every answer: of Flask, of the static files, and of their refusals."""

    def __init__(self, app: "WSGIApplication", *, https: bool) -> None:
        """Stand around this application."""
        self._app = app
        self._headers = list(security_headers(https=https).items())

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer as the application does, with the headers that its answer lacks."""

        def start(status: str, given: list[tuple[str, str]], *failed: Any) -> Any:
            # A download brings a stricter policy of its own.
            present = {name.lower() for name, _ in given}
            added = [pair for pair in self._headers if pair[0].lower() not in present]
            return start_response(status, [*given, *added], *failed)

        return self._app(environ, start)


def _forbid_keeping(response: Response) -> Response:
    kept = response.headers.get("Cache-Control") and not _is_personal()
    if request.endpoint != "static" and not kept:
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_personal() -> bool:
    # Without asking the database, which may be what is broken.
    return cookie_name() in request.cookies
