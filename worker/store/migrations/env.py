"""What Alembic runs for every command; ``worker.store.upgrade`` hands it the connection."""

from __future__ import annotations

from alembic import context

from worker.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
