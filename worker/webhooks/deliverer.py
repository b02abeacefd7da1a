"""Sending webhooks, by the Standard Webhooks specification 1.0.0.

What is due is taken from the outbox and posted, and what became of it is noted there. Whatever dies in
between, a delivery is sent until its receiver acknowledges it: at least once, always under the same id.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import math
import random
import ssl
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import NamedTuple

import httpcore2
import httpx2

from verifiers.errors import InvalidInput
from verifiers.version import acrisol_version
from worker.errors import StoreUnavailable
from worker.store.database import Database
from worker.store.webhooks import outbox
from worker.store.webhooks.outbox import Due
from worker.store.webhooks.sealing import SealBroken
from worker.webhooks.network import GuardedNetwork, NotAllowed, Resolve
from worker.webhooks.rules import WebhookRules

_LOG = logging.getLogger(__name__)
_AT_A_TIME = 200
_CONNECT_S = 5.0
_LONGEST_DELAY_S = 12 * 3_600.0  # with the first delay of 5 s: 13 attempts or so within three days
_STOP_SEEN_S = 0.1
_STOP_S = 3.0  # that deliveries under way get to end when the service stops
_NOTE_AGAIN_S = 1.0
_KEEP_S = 30 * 86_400.0
_PRUNE_EVERY_S = 3_600.0
_GOOD = range(200, 300)


class _Answer(NamedTuple):
    """What an attempt came to; an error unless the receiver acknowledged it."""

    error: str = ""
    status: int | None = None
    retry_after_s: float = 0.0


class Deliverer:
    """Sends what is in the outbox. Any number of them may run at a time, on any number of machines.

    Args:
        database: The store.
        rules: Where webhooks may be posted to.
        tls: What receivers' certificates are checked against; the system's authorities if None.
        resolve: Looks names up; the system's resolver if None.
        monotonic: Seconds, by a clock that nobody sets.
    """

    def __init__(
        self,
        database: Database,
        rules: WebhookRules,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rules = rules
        self._tls = tls
        self._resolve = resolve
        self._monotonic = monotonic
        self._trouble = ""
        self._seen: dict[str, tuple[int, float]] = {}  # what others have taken: the token, and since when
        self._sweep_at = self._pruned_at = -math.inf

    def run(self, every_s: float, stop: threading.Event) -> None:
        """Look every ``every_s`` seconds for what is due, until ``stop`` is set."""
        asyncio.run(self._run(every_s, stop))

    async def _run(self, every_s: float, stop: threading.Event) -> None:
        network = GuardedNetwork(self._rules, self._resolve)
        stopped = asyncio.create_task(_until(stop))
        under_way: dict[asyncio.Task[None], Due] = {}
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self._tls or httpx2.create_ssl_context(),
            max_connections=_AT_A_TIME,
            max_keepalive_connections=0,
            network_backend=network,
        ) as pool:
            while not stopped.done():
                for due in await self._take(under_way.values()):
                    under_way[asyncio.create_task(self._deliver(pool, due))] = due
                done, _ = await asyncio.wait(
                    {stopped, *under_way}, timeout=every_s, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done - {stopped}:
                    del under_way[task]
                    _report(task)
            if under_way:
                _, left = await asyncio.wait(under_way, timeout=_STOP_S)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
        network.close()

    async def _take(self, under_way: Collection[Due]) -> list[Due]:
        """What is to be sent now, beside what is under way."""
        limit, busy = _AT_A_TIME - len(under_way), {due.endpoint_id for due in under_way}
        if limit <= 0:
            return []
        try:
            await asyncio.to_thread(self.sweep, {due.id for due in under_way})
            taken = await asyncio.to_thread(outbox.take, self._database, limit, busy)
        except StoreUnavailable as error:
            if str(error) != self._trouble:  # once, and not every second
                _LOG.warning("%s", error)
            self._trouble = str(error)
            return []
        self._trouble = ""
        return taken

    def sweep(self, own: Collection[str]) -> None:
        """Let go of what was taken by a sender that died, and delete what is old; now and then is enough.

        Args:
            own: Ids of what this one is sending.

        Raises:
            StoreUnavailable: not everything was done.
        """
        now = self._monotonic()
        if now < self._sweep_at:
            return
        self._sweep_at = now + self._rules.timeout_s / 4
        seen = {key: token for key, token in outbox.taken(self._database).items() if key not in own}
        # A sender ends an attempt within the time-out, and has as long to note what became of it.
        for key, token in seen.items():
            known, since = self._seen.get(key, (token, now))
            self._seen[key] = (token, since if known == token else now)
            if known == token and now - since > 2 * self._rules.timeout_s:
                outbox.let_go(self._database, key, token)
        self._seen = {key: self._seen[key] for key in seen}
        if now - self._pruned_at > _PRUNE_EVERY_S:
            self._pruned_at = now
            outbox.prune(self._database, _KEEP_S)

    async def _deliver(self, pool: httpcore2.AsyncConnectionPool, due: Due) -> None:
        answer = await self._post(pool, due)
        if not answer.error:
            await self._note(lambda: outbox.acknowledged(self._database, due, answer.status or 200))
            return
        delay_s = max(self._delay_s(due.attempts), min(answer.retry_after_s, _LONGEST_DELAY_S))
        await self._note(lambda: outbox.failed(self._database, due, answer.error, delay_s, answer.status))

    async def _post(self, pool: httpcore2.AsyncConnectionPool, due: Due) -> _Answer:
        """One attempt. Of the answer nothing but its head is read."""
        try:
            target = self._rules.target(due.url)  # again: the rules may have changed
            secrets = self._secrets(due)
            async with asyncio.timeout(self._rules.timeout_s):
                async with pool.stream(
                    "POST",
                    httpcore2.URL(
                        scheme=target.scheme, host=target.host, port=target.port, target=target.path
                    ),
                    headers=headers_of(due, secrets, target.authority, int(self._database.clock())),
                    content=due.payload.encode(),
                    extensions={"timeout": {"connect": min(_CONNECT_S, self._rules.timeout_s)}},
                ) as response:
                    said = dict(response.headers).get(b"retry-after", b"")
                    return _judged(response.status, said.decode("ascii", "replace"))
        except InvalidInput as error:
            return _Answer(f"The address may not be used any more: it {error.message}")
        except SealBroken:
            return _Answer("Its secret was sealed with a key that this server does not have.")
        except NotAllowed:
            return _Answer("The host's name leads to no address that may be used.")
        except (TimeoutError, httpcore2.TimeoutException):
            return _Answer(f"There was no answer within {self._rules.timeout_s:g} s.")
        except httpcore2.NetworkError as error:
            return _Answer(f"The connection failed: {error}")
        except (httpcore2.ProtocolError, httpcore2.ConnectionNotAvailable):
            return _Answer("The answer is not HTTP.")

    def _secrets(self, due: Due) -> list[str]:
        current, *old = due.secrets
        opened = [self._database.seal.open(current)]
        for secret in old:  # one whose key was lost is no reason to send nothing
            with suppress(SealBroken):
                opened.append(self._database.seal.open(secret))
        return opened

    async def _note(self, write: Callable[[], None]) -> None:
        """Note what became of a delivery, unless the store stays away: then it is sent again."""
        until = asyncio.get_running_loop().time() + self._rules.timeout_s
        while True:
            try:
                await asyncio.to_thread(write)
            except StoreUnavailable as error:
                if asyncio.get_running_loop().time() > until:
                    _LOG.warning("What became of a webhook cannot be noted, so it is sent again: %s", error)
                    return
                await asyncio.sleep(_NOTE_AGAIN_S)
            else:
                return

    def _delay_s(self, attempts: int) -> float:
        # Receivers that failed together should not be asked again together.
        delay = self._rules.first_delay_s * 4.0 ** min(attempts - 1, 20)
        return min(delay, _LONGEST_DELAY_S) * random.uniform(0.8, 1.2)


def headers_of(
    due: Due, secrets: Collection[str], authority: str, timestamp: int
) -> list[tuple[bytes | str, bytes | str]]:
    """The headers of an attempt, with one signature for each secret.

    Args:
        due: What is sent.
        secrets: What it is signed with.
        authority: Host and port.
        timestamp: Of the attempt, in seconds since the epoch.
    """
    return [
        ("Host", authority),
        ("Content-Type", "application/json"),
        ("User-Agent", f"Acrisol/{acrisol_version()}"),
        ("webhook-id", due.id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(_signature(secret, due, timestamp) for secret in secrets)),
    ]


def _signature(secret: str, due: Due, timestamp: int) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{due.id}.{timestamp}.{due.payload}".encode()
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _judged(status: int, retry_after: str) -> _Answer:
    if status in _GOOD:
        return _Answer(status=status)
    wait_s = float(retry_after) if retry_after.isdecimal() and len(retry_after) < 10 else 0.0
    why = ", and redirects are not followed" if status in range(300, 400) else ""
    return _Answer(f"The answer was {status}{why}.", status, wait_s)


async def _until(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(_STOP_SEEN_S)


def _report(task: asyncio.Task[None]) -> None:
    error = task.exception()
    if error is not None:  # a mistake in this program; the delivery is let go in time
        _LOG.error("Sending a webhook failed", exc_info=error)
