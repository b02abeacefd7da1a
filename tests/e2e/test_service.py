"""``acrisol serve`` as a user starts it: real Redis, worker, sandbox and verifiers; recorded answers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.integration.service.processes import alive, command_of, descendants, wait_for
from tests.requirements import require
from verifiers.domain import Outcome
from verifiers.receipt import verify_receipt

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]

INSTRUCTION = "Write a function `double(number)` that returns twice the number."
WRONG = "```python\ndef double(number):\n    return number * 3\n```"
RIGHT = "```python\ndef double(number):\n    return number * 2\n```"
TESTS = "from solution import double\n\n\ndef test_double():\n    assert double(4) == 8\n"
SLOW_TESTS = f"import time\n{TESTS}\n\ndef test_slowly():\n    time.sleep(4)\n    assert double(1) == 2\n"
TERMINAL = ("solved", "exhausted", "refused", "needs_review", "cancelled", "error", "dead")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    named = {key: value for key, value in os.environ.items() if not key.startswith(("ACRISOL_", "REDIS_"))}
    return named | {
        "ACRISOL_HOME": str(tmp_path / "home"),
        "ACRISOL_SANDBOX": "bubblewrap",
        "ACRISOL_LEASE_S": "4",
        "ACRISOL_WAKE_AFTER_S": "1",
    }


@contextmanager
def serving(
    environment: dict[str, str], folder: Path, *answers: str
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The command, with a model that gives these answers, one a round."""
    recorded = folder / "answers.jsonl"
    recorded.write_text("".join(json.dumps({"completions": [answer]}) + "\n" for answer in answers))
    command = [sys.executable, "-c", "from api.cli.main import app; app()", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--model", str(recorded)], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        (url,) = [word for word in line.split() if word.startswith("http")][:1]
        with httpx.Client(base_url=url, timeout=20, headers=authorization(environment)) as client:
            yield process, client
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()


def authorization(environment: dict[str, str]) -> dict[str, str]:
    """The key that the server made for this machine's user, as it is sent."""
    key = (Path(environment["ACRISOL_HOME"]) / "api-key").read_text().strip()
    return {"Authorization": f"Bearer {key}"}


def body(tests: str) -> dict[str, Any]:
    return {
        "instruction": INSTRUCTION,
        "tests": {"files": [{"path": "test_double.py", "content": tests}]},
        "budget": {"attempts": 3, "samples": 1},
    }


def curl(*arguments: str) -> Any:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return json.loads(done.stdout)


def end_of(client: httpx.Client, job_id: str) -> Any:
    address = f"/v1/tasks/{job_id}"
    wait_for("the task ends", lambda: client.get(address).json()["state"] in TERMINAL, 120)
    return client.get(address).json()


def kinds(client: httpx.Client, job_id: str) -> list[str]:
    events = client.get(f"/v1/tasks/{job_id}/events").json()["events"]
    return [event["event"]["kind"] for event in events]


def chat_by_sdk(client: httpx.Client) -> Any:
    """The chunk with the evidence, of a chat that OpenAI's SDK streams."""
    key = client.headers["Authorization"].removeprefix("Bearer ")
    with openai.OpenAI(base_url=f"{client.base_url}/v1", api_key=key, max_retries=0) as sdk:
        chunks = list(
            sdk.chat.completions.create(
                model="acrisol",
                messages=[{"role": "user", "content": INSTRUCTION}],
                stream=True,
                extra_body={"acrisol": {name: body(TESTS)[name] for name in ("tests", "budget")}},
            )
        )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == RIGHT
    return chunks[-1]


def test_curl_and_openais_sdk_get_verified_code(environment: dict[str, str], tmp_path: Path) -> None:
    require("curl", shutil.which("curl") is not None, "apt-get install curl")
    with serving(environment, tmp_path, WRONG, RIGHT, WRONG, RIGHT) as (_, client):
        address = str(client.base_url).rstrip("/")
        key = ("-H", f"Authorization: {authorization(environment)['Authorization']}")
        accepted = curl(f"{address}/v1/tasks", *key, "--json", json.dumps(body(TESTS)))
        end_of(client, accepted["id"])
        job = curl(f"{address}/v1/tasks/{accepted['id']}", *key)
        assert (job["state"], job["deliveries"], job["error"]) == ("solved", 1, None)
        outcome = Outcome.model_validate(job["outcome"])
        assert outcome.solution is not None
        assert "number * 2" in outcome.solution.candidate.files[0].content
        assert [attempt.number for attempt in outcome.attempts] == [1, 2]
        assert {verdict.status for verdict in outcome.solution.verdicts} == {"passed"}
        assert outcome.receipt is not None
        verify_receipt(outcome.receipt, outcome.solution.candidate)
        seen = kinds(client, accepted["id"])
        assert seen[0] == "started"
        assert seen[-1] == "outcome"
        assert seen.count("attempt_started") == 2
        told = chat_by_sdk(client).acrisol
        assert (told["status"], told["tests"], told["attempts"]) == ("solved", "given", 2)
        assert {"python-tests", "semgrep", "bandit"} <= {check["verifier"] for check in told["checks"]}
        assert told["receipt"]["signature"]


def test_kill_9_in_mid_task_goes_on_without_asking_the_model_again(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with serving(environment, tmp_path, RIGHT) as (process, client):
        job_id = client.post("/v1/tasks", json=body(SLOW_TESTS)).json()["id"]
        wait_for("the candidate is there", lambda: "candidate" in kinds(client, job_id), 60)
        wait_for("it runs in the sandbox", lambda: sandboxed(process.pid), 60)
        below = descendants(process.pid)
        for pid in (process.pid, *(pid for pid in below if "worker.process" in command_of(pid))):
            os.kill(pid, signal.SIGKILL)
        wait_for("nothing is left", lambda: not any(alive(pid) for pid in below), 20)
    # A model without that answer: the code has to come from the checkpoint.
    with serving(environment, tmp_path, WRONG) as (_, client):
        job = end_of(client, job_id)
        assert (job["state"], job["deliveries"], job["error"]) == ("solved", 2, None)
        seen = kinds(client, job_id)
        assert seen.count("attempt_started") == 1
        assert seen.count("outcome") == 1


def sandboxed(pid: int) -> bool:
    return any("bwrap" in command_of(below) for below in descendants(pid))


def test_a_task_without_a_model_ends_in_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    quick = environment | {"ACRISOL_TOOL_FAILURES": "2", "ACRISOL_RETRY_DELAY_S": "0.1"}
    with serving(quick, tmp_path) as (_, client):
        job = end_of(client, client.post("/v1/tasks", json=body(TESTS)).json()["id"])
        assert (job["state"], job["outcome"]) == ("error", None)
        assert "answers.jsonl" in job["error"]
        assert "Traceback" not in job["error"]


def test_tests_that_do_not_parse_are_refused_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    with serving(environment, tmp_path, RIGHT) as (_, client):
        answer = client.post("/v1/tasks", json=body("def test_x(:\n"))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "tests.files.0.content"
        assert client.get("/v1/tasks").json()["jobs"] == []
