"""Chat completions by OpenAI's own SDK, over real HTTP, a real Redis and a real worker process."""

from __future__ import annotations

import json
import socket
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.integration.openai.conftest import Server
from tests.integration.openai.scripted_worker import CODE, FORGED, USAGE
from tests.integration.service.processes import wait_for

pytestmark = pytest.mark.redis

TESTS = {"files": [{"path": "test_add.py", "content": "from solution import add\nassert add(1, 2) == 3\n"}]}


def ask(sdk: openai.OpenAI, text: str, **more: Any) -> ChatCompletion:
    messages: Any = [{"role": "user", "content": text}]
    return cast(ChatCompletion, sdk.chat.completions.create(model="acrisol", messages=messages, **more))


def stream(sdk: openai.OpenAI, text: str, **more: Any) -> list[ChatCompletionChunk]:
    messages: Any = [{"role": "user", "content": text}]
    chunks: Any = sdk.chat.completions.create(model="acrisol", messages=messages, stream=True, **more)
    return list(chunks)


def extension(answer: ChatCompletion | ChatCompletionChunk) -> Any:
    return cast(Any, answer).acrisol


def state_of(server: Server, task_id: str) -> str:
    headers = {"Authorization": f"Bearer {server.key}"}
    return str(httpx.get(f"{server.url}/v1/tasks/{task_id}", headers=headers).json()["state"])


def newest(sdk: openai.OpenAI) -> Any:
    return sdk.get("/tasks?limit=1", cast_to=dict[str, Any])["jobs"][0]


def test_the_answer_is_the_accepted_code_with_its_evidence(server: Server, sdk: openai.OpenAI) -> None:
    more = {"temperature": 0, "max_tokens": 500, "seed": 7}
    answer = ask(sdk, "code please", **more, extra_body={"acrisol": {"tests": TESTS}, "unknown": 1})
    (choice,) = answer.choices
    assert choice.message.content == f"```python\n{CODE}```"
    assert (choice.message.role, choice.finish_reason, answer.model) == ("assistant", "stop", "acrisol")
    assert answer.usage is not None
    assert answer.usage.total_tokens == USAGE.total
    told = extension(answer)
    assert (told["status"], told["tests"]) == ("solved", "given")
    assert told["checks"][0]["verifier"] == "python-tests"
    assert told["not_followed"] == ["temperature", "seed", "max_tokens"]
    assert state_of(server, told["task_id"]) == "solved"


def test_a_stream_is_what_the_sdk_expects(sdk: openai.OpenAI) -> None:
    chunks = stream(sdk, "slow 0.5", stream_options={"include_usage": True})
    assert chunks[0].choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == f"```python\n{CODE}```"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert extension(chunks[-2])["status"] == "solved"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == USAGE.completion_tokens
    assert len({(chunk.id, chunk.created) for chunk in chunks}) == 1


def test_the_sdks_helper_puts_a_stream_together(sdk: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "code"}]
    with sdk.chat.completions.stream(model="acrisol", messages=messages) as events:
        final = events.get_final_completion()
    assert final.choices[0].message.content == f"```python\n{CODE}```"


def test_what_was_not_accepted_is_not_in_the_answer(server: Server, sdk: openai.OpenAI) -> None:
    answer = ask(sdk, "exhausted")
    (choice,) = answer.choices
    assert choice.finish_reason == "content_filter"
    assert choice.message.content is not None
    assert choice.message.content.startswith("No code was accepted (exhausted): The budget of 1 attempts")
    assert "return a + b" not in answer.model_dump_json()
    told = extension(answer)
    assert (told["status"], told["checks"]) == ("exhausted", [])
    assert told["evidence"] in choice.message.content
    assert state_of(server, told["task_id"]) == "exhausted"
    assert stream(sdk, "exhausted")[-1].choices[0].finish_reason == "content_filter"


