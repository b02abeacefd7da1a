"""Answers as OpenAI's server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

_SEND_S = 30.0
_PIECE_CHARS = 2_000
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
DONE = "data: [DONE]\n\n"
EITHER: dict[str, Any] = {
    "description": "The whole answer; with `stream`, its pieces as server-sent events.",
    "content": {
        "application/json": {"schema": {"type": "object"}},
        "text/event-stream": {},
    },
}


class EventStream(StreamingResponse):
    """A stream that a client which does not read cannot keep open, and that is cleaned up after in any case.

    Args:
        frames: What is sent.
        leave: Called once, when nothing more is sent, for whatever reason.
        send_s: Seconds that a client may take to read what is ready for it.
    """

    def __init__(
        self, frames: AsyncIterator[str], leave: Callable[[], Awaitable[None]], send_s: float = _SEND_S
    ) -> None:
        super().__init__(frames, media_type="text/event-stream", headers=_HEADERS)
        self._leave = leave
        self._send_s = send_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""

        async def bounded(message: Message) -> None:
            async with asyncio.timeout(self._send_s):
                await send(message)

        try:
            await super().__call__(scope, receive, bounded)
        except TimeoutError:  # the server closes the connection of an answer that has no end
            return
        finally:
            await self._leave()


def data(value: dict[str, Any]) -> str:
    """A frame. ASCII only: some clients take U+2028 for the end of a line, and so of the frame."""
    return f"data: {json.dumps(value, separators=(',', ':'))}\n\n"


def comment(words: str) -> str:
    """A comment, which clients skip; ``words`` has to be ours."""
    return f": {words}\n\n"


def chat_opening(completion_id: str, model: str, created: int, *, usage: bool) -> str:
    """The first frame: who speaks."""
    delta = {"role": "assistant", "content": ""}
    return data(_chunk(completion_id, model, created, delta, None, usage=usage))


def chat_frames(completion: dict[str, Any], *, usage: bool) -> Iterator[str]:
    """A whole completion as the frames behind the first.

    Args:
        completion: From ``worker.chat_values.completion_of``.
        usage: The client asked for the usage, in a frame of its own.
    """
    head = completion["id"], completion["model"], completion["created"]
    choice = completion["choices"][0]
    content = choice["message"]["content"]
    for start in range(0, len(content), _PIECE_CHARS):
        delta = {"content": content[start : start + _PIECE_CHARS]}
        yield data(_chunk(*head, delta, None, usage=usage))
    last = _chunk(*head, {}, choice["finish_reason"], usage=usage)
    yield data({**last, "acrisol": completion["acrisol"]})
    if usage:
        yield data({**last, "choices": [], "usage": completion["usage"]})


def text_frames(completion: dict[str, Any], *, usage: bool) -> Iterator[str]:
    """A text completion in frames; ``usage`` is as for :func:`chat_frames`."""
    chunk = {key: completion[key] for key in ("id", "object", "created", "model")}
    if usage:
        chunk["usage"] = None
    yield data({**chunk, "choices": completion["choices"], "acrisol": completion["acrisol"]})
    if usage:
        yield data({**chunk, "choices": [], "usage": completion["usage"]})


def _chunk(
    completion_id: str, model: str, created: int, delta: dict[str, str], finish: str | None, *, usage: bool
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk: dict[str, Any] = {
        "id": completion_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "choices": [choice],
    }
    return {**chunk, "usage": None} if usage else chunk
