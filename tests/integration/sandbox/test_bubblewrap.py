"""What only bubblewrap can get wrong: uids, control groups, and being launched by an ordinary user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.sandbox.conftest import python_job
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.cgroup import find_hierarchy
from verifiers.sandbox.environments import Bind, Environment
from verifiers.sandbox.protocol import Job, Limits

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a job a uid of its own")

AS_USER = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import Job, Limits
sandbox = Bubblewrap({"bare": Environment(name="bare", image="")})
def run(*argv, **rest):
    return sandbox.run(Job(environment="bare", argv=argv, **rest))
look = "id -u; cat in; echo more >> in; cat /proc/self/status"
first = run("/bin/sh", "-c", look, files={"in": b"x\\n"})
late = run("sleep", "60", limits=Limits(wall_s=0.5))
fork = "i=0; while [ $i -lt 50 ]; do sleep 5 & i=$((i+1)); done; echo all"
bomb = run("/bin/sh", "-c", fork, limits=Limits(pids=10))
said = [first.stdout.decode(), first.isolation, late.timed_out, bomb.stdout.decode()]
print(json.dumps([first.exit_code, *said]))
"""


@as_root
def test_the_program_has_a_kernel_uid_of_its_own(bubblewrap: Bubblewrap) -> None:
    code = "import os, time; print(os.getuid(), flush=True); time.sleep(0.2)"
    uids = {int(bubblewrap.run(python_job(code)).stdout) for _ in range(5)}
    assert len(uids) == 5
    assert min(uids) >= 40_000


@as_root
def test_no_user_namespace_stands_between_its_uid_and_the_kernels(bubblewrap: Bubblewrap) -> None:
    said = bubblewrap.run(python_job("print(open('/proc/self/uid_map').read())")).stdout.split()
    assert said == Path("/proc/self/uid_map").read_bytes().split()


@as_root
def test_roots_private_files_stay_private_even_when_bound(
    environments: dict[str, Environment], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root only")
    secret.chmod(0o600)
    bound = environments["python"].model_copy(update={"binds": (Bind(source=tmp_path, target="/opt/bound"),)})
    result = Bubblewrap({"python": bound}).run(Job(environment="python", argv=("cat", "/opt/bound/secret")))
    assert (result.exit_code, result.stdout) == (1, b"")
    assert b"Permission denied" in result.stderr


def test_tools_below_a_private_folder_can_be_bound(
    environments: dict[str, Environment], tmp_path: Path
) -> None:
    private = tmp_path / "private"
    (private / "tools").mkdir(parents=True)
    (private / "tools" / "hello").write_text("#!/bin/sh\necho hello\n")
    (private / "tools" / "hello").chmod(0o755)
    private.chmod(0o700)
    bare = Environment(
        name="bare",
        image="",
        binds=(Bind(source=private / "tools", target="/opt/tools"),),
        path=("/opt/tools",),
    )
    assert Bubblewrap({"bare": bare}).run(Job(environment="bare", argv=("hello",))).stdout == b"hello\n"


def test_control_groups_are_removed(bubblewrap: Bubblewrap) -> None:
    hierarchy = find_hierarchy()
    if hierarchy is None:
        pytest.skip("no control groups can be made here")

    def groups() -> set[Path]:
        name = f"acrisol-{os.getpid()}-*"
        return {path for parent in hierarchy.parents.values() for path in parent.glob(name)}

    before = groups()  # of what other tests' sandboxes keep ready
    bubblewrap.run(python_job("print(1)"))
    bubblewrap.run(python_job("import time; time.sleep(60)", limits=Limits(wall_s=0.3)))
    bubblewrap.run(python_job("x = b'1' * 2**30", limits=Limits(memory_bytes=64 * 2**20)))
    assert groups() - before == set()


def test_groups_of_a_killed_process_are_removed_later() -> None:
    hierarchy = find_hierarchy()
    if hierarchy is None:
        pytest.skip("no control groups can be made here")
    ended = subprocess.Popen(["true"])
    ended.wait()
    folders = {parent / f"acrisol-{ended.pid}-0" for parent in hierarchy.parents.values()}
    for folder in folders:
        folder.mkdir()
    find_hierarchy()
    assert not any(folder.exists() for folder in folders)


def test_usage_is_measured(bubblewrap: Bubblewrap) -> None:
    if find_hierarchy() is None:
        pytest.skip("no control groups can be made here")
    code = "import time; x = b'1' * (60 * 2**20)\nwhile time.process_time() < 0.5: pass"
    result = bubblewrap.run(python_job(code))
    assert result.cpu_s is not None
    assert 0.5 <= result.cpu_s < 2
    assert result.memory_peak_bytes is not None
    assert 60 * 2**20 <= result.memory_peak_bytes < 150 * 2**20


def test_descriptors_are_given_back(bubblewrap: Bubblewrap) -> None:
    bubblewrap.run(python_job("pass"))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        bubblewrap.run(python_job("pass", files={"a": b"x"}))
        bubblewrap.run_linked(python_job("pass"), python_job("pass"))
    assert len(os.listdir("/proc/self/fd")) == before


def test_semgrep_core_runs_in_its_environment(
    bubblewrap: Bubblewrap, environments: dict[str, Environment]
) -> None:
    if "semgrep" not in environments:
        pytest.skip("semgrep is not installed")
    limits = Limits(memory_bytes=2**30, wall_s=60, cpu_s=60)
    result = bubblewrap.run(Job(environment="semgrep", argv=("semgrep-core", "-version"), limits=limits))
    assert result.exit_code == 0, result.stderr
    assert b"semgrep-core version" in result.stdout


@as_root
def test_an_ordinary_user_gets_a_sandbox_too(tmp_path: Path) -> None:
    python = shutil.which("python3", path="/usr/bin")
    if python is None or not Path(python).resolve().name.endswith(
        f"{sys.version_info[0]}.{sys.version_info[1]}"
    ):
        pytest.skip("the system has no interpreter of our own version that another user could start")
    paths = [str(Path(__file__).parents[3]), *(path for path in sys.path if path.endswith("site-packages"))]
    drop = ("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--")
    command = [*drop, python, "-B", "-c", AS_USER, json.dumps(paths)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    code, said, isolation, timed_out, bomb = json.loads(done.stdout)
    assert said.splitlines()[:2] == ["40000", "x"]
    for line in ("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in said.splitlines()
    assert "user namespace" in isolation
    assert (timed_out, bomb) == (True, "")
    assert code == 0
