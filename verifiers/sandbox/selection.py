"""Choosing a sandbox. There is no choice that means the host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.docker import DEFAULT_ENGINE, MOST_RUNNING, WAIT_S, Docker
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult, Sandbox

Choice = Literal["auto", "docker", "bubblewrap"]

NO_SANDBOX_HINT = (
    "Run: apt-get install bubblewrap libseccomp2 — or start a Docker engine, set DOCKER_HOST and run: "
    "python deploy/images/build_local.py"
)


class Auto:
    """Takes, for each environment, docker if the engine has its image, else bubblewrap.

    Args:
        docker: None where no engine answers.
        bubblewrap: None where it does not work.
    """

    name = "auto"

    def __init__(self, docker: Docker | None, bubblewrap: Bubblewrap | None) -> None:
        self._docker = docker
        self._bubblewrap = bubblewrap
        self._with_image: set[str] = set()

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        return self.backend_for(job.environment).run(job)

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`; both run on the judge's backend."""
        return self.backend_for(judge.environment).run_linked(judge, guest)

    def close(self) -> None:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.close`."""
        for backend in (self._docker, self._bubblewrap):
            if backend:
                backend.close()

    def backend_for(self, environment: str) -> Sandbox:
        """The backend that runs jobs of an environment.

        Raises:
            SandboxUnavailable: none can.
        """
        if self._docker:
            if environment not in self._with_image and self._docker.has_image(environment):
                self._with_image.add(environment)
            if environment in self._with_image:
                return self._docker
        if self._bubblewrap:
            return self._bubblewrap
        raise SandboxUnavailable(f"No sandbox can run {environment!r} jobs here.", NO_SANDBOX_HINT)


def open_sandbox(
    choice: Choice,
    environments: Mapping[str, Environment],
    *,
    docker_host: str = DEFAULT_ENGINE,
    bwrap: str = "bwrap",
    runtime: str | None = None,
    most_running: int = MOST_RUNNING,
    wait_s: float = WAIT_S,
) -> Sandbox:
    """Open the sandbox that a person chose.

    Args:
        choice: ``auto``: see :class:`Auto`.
        environments: The table of environments.
        docker_host: The engine, as in ``DOCKER_HOST``.
        bwrap: The bubblewrap program, looked up on PATH.
        runtime: Another runtime of the engine's, such as ``runsc``.
        most_running: Containers that run at a time; more wait their turn.
        wait_s: Seconds that they wait before it is ``SandboxUnavailable``.

    Raises:
        SandboxUnavailable: it cannot be had; says how to get one.
    """

    def engine() -> Docker:
        return Docker(environments, docker_host, runtime=runtime, most_running=most_running, wait_s=wait_s)

    if choice == "docker":
        return engine()
    if choice == "bubblewrap":
        return Bubblewrap(environments, bwrap)
    docker, bubblewrap = _try_docker(engine), _try_bubblewrap(environments, bwrap)
    if docker is None and bubblewrap is None:
        raise SandboxUnavailable("No sandbox can be had, so no code is run.", NO_SANDBOX_HINT)
    return Auto(docker, bubblewrap)


def _try_docker(engine: Callable[[], Docker]) -> Docker | None:
    try:
        return engine()
    except SandboxUnavailable:
        return None


def _try_bubblewrap(environments: Mapping[str, Environment], bwrap: str) -> Bubblewrap | None:
    try:
        return Bubblewrap(environments, bwrap)
    except SandboxUnavailable:
        return None
