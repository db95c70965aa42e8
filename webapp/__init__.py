"""How people meet the product: pages, forms and commands."""

from pathlib import Path

from flask import Flask

from config import Config
from models.database import db


def create_app(config: Config | None = None) -> Flask:
    """Build the application with the settings given, or with those of the environment."""
    config = config or Config.from_environment()
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(
        SITEWARD=config,
        SECRET_KEY=config.secret_key,
        SECRET_KEY_FALLBACKS=list(config.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=config.database_url,
        MAX_CONTENT_LENGTH=config.max_upload_megabytes * 1024 * 1024,
        TEMPLATES_AUTO_RELOAD=False,
    )
    db.init_app(app)
    return app


ROOT = Path(__file__).parent
