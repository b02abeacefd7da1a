"""From a request to a server that is looked after, with a fake in vLLM's place."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

from models.serving.command import Launch, ServerOptions
from models.serving.going_live import use
from models.serving.registry import Registry
from models.serving.serve import Prepared, serve
from models.serving.supervisor import Patience
from tests.unit.models.serving.conftest import FAKE


def test_the_adapter_that_was_asked_for_becomes_live_though_the_last_one_is_broken(
    registry: Registry, tmp_path: Path
) -> None:
    use(registry, "b", None)
    (Path(registry.get("b").path) / "adapter_config.json").write_text("{}")
    (tmp_path / "plan").write_text("serve")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    launch = Launch(
        argv=(sys.executable, str(FAKE), str(tmp_path), str(port)),
        environment={"PATH": os.environ["PATH"], "VLLM_API_KEY": "k"},
        folder=str(tmp_path),
    )
    base = registry.get("base")
    stop, said, lived = threading.Event(), list[str](), list[str]()

    def ready(server: object, live: str) -> None:
        lived.append(live)
        stop.set()

    serve(
        registry,
        Prepared(base, ("a",), ServerOptions(model=base.path, name="base", port=port), launch, "k"),
        say=said.append,
        on_line=lambda line: None,
        on_ready=ready,
        stop=stop,
        patience=Patience(start_s=60, look_s=0.05, stop_s=5),
    )
    assert lived == ["a"]
    assert any("b cannot be trusted" in sentence for sentence in said)
