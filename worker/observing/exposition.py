"""What is scraped: the store's counts at that moment, what the worker counted, and this process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from worker.broker import Broker
from worker.errors import BrokerUnavailable, StoreUnavailable
from worker.observing.metrics import slot_name
from worker.states import JobState
from worker.store.counts import Counts, counts
from worker.store.database import Database
from worker.store.jobs import INTERACTIVE

_PRIORITIES = ("interactive", "batch")
_KINDS = ("counter", "histogram", "gauge_livesum")
_FOLDER = "acrisol-metrics-"
_FILE_BYTES = 256 * 1024  # for about two thousand series, four times as many as there can be


class ServiceCollector(Collector):
    """Asks database and broker when it is scraped. What does not answer is told as down, and left out.

    Args:
        database: The job store.
        broker: Wakes workers.
        worker_lives: Whether this service's worker runs; None where it has none.
        slots: Jobs that it runs at a time.
    """

    def __init__(
        self, database: Database, broker: Broker, worker_lives: Callable[[], bool] | None, slots: int
    ) -> None:
        self._database = database
        self._broker = broker
        self._worker_lives = worker_lives
        self._slots = slots

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """See prometheus_client."""
        if self._worker_lives is not None:
            yield _gauge("worker_up", "The worker's main process runs.", self._worker_lives())
            yield _gauge("worker_slots", "Jobs that this worker runs at a time.", self._slots)
        yield from self._redis()
        try:
            found = counts(self._database)
        except StoreUnavailable:
            yield _gauge("database_up", "The job store answers.", 0)
            return
        yield _gauge("database_up", "The job store answers.", 1)
        yield from _of_store(found)

    def _redis(self) -> Iterator[GaugeMetricFamily]:
        try:
            depth = self._broker.depth()
        except BrokerUnavailable:
            yield _gauge("redis_up", "Redis answers.", 0)
            return
        yield _gauge("redis_up", "Redis answers.", 1)
        yield _gauge("redis_messages", "Messages in Redis that no worker has taken.", depth)


@contextmanager
def counting_folder() -> Iterator[str]:
    """A folder for what a worker's processes count; those that killed services have left behind go."""
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        pid = left.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdecimal() and not _lives(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-") as folder:
        yield folder


def reserve(folder: str, slots: int) -> None:
    """Make the files that the worker's processes count in, with their room on the disk.

    They are mapped into memory: a process that wrote to a hole in one would be killed if the disk was full.

    Raises:
        OSError: there is no room.
    """
    for slot in range(1, slots + 1):
        for kind in _KINDS:
            with Path(folder, f"{kind}_{slot_name(slot)}.db").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)


def build_registry(collectors: Iterable[Collector], folder: str) -> CollectorRegistry:
    """A registry of these collectors, of the worker's counts below ``folder``, and of this process."""
    # They double the series, and say when a process started and no more.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    for collector in collectors:
        registry.register(collector)
    return registry


def listen(registry: CollectorRegistry, host: str, port: int) -> Callable[[], None]:
    """Serve the metrics, and nothing else, without asking who wants them.

    Returns:
        Stops it.

    Raises:
        OSError: the address cannot be listened on.
    """
    server, thread = start_http_server(port, host, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


def _of_store(found: Counts) -> Iterator[GaugeMetricFamily]:
    yield _gauges("jobs", "Jobs in the store.", "state", {**dict.fromkeys(JobState, 0), **found.jobs})
    waiting, oldest = dict.fromkeys(_PRIORITIES, 0), dict.fromkeys(_PRIORITIES, 0.0)
    for priority, number in found.waiting.items():
        name = _PRIORITIES[priority > INTERACTIVE]
        waiting[name] += number
        oldest[name] = max(oldest[name], found.oldest_waiting_s[priority])
    yield _gauges("queue_jobs", "Queued jobs that could be run now.", "priority", waiting)
    says = "Age of the oldest job that could be run now."
    yield _gauges("queue_oldest_seconds", says, "priority", oldest)
    yield _gauge("workers_busy", "Processes on all machines that run a job.", found.workers)
    yield _gauge("leases_expired", "Running jobs whose worker gave no sign of life in time.", found.overdue)
    deliveries = {"pending": 0, "given_up": 0, "delivered": 0, **found.deliveries}
    yield _gauges("webhook_deliveries", "Webhook deliveries in the store.", "state", deliveries)
    says = "Age of the oldest webhook delivery that is not through."
    yield _gauge("webhook_oldest_seconds", says, found.oldest_delivery_s)
    yield _gauges("batches", "Batches in the store.", "state", found.batches)


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"acrisol_{name}", says, value=float(value))


def _gauges(name: str, says: str, label: str, found: Mapping[Any, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"acrisol_{name}", says, labels=[label])
    for value, number in sorted(found.items()):
        family.add_metric([str(value)], float(number))
    return family


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
