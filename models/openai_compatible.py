"""A chat model behind an OpenAI-compatible HTTP API: vLLM, llama.cpp, a provider, the embedded model."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import openai

from models.answers import Answer, NonsenseAnswer, one_line, parse_chat, parse_models
from models.chat import Completions, Message
from models.errors import ModelUnavailable
from models.failures import MAX_CONNECTION_RETRIES, Failure, delay_s, from_status
from models.wire import BodyTooLarge, open_client, parse_api_key, parse_base_url, run_to_end, tls_context
from verifiers.domain import Sampling, Usage

MAX_CONCURRENT_REQUESTS = 8
"""Of one call, where a server takes one sample a request."""

_MAX_SEED = 2**31
_DISPENSABLE = frozenset({"max_tokens", "temperature", "top_p", "seed"})

T = TypeVar("T")


@dataclass
class _Call:
    """One call's state, touched by its own event loop only."""

    client: openai.AsyncOpenAI
    timeout_s: float
    started: float = field(default_factory=time.monotonic)
    model: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked_for: int = 0
    failure: Failure | None = None

    @property
    def remaining_s(self) -> float:
        return self.started + self.timeout_s - time.monotonic()

    @property
    def drawn(self) -> int:
        return sum(len(answer.samples) for answer in self.answers)


