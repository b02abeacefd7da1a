"""The one door to the network: an ``openai`` client that trusts its server with nothing.

What the SDK would do by itself and this does not: retry (the caller does, within one deadline), follow
redirects (they would carry code and key elsewhere), read a body of any size, and pick up keys and
organisations of another account from the environment.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
from openai import AsyncOpenAI

from verifiers.errors import InvalidInput
from verifiers.stopping import ended_by

MAX_BODY_BYTES = 16 * 2**20
"""Of one response; 64 samples of 8,000 tokens are about 2 MB."""

CONNECT_TIMEOUT_S = 10.0

T = TypeVar("T")


class BodyTooLarge(Exception):
    """The response is longer than ``MAX_BODY_BYTES``, or compressed so that its length cannot be told.

    The text is the end of the sentence "The server ...".
    """


class _CappedStream(httpx2.AsyncByteStream):
    """A response's body that ends with :class:`BodyTooLarge` instead of filling the memory."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise BodyTooLarge(f"answered with more than {MAX_BODY_BYTES:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _cap_body(response: httpx2.Response) -> None:
    # We ask for no compression: a megabyte of it can hold a gigabyte.
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise BodyTooLarge("answered with a compressed body that was not asked for")
    if not isinstance(response.stream, httpx2.AsyncByteStream):
        raise TypeError("an asynchronous client gave a response without an asynchronous body")
    response.stream = _CappedStream(response.stream)


def parse_base_url(text: str) -> str:
    """Check the address of an OpenAI-compatible API and bring it into its usual form.

    ``http://host:8000`` becomes ``http://host:8000/v1``; a full ``.../chat/completions`` loses its end.

    Raises:
        InvalidInput: not an http(s) URL with a host, or one that carries credentials or a query.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise InvalidInput("model", f"is not a valid URL: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput("model", "is not an http:// or https:// URL with a host.")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("model", "carries a user name or password in its URL.", "Give the API key apart.")
    if parts.query or parts.fragment:
        raise InvalidInput(
            "model", "carries a query or fragment in its URL.", "Give the API's root, such as /v1."
        )
    if not text.isprintable() or any(char.isspace() for char in text.strip()):
        raise InvalidInput("model", "contains blanks or control characters in its URL.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    return f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}{path}"


def parse_api_key(key: str | None) -> str | None:
    """Strip a key read from a file or a variable; None if there is none.

    Raises:
        InvalidInput: it holds something that no HTTP header can carry. The message does not show the key.
    """
    key = (key or "").strip()
    if not key:
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInput("api_key", "contains blanks, control characters or characters beyond ASCII.")
    return key


def tls_context(base_url: str) -> ssl.SSLContext:
    """The trust store for an address. Loading it takes 50 ms, so it is made once and only for https."""
    if urlsplit(base_url).scheme == "https":
        return httpx2.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody


def open_client(base_url: str, api_key: str | None, tls: ssl.SSLContext) -> AsyncOpenAI:
    """A fresh client, for one call: it holds no connection that a fork could share."""
    http = httpx2.AsyncClient(
        verify=tls,
        # A proxy from the environment is right for a provider and never for a server on this machine.
        trust_env=not _is_loopback(base_url),
        follow_redirects=False,
        timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_cap_body]},
    )
    client = AsyncOpenAI(
        base_url=base_url,
        api_key=api_key or "none",
        max_retries=0,
        http_client=http,
        timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
        default_headers={"Accept-Encoding": "identity"},
    )
    # The constructor reads these from the environment where None is passed.
    client.organization = client.project = None
    return client


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a loop of its own, on the calling thread; it is cancelled if it is stopped.

    ``asyncio.run`` would wait at its end for a name lookup that hangs, past any deadline.

    Raises:
        NoLongerWanted: the work of this thread was stopped.
    """
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    try:
        with ended_by(lambda: loop.call_soon_threadsafe(task.cancel)):
            return loop.run_until_complete(task)
    finally:
        leftover = asyncio.all_tasks(loop)
        for task in leftover:
            task.cancel()
        if leftover:
            loop.run_until_complete(asyncio.gather(*leftover, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
