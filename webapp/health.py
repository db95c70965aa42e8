"""Whether the process lives, and whether it can do its work."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from models import schema
from models.database import db
from webapp import clock
from workflows import jobs

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer while the process runs; restart it when this does not."""
    return {"status": "alive"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Answer 200 when the database has the schema of this code and its deadlines fire, else 503."""
    settings: Config = current_app.config["SITEWARD"]
    try:
        db.session.execute(text("SELECT 1"))
        current = schema.is_current(settings.database_url)
        wrong = jobs.what_is_wrong(db.session(), now=clock.now()) if current else None
    except SQLAlchemyError:
        current_app.logger.exception("The database cannot be reached.")
        return {"status": "not ready", "why": "The database cannot be reached."}, 503
    if not current:
        why = "The database lacks migrations. Run: flask --app webapp db upgrade"
        return {"status": "not ready", "why": why}, 503
    if wrong is not None:
        return {"status": "not ready", "why": wrong}, 503
    return {"status": "ready"}