class OpenAICompatibleModel:
    """Implements :class:`models.chat.ChatModel` over HTTP.

    Holds no connection, thread or event loop between calls: safe to fork, and from several threads.

    Args:
        base_url: The API's root, such as ``http://127.0.0.1:8000/v1``.
        model: The model's name there; None takes the first that ``/v1/models`` lists.
        api_key: None where the server asks for none.
        one_at_a_time: Ask for one sample a request from the start, for servers that are known to ignore or
            miscount ``n``. Otherwise this is found out.
        draw: Random numbers in [0, 1) for the back-off's jitter.

    Raises:
        InvalidInput: the URL or the key cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        api_key: str | None = None,
        *,
        one_at_a_time: bool = False,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._url = parse_base_url(base_url)
        self._api_key = parse_api_key(api_key)
        self._tls = tls_context(self._url)
        self._model = model or ""
        self._one_at_a_time = one_at_a_time
        self._refused_params: frozenset[str] = frozenset()
        self._draw = draw

    def __repr__(self) -> str:
        return f"OpenAICompatibleModel({self._url!r}, {self._model!r})"

    @property
    def name(self) -> str:
        """The model's name; ``default`` until the server was first asked for it."""
        return self._model or "default"

    @property
    def knows_name(self) -> bool:
        """Whether it was given its name, or has asked the server for it."""
        return bool(self._model)

    @property
    def endpoint(self) -> str:
        """The API's root, free of secrets."""
        return self._url

    def close(self) -> None:
        """Nothing is held between calls."""

    def list_models(self, timeout_s: float) -> tuple[str, ...]:
        """Ask the server what it serves; at most ``timeout_s`` wall-clock seconds.

        Raises:
            ModelUnavailable: as for :meth:`complete`.
        """
        call = self._open(timeout_s)
        return run_to_end(self._in_time(call, self._list_models(call)))

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """Draw ``n`` samples; blocks, at most ``timeout_s`` wall-clock seconds.

        Fewer samples come back where the server failed or time ran out after it had given at least one: they
        are paid for. Completion tokens are summed over all requests, prompt tokens counted once.

        Raises:
            ModelUnavailable: unreachable, out of time, out of retries, or answered nonsense.
        """
        return run_to_end(self.acomplete(messages, sampling, n, timeout_s))

    async def acomplete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """The same in the caller's event loop; when it is cancelled, so are its requests."""
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        call = self._open(timeout_s)
        try:
            await self._in_time(call, self._collect(call, messages, sampling, n))
        except ModelUnavailable:
            if not call.answers:
                raise
        usages = [answer.usage for answer in call.answers]
        return Completions(
            samples=tuple(sample for answer in call.answers for sample in answer.samples)[:n],
            usage=Usage(
                prompt_tokens=max(usage.prompt_tokens for usage in usages),
                completion_tokens=sum(usage.completion_tokens for usage in usages),
            ),
            usage_estimated=any(answer.estimated for answer in call.answers),
            model=next((answer.model for answer in call.answers if answer.model), call.model),
        )

    def _open(self, timeout_s: float) -> _Call:
        return _Call(open_client(self._url, self._api_key, self._tls), timeout_s, model=self._model)

    async def aask(
        self, request: Callable[[openai.AsyncOpenAI, str], Awaitable[T]], timeout_s: float
    ) -> T | Failure:
        """Send one request of another kind, once, in the caller's event loop.

        Args:
            request: Sends it, given a client and the model's name there, and reads the answer.
            timeout_s: Wall-clock seconds for the whole call.

        Raises:
            ModelUnavailable: out of time, or the server does not name its model.
        """
        call = self._open(timeout_s)

        async def ask() -> T | Failure:
            if not call.model:
                call.model = self._model = await self._first_model(call)
            return await self._ask_once(call, lambda: request(call.client, call.model))

        return await self._in_time(call, ask())

    async def _in_time(self, call: _Call, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(call.remaining_s), call.client:
                return await work
        except TimeoutError as error:
            raise self._out_of_time(call) from error

    async def _collect(self, call: _Call, messages: Sequence[Message], sampling: Sampling, n: int) -> None:
        """Ask until ``n`` samples are there, however few the server gives at a time."""
        if not call.model:
            call.model = self._model = await self._first_model(call)
        while (missing := n - call.drawn) > 0:
            if self._one_at_a_time or missing == 1:
                await self._draw_singly(call, messages, sampling, missing)
            else:
                await self._draw_together(call, messages, sampling, missing)

    async def _draw_together(
        self, call: _Call, messages: Sequence[Message], sampling: Sampling, n: int
    ) -> None:
        try:
            answer = await self._draw_samples(call, messages, sampling, n)
        except ModelUnavailable:
            if call.failure is None or call.failure.status not in (400, 422):
                raise
            # Perhaps it refuses n > 1; a request that is wrong in another way fails again.
            await self._draw_singly(call, messages, sampling, n)
            self._one_at_a_time = True
            return
        if len(answer.samples) == 1 or answer.counts_one_choice:
            self._one_at_a_time = True

    async def _draw_singly(
        self, call: _Call, messages: Sequence[Message], sampling: Sampling, n: int
    ) -> None:
        turns = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)

        async def draw_one() -> None:
            async with turns:
                await self._draw_samples(call, messages, sampling, 1)

        # All are waited for: what one request gives is kept though another fails.
        for outcome in await asyncio.gather(*(draw_one() for _ in range(n)), return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _draw_samples(
        self, call: _Call, messages: Sequence[Message], sampling: Sampling, n: int
    ) -> Answer:
        seed_offset, call.asked_for = call.asked_for, call.asked_for + n
        sent = [{"role": message.role, "content": message.content} for message in messages]
        prompt_chars = sum(len(message.content) for message in messages)

        async def ask() -> Answer:
            response = await call.client.chat.completions.with_raw_response.create(
                model=call.model,
                messages=sent,  # type: ignore[arg-type]  # the SDK has one type a role
                **self._sampling_fields(sampling, n, seed_offset),
            )
            return parse_chat(response.content, prompt_chars)

        answer = await self._ask(call, ask)
        call.answers.append(answer)
        return answer

    def _sampling_fields(self, sampling: Sampling, n: int, seed_offset: int) -> dict[str, Any]:
        """The request's fields, less those that this server has refused."""
        fields: dict[str, Any] = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
        }
        if n > 1:
            fields["n"] = n
        if sampling.seed is not None:
            # One seed for all requests of a call would give the same sample every time.
            fields["seed"] = (sampling.seed + seed_offset) % _MAX_SEED
        for param in self._refused_params & fields.keys():
            value = fields.pop(param)
            if param == "max_tokens":  # the newer name, which some models insist on
                fields["max_completion_tokens"] = value
        return fields

    async def _first_model(self, call: _Call) -> str:
        names = await self._list_models(call)
        if not names:
            raise ModelUnavailable(
                f"The model server at {self._url} lists no models.",
                "Load a model there, or give its name.",
            )
        return names[0]

    async def _list_models(self, call: _Call) -> tuple[str, ...]:
        async def ask() -> tuple[str, ...]:
            response = await call.client.models.with_raw_response.list()
            return parse_models(response.content)

        return await self._ask(call, ask)

    async def _ask(self, call: _Call, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer, retries are of no use, or the next one would come too late.

        Raises:
            ModelUnavailable: there was no answer.
        """
        retries = 0
        while True:
            refused = self._refused_params
            outcome = await self._ask_once(call, ask)
            if not isinstance(outcome, Failure):
                return outcome
            call.failure = outcome
            if outcome.refused_param in _DISPENSABLE - refused:
                self._refused_params |= {outcome.refused_param}
                continue
            wait_s = delay_s(retries, outcome.retry_after_s, self._draw)
            if retries >= outcome.retries or wait_s >= call.remaining_s:
                raise outcome.to_error()
            retries += 1
            await asyncio.sleep(wait_s)

    async def _ask_once(self, call: _Call, ask: Callable[[], Awaitable[T]]) -> T | Failure:
        # What the SDK raises holds the request with its headers, so it is read here and never chained.
        try:
            return await ask()
        except openai.APIStatusError as error:
            response = error.response
            failure = from_status(
                self._url, response.status_code, response.headers, response.content, call.model
            )
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            failure = Failure(
                f"The model server at {self._url} cannot be reached "
                f"({one_line(str(cause), 200) or type(cause).__name__}).",
                f"Check that it runs and that the address is right, for example: curl {self._url}/models",
                retries=MAX_CONNECTION_RETRIES,
            )
        except (NonsenseAnswer, BodyTooLarge) as error:
            failure = Failure(
                f"The model server at {self._url} {error}.",
                "Check that the address is the root of an OpenAI-compatible API, such as /v1.",
            )
        if self._api_key is not None:  # a server may repeat it in its message
            return replace(failure, message=failure.message.replace(self._api_key, "[API key]"))
        return failure

    def _out_of_time(self, call: _Call) -> ModelUnavailable:
        last = f" The try before that: {call.failure.message}" if call.failure else ""
        return ModelUnavailable(
            f"The model server at {self._url} gave no complete answer within {call.timeout_s:.3g} s.{last}",
            "Allow more time, ask for fewer tokens, or look at the server's load.",
        )
