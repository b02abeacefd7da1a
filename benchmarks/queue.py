"""Durable tasks a second and their round trip, beside a plain Celery no-op on the same Redis.

    python -m benchmarks.queue [--tasks 600] [--rounds 3]

Both run in turn, with two worker processes each. A round trip goes from the submission until the outcome is
stored, one task at a time. Then 50 clients submit to a real ``acrisol serve``, together as often as the goal
says; and the agent's loop runs over a model and a verifier that do nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.processes import cpu_s
from benchmarks.queue_agent import loop_seconds
from benchmarks.queue_clients import submit_all
from benchmarks.queue_serve import WORKER
from benchmarks.report import finish, machine, progress, table
from verifiers.domain import CodingTask
from worker.embedded_redis import EmbeddedRedis, embedded_redis
from worker.service import WorkerService
from worker.settings import WorkerSettings
from worker.states import JobState
from worker.store import jobs
from worker.store.schema import jobs as job_rows

GOAL_RATE, GOAL_P50_MS, GOAL_SUBMIT_MS, GOAL_LOOP_MS = 150.0, 25.0, 20.0, 10.0
CLIENTS = 50
_WARM_UP = 450  # submissions
_PROCESSES = 2
_TASK = CodingTask(instruction="Write a function `add(a, b)`.")


@dataclass(frozen=True)
class Queue:
    """What can be measured of a queue.

    Attributes:
        send: Submits one task and gives a function that waits for its end.
        drained: Waits until all tasks that were submitted have ended.
        pid: Below it are all processes but Redis.
    """

    send: Callable[[], Callable[[], object]]
    drained: Callable[[], None]
    pid: int


@dataclass(frozen=True)
class Measured:
    """One round of one queue.

    Attributes:
        rate: Tasks a second with all of them submitted at once.
        cpu_ms: Processor time a task while that went on, Redis included.
        trips_ms: Round trips, one task at a time.
    """

    rate: float
    cpu_ms: float
    trips_ms: tuple[float, ...]


def _measure(queue: Queue, redis_pid: int, tasks: int, trips: int) -> Measured:
    queue.send()()  # the first one finds connections unopened
    used = cpu_s(queue.pid) + cpu_s(redis_pid)
    begin = time.perf_counter()
    for _ in range(tasks):
        queue.send()
    queue.drained()
    seconds = time.perf_counter() - begin
    used = cpu_s(queue.pid) + cpu_s(redis_pid) - used
    found = []
    for _ in range(trips):
        begin = time.perf_counter()
        queue.send()()
        found.append((time.perf_counter() - begin) * 1000)
    return Measured(tasks / seconds, used / tasks * 1000, tuple(found))


@contextmanager
def _celery(redis_url: str) -> Iterator[Queue]:
    os.environ["PEER_REDIS"] = redis_url
    from benchmarks.queue_peer import app, noop

    command = [sys.executable, "-m", "celery", "-A", "benchmarks.queue_peer", "worker"]
    command += [f"--concurrency={_PROCESSES}", "--loglevel=ERROR"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    sent: list[Any] = []

    def send() -> Callable[[], object]:
        result = noop.delay()
        sent.append(result)
        return result.get  # type: ignore[no-any-return]

    def drained() -> None:
        while sent:
            sent.pop().get()

    try:
        yield Queue(send, drained, os.getpid())
    finally:
        process.terminate()
        process.wait()
        app.close()


@contextmanager
def _acrisol(redis_url: str, folder: Path) -> Iterator[Queue]:
    settings = WorkerSettings(home=folder, redis_url=redis_url, concurrency=_PROCESSES)
    unended = select(func.count()).where(
        job_rows.c.state.in_([JobState.QUEUED.value, JobState.RUNNING.value])
    )
    with WorkerService(settings, WORKER) as service:

        def send() -> Callable[[], object]:
            job_id = jobs.submit(service.database, _TASK, settings.wake_after_s).id
            service.broker.wake(job_id)

            def wait() -> None:
                while not jobs.summary(service.database, job_id).state.terminal:
                    time.sleep(0.001)

            return wait

        def drained() -> None:
            while True:
                with service.database.begin() as connection:
                    if not connection.execute(unended).scalar_one():
                        return
                time.sleep(0.02)

        yield Queue(send, drained, os.getpid())


@contextmanager
def _serving(redis_url: str, folder: Path) -> Iterator[tuple[str, str]]:
    """A server's URL and a key for it."""
    environment = {
        **os.environ,
        "ACRISOL_HOME": str(folder),
        "ACRISOL_REDIS_URL": redis_url,
        "ACRISOL_PORT": "0",
        "ACRISOL_CONCURRENCY": str(_PROCESSES),
    }
    command = [sys.executable, "-m", "benchmarks.queue_serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise SystemExit("The server did not start.")
        try:
            yield url, (folder / "api-key").read_text().strip()
        finally:
            process.terminate()


def _redis() -> EmbeddedRedis:
    redis = embedded_redis()
    redis.start()
    return redis


def main() -> int:
    """Print the tables; 0 if all goals were reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=600, help="a round")
    parser.add_argument("--trips", type=int, default=100, help="round trips a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=GOAL_RATE, help="submissions a second of all clients")
    parser.add_argument("--submissions", type=int, default=1500, help="by HTTP")
    parser.add_argument("--data", help="not used: this benchmark needs none")
    arguments = parser.parse_args()
    print(machine())
    print(f"1-minute load at the start: {os.getloadavg()[0]:.1f}\n")
    redis = _redis()
    found: dict[str, list[Measured]] = {"plain Celery no-op": [], "Acrisol, durable": []}
    try:
        assert redis.child.pid is not None
        for number in range(arguments.rounds):
            for name in found:
                progress(f"round {number + 1} of {arguments.rounds}: {name}")
                with tempfile.TemporaryDirectory() as folder:
                    opened = _celery(redis.url) if "Celery" in name else _acrisol(redis.url, Path(folder))
                    with opened as queue:
                        found[name].append(_measure(queue, redis.child.pid, arguments.tasks, arguments.trips))
        progress(f"{CLIENTS} clients")
        with tempfile.TemporaryDirectory() as folder, _serving(redis.url, Path(folder)) as (url, key):
            # The server has just begun: the first seconds are those in which its workers start.
            asyncio.run(submit_all(url, key, CLIENTS, _WARM_UP, arguments.rate))
            submits = asyncio.run(submit_all(url, key, CLIENTS, arguments.submissions, arguments.rate))
    finally:
        redis.child.stop(2.0)
    progress("agent")
    loops = [seconds * 1000 for seconds in loop_seconds(200)]
    print(f"1-minute load at the end: {os.getloadavg()[0]:.1f}\n")
    return _report(found, submits, loops)


def _percentile(values: list[float] | tuple[float, ...], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _report(found: dict[str, list[Measured]], submits: list[float], loops: list[float]) -> int:
    progress("")
    rows = []
    for name, rounds in found.items():
        trips = [trip for one in rounds for trip in one.trips_ms]
        rate = statistics.median(one.rate for one in rounds)
        cpu = statistics.median(one.cpu_ms for one in rounds)
        rows.append((name, rate, cpu, statistics.median(trips), _percentile(trips, 0.95)))
    head = ["queue", "tasks a second", "CPU ms a task", "round trip p50 ms", "p95 ms"]
    print(table(head, [[name, *(f"{value:.1f}" for value in row)] for name, *row in rows]))
    submit_p95, loop_p50 = _percentile(submits, 0.95), statistics.median(loops)
    print()
    print(
        table(
            ["", "p50 ms", "p95 ms"],
            [
                [
                    f"`POST /v1/tasks`, {CLIENTS} clients",
                    f"{statistics.median(submits):.1f}",
                    f"{submit_p95:.1f}",
                ],
                [
                    "agent's loop, stub model and verifier",
                    f"{loop_p50:.1f}",
                    f"{_percentile(loops, 0.95):.1f}",
                ],
            ],
        )
    )
    (_, peer_rate, _, peer_trip, _), (_, rate, _, trip, _) = rows
    reached = (
        rate >= GOAL_RATE
        and trip <= GOAL_P50_MS
        and submit_p95 <= GOAL_SUBMIT_MS
        and loop_p50 <= GOAL_LOOP_MS
    )
    return finish(
        f"{rate:.0f} durable tasks/s ({rate / peer_rate:.2f} of a plain no-op), round trip p50 {trip:.1f} ms "
        f"({trip / peer_trip:.1f} times), submit p95 {submit_p95:.1f} ms at {CLIENTS} clients, loop "
        f"{loop_p50:.1f} ms (goals: {GOAL_RATE:g}/s, {GOAL_P50_MS:g} ms, {GOAL_SUBMIT_MS:g} ms, "
        f"{GOAL_LOOP_MS:g} ms)",
        reached,
    )


if __name__ == "__main__":
    raise SystemExit(main())
