"""Asking a model for the text that belongs at a cursor, between what stands before and behind it.

Servers that can fill in take ``suffix`` at ``/v1/completions``; all others are asked in a chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, runtime_checkable

import openai

from models.answers import Answer, parse_text
from models.chat import ChatModel, Completion, Completions, Message
from models.openai_compatible import OpenAICompatibleModel
from verifiers.domain import Sampling, Usage, Value

MOST_STOPS_SENT = 4  # what OpenAI's own API takes

_CANNOT = frozenset({404, 405, 501})  # there is no such route
_WILL_NOT = frozenset({400, 415, 422})  # not with these fields


class Gap(Value):
    """A text with a gap in it.

    Attributes:
        prefix: What stands before the cursor.
        suffix: What stands behind it; may be empty.
        stop: What ends the completion and is not part of it.
    """

    prefix: str
    suffix: str = ""
    stop: tuple[str, ...] = ()


class Filled(Value):
    """What a model wrote into a gap.

    Attributes:
        completion: The text, and why it ends.
        usage: What it cost.
        by_chat: It is a chat's answer, which may hold more than the text.
    """

    completion: Completion
    usage: Usage
    by_chat: bool


@runtime_checkable
class _Served(Protocol):
    """A model whose server somebody here starts."""

    def client(self) -> OpenAICompatibleModel: ...


class FillingModel:
    """Fills gaps with whichever model there is; used from one event loop.

    Args:
        model: The model. Belongs to the caller, who closes it.
        chat_only: Have a chat wherever there is a suffix: the server is known to ignore it.
    """

    def __init__(self, model: ChatModel, *, chat_only: bool = False) -> None:
        self._model = model
        # Our own servers do: llama.cpp takes the suffix, and writes on as if there were none.
        self._ignores_suffix = chat_only or not isinstance(model, OpenAICompatibleModel)
        self._has_no_route = False

    async def fill(
        self, gap: Gap, instead: Sequence[Message], sampling: Sampling, timeout_s: float
    ) -> Filled:
        """Ask for the text in the gap; cancelling it cancels the request.

        Args:
            gap: The text around it.
            instead: The conversation to have where the server cannot fill in.
            sampling: How to draw.
            timeout_s: Wall-clock seconds for the whole call.

        Raises:
            ModelUnavailable: unreachable, out of time, or answered nonsense.
        """
        client = await self._client()
        if client is None:
            answer = await asyncio.to_thread(self._model.complete, instead, sampling, 1, timeout_s)
            return _of_chat(answer)
        if not self._has_no_route and not (gap.suffix and self._ignores_suffix):
            found = await client.aask(_request(gap, sampling), timeout_s)
            if isinstance(found, Answer):
                return Filled(completion=found.samples[0], usage=found.usage, by_chat=False)
            self._has_no_route = found.status in _CANNOT
            self._ignores_suffix |= found.refused_param == "suffix"
            if found.status not in _CANNOT | _WILL_NOT:
                raise found.to_error()
        return _of_chat(await client.acomplete(instead, sampling, 1, timeout_s))

    async def name(self, timeout_s: float) -> str:
        """The model's name, asked for where it is not known.

        Raises:
            ModelUnavailable: the server does not say it.
        """
        if isinstance(self._model, OpenAICompatibleModel) and not self._model.knows_name:
            return (await asyncio.to_thread(self._model.list_models, timeout_s))[0]
        return self._model.name

    async def _client(self) -> OpenAICompatibleModel | None:
        if isinstance(self._model, OpenAICompatibleModel):
            return self._model
        if isinstance(self._model, _Served):
            return await asyncio.to_thread(self._model.client)  # the first time it starts the server
        return None


def _request(
    gap: Gap, sampling: Sampling
) -> Callable[[openai.AsyncOpenAI, str], Coroutine[Any, Any, Answer]]:
    async def request(client: openai.AsyncOpenAI, model: str) -> Answer:
        response = await client.completions.with_raw_response.create(
            model=model,
            prompt=gap.prefix,
            suffix=gap.suffix or openai.omit,
            stop=list(gap.stop[:MOST_STOPS_SENT]) or openai.omit,
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            seed=openai.omit if sampling.seed is None else sampling.seed,
        )
        return parse_text(response.content, len(gap.prefix) + len(gap.suffix))

    return request


def _of_chat(answer: Completions) -> Filled:
    return Filled(completion=answer.samples[0], usage=answer.usage, by_chat=True)
