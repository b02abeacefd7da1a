"""Run an attack: in a sandbox, or as a plain process to show that it is one."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks.attacks.attack import Attack, Seen
from benchmarks.attacks.bait import Bait
from verifiers.sandbox.protocol import ExecResult, Job, Sandbox

_GRACE_S = 15.0  # beyond a deadline, on a machine that may be busy
_SURVIVES_S = 1.0
_LETS_GO_S = 0.5
_PLAIN_S = 4.0  # an attack that ends by itself does so well before

# Takes what a program left as a harness without care does: whatever a name leads to is opened and read.
_COLLECT = """
import glob, os, pickle, sys
found = {}
for pattern in sys.argv[1:]:
    for path in glob.glob(pattern):
        paths = [path] if not os.path.isdir(path) else [os.path.join(path, name) for name in os.listdir(path)]
        for path in paths:
            try:
                with open(path, "rb") as file: found[path] = file.read()
            except OSError: pass
sys.stdout.buffer.write(pickle.dumps(found))
"""


def attack(sandbox: Sandbox, what: Attack, laid: Bait) -> Seen:
    """Run an attack in a sandbox.

    Raises:
        SandboxUnavailable: the sandbox broke.
    """
    marker = _marker()
    laid.take_notice()
    job = Job(
        environment="python",
        argv=("python3", "main.py"),
        files={"main.py": what.source({**laid.facts, "marker": marker})},
        collect=what.collect,
        limits=what.limits,
    )
    begin = time.monotonic()
    try:
        result = sandbox.run(job)
    finally:
        survivors = _survivors(marker)
    took = time.monotonic() - begin
    return Seen(
        result, what.limits, laid.token, survivors, laid.take_notice(), took > what.limits.wall_s + _GRACE_S
    )


def without_defence(what: Attack, laid: Bait) -> Seen:
    """Run an attack as a harness without a sandbox would: a child process, its output kept, SIGTERM if late.

    Namespaces for mounts and for the host name keep what it changes of those from outlasting it.
    """
    marker = _marker()
    laid.take_notice()
    with tempfile.TemporaryDirectory(prefix="acrisol-plain-", ignore_cleanup_errors=True) as folder:
        Path(folder, "main.py").write_bytes(what.source({**laid.facts, "marker": marker}))
        command = ["unshare", "-m", "-u", "--propagation", "private", "sh", "-c", '"$@"; exit $?', "sh"]
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            started = subprocess.Popen(
                [*command, sys.executable, "main.py"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                close_fds=False,
                start_new_session=True,
            )
            hung = not _ends(started, _PLAIN_S)
            files, hung = ({}, True) if hung else _naively(what, folder)
            survivors = _survivors(marker)
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()
            stdout.seek(0)
            stderr.seek(0)
            result = ExecResult(
                exit_code=started.returncode, stdout=stdout.read(), stderr=stderr.read(), files=files
            )
    return Seen(result, what.limits, laid.token, survivors, laid.take_notice(), hung)


def _ends(started: subprocess.Popen[bytes], limit_s: float) -> bool:
    try:
        started.wait(limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            started.wait(_LETS_GO_S)
        return False
    return True


def _naively(what: Attack, folder: str) -> tuple[dict[str, bytes], bool]:
    """What a harness without care takes back, and whether it hangs over it."""
    if not what.collect:
        return {}, False
    import pickle  # of a program of ours

    try:
        taken = subprocess.run(
            [sys.executable, "-c", _COLLECT, *what.collect],
            cwd=folder,
            capture_output=True,
            timeout=_PLAIN_S,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return {}, True
    except subprocess.CalledProcessError:
        return {}, False
    found: dict[str, bytes] = pickle.loads(taken.stdout)
    return found, False


def _marker() -> str:
    """An argument of ``sleep`` by which an attack's processes are known: seconds with many digits."""
    return f"30.{secrets.randbelow(10**12):012d}"


def _survivors(marker: str) -> int:
    """How many processes of an attack still live after a second; ended after that."""
    until = time.monotonic() + _SURVIVES_S
    while (found := list(_with(marker))) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def _with(marker: str) -> Iterator[int]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in file.read_bytes():
                yield int(file.parent.name)
        except OSError:  # it has ended meanwhile
            continue
