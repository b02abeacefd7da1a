"""What only docker can get wrong: containers that wait, that are left behind, that are too many."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import pytest

from tests.engine import Engine
from tests.integration.sandbox.conftest import python_job
from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.docker_owner import INSTANCE_LABEL, OWNER_LABEL, is_gone, owner
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import Job, Limits

pytestmark = pytest.mark.docker
Table = dict[str, Environment]

LEAVES_A_CONTAINER = """
import os, sys
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Job
import threading, time
sandbox = Docker(build_environments(), sys.argv[1])
job = Job(environment="python", argv=("sleep", "60"))
threading.Thread(target=sandbox.run, args=(job,), daemon=True).start()
while not sandbox._client.containers(filters={"label": f"acrisol.sandbox.instance={sandbox.instance}"}):
    time.sleep(0.05)
time.sleep(0.5)
os._exit(0)
"""


def client_of(engine: Engine) -> docker.APIClient:
    return docker.APIClient(engine.url, version="auto")


def containers(engine: Engine, sandbox: Docker) -> list[str]:
    label = f"{INSTANCE_LABEL}={sandbox.instance}"
    found = client_of(engine).containers(all=True, quiet=True, filters={"label": label})
    return [str(container["Id"]) for container in found]


def until(holds: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.05)
    assert holds()  # type: ignore[operator]


def test_no_container_is_used_twice(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, spare=2)
    code = "import os; print(os.path.exists('/tmp/left'), os.getuid()); open('/tmp/left', 'w').close()"
    said = [sandbox.run(python_job(code)).stdout for _ in range(6)]
    sandbox.close()
    assert all(line.startswith(b"False ") for line in said)
    assert len(set(said)) == 6, "a container, and with it a uid, of its own for each"


def test_clean_containers_wait_from_the_second_use_on(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, spare=3)
    assert containers(engine, sandbox) == []
    sandbox.run(python_job("pass"))
    sandbox.run(python_job("pass"))
    until(lambda: sandbox._pool.waiting() == 3)
    begin = time.monotonic()
    sandbox.run(python_job("pass"))
    warm_s = time.monotonic() - begin
    sandbox.close()
    assert containers(engine, sandbox) == []
    assert warm_s < 10


def test_those_that_wait_are_few_whatever_is_asked_for(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, spare=2, most_spare=3)
    for pids in (20, 21, 22):
        for _ in range(2):
            sandbox.run(python_job("pass", limits=Limits(pids=pids)))
    until(lambda: sandbox._pool.waiting() <= 3 and sandbox._pool._work.empty())
    time.sleep(0.5)
    assert sandbox._pool.waiting() <= 3
    sandbox.close()
    assert containers(engine, sandbox) == []


def test_one_that_the_engine_ended_meanwhile_is_not_used(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, spare=1)
    sandbox.run(python_job("pass"))
    sandbox.run(python_job("pass"))
    until(lambda: sandbox._pool.waiting() == 1)
    until(lambda: len(containers(engine, sandbox)) == 1)
    for identity in containers(engine, sandbox):
        client_of(engine).kill(identity)
    assert sandbox.run(python_job("print(1)")).stdout == b"1\n"
    sandbox.close()


def test_too_many_runs_wait_their_turn(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, most_running=2, spare=0)
    most = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, len(containers(engine, sandbox)))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(sandbox.run, [python_job("print('ran')")] * 6))
    done.set()
    watcher.join()
    sandbox.close()
    assert [result.stdout for result in results] == [b"ran\n"] * 6
    assert 1 <= most <= 2


def test_who_waits_too_long_is_turned_away(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, most_running=1, wait_s=0.5, spare=0)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(sandbox.run, python_job("import time; time.sleep(3); print('ran')"))
        until(lambda: len(containers(engine, sandbox)) == 1)
        with pytest.raises(SandboxUnavailable, match="busy"):
            sandbox.run(python_job("pass"))
        assert first.result().stdout == b"ran\n"
    with pytest.raises(SandboxUnavailable, match="2 containers"):
        sandbox.run_linked(python_job("pass"), python_job("pass"))
    sandbox.close()


def test_what_a_dead_process_left_is_removed(environments: Table, engine: Engine) -> None:
    subprocess.run([sys.executable, "-c", LEAVES_A_CONTAINER, engine.url], check=True, timeout=60)
    client = client_of(engine)
    mine = owner()

    def orphans() -> list[str]:
        found = client.containers(all=True, filters={"label": OWNER_LABEL})
        return [one["Id"] for one in found if is_gone(one["Labels"][OWNER_LABEL])]

    assert orphans()
    Docker(environments, engine.url).close()
    assert orphans() == []
    assert is_gone(mine) is False


def test_no_container_is_privileged_or_sees_the_engine(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url, spare=0)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(sandbox.run, Job(environment="python", argv=("sleep", "2")))
        until(lambda: len(containers(engine, sandbox)) == 1)
        made = client_of(engine).inspect_container(containers(engine, sandbox)[0])
        running.result()
    sandbox.close()
    host = made["HostConfig"]
    assert host["Privileged"] is False
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert not host["Devices"]
    assert (host["NetworkMode"], host["IpcMode"], host["PidMode"], host["UTSMode"]) == (
        "none",
        "private",
        "",
        "",
    )
    assert not host["Binds"]
    assert host["ReadonlyRootfs"] is True
    assert [mount for mount in made["Mounts"] if mount["Type"] != "tmpfs"] == []
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert any(option.startswith("seccomp={") for option in host["SecurityOpt"])
    assert (host["Memory"], host["MemorySwap"]) == (512 * 2**20, 512 * 2**20)
    assert (host["PidsLimit"], host["NanoCpus"]) == (65, 10**9)
    assert made["Config"]["User"] not in ("", "0", "root")
    assert not [variable for variable in made["Config"]["Env"] or () if not variable.startswith("PATH=")]


def test_the_engines_socket_is_named_in_no_source_but_as_an_address() -> None:
    folder = Path(__file__).parents[3] / "verifiers" / "sandbox"
    naming = {file.name for file in folder.rglob("*.py") if "docker.sock" in file.read_text()}
    assert naming == {"docker.py"}
