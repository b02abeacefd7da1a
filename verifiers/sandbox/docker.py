"""The Docker backend: a fresh, locked-down container for every run, on the engine that the caller names.

Files and input reach the container through its stdin, and files come back through its stderr, so the engine
may be on another machine and need not see any path of this one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import docker
import docker.errors
from docker.tls import TLSConfig

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.archive import pack
from verifiers.sandbox.collect import Collector
from verifiers.sandbox.docker_container import ENGINE_ERRORS, Maker, Recipe, Waiting, program_text, remove
from verifiers.sandbox.docker_owner import INSTANCE_LABEL, OWNER_LABEL, owner, remove_orphans
from verifiers.sandbox.docker_pool import Pool
from verifiers.sandbox.docker_process import ContainerProcess
from verifiers.sandbox.environments import Environment, find_environment, program_environment
from verifiers.sandbox.linked import run_linked
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult
from verifiers.sandbox.running import run_to_end
from verifiers.sandbox.seccomp import profile_text
from verifiers.sandbox.slots import Held, Slots

MOST_RUNNING, WAIT_S = 16, 60.0
DEFAULT_ENGINE = "unix:///var/run/docker.sock"
INSTALL_HINT = "Start a Docker engine and set DOCKER_HOST, or install bubblewrap: apt-get install bubblewrap"

_CONNECTIONS = 64
_REQUEST_S = 60
_UIDS = (40_000, 60_000)  # exist in no image, and fit the id maps of rootless engines
_LIMITS = {
    "MemoryLimit": "memory",
    "SwapLimit": "swap",
    "PidsLimit": "process",
    "CpuCfsQuota": "processor",
}


class Docker:
    """Runs jobs in containers.

    Args:
        environments: The table of environments; a job runs in the image of its environment.
        base_url: The engine, as in ``DOCKER_HOST``.
        tls: For a remote engine.
        runtime: Another OCI runtime that the engine knows, such as ``runsc``; its default one if None.
        cpus: Processors a job may keep busy.
        spare: Clean containers that wait for an image with its limits, from their second use on; 0 for none.
        most_spare: Clean containers that wait in all.
        most_running: Containers that run, or are being removed, at a time. Further runs wait.
        wait_s: Seconds that a run waits for its turn before it is turned away.

    Raises:
        SandboxUnavailable: no engine answers.
    """

    name = "docker"

    def __init__(
        self,
        environments: Mapping[str, Environment],
        base_url: str = DEFAULT_ENGINE,
        tls: TLSConfig | None = None,
        runtime: str | None = None,
        cpus: float = 1.0,
        spare: int = 4,
        most_spare: int = 8,
        most_running: int = MOST_RUNNING,
        wait_s: float = WAIT_S,
    ) -> None:
        self._environments = dict(environments)
        try:
            self._client = docker.APIClient(
                base_url, version="auto", tls=tls or False, timeout=_REQUEST_S, max_pool_size=_CONNECTIONS
            )
            # An engine is not reached by anybody's proxy; and requests would walk over this process's
            # environment for each request, which fails while another thread changes it.
            self._client.trust_env = False
            info = self._client.info()
            remove_orphans(self._client)
        except ENGINE_ERRORS as error:
            raise SandboxUnavailable(f"No Docker engine answers at {base_url}.", INSTALL_HINT) from error
        self.version = str(info.get("ServerVersion", "?"))
        self.is_gvisor = _is_gvisor(info, runtime)
        self._isolation = isolation_of(info, runtime)
        self.owner = owner()
        self.instance = secrets.token_hex(8)
        labels = {OWNER_LABEL: self.owner, INSTANCE_LABEL: self.instance}
        self._maker = Maker(self._client, runtime, self.is_gvisor, cpus, profile_text(), labels)
        self._pool = Pool(self._make, self._discard, spare, most_spare)
        self._slots = Slots(most_running, wait_s)

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        collector = Collector(job.limits) if job.collect else None
        with self._slots.take() as held:
            result = run_to_end(self._start(job, held, collector), job)
        if collector is None or result.timed_out:
            return result
        collector.end()
        return result.model_copy(update={"files": collector.files, "files_truncated": collector.truncated})

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        if judge.collect or guest.collect:
            raise ValueError("a linked job does not collect files")
        with self._slots.take(2) as held:
            return run_linked(lambda job: self._start(job, held), judge, guest)

    def close(self) -> None:
        """Remove the containers that wait, and close the connections to the engine."""
        self._pool.close()
        self._client.close()

    def has_image(self, environment: str) -> bool:
        """Whether the engine has the image of an environment.

        Raises:
            SandboxUnavailable: the engine went away.
        """
        row = self._environments.get(environment)
        if row is None:
            return False
        try:
            self._client.inspect_image(row.image)  # type: ignore[no-untyped-call]
        except docker.errors.ImageNotFound:
            return False
        except ENGINE_ERRORS as error:
            raise SandboxUnavailable("The Docker engine went away.", INSTALL_HINT) from error
        return True

    def _start(self, job: Job, held: Held, collector: Collector | None = None) -> ContainerProcess:
        """Send a job to a clean container.

        Raises:
            SandboxUnavailable: the image is missing, or the engine refuses or went away.
        """
        environment = find_environment(self._environments, job.environment)
        archive = pack(job.files, job.limits.disk_bytes) if job.files else b""
        mark = secrets.token_hex(16)
        variables = program_environment(environment, job)
        collect = job.collect if collector else ()
        text = program_text(job.argv, variables, len(archive), mark, collect)
        recipe = Recipe.of(environment, job.limits)
        waiting = self._pool.take(recipe)
        try:
            waiting.talk.sendall(text + archive)
        except ENGINE_ERRORS as error:
            self._pool.later(partial(self._discard, waiting))
            raise SandboxUnavailable(f"The Docker engine did not start a program: {error}.") from error
        held.hand_on()
        return ContainerProcess(
            self._client,
            waiting,
            mark,
            job.limits,
            collector,
            self._isolation,
            partial(self._done_with, waiting, recipe),
        )

    def _make(self, recipe: Recipe) -> Waiting:
        return self._maker.make(recipe, _UIDS[0] + secrets.randbelow(_UIDS[1] - _UIDS[0]))

    def _discard(self, waiting: Waiting) -> None:
        waiting.close()
        self._remove(waiting)

    def _done_with(self, waiting: Waiting, recipe: Recipe) -> None:
        self._pool.later(partial(self._remove_used, waiting))
        self._pool.start_ahead(recipe)

    def _remove_used(self, waiting: Waiting) -> None:
        self._remove(waiting)
        self._slots.give(1)  # only now, so that containers that the engine is slow to remove do not pile up

    def _remove(self, waiting: Waiting) -> None:
        try:
            remove(self._client, waiting.identity)
        except SandboxUnavailable:  # it has ended, and `remove_orphans` takes it away when the engine answers
            return


def _is_gvisor(info: Mapping[str, Any], runtime: str | None) -> bool:
    used = runtime or str(info.get("DefaultRuntime", "runc"))
    program = str(dict(info.get("Runtimes") or {}).get(used, {}).get("path", used))
    return PurePosixPath(program).name.startswith("runsc")


def isolation_of(info: Mapping[str, Any], runtime: str | None) -> str:
    """What separates a job from the host, and which limits this engine does not set."""
    used = runtime or str(info.get("DefaultRuntime", "runc"))
    # gVisor answers system calls itself; the profile is not applied to them.
    is_gvisor = _is_gvisor(info, runtime)
    parts = [used, "gVisor kernel" if is_gvisor else "seccomp", f"cgroup v{info.get('CgroupVersion', '1')}"]
    parts += ["no limit of processes", "no limit of CPU seconds"] if is_gvisor else []
    parts += [f"no {limit} limit" for key, limit in _LIMITS.items() if info.get(key) is False]
    return f"docker {info.get('ServerVersion', '?')} ({', '.join(parts)})"
