"""Run the migrations on the connection or URL that models.schema hands over."""

from alembic import context
from sqlalchemy import create_engine

import models.case_migration
import models.cases
import models.confidence
import models.people
import models.publication
import models.sites
import models.studio
import models.trust  # noqa: F401 (all tables must be known before comparing)
from models.database import Base

url = context.config.attributes["url"]
engine = create_engine(url)
try:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # SQLite changes a table by copying it and dropping the old one, which the rows that
            # refer to it would forbid. The pragma is ignored inside a transaction, so the driver
            # is told itself.
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                msg = f"After the migration rows refer to nothing: {broken[:5]}"
                raise RuntimeError(msg)
finally:
    engine.dispose()
