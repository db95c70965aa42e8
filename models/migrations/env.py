"""Run the migrations on the connection or URL that models.schema hands over."""

from alembic import context
from sqlalchemy import create_engine

import models.cases
import models.people
import models.sites
import models.trust  # noqa: F401 (all tables must be known before comparing)
from models.database import Base

url = context.config.attributes["url"]
engine = create_engine(url)
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    engine.dispose()
