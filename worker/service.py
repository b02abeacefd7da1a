"""Everything behind the API in one object: broker, Celery worker, sweeper and batches."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from types import TracebackType

from prometheus_client import CollectorRegistry

from verifiers.errors import ToolFailed
from verifiers.registry import check_task
from worker.batches.runner import BatchRunner
from worker.broker import CeleryBroker
from worker.checkpoints import forgetting
from worker.child import Child, keep_running
from worker.embedded_redis import embedded_redis
from worker.observing.exposition import (
    ServiceCollector,
    build_registry,
    counting_folder,
    listen,
    reserve,
)
from worker.observing.model_server import ModelServerCollector
from worker.settings import WorkerSettings
from worker.store.database import Database, open_database
from worker.sweeper import Sweeper
from worker.webhooks.deliverer import Deliverer
from worker.webhooks.rules import WebhookRules
from worker.webhooks.sealing import open_seal, seal_webhooks

WORKER_COMMAND = (sys.executable, "-m", "worker.process")
_REDIS_STOP_S = 2.0
_RULES = WebhookRules()


class WorkerService:
    """Runs a worker, with a Redis of its own if none is named, for as long as the block runs.

    Args:
        settings: The settings.
        command: Starts the worker process, which gets ``--parent PID`` and its settings by environment.
        environment: What the worker process gets beyond this process's environment.
        webhooks: Where webhooks may be posted to.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        command: Sequence[str] = WORKER_COMMAND,
        environment: Mapping[str, str] | None = None,
        webhooks: WebhookRules = _RULES,
    ) -> None:
        self._settings = settings
        self._webhooks = webhooks
        self._command = tuple(command)
        self._environment = dict(environment or {})
        self._cleanup = ExitStack()
        self.database: Database
        self.broker: CeleryBroker
        self.forget = forgetting(settings.checkpoints)
        self.metrics: CollectorRegistry

    def __enter__(self) -> WorkerService:
        """Start everything.

        Raises:
            StoreUnavailable: the database cannot be used.
            ToolMissing: no Redis is named and ``redis-server`` is not installed.
            ToolFailed: the private Redis does not start, or the metrics' port is taken.
        """
        with self._cleanup:
            # Ended in the opposite order: worker, broker, Redis, threads, database.
            self.database = open_database(self._settings.database, seal=open_seal(self._settings))
            self._cleanup.callback(self.database.close)
            seal_webhooks(self.database)
            children: list[Child] = []
            stop = threading.Event()
            self._start_thread("keep-running", partial(keep_running, children, stop), stop)
            url = self._start_redis(children)
            self.broker = CeleryBroker(url)
            self._cleanup.callback(self.broker.close)
            folder = self._cleanup.enter_context(counting_folder())
            _reserve(folder, self._settings.concurrency)
            worker = self._start_worker(url, children, folder) if self._settings.concurrency else None
            self._serve_metrics(worker, folder)
            settings = self._settings
            sweeper = Sweeper(
                self.database,
                self.broker,
                settings.retry,
                settings.wake_after_s,
                settings.lease_s,
                keep_s=settings.retention_days and settings.retention_days * 86_400,
                forget=self.forget,
            )
            self._start_thread("sweeper", partial(sweeper.run, self._settings.sweep_s, stop), stop)
            batches = BatchRunner(self.database, check_task, self._settings.batch_window)
            self._start_thread("batches", partial(batches.run, self._settings.sweep_s, stop), stop)
            deliverer = Deliverer(self.database, self._webhooks)
            self._start_thread("webhooks", partial(deliverer.run, self._settings.sweep_s, stop), stop)
            self._cleanup = self._cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def _start_redis(self, children: list[Child]) -> str:
        if self._settings.redis_url is not None:
            return self._settings.redis_url
        redis = embedded_redis()
        redis.start()
        self._cleanup.callback(redis.child.stop, _REDIS_STOP_S)
        children.append(redis.child)
        return redis.url

    def _start_worker(self, redis_url: str, children: list[Child], metrics_folder: str) -> Child:
        settings = self._settings.model_copy(update={"redis_url": redis_url})
        environment = {
            **settings.child_environment(),
            "PROMETHEUS_MULTIPROC_DIR": metrics_folder,
            **self._environment,
        }
        child = Child("The worker", [*self._command, "--parent", str(os.getpid())], environment)
        child.start()
        self._cleanup.callback(child.stop, self._settings.stop_s)
        children.append(child)
        return child

    def _serve_metrics(self, worker: Child | None, folder: str) -> None:
        lives = None if worker is None else lambda: worker.pid is not None
        collector = ServiceCollector(self.database, self.broker, lives, self._settings.concurrency)
        models = ModelServerCollector(self._settings.home.expanduser() / "models")
        self.metrics = build_registry([collector, models], folder)
        host, port = self._settings.metrics_host, self._settings.metrics_port
        if port is None:
            return
        try:
            self._cleanup.callback(listen(self.metrics, host, port))
        except OSError as error:
            raise ToolFailed(
                f"The metrics cannot be served on {host}, port {port}: {error.strerror}.",
                "Set ACRISOL_METRICS_PORT to a free port, or unset it.",
            ) from error

    def _start_thread(self, name: str, run: Callable[[], None], stop: threading.Event) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._cleanup.callback(thread.join)
        self._cleanup.callback(stop.set)


def _reserve(folder: str, slots: int) -> None:
    try:
        reserve(folder, slots)
    except OSError as error:
        raise ToolFailed(
            f"There is no room for the worker's metrics in {folder}: {error.strerror}.",
            "Free some disk space there, or set TMPDIR to another folder.",
        ) from error