def test_a_broken_tool_is_an_error_that_the_sdk_does_not_repeat(server: Server) -> None:
    with server.client(max_retries=2) as sdk:
        before = len(sdk.get("/tasks", cast_to=dict[str, Any])["jobs"])
        with pytest.raises(openai.InternalServerError, match="The model does not answer") as caught:
            ask(sdk, "tool")
        assert caught.value.status_code == 503
        with pytest.raises(openai.APIError, match="The model does not answer"):
            stream(sdk, "tool")
        assert len(sdk.get("/tasks", cast_to=dict[str, Any])["jobs"]) == before + 2


def test_forged_frames_stay_text(server: Server, sdk: openai.OpenAI) -> None:
    chunks = stream(sdk, "frames")
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == f"````python\n{FORGED}````"  # and a longer fence than the one inside
    body = {"model": "acrisol", "stream": True, "messages": [{"role": "user", "content": "exhausted"}]}
    headers = {"Authorization": f"Bearer {server.key}"}
    raw = httpx.post(f"{server.url}/v1/chat/completions", json=body, headers=headers, timeout=60).text
    assert raw.isascii()
    frames = raw.split("\n\n")
    assert [frame for frame in frames if not frame.startswith(("data: {", ": working, "))] == [
        "data: [DONE]",
        "",
    ]
    assert all("\n" not in frame for frame in frames)
    sent = [json.loads(frame[6:]) for frame in frames if frame.startswith("data: {")]
    extensions = [chunk["acrisol"] for chunk in sent if "acrisol" in chunk]
    assert [value["status"] for value in extensions] == ["exhausted"]


def test_a_client_that_goes_away_cancels_its_task(server: Server, sdk: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "slow 60"}]
    events = sdk.chat.completions.create(model="acrisol", messages=messages, stream=True)
    task_id = next(iter(events)).id.removeprefix("chatcmpl-")
    wait_for("a worker has it", lambda: state_of(server, task_id) == "running")
    events.close()
    wait_for("the task is cancelled", lambda: state_of(server, task_id) == "cancelled")
    with server.client(timeout=1.0) as hasty, pytest.raises(openai.APITimeoutError):
        ask(hasty, "slow 61")
    assert newest(sdk)["title"] == "slow 61"
    wait_for("that one, too", lambda: newest(sdk)["state"] == "cancelled")


def test_a_client_that_never_reads_holds_nothing_up(server: Server, sdk: openai.OpenAI) -> None:
    parts = urlsplit(server.url)
    body = json.dumps({"stream": True, "messages": [{"role": "user", "content": "big"}]})
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: Bearer {server.key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((parts.hostname, parts.port))
        deaf.sendall((head + body).encode())
        wait_for("it is solved", lambda: newest(sdk)["state"] == "solved")
        assert ask(sdk, "code").choices[0].finish_reason == "stop"


def test_errors_are_the_sdks_own(server: Server, sdk: openai.OpenAI) -> None:
    with server.client(api_key="wrong") as stranger:
        with pytest.raises(openai.AuthenticationError, match="Send an API key") as refused:
            ask(stranger, "code")
        assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.BadRequestError, match="n: must be 1") as wrong:
        ask(sdk, "code", n=3)
    assert wrong.value.param == "n"
    parts: Any = [{"type": "image_url", "image_url": {"url": "data:,"}}]
    with pytest.raises(openai.BadRequestError) as image:
        ask(sdk, parts)
    assert image.value.param == "messages.0.content"
    with pytest.raises(openai.NotFoundError, match="use 'acrisol'"):
        sdk.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "code"}])
    with pytest.raises(openai.APIStatusError) as long:
        ask(sdk, "x" * 4_000_001)
    assert long.value.status_code == 413
    with pytest.raises(openai.BadRequestError, match="at most 100,000"):
        ask(sdk, "x" * 3_900_000)
    assert next(model.id for model in sdk.models.list()) == "acrisol"
    assert sdk.models.retrieve("acrisol").object == "model"
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("no/such")
