"""One suite, every backend: each test that asks for ``sandbox`` runs against each of them."""

from __future__ import annotations

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
from verifiers.sandbox.protocol import ExecResult, Job, Limits, Sandbox

__all__ = ["engine"]

BACKENDS = ["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)]


class RunPython(Protocol):
    """Runs Python code as ``main.py`` in a sandbox."""

    def __call__(
        self,
        code: str,
        *,
        files: Mapping[str, bytes] = ...,
        stdin: bytes = ...,
        env: Mapping[str, str] = ...,
        limits: Limits = ...,
    ) -> ExecResult: ...


def python_job(
    code: str,
    *,
    files: Mapping[str, bytes] | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
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
        limits=limits or Limits(),
    )


@pytest.fixture(scope="session")
def environments() -> dict[str, Environment]:
    return build_environments()


@pytest.fixture(scope="session")
def bubblewrap(environments: dict[str, Environment]) -> Bubblewrap:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap libseccomp2")
    return Bubblewrap(environments)


@pytest.fixture(scope="session")
def docker_sandbox(environments: dict[str, Environment], engine: Engine) -> Iterator[Docker]:
    sandbox = Docker(environments, engine.url)
    yield sandbox
    sandbox.close()


@pytest.fixture(params=BACKENDS)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    name = {"bubblewrap": "bubblewrap", "docker": "docker_sandbox"}[request.param]
    found: Sandbox = request.getfixturevalue(name)
    return found


@pytest.fixture
def run_python(sandbox: Sandbox) -> RunPython:
    def run(code: str, **rest: object) -> ExecResult:
        return sandbox.run(python_job(code, **rest))  # type: ignore[arg-type]

    return run
