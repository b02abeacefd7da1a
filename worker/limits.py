"""How many requests a key may send, and how many wrong keys an address.

Counted in Redis, so that all servers count together, a minute of the clock at a time: one counter, and one
round trip for each request. That says exactly when the whole quota is back; and that a client can send two
quotas within a little more than a second, around the full minute, does no harm here.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import threading
import time
from collections.abc import Callable

from redis import Redis
from redis.exceptions import RedisError

from verifiers.domain import Value
from worker.access import Caller

_LOG = logging.getLogger(__name__)
_WINDOW_S = 60
_TIMEOUT_S = 0.5
_PAUSE_S = 5.0  # a Redis that did not answer is not asked again so soon: every request would wait for it


class Quota(Value):
    """Where a client stands.

    Attributes:
        limit: Requests a minute.
        remaining: How many are left in this minute.
        reset_s: Seconds until all are back.
        exceeded: Whether this request was one too many.
    """

    limit: int
    remaining: int
    reset_s: int
    exceeded: bool


class RateLimiter:
    """Counts requests. While Redis does not answer nothing is counted, and all requests go on.

    Args:
        redis_url: Where to count.
        per_minute: Requests of a key that has no limit of its own.
        failures_per_minute: Wrong keys from one address.
        clock: Seconds since the epoch.
        steady: Seconds that only grow.
    """

    def __init__(
        self,
        redis_url: str,
        per_minute: int,
        failures_per_minute: int,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = Redis.from_url(redis_url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
        self._per_minute = per_minute
        self._failures_per_minute = failures_per_minute
        self._clock = clock
        self._steady = steady
        self._lock = threading.Lock()
        self._asked_again_at: float | None = None  # None while Redis answers

    def request(self, caller: Caller) -> Quota | None:
        """Count a request; None if it cannot be counted."""
        return self._count(f"key:{caller.key_id}", caller.per_minute or self._per_minute)

    def failure(self, address: str) -> Quota | None:
        """Count a wrong key from an address; None if it cannot be counted."""
        return self._count(f"failures:{_network(address)}", self._failures_per_minute)

    def _count(self, who: str, per_minute: int) -> Quota | None:
        if self._asked_again_at is not None and self._steady() < self._asked_again_at:
            return None
        window, gone_s = divmod(self._clock(), _WINDOW_S)
        name = f"acrisol:limits:{who}:{window:.0f}"
        try:
            with self._redis.pipeline(transaction=False) as both:
                both.incr(name)
                both.expire(name, 2 * _WINDOW_S)
                count = int(both.execute()[0])
        except RedisError as error:
            self._note(down=True, why=type(error).__name__)
            return None
        self._note(down=False)
        return Quota(
            limit=per_minute,
            remaining=max(0, per_minute - count),
            reset_s=math.ceil(_WINDOW_S - gone_s),
            exceeded=count > per_minute,
        )

    def _note(self, down: bool, why: str = "") -> None:
        with self._lock:
            before, self._asked_again_at = self._asked_again_at, self._steady() + _PAUSE_S if down else None
        if down and before is None:
            _LOG.warning("Redis does not answer (%s): requests go on without rate limits until it does.", why)
        elif not down and before is not None:
            _LOG.warning("Redis answers again: rate limits hold.")


def _network(address: str) -> str:
    # Whoever has one IPv6 address has at least the 2**64 of its network.
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))
