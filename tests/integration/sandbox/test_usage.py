"""What a result tells of what was used, and of the sandbox."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import RunPython
from verifiers.sandbox.cgroup import find_hierarchy
from verifiers.sandbox.protocol import Limits, Sandbox

MB = 2**20


def test_cpu_time_is_not_wall_time(run_python: RunPython) -> None:
    asleep = run_python("import time; time.sleep(1)")
    awake = run_python("import time\nwhile time.process_time() < 1: pass")
    if asleep.cpu_s is None or awake.cpu_s is None:
        pytest.skip("this backend cannot tell without control groups")
    assert asleep.wall_s >= 1
    assert asleep.cpu_s < 0.8
    assert awake.cpu_s >= 0.95


def test_cpu_time_of_children_counts(run_python: RunPython) -> None:
    code = """
    import os, time
    for _ in range(2):
        if os.fork() == 0:
            while time.process_time() < 0.4: pass
            os._exit(0)
    os.wait(); os.wait()
    """
    result = run_python(code)
    if result.cpu_s is None:
        pytest.skip("this backend cannot tell without control groups")
    assert 0.7 <= result.cpu_s < 3


@pytest.mark.usefixtures("filtered")
def test_the_memory_peak_is_told(run_python: RunPython) -> None:
    if find_hierarchy() is None:
        pytest.skip("no control groups can be made here")
    small = run_python("pass").memory_peak_bytes
    large = run_python("x = b'1' * (100 * 2**20); del x", limits=Limits(memory_bytes=256 * MB))
    assert small is not None
    assert large.memory_peak_bytes is not None
    assert small < 60 * MB < 100 * MB <= large.memory_peak_bytes < 200 * MB


def test_an_exit_code_of_137_is_no_lack_of_memory(run_python: RunPython) -> None:
    for code in ("raise SystemExit(137)", "import os; os.kill(os.getpid(), 9)"):
        result = run_python(code)
        assert (result.exit_code, result.out_of_memory) == (137, False)


def test_a_lack_of_memory_is_no_exit_code(run_python: RunPython) -> None:
    code = "try: x = b'1' * (400 * 2**20)\nfinally: print('unreached')"
    result = run_python(code, limits=Limits(memory_bytes=128 * MB))
    assert (result.out_of_memory, result.exit_code) == (True, 137)


def test_the_result_names_the_limits_that_are_weak(sandbox: Sandbox, run_python: RunPython) -> None:
    said = run_python("pass").isolation
    assert said.startswith(f"{sandbox.name} ")
    assert "cgroup" in said or "rlimits only" in said
