from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from api.deps import Services
from api.routes import platforms
from tests.fakes import FakeBroker
from verifiers.domain import Attempt, Candidate, Outcome, OutcomeStatus, SourceFile
from worker.store import claims, jobs
from worker.store.database import Database

FILES = (SourceFile(path="add.py", content="def add(a, b):\n    return a + b\n"),)
SOLVED = Outcome(
    status=OutcomeStatus.SOLVED,
    reason="It passed.",
    solution=Attempt(number=1, candidate=Candidate(files=FILES)),
)
TASK = {"instruction": "Write a function `add(a, b)`."}
CHAT = {"messages": [{"role": "user", "content": "Write a function `add(a, b)` in Python."}]}


@pytest.fixture
def worker(database: Database, broker: FakeBroker) -> Iterator[FakeBroker]:
    """Somebody who solves what was submitted."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.01):
            claim = claims.claim(database, None, "host:1", lease_s=30)
            if claim is not None:
                claims.finish(database, claim, SOLVED)

    thread = threading.Thread(target=work)
    thread.start()
    yield broker
    stop.set()
    thread.join()


def test_ping_needs_no_key(client: TestClient) -> None:
    answer = client.get("/ping", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_invocations_need_a_key(client: TestClient) -> None:
    assert client.post("/invocations", json=TASK, headers={"Authorization": ""}).status_code == 401


@pytest.mark.usefixtures("worker")
def test_a_task_comes_back_with_its_outcome(client: TestClient) -> None:
    answer = client.post("/invocations", json=TASK)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "solved"
    assert answer.json()["outcome"]["solution"]["candidate"]["files"][0]["path"] == "add.py"


@pytest.mark.usefixtures("worker")
def test_a_chat_comes_back_as_a_completion(client: TestClient) -> None:
    answer = client.post("/invocations", json=CHAT).json()
    assert "def add" in answer["choices"][0]["message"]["content"]


@pytest.mark.usefixtures("worker")
def test_instances_come_back_as_predictions_in_their_order(client: TestClient) -> None:
    answer = client.post("/invocations", json={"instances": [CHAT, TASK], "parameters": {}})
    first, second = answer.json()["predictions"]
    assert first["object"] == "chat.completion"
    assert second["state"] == "solved"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "instruction"),
        ({"instances": []}, "instances"),
        ({"instances": [TASK] * 17}, "instances"),
        ({"instances": "all"}, "instances"),
        ({"instances": [TASK, {"instruction": 7}]}, "instances.1.instruction"),
        ({"instances": [7]}, "instances.0"),
        ({"messages": []}, "messages"),
    ],
)
def test_what_is_neither_is_refused_by_the_fields_name(
    client: TestClient, database: Database, body: dict[str, object], field: str
) -> None:
    answer = client.post("/invocations", json=body)
    assert answer.status_code == 422
    assert field in answer.json()["detail"]
    assert not jobs.page(database, 5).jobs


def test_nobody_waits_for_ever(client: TestClient, services: Services, database: Database) -> None:
    object.__setattr__(services, "chat_wait_s", 0.2)
    assert client.post("/invocations", json={"instances": [TASK, TASK]}).status_code == 504
    assert {job.state for job in jobs.page(database, 5).jobs} == {"cancelled"}


def test_vertex_names_its_own_addresses(
    app: FastAPI, admin_key: str, worker: FakeBroker, services: Services
) -> None:
    platforms.install(app, "/v1/endpoints/7:health", "/v1/endpoints/7:predict")
    with TestClient(app) as client:
        assert client.get("/v1/endpoints/7:health").status_code == 200
        path = "/v1/endpoints/7:predict"
        assert client.post(path, json={"instances": [TASK]}).status_code == 401
        client.headers["Authorization"] = f"Bearer {admin_key}"
        assert client.post(path, json={"instances": [TASK]}).json()["predictions"][0]["state"] == "solved"
        assert "/v1/endpoints/7:predict" not in client.get("/openapi.json").json()["paths"]


def test_a_client_that_goes_away_leaves_no_task_behind(
    client: TestClient, database: Database, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(request: Request) -> bool:
        return True

    monkeypatch.setattr(Request, "is_disconnected", gone)
    assert client.post("/invocations", json={"instances": [TASK, CHAT]}).status_code == 499
    shown = jobs.page(database, 10).jobs
    assert [job.state.value for job in shown] == ["cancelled", "cancelled"]
