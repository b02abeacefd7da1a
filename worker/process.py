"""The Celery worker process, run as ``python -m worker.process``."""

from __future__ import annotations

import argparse
import logging
import mmap
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Sequence

from celery.platforms import SecurityWarning
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)

from verifiers.errors import AcrisolError
from worker.app import QUEUE, build_app
from worker.child import end_at_once, watch_parent
from worker.errors import StoreUnavailable
from worker.observing.logs import configure
from worker.observing.metrics import count_in_slots
from worker.observing.watch import Watch, Watches
from worker.observing.wiring import build_watch
from worker.runner import AuditorFactory, JobRunner, SolverFactory
from worker.settings import WorkerSettings
from worker.store.database import open_database
from worker.tasks import register

_LOG = logging.getLogger(__name__)


class Stopping:
    """A flag that the Celery process raises and that its children, forked from it, see.

    A byte of shared memory and no lock: a child that is killed cannot leave it locked.
    """

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def __call__(self) -> bool:
        return self._byte[0] != 0

    def set(self) -> None:
        """Raise the flag."""
        self._byte[0] = 1


def run_worker(
    settings: WorkerSettings,
    build_solver: SolverFactory,
    build_auditor: AuditorFactory,
    parent: int | None = None,
) -> None:
    """Run a Celery worker until it is told to end.

    Args:
        settings: The settings; ``redis_url`` has to be given.
        build_solver: Makes a solver, once in each child process and after the fork.
        build_auditor: The same for audits.
        parent: Process id of the parent without which this process must not live.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    if settings.redis_url is None:
        raise AcrisolError("The worker has no broker.", "Set REDIS_URL, or start it by 'acrisol serve'.")
    open_database(settings.database).close()  # a wrong database is told now, by one sentence
    setup_logging.connect(_keep_logging, weak=False)
    stopping = Stopping()
    main_pid = os.getpid()
    runners: list[JobRunner] = []
    watches: list[Watches] = []

    def started(**_: object) -> None:
        watch_parent(main_pid, end_at_once)
        count_in_slots()

    def run() -> None:
        try:
            if not runners:  # after the fork: no connection may cross it
                if not watches:
                    watches.append(build_watch(settings))
                runners.append(_runner(settings, build_solver, build_auditor, stopping, watches[0]))
            runners[0].run()
        except StoreUnavailable as error:  # the sweeper wakes workers again once the database answers
            _LOG.warning("%s", error)

    def ended(**_: object) -> None:
        while runners:
            runners.pop().close()
        while watches:
            watches.pop().close()

    worker_process_init.connect(started, weak=False)
    worker_process_shutdown.connect(ended, weak=False)
    worker_shutting_down.connect(lambda **_: stopping.set(), weak=False)
    if parent is not None:
        watch_parent(parent, lambda: _follow(settings.stop_s))
    app = build_app(settings.redis_url)
    register(app, run)
    # Only JSON is accepted and generated code runs in the sandbox, so Celery's warning about root does not
    # apply; the sandbox backends have their own say about it.
    warnings.simplefilter("ignore", SecurityWarning)
    app.worker_main(_arguments(settings))


def _runner(
    settings: WorkerSettings,
    build_solver: SolverFactory,
    build_auditor: AuditorFactory,
    stopping: Stopping,
    watch: Watch,
) -> JobRunner:
    return JobRunner(
        open_database(settings.database),
        build_solver,
        build_auditor,
        worker=f"{socket.gethostname()}:{os.getpid()}",
        lease_s=settings.lease_s,
        overrun_s=settings.overrun_s,
        policy=settings.retry,
        stopping=stopping,
        abandon=end_at_once,
        watch=watch,
    )


def _keep_logging(**_: object) -> None:
    """Listened to instead of Celery's own set-up, which would put its format in place of ours."""


def _arguments(settings: WorkerSettings) -> list[str]:
    return [
        "worker",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        f"--hostname=acrisol-{os.getpid()}@%h",
        f"--queues={QUEUE}",
        f"--concurrency={settings.concurrency}",
        f"--loglevel={settings.log_level}",
    ]


def _follow(grace_s: float) -> None:
    # The parent is gone: give running jobs the time to go back to the queue, then end by force.
    timer = threading.Timer(grace_s, end_at_once)
    timer.daemon = True
    timer.start()
    os.kill(os.getpid(), signal.SIGTERM)


def main(
    build_solver: SolverFactory,
    build_auditor: AuditorFactory,
    arguments: Sequence[str] | None = None,
) -> None:
    """Run a worker from the command line and the environment."""
    parser = argparse.ArgumentParser(prog="python -m worker.process", description="An Acrisol worker.")
    parser.add_argument("--parent", type=int, help="end when this process is no longer the parent")
    parent = parser.parse_args(arguments).parent
    try:
        settings = WorkerSettings()
        configure(settings.log_level, settings.log_format)
        run_worker(settings, build_solver, build_auditor, parent)
    except AcrisolError as error:
        sys.exit(f"error: {error}")
    # Its children have ended and it holds nothing. Taking a process of this many modules apart takes seconds
    # on a busy machine, so long that whoever stops it would kill it.
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    from worker.wiring import build_auditor, build_solver

    main(build_solver, build_auditor)
