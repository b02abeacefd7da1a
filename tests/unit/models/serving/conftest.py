"""A registry with a model, and a fake server of it that runs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.serving.going_live import Reached
from models.serving.registry import Registry
from models.serving.running import RunningServer
from models.serving.server_api import ServerApi
from tests.unit.models.serving.made import write_adapter, write_model

FAKE = Path(__file__).with_name("fake_vllm.py")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """With the model ``base`` and its adapters ``a`` and ``b``."""
    registry = Registry(tmp_path / "home" / "models")
    registry.add_model(str(write_model(tmp_path / "base")), "base", "Apache-2.0")
    for number, name in enumerate("ab"):
        registry.add_adapter(write_adapter(tmp_path / name, fill=number), name, "base")
    return registry


class FakeServer:
    """A fake server's way in, and what it was asked."""

    def __init__(self, folder: Path, key: str = "k") -> None:
        self._folder = folder
        folder.mkdir()
        (folder / "plan").write_text("serve")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, str(FAKE), str(folder), str(port)],
            env={"PATH": os.environ["PATH"], "VLLM_API_KEY": key},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        self.api = ServerApi(self.url, key)
        self.reached = Reached(RunningServer(url=self.url, base="base", max_rank=16, pid=1), self.api)
        deadline = time.monotonic() + 30
        while not self.api.healthy():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def asked(self) -> list[tuple[str, Any]]:
        """Path and body of each POST so far."""
        path = self._folder / "asked"
        return [tuple(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def loads(self) -> list[tuple[str, str]]:
        """Name and folder's name of each adapter that it was asked to load."""
        asked = [body for path, body in self.asked() if path == "/v1/load_lora_adapter"]
        return [(body["lora_name"], Path(body["lora_path"]).name) for body in asked]

    def close(self) -> None:
        if self._process.returncode is None:
            os.killpg(self._process.pid, 9)
            self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    fake = FakeServer(tmp_path / "server")
    yield fake
    fake.close()
