"""A batch whose server and workers are killed twice: every line comes out once all the same."""

from __future__ import annotations

import json
import os
import random
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.service.processes import descendants, wait_for
from tests.integration.service.test_serve import environment as environment
from tests.integration.service.test_serve import serving

pytestmark = pytest.mark.redis

GOOD = 145
BAD = ("{", "[]", '{"custom_id": "named"}', '{"custom_id": "0", "instruction": "solve"}', "\x00" * 9)


def lines(log: Path) -> list[str]:
    """In no order, with some that cannot be read among them."""
    good = [json.dumps({"custom_id": str(number), "instruction": f"count {log}"}) for number in range(GOOD)]
    mixed = [*good[1:], *BAD[:3], *BAD[4:], ""]
    random.Random(6).shuffle(mixed)
    return [good[0], *mixed, BAD[3]]  # the second line with that name comes last


def counts(client: httpx.Client, path: str) -> Any:
    return client.get(path).json()["request_counts"]


def told(client: httpx.Client, file_id: str) -> list[Any]:
    return [json.loads(line) for line in client.get(f"/v1/files/{file_id}/content").text.splitlines()]


def test_a_batch_whose_server_and_workers_are_killed_twice_loses_and_doubles_no_line(
    environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "runs"
    environment |= {"ACRISOL_BATCH_WINDOW": "40"}
    given = lines(log)
    with serving(environment) as (process, client):
        sent = {"file": ("tasks.jsonl", "\n".join(given).encode())}
        file_id = client.post("/v1/files", files=sent, data={"purpose": "batch"}).json()["id"]
        body = {"input_file_id": file_id, "endpoint": "/v1/tasks", "completion_window": "24h"}
        path = f"/v1/batches/{client.post('/v1/batches', json=body).json()['id']}"
        wait_for("some lines are done", lambda: counts(client, path)["completed"] >= GOOD // 4, 90)
        kill_all(process.pid)
    with serving(environment) as (process, client):
        assert client.get(path).json()["status"] == "in_progress"
        wait_for("more lines are done", lambda: counts(client, path)["completed"] >= GOOD // 2, 90)
        kill_all(process.pid)
    with serving(environment) as (_, client):
        assert client.get(path).json()["status"] == "in_progress"
        wait_for("the batch ends", lambda: client.get(path).json()["status"] == "completed", 90)
        batch = client.get(path).json()
        output, errors = told(client, batch["output_file_id"]), told(client, batch["error_file_id"])
    assert sorted(line["custom_id"] for line in output) == sorted(str(number) for number in range(GOOD))
    at = {line["error"]["line"]: line["custom_id"] for line in errors}
    assert at == {
        number: "named" if "named" in line else None for number, line in enumerate(given, 1) if line in BAD
    }
    assert batch["request_counts"] == {"total": GOOD + len(BAD), "completed": GOOD, "failed": len(BAD)}
    assert len(set(log.read_text().split())) == GOOD, "one job a line, however often it was begun"


def kill_all(pid: int) -> None:
    for one in (pid, *descendants(pid)):
        os.kill(one, signal.SIGKILL)
