from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tests.postgres import Postgres
from verifiers.audit_values import AuditRequest
from verifiers.domain import CodingTask, SourceFile
from worker.errors import StoreUnavailable
from worker.store import audits, claims, jobs, upgrade
from worker.store.database import Database, _engine, open_database
from worker.store.migrations import HEAD
from worker.store.schema import metadata

PARAMS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OLD_ROW = (
    "INSERT INTO jobs (id, state, language, title, task, token, cancel_requested, deliveries, tool_failures,"
    " worker_deaths, woken, wake_at, not_before, created_at, events)"
    " VALUES ('old', 'queued', 'python', 'Add.', :task, 0, :no, 0, 0, 0, :no, 0, 0, 1, 0)"
)


@pytest.fixture(params=PARAMS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of the test's own, without a table in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.cleared()


@pytest.fixture
def raw(empty: str) -> Iterator[Database]:
    database = Database(_engine(empty))
    yield database
    database.close()


def at(raw: Database, revision: str, numbered: bool = True) -> None:
    """Make the tables of a revision, with or without its number."""
    from alembic import command

    with raw.alone("migrate") as connection:
        command.upgrade(upgrade._config(connection), revision)
        if not numbered:
            connection.execute(text("DROP TABLE alembic_version"))


def test_the_revisions_make_the_tables_that_the_program_works_with(raw: Database) -> None:
    """If this fails, a table was changed without a revision: add one to worker/store/migrations/versions."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    at(raw, HEAD)
    with raw.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        script = ScriptDirectory.from_config(upgrade._config(connection))
    assert script.get_current_head() == HEAD


@pytest.mark.parametrize(
    ("revision", "numbered"), [("0001", False), ("0002", False), ("0002", True), ("0003", True)]
)
def test_an_old_database_keeps_its_rows(
    raw: Database, empty: str, task: CodingTask, revision: str, numbered: bool
) -> None:
    at(raw, revision, numbered)
    with raw.begin() as connection:
        connection.execute(text(OLD_ROW), {"task": task.model_dump_json(), "no": False})
    database = open_database(empty)
    assert jobs.get(database, "old", tenant="default").task == task
    held = claims.claim(database, None, "w", 30)
    assert held is not None
    assert held.work == task
    request = AuditRequest(files=(SourceFile(path="A.sol", content="contract A {}"),))
    audit_id = audits.submit(database, request, 5).id
    assert [item.id for item in audits.page(database, 10).audits] == [audit_id]
    database.close()


def test_a_newer_programs_database_is_refused_and_left_alone(raw: Database, empty: str) -> None:
    at(raw, HEAD)
    with raw.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="newer Acrisol") as caught:
        open_database(empty)
    assert "Upgrade this Acrisol" in str(caught.value)
    with raw.begin() as connection:
        assert upgrade.version(connection) == "9999"


def test_an_upgrade_that_breaks_off_changes_nothing(raw: Database, empty: str) -> None:
    at(raw, "0001")
    with raw.begin() as connection:
        connection.execute(text("CREATE TABLE webhook_endpoints (x INTEGER)"))  # the last revision stumbles
    with pytest.raises(StoreUnavailable, match="webhook_endpoints"):
        open_database(empty)
    tables = set(inspect(raw.engine).get_table_names())
    assert tables == {"alembic_version", "jobs", "events", "webhook_endpoints"}
    with raw.begin() as connection:
        assert upgrade.version(connection) == "0001"


def test_programs_that_start_at_the_same_moment_all_get_their_tables(empty: str) -> None:
    program = (
        "import sys; from worker.store.database import open_database; sys.stdin.read();"
        "open_database(sys.argv[1]); print('open')"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    ends = [process.communicate(timeout=120) for process in started]
    assert [out for out, _ in ends] == ["open\n"] * 3, ends


def test_opening_what_is_at_head_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/jobs.db"
    open_database(url).close()
    program = (
        f"import sys; from worker.store.database import open_database; open_database({url!r});"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused_by_one_sentence(
    postgres: Postgres, encoding: str
) -> None:
    with pytest.raises(StoreUnavailable, match=f"encoding {encoding}") as caught:
        open_database(postgres.new_database(encoding))
    assert "ENCODING 'UTF8'" in str(caught.value)
