"""A server in a process of its own, and OpenAI's SDK as it is against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openai
import pytest

from tests.integration.models.chat_server import ChatServer, Handler, running
from tests.requirements import require


class Server(NamedTuple):
    """A running server: its URL, its first key, and its folder."""

    url: str
    key: str
    home: Path

    def client(self, **options: object) -> openai.OpenAI:
        """The SDK, told nothing but where the server is and what its key is."""
        given = {"base_url": f"{self.url}/v1", "api_key": self.key, "max_retries": 0, "timeout": 60} | options
        return openai.OpenAI(**given)  # type: ignore[arg-type]


@pytest.fixture(scope="package")
def model() -> Iterator[ChatServer]:
    """The model that fills in code: what it writes stands in the prompt, behind ``write:``."""
    with running() as server:
        server.default = _write
        yield server


def _write(handler: Handler, body: dict[str, Any]) -> None:
    text = body["prompt"].rpartition("write: ")[2].partition("\n")[0].replace("\\n", "\n")
    usage = {"prompt_tokens": 5, "completion_tokens": 3}
    handler.send_json(200, {"choices": [{"text": text, "finish_reason": "stop"}], "usage": usage})


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, model: ChatServer) -> Iterator[Server]:
    """One server for all tests of this folder."""
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    home = tmp_path_factory.mktemp("home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ACRISOL_", "REDIS_"))}
    environment = kept | {
        "ACRISOL_HOME": str(home),
        "ACRISOL_PORT": "0",
        "ACRISOL_MODEL": model.url,
        "ACRISOL_CONCURRENCY": "2",
        "ACRISOL_RETRY_DELAY_S": "0.1",
        "ACRISOL_SWEEP_S": "0.2",
        "ACRISOL_TOOL_FAILURES": "2",
    }
    command = [sys.executable, "-m", "tests.integration.openai.serve_chat"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), url
        yield Server(url, (home / "api-key").read_text().strip(), home)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def sdk(server: Server) -> Iterator[openai.OpenAI]:
    """OpenAI's SDK with the server's first key."""
    with server.client() as client:
        yield client
