"""What the API's unit tests share: the real app over a temporary store, and a broker that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from tests.fakes import FakeBroker
from verifiers.registry import check_task
from worker.store.database import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    yield database
    database.close()


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def app(database: Database, broker: FakeBroker) -> FastAPI:
    services = Services(database, broker, wake_after_s=5, check=check_task)
    return create_app(services, max_body_bytes=4_000_000, hosts={"testserver"})


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
