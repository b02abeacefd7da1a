"""Opening the database, SQLite or Postgres, and transactions on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, func, make_url, select
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError

from verifiers.errors import InvalidInput
from worker.errors import AlreadyAccepted, StoreUnavailable
from worker.store import sqlite, upgrade
from worker.store.migrations import HEAD
from worker.store.together import Together, Write
from worker.store.webhooks.sealing import Seal

_LONGEST_S = 15.0  # that a writer waits for SQLite's one lock
# A connection whose other end is gone without a word is given up within seconds, so that a job's lease is
# not lost over it.
_POSTGRES = {"connect_timeout": "5", "tcp_user_timeout": "10000"}
_UTF8 = {"client_encoding": "utf8"}  # else a database without an encoding has no text for us, only bytes


@dataclass(frozen=True)
class Database:
    """An open database.

    Args:
        engine: SQLAlchemy's engine; safe to use from several threads, not across a fork.
        clock: Seconds since the epoch.
        seal: What webhooks' secrets are sealed with.
    """

    engine: Engine
    clock: Callable[[], float] = time.time
    seal: Seal = field(default_factory=Seal, repr=False)
    _together: Together = field(default_factory=Together, init=False, repr=False, compare=False)

    @contextmanager
    def begin(self, lasting: bool = True) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, rolled back if it raises.

        A transaction that writes must write first: SQLite refuses to turn a reader into a writer when
        somebody else wrote in between.

        Args:
            lasting: What is written is acknowledged to somebody once the block has ended, so it has to
                survive a power cut: on SQLite the block waits for the disk once it is committed, when the
                lock is free for others again. Without it nothing waits for a disk; it still survives the
                death of every process, and a power cut takes it together with all that was written later
                and with the worker that wrote it: a claim, an event or a renewal is had again by running
                the job again. Postgres always waits: a worker on another machine survives its power cut,
                and must not meet its own fencing token in other hands.

        Raises:
            InvalidInput: Postgres has no place for a value, such as text with a NUL character.
            StoreUnavailable: the database does not answer, is locked for too long, or is full.
        """
        try:
            with self.engine.begin() as connection:
                if not lasting or not self._is_sqlite:  # Postgres' commits wait for the disk themselves
                    yield connection
                    return
                before = sqlite.rows_written(connection)
                yield connection
                wrote, log = sqlite.rows_written(connection) != before, sqlite.log_of(connection)
            if wrote:
                sqlite.to_disk(log)
        except DataError as error:
            raise InvalidInput("a value", f"cannot be stored: {_reason(error)}.") from error
        except SQLAlchemyError as error:
            raise StoreUnavailable(
                f"The job database failed: {_reason(error)}.",
                "Check that it is reachable, writable and has free disk space.",
            ) from error

    @contextmanager
    def alone(self, purpose: str, lasting: bool = True) -> Iterator[Connection]:
        """A transaction that is alone: whoever begins one for the same purpose, here or on another machine,
        waits until it ends. It may read before it writes. ``lasting`` is that of :meth:`begin`.

        Raises:
            StoreUnavailable: as :meth:`begin`.
        """
        with self.begin(lasting) as connection:
            if self._is_sqlite:  # which has one writer at a time anyway
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"acrisol {purpose}"))))
            yield connection

    def together(self, purpose: str | None, write: Write) -> None:
        """A lasting transaction with one write, which is alone if it has a purpose (see :meth:`alone`). On
        SQLite writes that come at the same time share one, and one wait for its lock and its disk.

        Raises:
            AcrisolError: what the write raised; nothing was written.
            StoreUnavailable: as :meth:`begin`.
        """
        if self._is_sqlite:
            try:
                self._together.write(partial(self.alone, "write"), write)
            except AlreadyAccepted:  # by another server perhaps, which still waits for the disk
                with self.begin() as connection:
                    log = sqlite.log_of(connection)
                sqlite.to_disk(log)
                raise
            return
        with self.begin() if purpose is None else self.alone(purpose) as connection:
            write(connection)

    def purge(self) -> None:
        """Have what was deleted gone from the disk as well.

        SQLite overwrites it in the file itself, but not in its write-ahead log, which is emptied here. Where
        others read at that moment it stays until the next call. Postgres clears up by itself (autovacuum).

        Raises:
            StoreUnavailable: as :meth:`begin`.
        """
        if self._is_sqlite:
            with self.begin() as connection:
                sqlite.empty_log(connection, _LONGEST_S)

    @property
    def _is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str, clock: Callable[[], float] = time.time, seal: Seal | None = None) -> Database:
    """Open a database and bring its tables to what this program works with.

    Args:
        url: An SQLAlchemy URL, for example ``sqlite:////var/lib/acrisol/acrisol.db``, whose folder is
            created, or ``postgresql://user:password@host/acrisol``.
        clock: Seconds since the epoch.
        seal: What webhooks' secrets are sealed with; whoever neither makes nor sends webhooks needs none.

    Raises:
        StoreUnavailable: it cannot be opened or written, or belongs to a newer program.
    """
    database = Database(_engine(url), clock, seal or Seal())
    try:
        with database.begin() as connection:
            _check_encoding(connection)
            found = upgrade.version(connection)
        if found != HEAD:
            with database.alone("migrate") as connection:
                upgrade.to_head(connection)
    except StoreUnavailable:
        database.close()
        raise
    return database


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
            return create_engine(_postgres(parsed), pool_pre_ping=True)
        if parsed.get_backend_name() != "sqlite":
            raise ArgumentError
        if parsed.database in (None, "", ":memory:"):
            raise StoreUnavailable(
                "An SQLite database in memory cannot be shared with the worker.",
                "Give a file, for example ACRISOL_DATABASE_URL=sqlite:////var/lib/acrisol/acrisol.db.",
            )
        # The file holds code and webhooks' secrets: a folder that is made for it is its user's only.
        Path(str(parsed.database)).expanduser().parent.mkdir(0o700, parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": _LONGEST_S})
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreUnavailable(
            "ACRISOL_DATABASE_URL is not a database that can be used here.",
            "Give a URL such as sqlite:////var/lib/acrisol/acrisol.db, or postgresql://user:password@host/db "
            "with acrisol[postgres] installed.",
        ) from error
    except OSError as error:
        raise StoreUnavailable(
            f"The database's folder cannot be made: {error.strerror}: {error.filename}.",
            "Set ACRISOL_HOME or ACRISOL_DATABASE_URL to a place that can be written.",
        ) from error
    sqlite.configure(engine, _LONGEST_S)
    return engine


def _postgres(url: URL) -> URL:
    missing = {name: value for name, value in _POSTGRES.items() if name not in url.query}
    return url.set(drivername="postgresql+psycopg").update_query_dict(missing | _UTF8)


def _check_encoding(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"The Postgres database has the encoding {encoding}, which has no place for every text.",
            "Make one that has: CREATE DATABASE acrisol ENCODING 'UTF8' TEMPLATE template0.",
        )


def _reason(error: SQLAlchemyError) -> str:
    # The driver's own words, whose second line repeats the row in Postgres; SQLAlchemy's text would repeat
    # the statement and its parameters. Either can hold code.
    original = str(getattr(error, "orig", None) or type(error).__name__)
    return original.partition("\n")[0].rstrip(".")
