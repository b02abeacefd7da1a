"""``Idempotency-Key``: a request that is sent again makes nothing twice."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.deps import Services
from tests.fakes import FakeBroker, FakeClock
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database
from worker.store.schema import idempotency

TASK = {"instruction": "Write a function `add(a, b)`."}
AUDIT = {"files": [{"path": "A.sol", "content": "contract A {}"}]}
KEY = {"Idempotency-Key": "0b5c-1"}
BODIES = {"/v1/tasks": TASK, "/v1/audits": AUDIT}


@pytest.mark.parametrize("path", BODIES)
def test_the_same_request_is_told_of_the_job_it_made(
    client: TestClient, broker: FakeBroker, path: str
) -> None:
    first = client.post(path, json=BODIES[path], headers=KEY)
    again = client.post(path, json=BODIES[path], headers=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert broker.woken == [first.json()["id"]]
    assert client.post(path, json=BODIES[path]).json()["id"] != first.json()["id"]


def test_the_body_counts_and_not_how_it_is_written(client: TestClient) -> None:
    first = client.post("/v1/tasks", json=TASK, headers=KEY).json()
    spelled_out = {"language": "python", **TASK}
    assert client.post("/v1/tasks", json=spelled_out, headers=KEY).json()["id"] == first["id"]


def test_another_request_with_the_same_key_is_refused(client: TestClient) -> None:
    client.post("/v1/tasks", json=TASK, headers=KEY)
    for path, body in (("/v1/tasks", {"instruction": "Something else."}), ("/v1/audits", AUDIT)):
        refused = client.post(path, json=body, headers=KEY)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert len(client.get("/v1/tasks").json()["jobs"]) == 1
    assert client.get("/v1/audits").json()["audits"] == []


def test_a_wrong_request_uses_no_key_up(client: TestClient) -> None:
    assert client.post("/v1/tasks", json={}, headers=KEY).status_code == 422
    assert client.post("/v1/tasks", json=TASK, headers=KEY).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb", "é", "☃".encode().decode("latin-1")])
def test_an_odd_key_is_refused(client: TestClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    refused = client.post("/v1/tasks", json=TASK, headers=headers)
    assert refused.status_code == 422, refused.text
    assert client.get("/v1/tasks").json()["jobs"] == []


def test_another_tenant_with_the_same_key_gets_a_job_of_its_own(
    client: TestClient, database: Database
) -> None:
    ids: list[Any] = []
    for tenant in ("red", "blue"):
        secret = keys.create(database, KeyRequest(name="x", tenant=tenant)).secret
        headers = {**KEY, "Authorization": f"Bearer {secret}"}
        answer = client.post("/v1/tasks", json=TASK, headers=headers)
        assert "idempotent-replayed" not in answer.headers
        assert client.post("/v1/tasks", json={"instruction": "Other."}, headers=headers).status_code == 422
        ids.append(answer.json()["id"])
    assert len(set(ids)) == 2
    # The admin who sees all of them is not told of theirs either.
    assert "idempotent-replayed" not in client.post("/v1/tasks", json=TASK, headers=KEY).headers


def test_after_a_day_a_key_is_new_again(client: TestClient, services: Services, database: Database) -> None:
    clock = FakeClock(1_800_000_000.0)
    moved = Services(**{**vars(services), "database": Database(database.engine, clock)})
    cast(FastAPI, client.app).state.services = moved
    first = client.post("/v1/tasks", json=TASK, headers=KEY).json()["id"]
    clock.turn(86_399)
    assert client.post("/v1/tasks", json=TASK, headers=KEY).json()["id"] == first
    clock.turn(2)
    assert client.post("/v1/tasks", json=TASK, headers=KEY).json()["id"] != first
    with database.begin() as connection:
        assert len(connection.execute(idempotency.select()).all()) == 1


def test_a_job_that_was_deleted_is_not_made_again_unasked(client: TestClient, database: Database) -> None:
    first = client.post("/v1/tasks", json=TASK, headers=KEY).json()["id"]
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM jobs WHERE id = ?", (first,))
    refused = client.post("/v1/tasks", json=TASK, headers=KEY)
    assert refused.status_code == 409
    assert "deleted" in refused.json()["detail"]
