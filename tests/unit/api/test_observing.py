from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from starlette.testclient import TestClient

from api.deps import Services
from api.observing import HttpMetrics
from worker.access import Scope
from worker.observing.exposition import build_registry
from worker.observing.logs import JsonFormatter
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database


def numbers(client: TestClient) -> str:
    return generate_latest(cast(HttpMetrics, cast(FastAPI, client.app).state.http_metrics).registry).decode()


def test_metrics_are_for_admins_only(client: TestClient, database: Database) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    readers = keys.create(database, KeyRequest(name="r", scopes=frozenset({Scope.READ, Scope.SUBMIT}))).secret
    assert client.get("/metrics", headers={"Authorization": f"Bearer {readers}"}).status_code == 403
    assert client.get("/metrics", headers={"Authorization": ""}).status_code == 401


def test_metrics_are_those_of_the_services(client: TestClient, services: Services, tmp_path: Path) -> None:
    empty = tmp_path / "metrics"
    empty.mkdir()
    registry = build_registry([HttpMetrics().registry], str(empty))
    object.__setattr__(services, "metrics", registry)
    assert "acrisol_http_requests_open 0.0" in client.get("/metrics").text


def test_requests_are_counted_by_the_routes_template(client: TestClient) -> None:
    for number in range(3):
        client.get(f"/v1/tasks/{number}")
    assert re.search(
        r'acrisol_http_requests_total\{method="GET",route="/v1/tasks/\{task_id\}",status="404"\} [3-9]',
        numbers(client),
    )


def test_what_a_client_chooses_makes_no_series(client: TestClient) -> None:
    client.get("/v1/tasks/1")
    client.get("/nowhere")
    client.request("BREW", "/v1/tasks/1")
    before = numbers(client).count("\n")
    for number in range(15):
        client.get(f"/nowhere/{number}%0A%1B[2J")
        client.get(f"/v1/tasks/{number}?model=m{number}", headers={"X-Forwarded-For": f"10.0.0.{number}"})
        client.request(f"BREW{number}", f"/v1/tasks/{number}")
    assert numbers(client).count("\n") - before <= 2


def test_every_answer_names_its_request(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "build-7.a_b"}).headers["x-request-id"] == (
        "build-7.a_b"
    )
    made = {client.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    refused = client.get("/healthz", headers={"host": "evil.example"})
    assert (refused.status_code, len(refused.headers["x-request-id"])) == (421, 32)


@pytest.mark.parametrize("hostile", ["", "a b", "x" * 65, "a\tb", '","level":"ERROR"', "é", "../../etc"])
def test_a_clients_name_for_a_request_is_taken_only_if_it_is_plain(client: TestClient, hostile: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": hostile.encode()})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_request_is_one_line_of_the_log(
    client: TestClient, admin_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="acrisol.access"):
        client.get("/v1/tasks/%0A%1B[2Jforged?api_key=secret", headers={"X-Request-ID": "r-1"})
    (record,) = [each for each in caplog.records if each.name == "acrisol.access"]
    line = JsonFormatter().format(record)
    fields = record.fields  # type: ignore[attr-defined]
    assert (fields["status"], fields["route"]) == (404, "/v1/tasks/{task_id}")
    assert fields["tenant"] == "default"
    assert fields["key"]
    assert "\n" not in line
    assert "\x1b" not in line
    assert "secret" not in line
    assert admin_key not in line


def test_a_server_that_stops_is_not_ready_and_still_answers(client: TestClient, services: Services) -> None:
    assert client.get("/readyz").status_code == 200
    services.draining.set()
    for address in ("/readyz", "/ping"):
        refused = client.get(address, headers={"Authorization": ""})
        assert (refused.status_code, refused.json()["status"]) == (503, 503)
    assert client.get("/healthz").status_code == 200
    assert client.post("/v1/tasks", json={"instruction": "Write add."}).status_code == 202
