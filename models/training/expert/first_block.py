"""Answers that are broken off behind their first code block, which is all that is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import openai

from models.answers import Answer, parse_chat
from models.chat import Completion, Completions, Message
from models.embedded import EmbeddedModel
from models.failures import Failure
from verifiers.domain import Sampling, Usage

_FENCE = "```"
STOP = f"\n{_FENCE}\n"
"""A block's end and not its beginning, which has the language behind the fence."""
_MAX_SEED = 2**31


class FirstBlock:
    """Implements :class:`models.chat.ChatModel` over an embedded model; answers end with their first block.

    A small model goes on with prose and further functions until its tokens are used up; without them twice as
    many answers are drawn in the same time. For training alone: who uses the model gets its answers whole.

    Args:
        model: Belongs to this object, which closes it.
    """

    def __init__(self, model: EmbeddedModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    @property
    def endpoint(self) -> str:
        """The model's."""
        return self._model.endpoint

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """See :meth:`models.chat.ChatModel.complete`.

        Raises:
            ModelUnavailable: as the protocol says.
        """
        client = self._model.client()

        async def draw() -> list[Answer | Failure]:
            asking = (client.aask(_request(messages, sampling, number), timeout_s) for number in range(n))
            return list(await asyncio.gather(*asking))

        answers = asyncio.run(draw())
        for answer in answers:
            if isinstance(answer, Failure):
                raise answer.to_error()
        whole = [answer for answer in answers if isinstance(answer, Answer)]
        return Completions(
            samples=tuple(closed(answer.samples[0]) for answer in whole),
            usage=Usage(
                prompt_tokens=max(answer.usage.prompt_tokens for answer in whole),
                completion_tokens=sum(answer.usage.completion_tokens for answer in whole),
            ),
            model=self.name,
        )

    def close(self) -> None:
        """End the model's server; idempotent."""
        self._model.close()


def _request(
    messages: Sequence[Message], sampling: Sampling, number: int
) -> Callable[[openai.AsyncOpenAI, str], Coroutine[Any, Any, Answer]]:
    async def request(client: openai.AsyncOpenAI, model: str) -> Answer:
        response = await client.chat.completions.with_raw_response.create(
            model=model,
            messages=[{"role": message.role, "content": message.content} for message in messages],  # type: ignore[misc]
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=sampling.max_tokens,
            seed=((sampling.seed or 0) + number) % _MAX_SEED,
            stop=[STOP],
        )
        return parse_chat(response.content, sum(len(message.content) for message in messages))

    return request


def closed(sample: Completion) -> Completion:
    """The sample with the fence that ended it, which the server left out."""
    if sample.finish_reason == "stop" and sample.text.count(_FENCE) % 2:
        return sample.model_copy(update={"text": f"{sample.text}{STOP}"})
    return sample
