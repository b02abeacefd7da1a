"""SQLite under many processes and threads: how long writers wait for its one lock, and for the disk.

SQLite itself looks for the lock in naps that grow to a tenth of a second, every thread for itself. Under load
the lock is free most of that time, and whoever has waited longest looks most seldom. Here one thread of a
process at a time looks, every half a millisecond.

With ``synchronous=FULL`` SQLite waits for the disk while it holds the lock, with every other writer waiting:
0.4 to 4 ms a commit where it was measured. Here whoever acknowledges something waits after the commit.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

from worker.errors import StoreUnavailable

_NAP_S = 0.0005
_LONG_NAP_S = 0.005
_SOON_S = 0.1  # what has held the lock for longer is slow, or frozen
_LOG = "log"  # where a connection's info names the write-ahead log


def configure(engine: Engine, longest_s: float) -> None:
    """Have the connections of an engine set up.

    Args:
        engine: An SQLite engine that has no connection yet.
        longest_s: Seconds after which a statement that waits for the lock fails.
    """
    event.listen(engine, "connect", lambda driver, record: _set_up(driver, record.info, longest_s))
    looking = threading.Lock()

    def execute(run: Callable[[], object]) -> bool:
        try:
            run()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            _wait(run, looking, longest_s)
        return True  # it is carried out

    def with_values(cursor: Any, text: str, values: Any, _: object) -> bool:
        return execute(lambda: cursor.execute(text, values))

    def with_many(cursor: Any, text: str, values: Any, _: object) -> bool:
        return execute(lambda: cursor.executemany(text, values))

    def without(cursor: Any, text: str, _: object) -> bool:
        return execute(lambda: cursor.execute(text))

    event.listen(engine, "do_execute", with_values)
    event.listen(engine, "do_executemany", with_many)
    event.listen(engine, "do_execute_no_params", without)


def rows_written(connection: Connection) -> int:
    """How many rows were written since a connection was opened."""
    driver: Any = connection.connection.dbapi_connection
    return int(driver.total_changes)


def log_of(connection: Connection) -> str:
    """The path of a connection's write-ahead log; empty where there is none, and commits wait themselves."""
    return str(connection.info[_LOG])


def to_disk(log: str) -> None:
    """Wait until everything that was committed is on the disk, whoever committed it.

    The log is written from its beginning to its end, and SQLite syncs what it holds before it begins anew.

    Args:
        log: The path of the write-ahead log, from :func:`log_of`.

    Raises:
        StoreUnavailable: it cannot be said to be there.
    """
    if not log:
        return
    try:
        file = os.open(log, os.O_RDONLY)
        try:
            os.fdatasync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise StoreUnavailable(
            f"The job database could not be written to the disk: {error.strerror}.",
            "Check the disk that it is on.",
        ) from error


def empty_log(connection: Connection, longest_s: float) -> None:
    """Empty the write-ahead log, unless somebody reads in it for that long."""
    for pragma in (f"busy_timeout={longest_s * 1000:.0f}", "wal_checkpoint(TRUNCATE)", "busy_timeout=0"):
        connection.exec_driver_sql(f"PRAGMA {pragma}").all()


def _set_up(driver: Any, info: dict[str, Any], longest_s: float) -> None:
    cursor = driver.cursor()
    for pragma in (
        f"busy_timeout={longest_s * 1000:.0f}",
        "journal_mode=WAL",  # readers do not wait for the writer
        "foreign_keys=ON",
        "secure_delete=ON",  # what was deleted is overwritten
        "busy_timeout=0",  # from here on it is waited here
    ):
        cursor.execute(f"PRAGMA {pragma}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        cursor.execute("PRAGMA synchronous=NORMAL")  # to_disk does the rest
        # As SQLite names it: the log lies beside the file itself, not beside a link to it.
        info[_LOG] = cursor.execute("PRAGMA database_list").fetchone()[2] + "-wal"
    else:  # a file system that cannot have one
        cursor.execute("PRAGMA synchronous=FULL")
        info[_LOG] = ""
    cursor.close()


def _wait(run: Callable[[], object], looking: threading.Lock, longest_s: float) -> None:
    began = time.monotonic()
    mine = looking.acquire(timeout=longest_s)
    try:
        while True:
            waited = time.monotonic() - began
            time.sleep(_NAP_S if waited < _SOON_S else _LONG_NAP_S)
            try:
                run()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or waited >= longest_s:
                    raise
    finally:
        if mine:
            looking.release()
