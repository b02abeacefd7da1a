"""Bringing a database's tables to what this program works with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from worker.errors import StoreUnavailable
from worker.store.migrations import HEAD

_MIGRATIONS = Path(__file__).parent / "migrations"


def version(connection: Connection) -> str | None:
    """The revision that a database's tables are at; None where they are not numbered, or not there."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def to_head(connection: Connection) -> None:
    """Bring a database to ``HEAD``, whatever it is at, in the caller's transaction.

    Args:
        connection: Nobody else may be changing the tables.

    Raises:
        StoreUnavailable: the database belongs to a newer program.
    """
    # Not at the top: it takes longer to import than most databases take to open, and few need it.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = version(connection)
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"The job database was written by a newer Acrisol: its tables are at revision {found[:32]!r}, "
            f"this one knows them up to {HEAD!r}.",
            "Upgrade this Acrisol, or name another database by ACRISOL_DATABASE_URL.",
        )
    if found is None and connection.dialect.has_table(connection, "jobs"):
        # Made before there were revisions, with or without audits.
        command.stamp(config, "0002" if connection.dialect.has_table(connection, "audits") else "0001")
    command.upgrade(config, HEAD)


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
