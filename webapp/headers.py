"""What every answer tells the browser about how little it may do."""

from wsgiref.headers import Headers

from flask import Flask, Response, request

from config import Config
from webapp.access import cookie_name

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
    """Put the headers on every answer that Flask gives."""
    settings: Config = app.config["SITEWARD"]
    headers = security_headers(https=settings.secure_cookies)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in headers.items():
            # A download brings a stricter policy of its own.
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            _forbid_keeping(response)
        return response


def add_to_static(headers: Headers, *, https: bool) -> None:
    """Put the headers on a static file, which WhiteNoise serves before Flask sees the request."""
    for name, value in security_headers(https=https).items():
        headers[name] = value


def _forbid_keeping(response: Response) -> None:
    """Leave nothing on a shared computer: neither pages of somebody nor forms with a token."""
    if response.headers.get("Cache-Control") and not _is_personal():
        return
    response.headers["Cache-Control"] = "no-store"


def _is_personal() -> bool:
    # Without asking the database, which may be what is broken.
    return cookie_name() in request.cookies
