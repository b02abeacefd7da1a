"""What stands in front of vLLM's server lets through what has the key, and little else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from models.serving.guard.acrisol_guard import Guard

KEY = b"Bearer right"


def ask(
    path: str,
    key: bytes | list[bytes] | None = None,
    method: str = "GET",
    kind: str = "http",
    own: str = "right",
) -> int | None:
    """The status of an answer; None if there was none."""
    sent: list[dict[str, Any]] = []

    async def server(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    keys = [] if key is None else key if isinstance(key, list) else [key]
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": [
            (b"Authorization" if index % 2 else b"authorization", each) for index, each in enumerate(keys)
        ],
    }
    asyncio.run(Guard(server, own)(scope, None, send))  # type: ignore[arg-type]
    bodies = [message["body"] for message in sent if message["type"] == "http.response.body"]
    assert all("error" in json.loads(body) for body in bodies)
    return sent[0]["status"] if sent else None


def test_with_the_key() -> None:
    assert ask("/v1/models", KEY) == 200
    assert ask("/v1/load_lora_adapter", KEY, "POST") == 200


@pytest.mark.parametrize(
    "key",
    [
        None,
        b"",
        b"Bearer wrong",
        b"bearer right",
        b"right",
        b"Bearer right ",
        b"Bearer right\xff",
        [KEY, KEY],
        [KEY, b"x"],
    ],
)
def test_without_it(key: bytes | list[bytes] | None) -> None:
    assert ask("/v1/chat/completions", key, "POST") == 401


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/invocations",
        "/adapters",
        "/adapters/x",
        "/ping",
        "/v1",
        "/V1/models",
        "//v1/models",
        "/health/",
        "/",
    ],
)
def test_other_doors_are_shut_even_with_the_key(path: str, method: str) -> None:
    assert ask(path, KEY, method) == 404
    assert ask(path, None, method) == 404


def test_health_and_numbers_need_no_key() -> None:
    assert ask("/health") == ask("/metrics") == ask("/health", method="HEAD") == 200
    assert ask("/health", method="POST") == 404


def test_without_a_key_of_its_own_nothing_answers() -> None:
    assert ask("/v1/models", b"Bearer ", own="") == 401
    assert ask("/v1/models", own="") == 401


def test_other_protocols() -> None:
    assert ask("/v1/realtime", KEY, kind="websocket") is None
    assert ask("/", kind="lifespan") == 200
