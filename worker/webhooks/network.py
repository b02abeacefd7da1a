"""The way out for webhooks: it connects to addresses that were checked, and to nothing else.

The name is looked up here, each address that it leads to is checked, and a checked one is connected to by
its numbers. Nobody looks the name up a second time, so that it cannot lead elsewhere then ("rebinding").
Nor is there any other way out: no proxy from the environment, no redirect, no connection that is used again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import httpcore2

from worker.webhooks.rules import Address, WebhookRules

_TRIED = 3  # addresses of a name
_LOOKUPS = 200  # threads, made when needed: a lookup that hangs for a minute should hold up no other one

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]


class NotAllowed(Exception):
    """The name leads nowhere that may be connected to."""


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections for httpcore, to allowed addresses only.

    Args:
        rules: What is allowed.
        resolve: The addresses of a name; the system's resolver if None.
        inner: Connects to addresses; httpcore's own if None.
    """

    def __init__(
        self,
        rules: WebhookRules,
        resolve: Resolve | None = None,
        inner: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._rules = rules
        self._lookups = ThreadPoolExecutor(_LOOKUPS, "webhook-lookup")
        self._resolve = resolve or self._look_up
        self._inner = inner or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first allowed address of the host that answers.

        Raises:
            NotAllowed: it has none.
            ConnectError: none of them answers.
        """
        addresses = await self._resolve(host, port)
        allowed = [address for address in addresses if self._rules.allow(address)]
        if not allowed:
            raise NotAllowed
        error: Exception = NotAllowed()
        for address in allowed[:_TRIED]:
            try:
                return await self._inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.NetworkError, httpcore2.TimeoutException) as failure:
                error = failure
        raise error

    def close(self) -> None:
        """Stop looking names up; a lookup that hangs is left to itself."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, port: int) -> Sequence[Address]:
        loop = asyncio.get_running_loop()

        def ask() -> Sequence[Address]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return [ip_address(str(entry[4][0])) for entry in found]

        try:
            return await loop.run_in_executor(self._lookups, ask)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("there is no such host") from error
