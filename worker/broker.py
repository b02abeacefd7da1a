"""Waking workers."""

from __future__ import annotations

from typing import Protocol

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from worker.app import QUEUE, RUN_JOB, build_app
from worker.errors import BrokerUnavailable

_PATIENCE_S = 2
# Whoever gets a message takes all jobs there are, one after the other. So a batch of ten thousand needs no
# more messages than there are processes to wake; each beyond costs as much as a small job and finds nothing.
_ENOUGH = 64
# The API waits for it, and the sweeper comes back to it: one try, without kombu's pauses of seconds.
_IMPATIENT = {
    "socket_timeout": _PATIENCE_S,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}


class Broker(Protocol):
    """Wakes workers. Safe to call from several threads."""

    def wake(self, job_id: str) -> None:
        """Send a message that makes some worker look at the job.

        Raises:
            BrokerUnavailable: no message was sent.
        """
        ...

    def depth(self) -> int:
        """Number of messages that no worker has taken yet.

        Raises:
            BrokerUnavailable: it cannot be said.
        """
        ...


class CeleryBroker:
    """Wakes Celery workers.

    Args:
        broker_url: For example ``redis://127.0.0.1:6379/0``.
    """

    def __init__(self, broker_url: str) -> None:
        self.url = broker_url
        self._app: Celery = build_app(broker_url, _IMPATIENT)
        self._redis = Redis.from_url(
            broker_url,
            socket_timeout=_PATIENCE_S,
            socket_connect_timeout=_PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )

    def wake(self, job_id: str) -> None:
        """See :meth:`Broker.wake`. Sends none where so many wait already that one more wakes nobody."""
        try:
            if self._redis.llen(QUEUE) < _ENOUGH:
                self._app.send_task(RUN_JOB, args=(job_id,), retry=False)
        except (OperationalError, RedisError, OSError) as error:
            raise _unavailable(error) from error

    def depth(self) -> int:
        """See :meth:`Broker.depth`."""
        try:
            return int(self._redis.llen(QUEUE))
        except (OperationalError, RedisError, OSError) as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
        self._app.close()


def _unavailable(error: Exception) -> BrokerUnavailable:
    return BrokerUnavailable(
        f"Redis does not answer ({type(error).__name__}).",
        "Tasks are kept and run once it is back: check that redis-server runs and that REDIS_URL is right.",
    )
