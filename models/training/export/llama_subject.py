"""A GGUF model in llama.cpp, with or without an adapter, that shows its logprobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import openai

from models.embedded import EmbeddedModel
from models.errors import ModelUnavailable
from models.failures import Failure
from models.training.export.agreement import LISTED, Step

_CALL_S = 600.0
_CONTEXT = 2048


class LlamaSubject:
    """Implements :class:`models.training.export.agreement.Subject` with a server of its own; close it.

    Args:
        path: The GGUF model.
        adapter: A GGUF adapter over it.
        name: For the table; None takes the files' names.

    Raises:
        ModelMissing: a file is not there, or xllamacpp is not installed.
    """

    def __init__(self, path: Path, adapter: Path | None = None, name: str | None = None) -> None:
        self._model = EmbeddedModel(
            path, adapter=adapter, slots=1, context=_CONTEXT, cache_mib=0, start_timeout_s=_CALL_S, exact=True
        )
        over = f"{adapter.name} on " if adapter else ""
        self._name = name or f"{over}{path.name} (llama.cpp)"

    @property
    def name(self) -> str:
        """See the protocol."""
        return self._name

    def along(self, prompt: Sequence[int], told: Sequence[int]) -> list[Step | None]:
        """See the protocol.

        Raises:
            ModelUnavailable: the server did not start, or does not answer.
        """

        async def request(client: openai.AsyncOpenAI, model: str) -> bytes:
            found = []
            # Each with all before it given, of which the server has the most worked out already.
            for place in range(len(told)):
                given = [*prompt, *told[:place]]
                response = await client.completions.with_raw_response.create(
                    model=model, prompt=given, max_tokens=1, temperature=0, logprobs=4 * LISTED
                )
                read = json.loads(response.content)["choices"][0]
                found.append((read.get("logprobs") or {}).get("content") or [None])
            return json.dumps([first for first, *_ in found]).encode()

        return [None if one is None else _step(one) for one in json.loads(self._ask(request))]

    def tokens(self, text: str) -> list[int]:
        """How the model's own tokenizer cuts a text in which special tokens may stand."""

        async def request(client: openai.AsyncOpenAI, model: str) -> bytes:
            body = {"content": text, "parse_special": True, "add_special": False}
            url = self._model.start().removesuffix("/v1") + "/tokenize"
            return json.dumps(await client.post(url, cast_to=object, body=body)).encode()

        return [int(token) for token in json.loads(self._ask(request))["tokens"]]

    def close(self) -> None:
        """End the server; idempotent."""
        self._model.close()

    def __enter__(self) -> LlamaSubject:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: Callable[[openai.AsyncOpenAI, str], Coroutine[Any, Any, bytes]]) -> bytes:
        found = asyncio.run(self._model.client().aask(request, _CALL_S))
        if isinstance(found, Failure):
            raise found.to_error()
        if not found:
            raise ModelUnavailable(f"{self._name} answered nothing.")
        return found


def _step(read: dict[str, Any]) -> Step:
    return Step(int(read["id"]), {int(one["id"]): float(one["logprob"]) for one in read["top_logprobs"]})
