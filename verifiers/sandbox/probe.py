"""What sandboxes this machine has, for a person who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from verifiers.domain import Value
from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.docker import DEFAULT_ENGINE, Docker
from verifiers.sandbox.environments import PYTHON, Environment
from verifiers.sandbox.protocol import Job, Limits, Sandbox

_ENOUGH_S = 30.0


class BackendReport(Value):
    """One backend as found.

    Attributes:
        name: ``docker`` or ``bubblewrap``.
        works: Whether a program was just run in it.
        isolation: The backend's version and what was active; empty if it does not work.
        problem: One sentence; empty if it works.
        mend: The command that mends it; empty if it works.
    """

    name: str
    works: bool
    isolation: str = ""
    problem: str = ""
    mend: str = ""


def probe(
    environments: Mapping[str, Environment], *, docker_host: str = DEFAULT_ENGINE, bwrap: str = "bwrap"
) -> tuple[BackendReport, ...]:
    """Run a trivial program in each backend and tell what came of it. Never raises for a missing backend."""
    return (
        _try("docker", lambda: Docker(environments, docker_host)),
        _try("bubblewrap", lambda: Bubblewrap(environments, bwrap)),
    )


def _try(name: str, make: Callable[[], Sandbox]) -> BackendReport:
    job = Job(environment=PYTHON, argv=("python3", "-c", "import pytest"), limits=Limits(wall_s=_ENOUGH_S))
    try:
        sandbox = make()
        try:
            result = sandbox.run(job)
        finally:
            sandbox.close()
    except SandboxUnavailable as error:
        return BackendReport(name=name, works=False, problem=error.message, mend=error.hint)
    if result.exit_code != 0:
        said = result.stderr.decode("utf-8", "replace").strip().splitlines()
        problem = f"Python with pytest did not run in it: {said[-1][:200] if said else result.exit_code}"
        return BackendReport(name=name, works=False, problem=problem, isolation=result.isolation)
    return BackendReport(name=name, works=True, isolation=result.isolation)
