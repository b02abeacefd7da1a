"""Programs that bubblewrap starts before a job comes: behind the same walls, for one job each."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements import require
from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import ExecResult, Job, Limits

ECHO = 'echo ready >/tmp/before; IFS= read -r line; echo "$0 $line"; '


@pytest.fixture
def bubblewrap() -> Iterator[Bubblewrap]:
    try:
        made = Bubblewrap(build_environments(), warm=False)
    except SandboxUnavailable as error:
        require("bubblewrap", False, str(error))
        raise
    yield made
    made.close()


def job(script: str, stdin: bytes = b"x\n", **limits: object) -> Job:
    made = Limits.model_validate({"wall_s": 5.0, **limits})
    argv = ("/bin/sh", "-c", ECHO + script)
    return Job(environment="python", argv=(*argv, "cold"), ahead=(*argv, "ahead"), stdin=stdin, limits=made)


def ready(bubblewrap: Bubblewrap) -> None:
    end = time.monotonic() + 10
    while not bubblewrap._ahead.waiting() and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.1)  # until its program waits, too


def run_ahead(bubblewrap: Bubblewrap, wanted: Job) -> ExecResult:
    bubblewrap.run(wanted)
    ready(bubblewrap)
    return bubblewrap.run(wanted)


def test_the_second_is_started_ahead_and_hears_only_its_own(bubblewrap: Bubblewrap) -> None:
    first = bubblewrap.run(job("", b"one\n"))
    ready(bubblewrap)
    second = bubblewrap.run(job("", b"two\n"))
    assert (first.stdout, second.stdout) == (b"cold one\n", b"ahead two\n")
    assert "started ahead" in second.isolation
    assert "started ahead" not in first.isolation


def test_no_job_sees_what_another_left(bubblewrap: Bubblewrap) -> None:
    """Each tries to find, and leaves behind, files, processes and shared memory."""
    script = (
        "ls /tmp /work /dev/shm; for name in /proc/[0-9]*/comm; do read -r word <$name; echo $word; done; "
        "touch /tmp/left /work/left /dev/shm/left; (sleep 100 &)"
    )
    seen = []
    for _ in range(4):
        seen.append(bubblewrap.run(job(script)).stdout.replace(b"cold", b"ahead"))
        ready(bubblewrap)
    assert b"left" not in b"".join(seen)
    assert b"sleep" not in b"".join(seen)
    assert len(set(seen)) == 1, seen


def test_it_waits_behind_the_same_walls(bubblewrap: Bubblewrap) -> None:
    script = (
        'grep -E "Cap|NoNew|Seccomp" /proc/self/status; ulimit -a; cat /proc/net/dev; env; pwd; '
        "touch /usr/x 2>&1; cut -d' ' -f2-4 /proc/mounts | sort"
    )
    cold = bubblewrap.run(job(script))
    ready(bubblewrap)
    warm = bubblewrap.run(job(script))
    assert warm.stdout.replace(b"ahead", b"cold") == cold.stdout
    assert b"ahead" in warm.stdout


def test_the_deadline_counts_from_the_job_and_is_its_own(bubblewrap: Bubblewrap) -> None:
    bubblewrap.run(job("sleep $line", b"0\n", wall_s=1))
    ready(bubblewrap)
    time.sleep(1.2)  # waiting costs the job nothing of its time
    result = bubblewrap.run(job("sleep $line", b"0.2\n", wall_s=1))
    assert (result.exit_code, result.timed_out) == (0, False)
    assert "started ahead" in result.isolation
    assert result.wall_s < 1
    ready(bubblewrap)
    begin = time.monotonic()
    late = bubblewrap.run(job("sleep $line", b"30\n", wall_s=0.5))
    assert late.timed_out
    assert "started ahead" in late.isolation
    assert time.monotonic() - begin < 25


def test_its_end_is_told_as_any(bubblewrap: Bubblewrap) -> None:
    assert run_ahead(bubblewrap, job("exit 7")).exit_code == 7
    assert run_ahead(bubblewrap, job("kill -9 $$")).exit_code == 128 + 9
    loud = run_ahead(bubblewrap, job("head -c 100000 /dev/zero", output_bytes=1000))
    assert (loud.truncated, len(loud.stdout)) == (True, 1000)


def test_one_that_died_while_it_waited_costs_nothing(bubblewrap: Bubblewrap) -> None:
    argv = ("/bin/sh", "-c", "cat; echo done")
    dying = Job(environment="python", argv=argv, ahead=("/bin/false",), stdin=b"x\n")
    for _ in range(3):
        result = bubblewrap.run(dying)
        assert (result.exit_code, result.stdout) == (0, b"x\ndone\n")
        time.sleep(0.2)


def test_nothing_is_left_when_the_sandbox_is_closed(bubblewrap: Bubblewrap) -> None:
    marker = f"ahead-{os.getpid()}-{time.monotonic_ns()}"
    wanted = job("").model_copy(update={"ahead": ("/bin/sh", "-c", "read line", marker)})
    bubblewrap.run(wanted)
    ready(bubblewrap)
    assert running(marker)
    bubblewrap.close()
    assert not running(marker)


def running(marker: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"/bin/sh" and marker.encode() in words:
            found.append(str(file))
    return found
