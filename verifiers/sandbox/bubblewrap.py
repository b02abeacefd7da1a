"""The bubblewrap backend: namespaces, a system-call filter and control groups, without a container engine.

Launched by root, the program runs under a uid of its own that exists nowhere else on the machine, so it can
neither read what root or anybody owns nor count against anybody's process limit. Launched by an ordinary
user, it runs in a user namespace of that user.
"""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.ahead import StartedAhead
from verifiers.sandbox.archive import pack
from verifiers.sandbox.bubblewrap_process import Channels, Process
from verifiers.sandbox.bubblewrap_tree import NAMESPACES, nul_joined, tree, whole_environment
from verifiers.sandbox.cgroup import Hierarchy, find_hierarchy, make_group
from verifiers.sandbox.collect import PackedEnd, packing_command
from verifiers.sandbox.environments import Environment, find_environment, program_environment
from verifiers.sandbox.linked import Ends, run_joined
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult
from verifiers.sandbox.running import Running, run_to_end
from verifiers.sandbox.seccomp import compiled_profile
from verifiers.sandbox.warm import WarmStarts, with_time_left

INSTALL_HINT = "Run: apt-get install bubblewrap libseccomp2"
USER_HINT = "Run as root, or allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0"

_BARE = Environment(name="bare", image="")
_TRIVIAL = Job(environment=_BARE.name, argv=("true",))

# Kernel user ids from which each run draws its own; far from what systems hand out.
_UID_SPAN = (2_000_000_000, 2_100_000_000)
_UID_SPAN_IN_SMALL_MAP = (40_000, 60_000)

# Runs outside, before bubblewrap: enter the control groups, then become bubblewrap.
_ENTER = """set -e
unset PWD OLDPWD SHLVL
while [ "$1" != -- ]; do echo $$ > "$1"; shift; done
shift
exec "$@" """

# Runs inside, already without any privilege: set limits that may only shrink, unpack the files, tell the host
# that everything is in place, become the program. Descriptors above 2 are ours and are closed before that.
_BEGIN = """set -e
ulimit -c 0
ulimit -n "$1"
ulimit -t "$(($2 + 1))"
ulimit -St "$2"
[ "$3" = - ] || ulimit -u "$3" 2>/dev/null || ulimit -p "$3"
[ "$4" = - ] || ulimit -d "$4"
[ "$5" = - ] || tar -xf - <&3
shift 5
unset PWD OLDPWD SHLVL
echo >&4
exec 3<&- 5>&- 6<&- 7<&- 8<&- 9<&-
"""
_BECOME = """exec 4>&-
exec "$@" """

# Where files come back: run the program as a child, end everything it left running, tell its exit code
# through the descriptor that told its start, and become the packer. What the shell would say of a killed
# child goes nowhere.
_RUN_AND_PACK = """set +e
exec 8>&2 2>/dev/null
(exec "$@" 2>&8 8>&- 4>&-)
code=$?
exec 8>&- >&- <&-
kill -KILL -- -1
echo $code >&4
"""


@dataclass(frozen=True)
class _Host:
    """What was found out about this machine once."""

    program: str
    version: str
    hierarchy: Hierarchy | None
    is_root: bool
    uids: tuple[int, int]
    counts_own_processes: bool


