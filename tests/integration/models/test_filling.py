"""Asking for code at a cursor, over real HTTP and of the embedded model."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from models.chat import Message
from models.embedded import EmbeddedModel
from models.errors import ModelUnavailable
from models.filling import Filled, FillingModel, Gap
from models.openai_compatible import OpenAICompatibleModel
from tests.integration.models import chat_server
from tests.integration.models.chat_server import ChatServer, Handler, saying, status
from verifiers.domain import Sampling

GAP = Gap(prefix="def add(a, b):\n    return ", suffix="\n", stop=("a", "b", "c", "d", "e"))
CHAT = (Message(role="user", content="Fill in."),)
SAMPLING = Sampling(max_tokens=8, temperature=0, seed=3)
MIDDLE = {"choices": [{"text": "a + b", "finish_reason": "length"}], "usage": None}


def fill(filling: FillingModel, gap: Gap = GAP, timeout_s: float = 30) -> Filled:
    return asyncio.run(filling.fill(gap, CHAT, SAMPLING, timeout_s))


def filling_by(server: ChatServer) -> FillingModel:
    return FillingModel(OpenAICompatibleModel(server.url, chat_server.MODEL))


def test_both_sides_go_to_a_server_that_fills_in(server: ChatServer) -> None:
    server.default = saying(MIDDLE)
    filled = fill(filling_by(server))
    assert (filled.completion.text, filled.completion.finish_reason) == ("a + b", "length")
    assert not filled.by_chat
    ((path, _, body),) = server.requests
    assert path == "/v1/completions"
    assert (body["prompt"], body["suffix"], body["stop"]) == (GAP.prefix, "\n", ["a", "b", "c", "d"])
    assert (body["max_tokens"], body["seed"]) == (8, 3)


@pytest.mark.parametrize("refusal", [404, 400])
def test_a_server_that_does_not_is_asked_in_a_chat(server: ChatServer, refusal: int) -> None:
    server.script = [status(refusal)]
    filling = filling_by(server)
    assert fill(filling).by_chat
    assert fill(filling, GAP) is not None
    tried = [path for path, _, _ in server.requests if path == "/v1/completions"]
    assert len(tried) == (1 if refusal == 404 else 2)  # a wrong field may be right the next time


def test_a_server_that_names_the_suffix_is_not_sent_it_again(server: ChatServer) -> None:
    def refuse(handler: Handler, body: dict[str, Any]) -> None:
        handler.send_json(400, {"error": {"message": "no suffix", "param": "suffix"}})

    server.script = [refuse]
    filling = filling_by(server)
    assert fill(filling).by_chat
    assert fill(filling).by_chat
    server.default = saying(MIDDLE)
    assert not fill(filling, GAP.model_copy(update={"suffix": ""})).by_chat


def test_a_server_in_trouble_is_not_asked_twice(server: ChatServer) -> None:
    server.default = status(503, "busy")
    with pytest.raises(ModelUnavailable, match="busy"):
        fill(filling_by(server))
    assert len(server.requests) == 1


def test_it_ends_in_time(server: ChatServer) -> None:
    server.default = chat_server.drip
    with pytest.raises(ModelUnavailable, match="no complete answer"):
        fill(filling_by(server), timeout_s=0.3)


def test_cancelling_closes_the_connection(server: ChatServer) -> None:
    asked, closed = threading.Event(), threading.Event()

    def wait(handler: Handler, body: dict[str, Any]) -> None:
        asked.set()
        if handler.connection.recv(1) == b"":
            closed.set()

    server.default = wait

    async def give_up() -> None:
        work = asyncio.create_task(filling_by(server).fill(GAP, CHAT, SAMPLING, 60))
        await asyncio.to_thread(asked.wait, 30)
        work.cancel()
        await asyncio.wait({work})

    asyncio.run(give_up())
    assert closed.wait(30)


def test_it_says_its_models_name(server: ChatServer) -> None:
    filling = FillingModel(OpenAICompatibleModel(server.url))
    assert asyncio.run(filling.name(30)) == chat_server.MODEL


@pytest.mark.embedded
def test_the_embedded_model_fills_in(embedded: EmbeddedModel) -> None:
    filling = FillingModel(embedded)
    gap = Gap(prefix="def add(a, b):\n    return ", stop=("\n",))
    assert not fill(filling, gap, 120).by_chat
    answer = fill(filling, gap.model_copy(update={"suffix": "\n\nprint(add(1, 2))\n"}), 120)
    assert (answer.by_chat, bool(answer.completion.text)) == (True, True)
