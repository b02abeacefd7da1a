"""Warm starts under bubblewrap: zygotes by what they have imported, and which jobs they can start."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from verifiers.sandbox.archive import check_files
from verifiers.sandbox.cgroup import Hierarchy, make_group
from verifiers.sandbox.environments import Environment, program_environment
from verifiers.sandbox.linked import Ends
from verifiers.sandbox.protocol import Job
from verifiers.sandbox.warm_process import Order, WarmProcess
from verifiers.sandbox.warm_zygote import Kind, Zygote
from verifiers.sandbox.zygote.wire import Spec, pack_spec

_INTERPRETER = "python3"
_OPTIONS = frozenset(("-P", "-s", "-B"))  # of the interpreter, those that a running one can stand for
# Variables that an interpreter or its libraries read only when they start, and those of them whose values a
# running one can have been started with.
_READ_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "GLIBC_", "GCONV_", "MALLOC_", "PATH", "HOME")
_CAN_BE_GIVEN = frozenset(("PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONUTF8"))
_MAX_KINDS = 8  # interpreters kept at a time; further kinds of job start cold
_IDLE_S = 300.0  # an interpreter that has not been asked for so long is ended, for the memory that it holds
_MAX_STILLBORN = 3  # of one kind, before it is given up


@dataclass
class _Row:
    zygote: Zygote
    stillborn: int = 0
    running: int = 0
    used_at: float = 0.0  # monotonic; when a job last began or ended


class WarmStarts:
    """Starts jobs in forks of interpreters that are kept.

    Args:
        program: The bwrap executable.
        seccomp: The jobs' system-call filter.
        hierarchy: Where control groups are made.
        uids: The span from which each job draws its user.
        isolation: For the results.
        idle_s: Seconds after which an interpreter that starts nothing is ended.
    """

    def __init__(
        self,
        program: str,
        seccomp: bytes,
        hierarchy: Hierarchy,
        uids: tuple[int, int],
        isolation: str,
        idle_s: float = _IDLE_S,
    ) -> None:
        self._program = program
        self._seccomp = seccomp
        self._hierarchy = hierarchy
        self._uids = uids
        self._isolation = isolation
        self._idle_s = idle_s
        self._rows: dict[Kind, _Row] = {}
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._sweeper: threading.Timer | None = None

    def start(self, environment: Environment, job: Job, ends: Ends | None = None) -> WarmProcess | None:
        """Start a job; None where it has to start cold.

        Raises:
            SandboxUnavailable: a zygote broke.
            InvalidInput: the job's files cannot be put into its working directory.
        """
        kind = _kind(environment, job)
        if kind is None:
            return None
        check_files(job.files, job.limits.disk_bytes)
        row = self._take(environment, kind)
        if row is None:
            return None
        try:
            return WarmProcess(row.zygote, self._order(environment, kind, job), ends, lambda: self._end(row))
        except BaseException:
            self._end(row)
            raise

    def wait(self, environment: Environment, job: Job) -> Job | None:
        """For a job on the clock: wait until it can start.

        Returns:
            The job with the time that this leaves it; None if it leaves none. Other jobs as they are.

        Raises:
            SandboxUnavailable: a zygote could not be started.
        """
        if job.preload is None or not job.preload.on_the_clock:
            return job
        began = time.monotonic()
        kind = _kind(environment, job)
        row = self._take(environment, kind) if kind else None
        if row:
            try:
                if not row.zygote.is_ready(job.limits.wall_s):
                    return None
            finally:
                self._end(row)
        return with_time_left(job, began)

    def _order(self, environment: Environment, kind: Kind, job: Job) -> Order:
        begin = 1 + len(kind.options)
        spec = Spec(
            argv=list(job.argv[begin:]),
            env=program_environment(environment, job),
            open_files=job.limits.open_files,
            cpu_s=job.limits.cpu_s,
            pids=job.limits.pids,
        )
        low, high = self._uids
        return Order(
            uid=low + secrets.randbelow(high - low),
            disk_bytes=job.limits.disk_bytes,
            spec=pack_spec(spec, _needed(job)),
            group=make_group(self._hierarchy, job.limits),
            wall_s=job.limits.wall_s,
            isolation=self._isolation,
        )

    def close(self) -> None:
        """End all zygotes, and with them what they run; idempotent."""
        with self._lock:
            if self._owner == os.getpid():
                for row in self._rows.values():
                    row.zygote.close()
                if self._sweeper:
                    self._sweeper.cancel()
            self._sweeper = None
            self._rows.clear()

    def _take(self, environment: Environment, kind: Kind) -> _Row | None:
        """The kind's row, with one job more running; None if there is to be none."""
        with self._lock:
            if self._owner != os.getpid():  # a fork of the process that made them: they are not ours to use
                self._rows.clear()
                self._owner = os.getpid()
                self._sweeper = None
            row = self._row(environment, kind)
            if row:
                row.running += 1
                row.used_at = time.monotonic()
                self._sweep_later()
            return row

    def _end(self, row: _Row) -> None:
        with self._lock:
            row.running -= 1
            row.used_at = time.monotonic()

    def _sweep_later(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Timer(self._idle_s, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        """End what has been idle too long; again later while anything is left."""
        with self._lock:
            self._sweeper = None
            if self._owner != os.getpid():
                return
            since = time.monotonic() - self._idle_s
            for kind, row in list(self._rows.items()):
                if not row.running and row.used_at <= since:
                    row.zygote.close()
                    del self._rows[kind]
            if self._rows:
                self._sweep_later()

    def _row(self, environment: Environment, kind: Kind) -> _Row | None:
        row = self._rows.get(kind)
        if row is None:
            if len(self._rows) >= _MAX_KINDS:
                return None
            row = self._rows[kind] = _Row(self._zygote(environment, kind))
        elif not row.zygote.is_alive():
            row.zygote.close()
            row.stillborn = 0 if row.zygote.has_served else row.stillborn + 1
            if row.stillborn >= _MAX_STILLBORN:
                return None
            row.zygote = self._zygote(environment, kind)
        return row

    def _zygote(self, environment: Environment, kind: Kind) -> Zygote:
        return Zygote(self._program, environment, kind, self._seccomp)


def with_time_left(job: Job, began: float) -> Job:
    """A job on the clock without the time that went by since ``began``, by ``time.monotonic()``."""
    if job.preload is None or not job.preload.on_the_clock:
        return job
    left = max(0.001, job.limits.wall_s - (time.monotonic() - began))
    return job.model_copy(update={"limits": job.limits.model_copy(update={"wall_s": left})})


def _needed(job: Job) -> Mapping[str, bytes]:
    """The files that a job's program may read once its modules are imported."""
    preload = job.preload
    if preload is None or not preload.import_only:
        return job.files
    return {path: content for path, content in job.files.items() if path not in preload.files}


def _kind(environment: Environment, job: Job) -> Kind | None:
    """The zygote that can start a job; None if only a cold start is the same to its program."""
    if job.preload is None or job.collect or not _is_interpreter(environment, job.argv[0]):
        return None
    count = 0
    while count + 1 < len(job.argv) and job.argv[count + 1] in _OPTIONS:
        count += 1
    options, rest = job.argv[1 : count + 1], job.argv[count + 1 :]
    if not rest or (rest[0].startswith("-") and (rest[0] != "-c" or len(rest) < 2)):
        return None
    read_at_start = {name: job.env[name] for name in job.env if name.startswith(_READ_AT_START)}
    known = all(name in _CAN_BE_GIVEN and value.isdigit() for name, value in read_at_start.items())
    if not known or "PYTHONHASHSEED" not in read_at_start:
        return None
    return Kind(
        environment=environment.name,
        interpreter=job.argv[0],
        options=options,
        variables=tuple(sorted({**environment.variables, **read_at_start}.items())),
        modules=job.preload.modules,
        folder=job.preload.folder,
        files=tuple(sorted(job.preload.files.items())),
    )


def _is_interpreter(environment: Environment, program: str) -> bool:
    """Whether a program is Python: the one on the PATH, or that of a read-only folder of tools.

    It is started with privileges, so nothing that a job brings may stand in for it.
    """
    path = PurePosixPath(program)
    folders = [PurePosixPath(bind.target) for bind in environment.binds]
    inside = ".." not in path.parts and any(path.is_relative_to(folder) for folder in folders)
    return program == _INTERPRETER or (inside and path.name == _INTERPRETER)