class Bubblewrap:
    """Runs jobs with ``bwrap``.

    Args:
        environments: The table of environments.
        program: The bwrap executable; looked up on PATH by default.
        warm: Start jobs that allow it from interpreters that are kept; where this machine can.

    Raises:
        SandboxUnavailable: bubblewrap or libseccomp is not installed, or a trivial program does not run.
    """

    name = "bubblewrap"

    def __init__(
        self, environments: Mapping[str, Environment], program: str = "bwrap", warm: bool = True
    ) -> None:
        self._environments = dict(environments)
        self._host = host = _look_at_host(program)
        self._filter = compiled_profile()
        self._check()
        self._ahead = StartedAhead(lambda job: self._start_cold(job, more="started ahead"))
        self._warm: WarmStarts | None = None
        if warm and host.is_root and host.hierarchy:
            isolation = self._isolation("warm")
            self._warm = WarmStarts(host.program, self._filter, host.hierarchy, host.uids, isolation)

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        if job.collect:
            return self._run_and_collect(job)
        if job.preload:
            began = time.monotonic()
            with suppress(SandboxUnavailable):  # a warm start that broke says nothing: start afresh
                left = self._warm.wait(self._environment(job.environment), job) if self._warm else job
                if left is None:
                    return ExecResult(exit_code=None, timed_out=True, isolation=self._isolation("warm"))
                return run_to_end(self.start(left), left)
            job = with_time_left(job, began)
        waiting = self._ahead.take(job)
        if waiting:
            with suppress(SandboxUnavailable):  # as above
                return run_to_end(waiting, job)
        return run_to_end(self._start_cold(job), job)

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        if judge.collect or guest.collect:
            raise ValueError("a linked job does not collect files")
        if judge.preload or guest.preload:
            with suppress(SandboxUnavailable):  # as above
                return run_joined(self.start, judge, guest)
        return run_joined(self._start_cold, judge, guest)

    def close(self) -> None:
        """End the interpreters that are kept, with what they run, and what was started ahead."""
        self._ahead.close()
        if self._warm:
            self._warm.close()

    def start(self, job: Job, ends: Ends | None = None) -> Running:
        """Start a job. The calling thread must outlive it: the sandbox dies with the thread that made it.

        Args:
            job: What to run.
            ends: What it gets as stdin and stdout; None for pipes to here.

        Raises:
            SandboxUnavailable: the environment is unknown or its files are missing, or no process could be
                started.
        """
        if self._warm and job.preload:
            warm = self._warm.start(self._environment(job.environment), job, ends)
            if warm:
                return warm
        return self._start_cold(job, ends)

    def _run_and_collect(self, job: Job) -> ExecResult:
        packed = PackedEnd(job.limits)
        result = run_to_end(self._start(self._environment(job.environment), job, packed=packed), job)
        if result.timed_out:
            return result
        found = packed.collector
        found.end()
        return result.model_copy(update={"files": found.files, "files_truncated": found.truncated})

    def _start_cold(self, job: Job, ends: Ends | None = None, more: str = "") -> Process:
        return self._start(self._environment(job.environment), job, ends, more=more)

    def _start(
        self,
        environment: Environment,
        job: Job,
        ends: Ends | None = None,
        packed: PackedEnd | None = None,
        more: str = "",
    ) -> Process:
        if packed:  # the shell stays
            job = job.model_copy(
                update={"limits": job.limits.model_copy(update={"pids": job.limits.pids + 1})}
            )
        archive = pack(job.files, job.limits.disk_bytes)
        host = self._host
        uid = _draw_uid(host.uids) if host.is_root else os.getuid()
        inside_uid = uid if host.is_root else _UID_SPAN_IN_SMALL_MAP[0]
        channels = Channels(
            archive=archive if job.files else b"",
            seccomp=self._filter,
            arguments=nul_joined(self._arguments(environment, job, inside_uid)),
            passwd=f"job:x:{inside_uid}:{inside_uid}::/tmp:/bin/sh\n".encode(),
            group=f"job:x:{inside_uid}:\n".encode(),
        )
        group = make_group(host.hierarchy, job.limits) if host.hierarchy else None
        entrances = group.entrances if group else ()
        bwrap = (host.program, "--args", str(Channels.ARGUMENTS), "--")
        argv = (
            "/bin/sh",
            "-c",
            _ENTER,
            "sh",
            *entrances,
            "--",
            *bwrap,
            *self._inner(job, inside_uid, packed),
        )
        return Process(argv, channels, group, job.limits.wall_s, self._isolation(more), ends, packed)

    def _check(self) -> None:
        try:
            result = run_to_end(self._start(_BARE, _TRIVIAL), _TRIVIAL)
        except SandboxUnavailable as error:
            raise SandboxUnavailable(f"bubblewrap does not work here: {error.message}", USER_HINT) from error
        if result.exit_code != 0:
            raise SandboxUnavailable("bubblewrap does not work here: a trivial program failed.", USER_HINT)

    def _environment(self, name: str) -> Environment:
        environment = find_environment(self._environments, name)
        for bind in environment.binds:
            if not bind.source.exists():
                raise SandboxUnavailable(f"The environment {name!r} needs {bind.source}, which is not there.")
        return environment

    def _inner(self, job: Job, uid: int, packed: PackedEnd | None) -> tuple[str, ...]:
        """The command inside: drop what is left of root, then begin."""
        limits, host = job.limits, self._host
        drop: tuple[str, ...] = ()
        if host.is_root:
            ids = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
            drop = ("setpriv", *ids, "--bounding-set=-all", "--inh-caps=-all", "--")
        processes = str(limits.pids) if host.is_root or host.counts_own_processes else "-"
        data = "-" if host.hierarchy else str(limits.memory_bytes // 1024)
        files = "files" if job.files else "-"
        numbers = (str(limits.open_files), str(limits.cpu_s), processes, data, files)
        end = f"{_RUN_AND_PACK}{packing_command(job.collect)} >&4" if packed else _BECOME
        return (*drop, "/bin/sh", "-c", _BEGIN + end, "sh", *numbers, *job.argv)

    def _arguments(self, environment: Environment, job: Job, uid: int) -> list[str]:
        arguments = [*NAMESPACES, "--unshare-cgroup-try"]
        arguments += ["--die-with-parent", "--new-session", "--hostname", "sandbox"]
        arguments += ["--json-status-fd", str(Channels.STATUS), "--seccomp", str(Channels.SECCOMP)]
        if self._host.is_root:
            for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
                arguments += ["--cap-add", capability]
        else:
            arguments += ["--unshare-user", "--disable-userns", "--uid", str(uid), "--gid", str(uid)]
        arguments += tree(environment, job.limits.disk_bytes, Channels.PASSWD, Channels.GROUP)
        return arguments + whole_environment(program_environment(environment, job))

    def _isolation(self, *more: str) -> str:
        host = self._host
        who = "own uid" if host.is_root else "user namespace"
        limits = host.hierarchy.description if host.hierarchy else "rlimits only"
        parts = ["namespaces", who, "seccomp", limits, *filter(None, more)]
        return f"bubblewrap {host.version} ({', '.join(parts)})"


def _draw_uid(span: tuple[int, int]) -> int:
    """A uid that, but for an accident of one in millions, no other run uses now."""
    return span[0] + secrets.randbelow(span[1] - span[0])


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


def _look_at_host(program: str) -> _Host:
    path = shutil.which(program)
    if path is None:
        raise SandboxUnavailable("bubblewrap is not installed.", INSTALL_HINT)
    said = subprocess.run(
        [path, "--version"], capture_output=True, text=True, env={}, check=False, timeout=30
    )
    version = re.search(r"\d+(\.\d+)+", said.stdout)
    if said.returncode != 0 or version is None:
        raise SandboxUnavailable(f"{path} does not work: {said.stderr.strip()[:200]}.", INSTALL_HINT)
    is_root = os.getuid() == 0
    if is_root and shutil.which("setpriv") is None:
        raise SandboxUnavailable("setpriv is not installed.", "Run: apt-get install util-linux")
    mapped = [int(line.split()[0]) + int(line.split()[2]) for line in _lines("/proc/self/uid_map")]
    uids = _UID_SPAN if max(mapped) >= _UID_SPAN[1] else _UID_SPAN_IN_SMALL_MAP
    # Since Linux 5.14 RLIMIT_NPROC counts per user namespace, before that all processes of the user.
    kernel = tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2])
    return _Host(path, version.group(), find_hierarchy(), is_root, uids, kernel >= (5, 14))
