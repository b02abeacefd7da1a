"""Waking workers."""

from __future__ import annotations

from typing import Protocol

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from worker.app import QUEUE, RUN_JOB, build_app
from worker.errors import BrokerUnavailable

# The API waits for it, and the sweeper comes back to it: one try, without kombu's pauses of seconds.
_IMPATIENT = {
    "socket_timeout": 2,
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

    def wake(self, job_id: str) -> None:
        """See :meth:`Broker.wake`."""
        try:
            self._app.send_task(RUN_JOB, args=(job_id,), retry=False)
        except (OperationalError, RedisError, OSError) as error:
            raise _unavailable(error) from error

    def depth(self) -> int:
        """See :meth:`Broker.depth`."""
        try:
            with self._app.connection_for_read() as connection:
                declared = connection.default_channel.queue_declare(QUEUE, durable=True)
                return int(declared.message_count)
        except (OperationalError, RedisError, OSError) as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._app.close()


def _unavailable(error: Exception) -> BrokerUnavailable:
    return BrokerUnavailable(
        f"Redis does not answer ({type(error).__name__}).",
        "Tasks are kept and run once it is back: check that redis-server runs and that REDIS_URL is right.",
    )
