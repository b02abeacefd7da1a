"""A rolling restart: a server that stops says so and takes what still comes; the next one goes on with it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx
import pytest

from tests.integration.service.processes import wait_for
from tests.integration.service.test_serve import end_of, environment, serving, submit

__all__ = ["environment"]

pytestmark = pytest.mark.redis


def status_of(client: httpx.Client, address: str) -> int:
    try:
        return client.get(address).status_code
    except httpx.TransportError:
        return 0  # it has stopped


def test_a_rolling_restart_loses_and_doubles_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    counted = tmp_path / "counted"
    environment = environment | {"ACRISOL_DRAIN_S": "120"}
    with serving(environment) as (old, client):
        running = submit(client, "sleep 3")
        wait_for("it runs", lambda: client.get(running).json()["state"] == "running")
        old.send_signal(signal.SIGTERM)
        wait_for("it is not ready any more", lambda: status_of(client, "/readyz") == 503)
        assert status_of(client, "/ping") == 503
        assert status_of(client, "/healthz") == 200
        late = submit(client, f"count {counted}")  # a load balancer that has not noticed
        old.send_signal(signal.SIGTERM)  # does not wait any longer
        assert old.wait(60) is not None
    with serving(environment | {"ACRISOL_DRAIN_S": "0"}) as (_, client):
        assert end_of(client, running)["state"] == "solved"
        assert end_of(client, late)["state"] == "solved"
    assert len(counted.read_text().splitlines()) == 1


def test_what_acrisol_serve_logs_is_json_with_ids(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = environment | {"ACRISOL_LOG_FORMAT": "json", "ACRISOL_LOG_LEVEL": "INFO"}
    with log.open("w") as stderr, serving(environment, stderr=stderr) as (process, client):
        answer = client.post("/v1/tasks", json={"instruction": "solve"}, headers={"X-Request-ID": "build-7"})
        task_id = answer.json()["id"]
        end_of(client, f"/v1/tasks/{task_id}")
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (access,) = [line for line in lines if line.get("request") == "build-7"]
    assert (access["message"], access["status"]) == ("POST /v1/tasks", 202)
    assert [line["message"] for line in lines if line.get("task") == task_id] == ["job begins", "job ends"]
    key = (Path(environment["ACRISOL_HOME"]) / "api-key").read_text().strip()
    assert key not in log.read_text()
