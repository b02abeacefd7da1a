"""Files and batches by OpenAI's SDK, unmodified."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types import Batch
from typer.testing import CliRunner

from api.cli.main import app
from tests.integration.openai.conftest import Server
from tests.integration.service.processes import wait_for

pytestmark = pytest.mark.redis

ENDED = ("completed", "failed", "expired", "cancelled")


def chat(name: str, text: str) -> str:
    body = {"model": "acrisol", "messages": [{"role": "user", "content": text}]}
    line = {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body}
    return json.dumps(line)


def begin(sdk: openai.OpenAI, *lines: str) -> Batch:
    data = io.BytesIO("\n".join(lines).encode())
    data.name = "chats.jsonl"
    file = sdk.files.create(file=data, purpose="batch")
    return sdk.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")


def end_of(sdk: openai.OpenAI, batch_id: str) -> Batch:
    wait_for("the batch ends", lambda: sdk.batches.retrieve(batch_id).status in ENDED, 60)
    return sdk.batches.retrieve(batch_id)


def told(sdk: openai.OpenAI, file_id: str | None) -> list[Any]:
    assert file_id is not None
    return [json.loads(line) for line in sdk.files.content(file_id).text.splitlines()]


def test_a_batch_of_chats(sdk: openai.OpenAI) -> None:
    batch = begin(sdk, chat("good", "code"), "{", chat("none", "exhausted"), chat("broken", "tool"))
    assert batch.status == "validating"
    batch = end_of(sdk, batch.id)
    assert batch.status == "completed"
    assert batch.request_counts is not None
    counts = (batch.request_counts.total, batch.request_counts.completed, batch.request_counts.failed)
    assert counts == (4, 2, 2)
    answers = {line["custom_id"]: line["response"] for line in told(sdk, batch.output_file_id)}
    assert answers["good"]["status_code"] == 200
    assert "def add(a, b)" in answers["good"]["body"]["choices"][0]["message"]["content"]
    assert answers["none"]["body"]["choices"][0]["finish_reason"] == "content_filter"
    errors = [(line["custom_id"], line["error"]["code"]) for line in told(sdk, batch.error_file_id)]
    assert errors == [(None, "invalid_json"), ("broken", "task_failed")]
    files = {file.id for file in sdk.files.list(limit=1)}  # page by page
    assert files >= {batch.output_file_id, batch.error_file_id, batch.input_file_id}
    assert batch.id in [one.id for one in sdk.batches.list(limit=1)]
    with pytest.raises(openai.ConflictError, match="ended"):
        sdk.batches.cancel(batch.id)
    assert sdk.files.delete(batch.input_file_id).deleted
    with pytest.raises(openai.NotFoundError):
        sdk.files.retrieve(batch.input_file_id)


def test_a_running_batch_is_cancelled(sdk: openai.OpenAI) -> None:
    batch = begin(sdk, *(chat(str(number), "slow 60") for number in range(5)))
    wait_for("it runs", lambda: sdk.batches.retrieve(batch.id).status == "in_progress", 60)
    assert sdk.batches.cancel(batch.id).status == "cancelling"
    batch = end_of(sdk, batch.id)
    assert batch.status == "cancelled"
    assert batch.output_file_id is None
    errors = {line["custom_id"]: line["error"]["code"] for line in told(sdk, batch.error_file_id)}
    assert errors == dict.fromkeys("01234", "batch_cancelled")


def test_a_wrong_file_is_told(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="purpose"):
        sdk.files.create(file=b"{}", purpose="fine-tune")
    with pytest.raises(openai.NotFoundError, match="file-unknown"):
        sdk.batches.create(input_file_id="file-unknown", endpoint="/v1/tasks", completion_window="24h")  # type: ignore[arg-type]


def test_the_command_line_submits_watches_and_fetches(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACRISOL_HOME", str(server.home))
    tasks, out = tmp_path / "tasks.jsonl", tmp_path / "out.jsonl"
    tasks.write_text('{"custom_id": "a", "instruction": "code"}\n{\n')
    batch_id = batch_cli(server, 0, "submit", str(tasks)).splitlines()[-1]
    wait_for("it ends", lambda: status_of(server, batch_id) == "completed", 60)
    assert batch_id in batch_cli(server, 0, "list")
    batch_cli(server, 0, "fetch", batch_id, "-o", str(out))
    assert json.loads(out.read_text())["response"]["body"]["state"] == "solved"
    assert json.loads((tmp_path / "out.errors.jsonl").read_text())["error"]["line"] == 2
    assert "has ended" in batch_cli(server, 3, "cancel", batch_id)
    assert "no batch" in batch_cli(server, 3, "status", "batch_unknown")


def status_of(server: Server, batch_id: str) -> str:
    return str(json.loads(batch_cli(server, None, "status", batch_id, "--json"))["status"])


def batch_cli(server: Server, code: int | None, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["batch", *arguments, "--server", server.url])
    assert code is None or result.exit_code == code, result.output
    return result.output
