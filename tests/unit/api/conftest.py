"""What the API's unit tests share: the real app over a temporary store, and a broker that remembers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from tests.fakes import FakeBroker
from verifiers.audit_check import check_audit
from verifiers.registry import check_task
from worker.access import Scope
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database, open_database


@pytest.fixture
def database(tmp_path: Path, empty_store: Path) -> Iterator[Database]:
    shutil.copy(empty_store, tmp_path / "jobs.db")
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    yield database
    database.close()


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def services(database: Database, broker: FakeBroker) -> Services:
    return Services(database, broker, wake_after_s=5, check=check_task, check_audit=check_audit)


@pytest.fixture
def admin_key(database: Database) -> str:
    """An API key that may do everything."""
    return keys.create(database, KeyRequest(name="tests", scopes=frozenset(Scope))).secret


@pytest.fixture
def app(services: Services) -> FastAPI:
    """An app of the test's own, for a test that changes it."""
    return create_app(services, max_body_bytes=4_000_000, hosts={"testserver"})


@pytest.fixture(scope="session")
def shared_client() -> Iterator[TestClient]:
    """An app that stays, without services: starting one costs more than most tests."""
    nothing = cast(Services, None)
    app = create_app(nothing, max_body_bytes=4_000_000, hosts={"testserver"})
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(shared_client: TestClient, services: Services, admin_key: str) -> TestClient:
    """A client of an app over this test's store and broker, with an admin's key."""
    cast(FastAPI, shared_client.app).state.services = services
    shared_client.headers["Authorization"] = f"Bearer {admin_key}"
    shared_client.cookies.clear()
    return shared_client
