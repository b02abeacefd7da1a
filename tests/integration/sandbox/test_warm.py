"""A start from an interpreter that is kept: the same to its program, with nothing of the one before."""

from __future__ import annotations

import ast
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.sandbox.conftest import Warmed, python_job
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.cgroup import find_hierarchy
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import ExecResult, Job, Limits, Preload

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or find_hierarchy() is None, reason="warm starts need root and control groups"
)
OURS = {"lib/ours.py": b"import json\nstate = []\n"}
PRELOAD = Preload(modules=("ours",), folder="lib", files=OURS)


def warm_job(code: str, preload: Preload = PRELOAD, **rest: object) -> Job:
    job = python_job(code)
    update = {"files": {**job.files, **OURS}, "env": {"PYTHONHASHSEED": "0"}, "preload": preload, **rest}
    return job.model_copy(update=update)


def run_warm(bubblewrap: Bubblewrap, code: str, **rest: object) -> ExecResult:
    result = bubblewrap.run(warm_job(code, **rest))  # type: ignore[arg-type]
    assert "warm" in result.isolation
    return result


LOOKS = """
import os, sys, signal, resource, json, pwd
SHOWN = "CapEff CapBnd CapPrm CapInh CapAmb NoNewPrivs Seccomp Name SigIgn SigBlk Groups".split()
def call(function):
    try: return function()
    except Exception as error: return repr(error)
print({
    "argv": sys.argv, "orig": sys.orig_argv, "path": sys.path, "flags": str(sys.flags), "name": __name__,
    "file": __file__, "environ": dict(os.environ), "cwd": os.getcwd(), "fds": os.listdir("/proc/self/fd"),
    "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "signals": [str(signal.getsignal(number)) for number in range(1, 32)],
    "limits": [resource.getrlimit(number) for number in range(16)],
    "groups": os.getgroups(), "umask": os.umask(0o22), "nice": os.nice(0),
    "status": [line for line in open("/proc/self/status").read().splitlines() if line.split(":")[0] in SHOWN],
    "mounts": sorted(line.split()[1:4] for line in open("/proc/self/mounts").read().splitlines()
                     if not line.split()[1].startswith("/etc")),
    "hosts": os.uname()[1], "work": sorted(os.listdir("/work")),
    "root": sorted(os.listdir("/")), "dev": sorted(os.listdir("/dev")), "tmp": os.listdir("/tmp"),
    "net": open("/proc/net/dev").read().split("|")[0], "user": call(lambda: pwd.getpwuid(os.getuid())[0]),
})
"""


def test_a_program_sees_the_same_as_at_a_cold_start(bubblewrap: Bubblewrap) -> None:
    warm = ast.literal_eval(run_warm(bubblewrap, LOOKS).stdout.decode())
    cold_job = warm_job(LOOKS).model_copy(update={"preload": None})
    cold = ast.literal_eval(bubblewrap.run(cold_job).stdout.decode())
    for name in cold:
        if name not in ("mounts", "limits"):
            assert warm[name] == cold[name], name
    assert {mount[0] for mount in warm["mounts"]} - {mount[0] for mount in cold["mounts"]} <= {"/proc/sys"}
    writable = [[mount[0] for mount in seen["mounts"] if mount[2].startswith("rw")] for seen in (warm, cold)]
    assert sorted(set(writable[0])) == sorted(set(writable[1]))


def test_what_is_preloaded_is_there_and_untouched_by_others(bubblewrap: Bubblewrap) -> None:
    code = """
    import sys
    print("ours" in sys.modules, end=" ")
    sys.path.insert(0, "lib")
    import json, ours
    print(ours.state, hasattr(json, "mark"))
    ours.state.append(1); json.mark = 1; json.loads = None; sys.modules["os"].environ["X"] = "1"
    """
    for _ in range(3):
        assert run_warm(bubblewrap, code).stdout == b"True [] False\n"


def test_no_two_programs_share_a_user_a_namespace_or_random_numbers(bubblewrap: Bubblewrap) -> None:
    code = """
    import os, random, uuid, tempfile
    spaces = [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "net", "ipc", "uts", "pid", "cgroup")]
    print([os.getuid(), random.random(), uuid.uuid4().hex, tempfile.mktemp(), *spaces])
    """
    rows = [ast.literal_eval(run_warm(bubblewrap, code).stdout.decode()) for _ in range(4)]
    for place in range(4):
        assert len({row[place] for row in rows}) == 4, place


def test_namespaces_are_not_the_interpreters_own(bubblewrap: Bubblewrap) -> None:
    code = """
    import os, time
    kinds = ("mnt", "net", "ipc", "uts", "pid", "cgroup")
    print([os.readlink(f"/proc/self/ns/{kind}") for kind in kinds], flush=True)
    time.sleep(1)
    """
    with ThreadPoolExecutor(4) as pool:
        rows = [
            ast.literal_eval(done.stdout.decode())
            for done in pool.map(lambda _: run_warm(bubblewrap, code), range(4))
        ]
    own = [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "net", "ipc", "uts", "pid", "cgroup")]
    for place in range(6):
        assert len({row[place] for row in rows} | {own[place]}) == 5, place


