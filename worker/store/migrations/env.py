"""What Alembic runs for every command; ``worker.store.upgrade`` hands it the connection."""

from __future__ import annotations

from alembic import context

from worker.store.schema import metadata


def _run() -> None:
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):  # as long as Alembic carries out a command; a mere import does nothing
    _run()
