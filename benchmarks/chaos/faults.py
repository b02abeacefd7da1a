"""What is done to a system, one function a fault. Each leaves it able to recover by itself."""

from __future__ import annotations

import errno
import os
import random
import signal
import time
from collections.abc import Callable

from redis import Redis
from redis.exceptions import RedisError

from benchmarks.chaos.system import LEASE_S, System, end

Fault = Callable[[System, random.Random], bool]
"""Does something to the system; False where there was nothing to do it to."""

_PATIENCE_S = 300.0


def _kill_runner(system: System, chance: random.Random) -> bool:
    return end(chance.choice(_some(lambda: [pid for node in system.nodes for pid in node.runners()])))


def _freeze_runner(system: System, chance: random.Random) -> bool:
    """Longer than its lease: another worker takes its task, and it comes back with a stale token."""
    frozen = chance.choice(_some(lambda: [pid for node in system.nodes for pid in node.runners()]))
    if not end(frozen, signal.SIGSTOP):
        return False
    time.sleep(LEASE_S + 1.5)
    end(frozen, signal.SIGCONT)
    return True


def _kill_worker(system: System, chance: random.Random) -> bool:
    return end(chance.choice(_some(lambda: [pid for node in system.nodes for pid in node.workers()])))


def _kill_server(system: System, chance: random.Random) -> bool:
    node = chance.choice(system.nodes)
    node.kill()
    node.start()
    return True


def _restart(system: System, chance: random.Random) -> bool:
    """As a rolling restart does it: one node is stopped in order and started again."""
    node = chance.choice(system.nodes)
    node.stop()
    node.start()
    return True


def _kill_redis(system: System, chance: random.Random) -> bool:
    end(system.redis_pid)
    time.sleep(chance.uniform(0.2, 1.5))
    system.restart_redis()
    return True


def _flush_redis(system: System, chance: random.Random) -> bool:
    try:
        with Redis.from_url(system.redis.url, socket_timeout=5) as client:
            client.flushall()
    except RedisError:
        return False
    return True


def _freeze_redis(system: System, chance: random.Random) -> bool:
    end(system.redis_pid, signal.SIGSTOP)
    time.sleep(chance.uniform(1, 3))
    return end(system.redis_pid, signal.SIGCONT)


def _set_clock(system: System, chance: random.Random) -> bool:
    """Of one node, by an hour, in either direction, and back."""
    clock = chance.choice(system.nodes).clock
    clock.set(chance.choice((-3600, 3600)))
    time.sleep(chance.uniform(0.5, 1.5))
    clock.set(0)
    return True


def _fill_disk(system: System, chance: random.Random) -> bool:
    """To the last byte; only where the home lies on a disk of its own."""
    if not os.path.ismount(system.home):
        return False
    filler = system.home / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
            time.sleep(chance.uniform(0.5, 2))
    finally:
        filler.unlink(missing_ok=True)
    return True


def _restart_postgres(system: System, chance: random.Random) -> bool:
    if system.postgres is None:
        return False
    system.postgres.stop(chance.choice((signal.SIGQUIT, signal.SIGINT)))
    time.sleep(chance.uniform(0, 1.5))
    system.postgres.start()
    return True


def _some(look: Callable[[], list[int]]) -> list[int]:
    """Processes, as soon as there are any: they may be starting again just now."""
    deadline = time.monotonic() + _PATIENCE_S
    while not (found := look()):
        if time.monotonic() > deadline:
            raise SystemExit("There is no worker process to break any more.")
        time.sleep(0.1)
    return found


FAULTS: dict[str, Fault] = {
    "a process that runs a task killed": _kill_runner,
    "a process that runs a task frozen for longer than its lease": _freeze_runner,
    "a worker's main process killed": _kill_worker,
    "a server killed": _kill_server,
    "a server and its worker restarted in order": _restart,
    "Redis killed": _kill_redis,
    "Redis emptied": _flush_redis,
    "Redis frozen": _freeze_redis,
    "a node's clock set by an hour and back": _set_clock,
    "the disk full": _fill_disk,
    "Postgres crashed or restarted": _restart_postgres,
}
