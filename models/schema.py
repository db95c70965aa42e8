"""Bring a database to the schema that this code expects.

Alembic is loaded where migrations are applied and nowhere else: a server only asks whether they are.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
APPLIED = text("SELECT version_num FROM alembic_version")


def alembic_config(url: str) -> "Config":
    """Alembic's configuration for the database at `url`, without an ini file."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Apply every migration that the database at `url` does not have yet."""
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(alembic_config(url), "head")


def newest() -> str:
    """Give the revision of the newest migration: its file's name begins with it."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).partition("_")[0]


def is_current(url: str) -> bool:
    """Say whether the database at `url` has every migration."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            applied: str = connection.execute(APPLIED).scalar_one_or_none() or ""
            return applied == newest()
    finally:
        engine.dispose()
