"""A private Postgres server for the tests: started when a test needs it, gone afterwards."""

from __future__ import annotations

import functools
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete

from tests.requirements import require
from worker.store.database import open_database
from worker.store.schema import metadata

INSTALL = "apt-get install -y --no-install-recommends postgresql"
_USER = "postgres"  # Debian's package makes it; initdb refuses to be run by root
_READY_S = 60.0


class Postgres:
    """A running server of our own, on a Unix socket in a folder of its own and on no network."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._folder = folder
        self._names = itertools.count()
        as_user: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam(_USER)
            os.chown(folder, user.pw_uid, user.pw_gid)
            as_user = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        data = f"{folder}/data"
        init = [f"{programs}/initdb", "-D", data, "-U", _USER, "-A", "trust", "--no-sync", "-E", "UTF8"]
        subprocess.run(
            ["setpriv", *as_user, "--", *init, "--locale=C"], check=True, stdout=subprocess.DEVNULL, cwd="/"
        )
        # Nothing of it has to survive: no waiting for the disk, and QUIT ends it without another word.
        options = [f"unix_socket_directories={folder}", "listen_addresses=", "fsync=off"]
        server = [f"{programs}/postgres", "-D", data, *(f"--{option}" for option in options)]
        self._log = (folder / "log").open("w+")
        self._process = subprocess.Popen(
            ["setpriv", *as_user, "--pdeathsig", "QUIT", "--", *server],
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            cwd="/",
        )

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql://{_USER}@/{database}?host={self._folder}"

    def new_database(self, encoding: str = "UTF8") -> str:
        """Make an empty database, and give its URL."""
        name = f"test_{next(self._names)}"
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
        return self.url(name)

    def end_connections(self) -> None:
        """Break off every connection there is, as a server that is started again does."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    @functools.cached_property
    def shared(self) -> str:
        """The URL of a database for many tests, each of which begins with :meth:`emptied`."""
        return self.new_database()

    @functools.cached_property
    def _cleared(self) -> str:
        return self.new_database()

    def cleared(self) -> str:
        """A database without a table in it, which the tests of a session have one after the other."""
        with psycopg.connect(self._cleared, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return self._cleared

    def emptied(self) -> str:
        """The shared database without a row in it: that takes milliseconds, a new one the better part of a
        second."""
        database = open_database(self.shared)
        with database.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        database.close()
        return self.shared

    def await_ready(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it does not, with the end of its log.
        """
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(self._address).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self._log.seek(0)
        raise RuntimeError(f"Postgres did not start: {self._log.read()[-2000:]}")

    def stop(self) -> None:
        """End it, whoever is connected."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(60)
        self._log.close()

    @property
    def _address(self) -> str:
        return f"host={self._folder} user={_USER} dbname=postgres"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the whole session; each test makes a database of its own in it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    require("postgres", bool(programs), INSTALL)
    folder = Path(tempfile.mkdtemp(prefix="acrisol-pg-", dir="/tmp"))  # a socket's path is short
    server = Postgres(programs[-1].parent, folder)
    try:
        server.await_ready()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
