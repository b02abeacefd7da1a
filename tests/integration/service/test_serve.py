"""API and worker in one command: a process of its own, spoken to by HTTP."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from tests.integration.service.processes import alive, command_of, descendants, wait_for
from tests.requirements import require

pytestmark = pytest.mark.redis

COMMAND = (sys.executable, "-m", "tests.integration.service.serve_scripted")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    named = {key: value for key, value in os.environ.items() if not key.startswith(("ACRISOL_", "REDIS_"))}
    return named | {
        "ACRISOL_HOME": str(tmp_path / "home"),
        "ACRISOL_PORT": "0",
        "ACRISOL_CONCURRENCY": "1",
        "ACRISOL_LEASE_S": "2",
        "ACRISOL_SWEEP_S": "0.2",
        "ACRISOL_WAKE_AFTER_S": "1",
    }


@contextmanager
def serving(
    environment: dict[str, str], stderr: IO[str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    process = subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), url
        with client_of(url, environment) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()


def client_of(url: str, environment: dict[str, str]) -> httpx.Client:
    """A client with the key that the server made for this machine's user."""
    key = (Path(environment["ACRISOL_HOME"]) / "api-key").read_text().strip()
    return httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"})


def submit(client: httpx.Client, instruction: str) -> str:
    answer = client.post("/v1/tasks", json={"instruction": instruction})
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


def end_of(client: httpx.Client, location: str) -> Any:
    terminal = ("solved", "exhausted", "refused", "needs_review", "cancelled", "error")
    wait_for("the task ends", lambda: client.get(location).json()["state"] in terminal, 120)
    return client.get(location).json()


def said(environment: dict[str, str]) -> str:
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_task_goes_in_by_http_and_its_outcome_comes_out(environment: dict[str, str]) -> None:
    with serving(environment) as (process, client):
        assert client.get("/readyz").json() == {"database": "ok", "broker": "ok"}
        job = end_of(client, submit(client, "solve"))
        assert (job["state"], job["deliveries"]) == ("solved", 1)
        assert str(process.pid) not in job["outcome"]["reason"]
        assert client.get("/docs").status_code == 200


def test_sigterm_stops_everything_and_the_next_start_goes_on(environment: dict[str, str]) -> None:
    with serving(environment) as (process, client):
        running = submit(client, "sleep 2")
        wait_for("it runs", lambda: client.get(running).json()["state"] == "running")
        below = descendants(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert [pid for pid in below if alive(pid)] == []
    with serving(environment) as (process, client):
        assert client.get(running).json()["state"] in ("queued", "running")
        job = end_of(client, running)
        assert (job["state"], job["deliveries"]) == ("solved", 2)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_kill_9_of_everything_in_mid_task_still_ends_in_one_outcome(environment: dict[str, str]) -> None:
    with serving(environment) as (process, client):
        running, waiting = submit(client, "sleep 2"), submit(client, "solve")
        wait_for("it runs", lambda: client.get(running).json()["state"] == "running")
        below = descendants(process.pid)
        assert any("redis-server" in command_of(pid) for pid in below)
        for pid in (process.pid, *below):
            os.kill(pid, signal.SIGKILL)
    with serving(environment) as (_, client):
        job = end_of(client, running)
        assert (job["state"], job["deliveries"]) == ("solved", 2)
        assert end_of(client, waiting)["deliveries"] == 1
        kinds = [event["event"]["kind"] for event in client.get(f"{running}/events").json()["events"]]
        assert kinds.count("outcome") == 1


def test_kill_9_of_the_server_leaves_no_process(environment: dict[str, str]) -> None:
    with serving(environment) as (process, client):
        running = submit(client, "sleep 60")
        wait_for("it runs", lambda: client.get(running).json()["state"] == "running")
        below = descendants(process.pid)
        assert len(below) >= 3
        process.kill()
        process.wait()
        wait_for("all are gone", lambda: not any(alive(pid) for pid in below), 60)


def test_a_taken_port_is_said_in_one_sentence(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = said(environment | {"ACRISOL_PORT": str(port)})
    assert words.count("\n") == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in words
    assert "--port" in words


def test_a_missing_redis_is_said_with_what_installs_it(environment: dict[str, str]) -> None:
    words = said(environment | {"PATH": "/nonexistent"})
    assert words.count("\n") == 1
    assert "apt-get install redis-server" in words


def test_a_database_that_cannot_be_written_is_said_in_one_sentence(environment: dict[str, str]) -> None:
    words = said(environment | {"ACRISOL_DATABASE_URL": "sqlite:////proc/x/jobs.db"})
    assert words.count("\n") == 1
    assert "cannot be made" in words
    assert "ACRISOL_HOME" in words


def test_an_address_of_another_machine_is_said_in_one_sentence(environment: dict[str, str]) -> None:
    words = said(environment | {"ACRISOL_HOST": "192.0.2.1"})
    assert words.count("\n") == 1
    assert "192.0.2.1" in words


def test_the_server_is_quiet(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        with client_of(url, environment) as client:
            end_of(client, submit(client, "solve"))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (out, err) == ("", "")
