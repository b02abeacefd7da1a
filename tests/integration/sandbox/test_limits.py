"""Limits bite, are told apart, and leave nothing running."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.integration.sandbox.conftest import RunPython
from verifiers.sandbox.protocol import Limits

MB = 2**20


def processes_with(marker: str) -> list[str]:
    """Command lines of this machine's processes that contain the marker."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        if marker in line:
            found.append(line)
    return found


def test_the_deadline_ends_a_sleeper(run_python: RunPython) -> None:
    begin = time.monotonic()
    result = run_python("import time; print('up', flush=True); time.sleep(60)", limits=Limits(wall_s=1))
    assert (result.exit_code, result.timed_out, result.stdout) == (None, True, b"up\n")
    assert 1 <= result.wall_s < 30
    assert time.monotonic() - begin < 30


def test_the_deadline_ends_the_whole_tree(run_python: RunPython) -> None:
    result = run_python(
        """
        import os, signal, time
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:            # a daemon: forked twice, own session, no streams
            os.setsid()
            if os.fork() == 0:
                for number in range(3): os.close(number)
                os.execlp("sleep", "sleep", "600", "601")
            os._exit(0)
        os.fork()                     # a child that ignores signals
        print(os.getpid(), flush=True)
        time.sleep(600)
        """,
        limits=Limits(wall_s=1),
    )
    assert result.timed_out
    time.sleep(0.2)
    assert not processes_with("sleep\x00600\x00601")


def test_a_daemon_does_not_outlive_the_program(run_python: RunPython) -> None:
    begin = time.monotonic()
    result = run_python(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execlp("sleep", "sleep", "602", "603")
            os._exit(0)
        time.sleep(0.3)
        print("end")
        """
    )
    assert (result.exit_code, result.stdout, result.timed_out) == (0, b"end\n", False)
    assert time.monotonic() - begin < 60, "a daemon that holds the streams open must not delay the end"
    time.sleep(0.2)
    assert not processes_with("sleep\x00602\x00603")


def test_closed_streams_do_not_end_a_run(run_python: RunPython) -> None:
    result = run_python("import os, time; [os.close(n) for n in (0, 1, 2)]; time.sleep(0.7); os._exit(7)")
    assert result.exit_code == 7
    assert result.wall_s >= 0.7


def test_endless_output_ends_at_the_deadline(run_python: RunPython) -> None:
    result = run_python(
        "import os\nwhile True: os.write(1, b'y' * 65536)", limits=Limits(wall_s=1, output_bytes=1000)
    )
    assert (result.timed_out, result.truncated, result.stdout) == (True, True, b"y" * 1000)


def test_memory_over_the_limit_is_told_apart(run_python: RunPython) -> None:
    result = run_python("x = b'1' * (400 * 2**20)", limits=Limits(memory_bytes=128 * MB))
    assert (result.out_of_memory, result.timed_out) == (True, False)
    assert result.exit_code not in (0, None)


def test_memory_of_a_child_counts_too(run_python: RunPython, is_gvisor: bool) -> None:
    code = """
    import subprocess, sys
    child = subprocess.run([sys.executable, "-c", "x = b'1' * (400 * 2**20)"])
    print("parent lives")
    """
    result = run_python(code, limits=Limits(memory_bytes=128 * MB))
    assert result.out_of_memory
    if not is_gvisor:  # where the whole of it ends
        assert (result.stdout, result.exit_code) == (b"parent lives\n", 0)


def test_memory_below_the_limit_is_no_problem(run_python: RunPython) -> None:
    result = run_python("x = b'1' * (80 * 2**20); print(len(x))", limits=Limits(memory_bytes=256 * MB))
    assert (result.exit_code, result.out_of_memory) == (0, False)


def test_memory_filled_through_tmpfs_counts(run_python: RunPython) -> None:
    code = """
    block = b"1" * 2**20
    for number in range(200):
        with open("/dev/shm/fill", "ab") as file: file.write(block)
    """
    result = run_python(code, limits=Limits(memory_bytes=64 * MB, disk_bytes=512 * MB))
    assert result.out_of_memory


@pytest.mark.usefixtures("counted")
def test_processes_are_limited(run_python: RunPython) -> None:
    code = """
    import os, time
    started = 0
    try:
        while started < 500:
            if os.fork() == 0:
                time.sleep(30); os._exit(0)
            started += 1
    except OSError:
        pass
    print(started)
    """
    result = run_python(code, limits=Limits(pids=20))
    assert 15 <= int(result.stdout) < 20


def test_a_fork_bomb_ends_by_the_deadline(run_python: RunPython, is_gvisor: bool) -> None:
    code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    begin = time.monotonic()
    result = run_python(code, limits=Limits(wall_s=1))
    # gVisor's kernel runs out of threads of its own, perhaps before the deadline, and all in it ends.
    assert result.timed_out or (is_gvisor and result.exit_code == 137)
    assert time.monotonic() - begin < 60


@pytest.mark.usefixtures("counted")
def test_threads_are_limited(run_python: RunPython) -> None:
    code = """
    import threading, time
    started = 0
    try:
        while started < 500:
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    print(started, flush=True)
    import os; os._exit(0)
    """
    assert int(run_python(code, limits=Limits(pids=20)).stdout) < 20


@pytest.mark.parametrize("folder", ["/work", "/tmp", "/dev/shm"])
def test_disk_is_limited(run_python: RunPython, folder: str) -> None:
    code = f"""
    block = b"1" * 2**20
    written = 0
    try:
        with open("{folder}/fill", "wb", buffering=0) as file:
            while written < 100:
                file.write(block); written += 1
    except OSError as error:
        print(error.errno)
    print(written)
    """
    result = run_python(code, limits=Limits(disk_bytes=8 * MB, memory_bytes=256 * MB))
    errno, written = result.stdout.split()
    assert errno == b"28"
    assert 6 <= int(written) <= 8


@pytest.mark.usefixtures("counted")
def test_cpu_time_is_limited(run_python: RunPython) -> None:
    result = run_python("while True: pass", limits=Limits(cpu_s=1, wall_s=20))
    assert result.exit_code in (128 + 24, 128 + 9)
    assert not result.timed_out


def test_open_files_are_limited(run_python: RunPython) -> None:
    code = """
    held = []
    try:
        while len(held) < 1000: held.append(open("/dev/null"))
    except OSError: pass
    print(len(held))
    """
    assert int(run_python(code, limits=Limits(open_files=32)).stdout) < 32


def test_limits_can_not_be_raised(run_python: RunPython) -> None:
    code = """
    import resource
    for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_CORE):
        try:
            soft, hard = resource.getrlimit(what)
            resource.setrlimit(what, (hard + 1, hard + 1))
            print("raised", what)
        except (ValueError, OSError): pass
    """
    assert run_python(code).stdout == b""


def test_an_inode_bomb_does_no_harm(run_python: RunPython) -> None:
    code = """
    import os
    try:
        for number in range(10**7): os.close(os.open(f"/tmp/{number}", os.O_CREAT))
    except OSError: print("stopped")
    """
    result = run_python(code, limits=Limits(wall_s=5, cpu_s=5, memory_bytes=64 * MB))
    assert result.timed_out or result.out_of_memory or b"stopped" in result.stdout or result.exit_code == 152