def test_nothing_is_left_of_a_program_that_wanted_to_stay(bubblewrap: Bubblewrap) -> None:
    run_warm(
        bubblewrap,
        """
        import atexit, os, signal, sys, threading, gc
        for folder in ("/work", "/tmp", "/dev/shm"): open(f"{folder}/left", "w").close()
        gc.callbacks.append(lambda *_: None); sys.setprofile(lambda *_: None); sys.settrace(lambda *_: None)
        threading.setprofile(lambda *_: None); atexit.register(lambda: os.system("sleep 50 &"))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        import builtins; builtins.print = None; sys.modules["re"] = None
        if os.fork() == 0:
            os.setsid(); os.execlp("sleep", "sleep", "604", "605")
        """,
    )
    code = """
    import gc, os, re, signal, sys, threading
    left = [os.path.exists(f"{folder}/left") for folder in ("/work", "/tmp", "/dev/shm")]
    pids = sum(name.isdigit() for name in os.listdir("/proc"))
    print(left, gc.callbacks, sys.getprofile(), sys.gettrace(), signal.getsignal(signal.SIGTERM), pids)
    """
    said = run_warm(bubblewrap, code).stdout.decode()
    assert said == "[False, False, False] [] None None 0 2\n"
    assert not [file for file in Path("/proc").glob("[0-9]*/cmdline") if b"604\0605" in _read(file)]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def test_the_interpreter_can_not_be_reached_by_what_it_started(bubblewrap: Bubblewrap) -> None:
    code = """
    import os, signal
    tries = []
    for pid in {1, os.getppid(), 2, 3}:
        for what in (lambda: os.kill(pid, 9), lambda: open(f"/proc/{pid}/mem", "r+b"),
                     lambda: os.readlink(f"/proc/{pid}/root"), lambda: os.listdir(f"/proc/{pid}/fd")):
            try: what()
            except (PermissionError, ProcessLookupError, FileNotFoundError): continue
            if pid != os.getpid(): tries.append(pid)
    print(tries, os.getppid(), open("/proc/1/cmdline").read().count("python"))
    """
    said = run_warm(bubblewrap, code.replace("{1, os.getppid(), 2, 3}", "{1, os.getppid(), 3}"))
    assert said.stdout.startswith(b"[] 1 "), said
    assert run_warm(bubblewrap, "print('still there')").stdout == b"still there\n"


def test_a_broken_interpreter_is_replaced_and_says_nothing_of_the_code(bubblewrap: Bubblewrap) -> None:
    run_warm(bubblewrap, "pass")
    starts = bubblewrap._warm
    assert starts is not None
    for row in list(starts._rows.values()):
        os.kill(row.zygote._pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while any(row.zygote.is_alive() for row in starts._rows.values()) and time.monotonic() < until:
        time.sleep(0.01)
    assert bubblewrap.run(warm_job("print(1)")).stdout == b"1\n"


def test_a_preload_that_does_not_import_starts_cold(environments: dict[str, Environment]) -> None:
    sandbox = Bubblewrap(environments)
    job = warm_job("print('ran')", preload=Preload(modules=("no_such_module",), folder="lib"))
    for _ in range(4):
        result = sandbox.run(job)
        assert (result.stdout, "warm" in result.isolation) == (b"ran\n", False)
    sandbox.close()


@pytest.mark.parametrize(
    "change",
    [
        {"argv": ("/work/python3", "main.py")},
        {"argv": ("python3", "-E", "main.py")},
        {"env": {}},
        {"env": {"PYTHONHASHSEED": "random"}},
        {"env": {"PYTHONHASHSEED": "0", "PYTHONPATH": "/work"}},
        {"env": {"PYTHONHASHSEED": "0", "LD_PRELOAD": "/work/x.so"}},
        {"collect": ("out",)},
    ],
)
def test_what_could_start_differently_starts_cold(bubblewrap: Bubblewrap, change: dict[str, object]) -> None:
    assert "warm" not in bubblewrap.run(warm_job("pass", **change)).isolation  # type: ignore[arg-type]


def test_idle_interpreters_are_ended(environments: dict[str, Environment]) -> None:
    sandbox = Bubblewrap(environments)
    assert sandbox._warm is not None
    sandbox._warm._idle_s = 0.3
    sandbox.run(warm_job("pass"))
    (row,) = sandbox._warm._rows.values()
    until = time.monotonic() + 10
    while row.zygote.is_alive() and time.monotonic() < until:
        time.sleep(0.05)
    assert not row.zygote.is_alive()
    sandbox.close()


def test_the_deadline_and_memory_are_told_apart_where_it_starts_warm(warm: Warmed) -> None:
    late = warm.run(python_job("import time; time.sleep(60)", limits=Limits(wall_s=0.5)))
    full = warm.run(python_job("x = b'1' * 2**30", limits=Limits(memory_bytes=64 * 2**20)))
    assert (late.timed_out, late.exit_code) == (True, None)
    assert (full.out_of_memory, full.timed_out) == (True, False)


def test_an_interpreter_that_is_still_importing_makes_no_deadline_late(
    environments: dict[str, Environment],
) -> None:
    slow = {"lib/ours.py": b"import time\ntime.sleep(4)\nstate = []\n"}
    waits = Preload(modules=("ours",), folder="lib", files=slow, on_the_clock=True)
    job = warm_job("print('ran', flush=True)\nimport time; time.sleep(60)")
    sandbox = Bubblewrap(environments)
    try:
        changes = {"files": {**job.files, **slow}, "preload": waits, "limits": Limits(wall_s=1.5)}
        started = time.monotonic()
        late = sandbox.run(job.model_copy(update=changes))
        assert time.monotonic() - started < 3
        assert (late.timed_out, late.exit_code, late.stdout) == (True, None, b"")
        # The interpreter goes on importing, and starts what is asked for later; nothing runs for the first.
        changes["limits"] = Limits(wall_s=15)
        quick = warm_job("import os; print(sum(name.isdigit() for name in os.listdir('/proc')))")
        done = sandbox.run(quick.model_copy(update={**changes, "files": {**quick.files, **slow}}))
        assert "warm" in done.isolation
        assert done.stdout == b"2\n"
    finally:
        sandbox.close()
