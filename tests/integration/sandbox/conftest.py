"""One suite, every backend: each test that asks for ``sandbox`` runs against each of them."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import Protocol

import pytest

from tests.engine import Engine, engine
from tests.requirements import require
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.environments import Environment, build_environments
from verifiers.sandbox.protocol import ExecResult, Job, Limits, LinkedResult, Preload, Sandbox

__all__ = ["engine"]

BACKENDS = [
    "bubblewrap",
    "warm",
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("runsc", marks=pytest.mark.docker),
]


class Warmed:
    """bubblewrap, with every program of Python's own started from an interpreter that is already up."""

    name = "bubblewrap"

    def __init__(self, inner: Bubblewrap) -> None:
        self.inner = inner
        self._preload = Preload(modules=("pytest",), folder=".none")

    def run(self, job: Job) -> ExecResult:
        result = self.inner.run(self._warm(job))
        started_warm = job.argv[0] == "python3" and not job.collect
        assert ("warm" in result.isolation) == started_warm, "it was to start warm and broke"
        return result

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        result = self.inner.run_linked(self._warm(judge), self._warm(guest))
        assert "warm" in result.judge.isolation
        assert "warm" in result.guest.isolation
        return result

    def close(self) -> None:
        self.inner.close()

    def _warm(self, job: Job) -> Job:
        if job.argv[0] != "python3":
            return job
        env = {"PYTHONHASHSEED": "0", **job.env}
        return job.model_copy(update={"env": env, "preload": self._preload})


class RunPython(Protocol):
    """Runs Python code as ``main.py`` in a sandbox."""

    def __call__(
        self,
        code: str,
        *,
        files: Mapping[str, bytes] = ...,
        stdin: bytes = ...,
        env: Mapping[str, str] = ...,
        collect: tuple[str, ...] = ...,
        limits: Limits = ...,
    ) -> ExecResult: ...


def python_job(
    code: str,
    *,
    files: Mapping[str, bytes] | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    collect: tuple[str, ...] = (),
    limits: Limits | None = None,
) -> Job:
    """A job that runs Python code; its own file lies beside ``files``."""
    source = textwrap.dedent(code).encode()
    return Job(
        environment="python",
        argv=("python3", "main.py"),
        files={"main.py": source, **(files or {})},
        stdin=stdin,
        env=dict(env or {}),
        collect=collect,
        limits=limits or Limits(),
    )


@pytest.fixture(scope="session")
def environments() -> dict[str, Environment]:
    return build_environments()


@pytest.fixture(scope="session")
def bubblewrap(environments: dict[str, Environment]) -> Iterator[Bubblewrap]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap libseccomp2")
    sandbox = Bubblewrap(environments)
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def warm(bubblewrap: Bubblewrap) -> Warmed:
    require("bubblewrap", os.getuid() == 0, "warm starts need root")
    return Warmed(bubblewrap)


@pytest.fixture(scope="session")
def docker_sandbox(environments: dict[str, Environment], engine: Engine) -> Iterator[Docker]:
    sandbox = Docker(environments, engine.url)
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def runsc_sandbox(environments: dict[str, Environment], engine: Engine) -> Iterator[Docker]:
    require("runsc", shutil.which("runsc") is not None, "apt-get install runsc")
    sandbox = Docker(environments, engine.url, runtime="runsc")
    yield sandbox
    sandbox.close()


@pytest.fixture
def is_gvisor(sandbox: Sandbox) -> bool:
    """Whether system calls are answered by gVisor's kernel and not by this machine's through a filter."""
    return isinstance(sandbox, Docker) and sandbox.is_gvisor


@pytest.fixture
def filtered(is_gvisor: bool) -> None:
    """For tests of how this machine's kernel refuses; gVisor's own answers for itself and has no filter."""
    if is_gvisor:
        pytest.skip("gVisor's kernel answers system calls itself")


@pytest.fixture
def counted(is_gvisor: bool) -> None:
    """For tests of limits on processes and on CPU seconds, which gVisor does not know."""
    if is_gvisor:
        pytest.skip("gVisor counts neither processes nor the CPU seconds of one")


@pytest.fixture(params=BACKENDS)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    name = {"docker": "docker_sandbox", "runsc": "runsc_sandbox"}.get(request.param, request.param)
    found: Sandbox = request.getfixturevalue(name)
    return found


@pytest.fixture
def run_python(sandbox: Sandbox) -> RunPython:
    def run(code: str, **rest: object) -> ExecResult:
        return sandbox.run(python_job(code, **rest))  # type: ignore[arg-type]

    return run
