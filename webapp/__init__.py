"""How people meet the product: pages, forms and commands."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config import Config
from models.database import db
from webapp import (
    absences,
    access,
    admin,
    break_glass,
    case_migrations,
    cases,
    check_reports,
    cli,
    clock,
    comparisons,
    demo_commands,
    diagram_commands,
    diagram_drafts,
    diagram_reviews,
    diagrams,
    draft_remarks,
    errors,
    evidence,
    forms,
    frame,
    headers,
    health,
    incoming,
    interventions,
    notices,
    outline,
    personnel_data,
    policy,
    policy_commands,
    policy_versions,
    register,
    rehearsals,
    reports,
    runtime,
    signing_in,
    sites,
    start,
    studio,
    studio_api,
    studio_preview,
    studio_vocabulary,
    tasks,
    templating,
    uploads,
)

# Every blueprint of the product. Its endpoints also stand in permissions.ENDPOINTS, or stay shut.
BLUEPRINTS = (
    frame.bp,
    health.bp,
    signing_in.bp,
    admin.bp,
    tasks.bp,
    start.bp,
    cases.bp,
    break_glass.bp,
    personnel_data.bp,
    interventions.bp,
    diagrams.bp,
    diagram_drafts.bp,
    diagram_reviews.bp,
    draft_remarks.bp,
    comparisons.bp,
    case_migrations.bp,
    rehearsals.bp,
    studio.bp,
    studio_api.bp,
    studio_vocabulary.bp,
    studio_preview.bp,
    outline.bp,
    check_reports.bp,
    absences.bp,
    notices.bp,
    policy.bp,
    policy_versions.bp,
    sites.bp,
    register.bp,
    reports.bp,
    evidence.bp,
    uploads.bp,
)

STATIC = Path(__file__).parent / "static"


def create_app(config: Config | None = None) -> Flask:
    """Build the application with the settings given, or with those of the environment."""
    config = config or Config.from_environment()
    app = Flask(__name__)
    app.url_map.strict_slashes = False
    # To put such an address right, Werkzeug would send people to whatever host they named.
    app.url_map.merge_slashes = False
    app.config.from_mapping(_flask_settings(config))
    db.init_app(app)
    for part in (
        runtime,
        headers,
        access,
        incoming,
        forms.csrf,
        frame,
        errors,
        cli,
        demo_commands,
        diagram_commands,
        policy_commands,
    ):
        part.init_app(app)
    templating.install(app, zone=ZoneInfo(config.time_zone), now=clock.now)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _serve_static(app)
    app.wsgi_app = headers.Protected(  # type: ignore[method-assign]  # Flask's own way to add middleware
        app.wsgi_app, https=config.secure_cookies
    )
    if hops := config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to add middleware
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    return app


def _flask_settings(config: Config) -> dict[str, object]:
    prefix = "__Host-" if config.secure_cookies else ""
    return {
        "SITEWARD": config,
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": list(config.secret_key_fallbacks),
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        # What people answered must not come into the log with a statement that failed.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "MAX_CONTENT_LENGTH": config.max_upload_megabytes * 1024 * 1024,
        "TEMPLATES_AUTO_RELOAD": False,
        "SESSION_COOKIE_NAME": f"{prefix}siteward_form",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A form may stay open as long as the sign-in lasts; the token ends with the session.
        "WTF_CSRF_TIME_LIMIT": None,
        "SIGN_IN_LIMITS": {
            "idle": timedelta(minutes=config.session_idle_minutes),
            "absolute": timedelta(hours=config.session_hours),
        },
    }


def _serve_static(app: Flask) -> None:
    """Serve the built bundle ready compressed, for ever where the name holds a hash."""
    if not STATIC.is_dir():
        return
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's own way to add middleware
        app.wsgi_app,
        root=STATIC,
        prefix="static",
        allow_all_origins=False,
        immutable_file_test=r"-[0-9A-Z]{8}\.",
    )
