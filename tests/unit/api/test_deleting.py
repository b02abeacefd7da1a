"""Deleting tasks and audits, filtering lists, and the limits of keys, as clients see them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.deps import Services
from verifiers.domain import CodingTask
from worker.store import claims, jobs
from worker.store.access import audit_log, keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

BODIES = {
    "tasks": {"instruction": "Write a function `add(a, b)`."},
    "audits": {"files": [{"path": "A.sol", "content": "contract A {}"}]},
}


@pytest.mark.parametrize("kind", BODIES)
def test_what_has_ended_can_be_deleted(client: TestClient, database: Database, kind: str) -> None:
    dropped: list[str] = []

    def forget(task_ids: Sequence[str]) -> None:
        dropped.extend(task_ids)

    app = cast(FastAPI, client.app)
    app.state.services = dataclasses.replace(cast(Services, app.state.services), forget=forget)
    job_id = client.post(f"/v1/{kind}", json=BODIES[kind]).json()["id"]
    address = f"/v1/{kind}/{job_id}"
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    answer = client.delete(address)
    assert answer.status_code == 409
    assert "Cancel it first" in answer.json()["detail"]
    claims.fail(database, held, "No model.")
    other = {"tasks": "audits", "audits": "tasks"}[kind]
    assert client.delete(f"/v1/{other}/{job_id}").status_code == 404
    answer = client.delete(address)
    assert (answer.status_code, answer.content) == (204, b"")
    assert dropped == [job_id]
    assert client.get(address).status_code == client.delete(address).status_code == 404
    assert client.get(f"{address}/events").status_code == 404
    assert audit_log.page(database, 1).entries[0].action == f"{kind[:-1]}.deleted"


def test_another_tenants_task_is_not_deleted(client: TestClient, database: Database) -> None:
    job_id = jobs.submit(database, CodingTask(instruction="Add."), 5).id
    jobs.cancel(database, job_id)
    key = keys.create(database, KeyRequest(name="mallory", tenant="other")).secret
    answer = client.delete(f"/v1/tasks/{job_id}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 404
    assert client.get(f"/v1/tasks/{job_id}").status_code == 200


@pytest.mark.parametrize("kind", BODIES)
def test_lists_are_filtered(client: TestClient, kind: str) -> None:
    job_id = client.post(f"/v1/{kind}", json=BODIES[kind]).json()["id"]

    field = {"tasks": "jobs", "audits": "audits"}[kind]

    def ids(query: str) -> list[str]:
        answer = client.get(f"/v1/{kind}?{query}")
        assert answer.status_code == 200, answer.text
        return [job["id"] for job in answer.json()[field]]

    word = {"tasks": "FUNCTION", "audits": "a.SOL"}[kind]
    language = {"tasks": "python", "audits": "solidity"}[kind]
    assert ids(f"text={word}&language={language}&since=2020-01-01T00:00:00Z&state=queued") == [job_id]
    assert ids("text=nowhere") == ids("language=go") == ids("until=2020-01-01T00:00:00Z") == []
    for wrong in ("language=cobol", "since=yesterday", "since=2020-01-01T00:00:00", "text=" + "x" * 121):
        assert client.get(f"/v1/{kind}?{wrong}").status_code == 422


@pytest.mark.parametrize("kind", BODIES)
def test_a_key_at_its_limit_is_told_to_come_back(client: TestClient, database: Database, kind: str) -> None:
    key = keys.create(database, KeyRequest(name="small", max_queued=1)).secret
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post(f"/v1/{kind}", json=BODIES[kind], headers=headers).status_code == 202
    answer = client.post(f"/v1/{kind}", json=BODIES[kind], headers=headers)
    assert answer.status_code == 429
    assert answer.headers["retry-after"]
    assert "as many as it may" in answer.json()["detail"]


@pytest.mark.parametrize("kind", BODIES)
def test_a_deadline_for_the_beginning_is_kept_with_the_job(
    client: TestClient, database: Database, kind: str
) -> None:
    answer = client.post(f"/v1/{kind}?begin_within_s=0.001", json=BODIES[kind])
    assert answer.status_code == 202
    assert claims.claim(database, answer.json()["id"], "w", 30) is None
    assert client.post(f"/v1/{kind}?begin_within_s=0", json=BODIES[kind]).status_code == 422
