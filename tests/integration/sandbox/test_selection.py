"""Without a sandbox nothing runs; with one, the right one is chosen."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import docker
import pytest

from tests.engine import Engine, private_engine
from tests.integration.sandbox.conftest import python_job
from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.docker_owner import INSTANCE_LABEL
from verifiers.sandbox.docker_process import ContainerProcess
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.probe import probe
from verifiers.sandbox.protocol import Job, Limits
from verifiers.sandbox.selection import Auto, Choice, open_sandbox


def containers_of(sandbox: Docker, engine: Engine) -> list[dict[str, object]]:
    """The containers of one backend object, dead ones too."""
    client = docker.APIClient(engine.url, version="auto")
    label = f"{INSTANCE_LABEL}={sandbox.instance}"
    found: list[dict[str, object]] = client.containers(all=True, filters={"label": label})
    return found


NO_ENGINE = "unix:///nonexistent/docker.sock"
Table = dict[str, Environment]


@pytest.mark.parametrize("choice", ["auto", "docker", "bubblewrap"])
def test_with_neither_backend_nothing_runs(
    environments: Table, choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(subprocess.Popen, "__init__", lambda *args, **rest: started.append(args))
    monkeypatch.setattr("os.posix_spawn", lambda *args, **rest: started.append(args))
    with pytest.raises(SandboxUnavailable) as caught:
        open_sandbox(choice, environments, docker_host=NO_ENGINE, bwrap="/nonexistent/bwrap")
    assert "apt-get install bubblewrap" in caught.value.hint
    assert started == []


def test_an_auto_sandbox_without_a_backend_runs_nothing(environments: Table, tmp_path: Path) -> None:
    trace = tmp_path / "ran-on-the-host"
    job = Job(environment="python", argv=("touch", str(trace)))
    for attempt in (lambda: Auto(None, None).run(job), lambda: Auto(None, None).run_linked(job, job)):
        with pytest.raises(SandboxUnavailable, match="No sandbox"):
            attempt()
    assert not trace.exists()


def test_a_bubblewrap_that_does_not_work_is_not_taken(environments: Table, tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit 0\necho no namespaces >&2\nexit 1\n'
    )
    broken.chmod(0o755)
    with pytest.raises(SandboxUnavailable, match="no namespaces"):
        Bubblewrap(environments, str(broken))
    with pytest.raises(SandboxUnavailable):
        open_sandbox("auto", environments, docker_host=NO_ENGINE, bwrap=str(broken))


def test_a_program_that_only_pretends_to_be_bubblewrap_is_no_sandbox(
    environments: Table, tmp_path: Path
) -> None:
    pretender = tmp_path / "bwrap"
    pretender.write_text('#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0.8.0\nexit 0\n')
    pretender.chmod(0o755)
    with pytest.raises(SandboxUnavailable):
        Bubblewrap(environments, str(pretender))


def test_auto_takes_bubblewrap_where_no_engine_answers(environments: Table, bubblewrap: Bubblewrap) -> None:
    sandbox = open_sandbox("auto", environments, docker_host=NO_ENGINE)
    assert sandbox.run(python_job("print(1)")).isolation.startswith("bubblewrap ")
    sandbox.close()


@pytest.mark.docker
def test_auto_takes_docker_only_where_the_image_is(
    environments: Table, engine: Engine, bubblewrap: Bubblewrap
) -> None:
    table = {
        **environments,
        "other": environments["python"].model_copy(update={"name": "other", "image": "no/image:0"}),
    }
    sandbox = open_sandbox("auto", table, docker_host=engine.url)
    other = python_job("print(1)").model_copy(update={"environment": "other"})
    assert sandbox.run(python_job("print(1)")).isolation.startswith("docker ")
    assert sandbox.run(other).isolation.startswith("bubblewrap ")
    sandbox.close()


@pytest.mark.docker
def test_a_missing_image_is_named_with_the_command_that_builds_it(
    environments: Table, engine: Engine
) -> None:
    table = {"python": environments["python"].model_copy(update={"image": "no/image:0"})}
    with pytest.raises(SandboxUnavailable, match="no/image:0") as caught:
        Docker(table, engine.url).run(python_job("pass"))
    assert "build_local.py python" in caught.value.hint


@pytest.mark.docker
def test_containers_are_removed(environments: Table, engine: Engine) -> None:
    sandbox = Docker(environments, engine.url)
    sandbox.run(python_job("print(1)"))
    sandbox.run(python_job("import time; time.sleep(60)", limits=Limits(wall_s=0.5)))
    sandbox.run_linked(python_job("pass"), python_job("pass"))
    sandbox.close()
    assert containers_of(sandbox, engine) == []


@pytest.mark.docker
def test_a_container_that_is_ended_from_outside_is_no_verdict(docker_sandbox: Docker, engine: Engine) -> None:
    client = docker.APIClient(engine.url, version="auto")

    def end_it() -> None:
        while not client.containers():
            time.sleep(0.05)
        time.sleep(1)
        for container in client.containers():
            client.kill(container["Id"])

    killer = threading.Thread(target=end_it)
    killer.start()
    with pytest.raises(SandboxUnavailable, match="outside"):
        docker_sandbox.run(python_job("import time; time.sleep(60)", limits=Limits(wall_s=30)))
    killer.join()


@pytest.mark.docker
def test_an_engine_that_goes_away_is_no_verdict(environments: Table, engine: Engine) -> None:
    with private_engine() as doomed:
        sandbox = Docker(environments, doomed.url)

        def end_it() -> None:
            client = docker.APIClient(doomed.url, version="auto")
            while not client.containers():
                time.sleep(0.05)
            time.sleep(1)
            doomed.process.terminate()

        killer = threading.Thread(target=end_it)
        killer.start()
        with pytest.raises(SandboxUnavailable):
            sandbox.run(python_job("import time; time.sleep(60)", limits=Limits(wall_s=60)))
        killer.join()
        with pytest.raises(SandboxUnavailable):
            sandbox.run(python_job("pass"))


def test_the_probe_tells_what_works(environments: Table, bubblewrap: Bubblewrap) -> None:
    engine, bwrap = probe(environments, docker_host=NO_ENGINE)
    assert (engine.name, engine.works) == ("docker", False)
    assert engine.mend
    assert (bwrap.name, bwrap.works, bwrap.problem) == ("bubblewrap", True, "")
    assert bwrap.isolation.startswith("bubblewrap ")


@pytest.mark.docker
def test_an_engine_that_is_late_to_tell_of_the_memory_limit(
    runsc_sandbox: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # gVisor's kernel is ended with all that runs in it, and the state may be read before it says why.
    monkeypatch.setattr(ContainerProcess, "_state", lambda self: {})
    code = "held = b'1' * (600 * 2**20)"
    result = runsc_sandbox.run(python_job(code, limits=Limits(memory_bytes=64 * 2**20)))
    assert result.out_of_memory
    assert not result.timed_out
