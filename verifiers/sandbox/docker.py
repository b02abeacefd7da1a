"""The Docker backend: a fresh, locked-down container for every run, on the engine that the caller names.

Files and input reach the container through its stdin, so the engine may be on another machine and need not
see any path of this one.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from typing import Any

import docker
import docker.errors
from docker.tls import TLSConfig
from docker.types import LogConfig, Ulimit

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.archive import pack
from verifiers.sandbox.docker_process import ENGINE_ERRORS, Container, ContainerProcess, remove
from verifiers.sandbox.environments import Environment, find_environment, program_environment
from verifiers.sandbox.linked import run_linked
from verifiers.sandbox.protocol import WORKDIR, ExecResult, Job, LinkedResult
from verifiers.sandbox.running import run_to_end
from verifiers.sandbox.seccomp import profile_text

DEFAULT_ENGINE = "unix:///var/run/docker.sock"
INSTALL_HINT = "Start a Docker engine and set DOCKER_HOST, or install bubblewrap: apt-get install bubblewrap"
LABEL = "acrisol.sandbox"

_CONNECTIONS = 64
_REQUEST_S = 60
_BYTES_PER_INODE = 4096
_LEAST_INODES = 1024
_UIDS = (40_000, 60_000)  # exist in no image, and fit the id maps of rootless engines

# The first program in the container. It stays process 1, because signals that a program sends to itself do
# nothing to a process 1; the job's program is its child. The length keeps the archive and the program's own
# stdin apart: `head` of GNU coreutils reads no further than it is told to. What the shell itself would say of
# a killed child goes nowhere.
_BEGIN = """set -e
cd /work
[ "$1" = 0 ] || head -c "$1" | tar -xf -
mark=$2
echo "$mark" >&2
shift 2
set +e
exec 3>&2 2>/dev/null
(exec env -i "$@" 2>&3 3>&-)
code=$?
echo "$mark" >&3
exit $code"""


class Docker:
    """Runs jobs in containers.

    Args:
        environments: The table of environments; a job runs in the image of its environment.
        base_url: The engine, as in ``DOCKER_HOST``.
        tls: For a remote engine.
        runtime: Another OCI runtime that the engine knows, such as ``runsc``; its default one if None.
        cpus: Processors a job may keep busy.

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
    ) -> None:
        self._environments = dict(environments)
        self._runtime = runtime
        self._cpus = cpus
        self._profile = profile_text()
        try:
            self._client = docker.APIClient(
                base_url, version="auto", tls=tls or False, timeout=_REQUEST_S, max_pool_size=_CONNECTIONS
            )
            info = self._client.info()
        except ENGINE_ERRORS as error:
            raise SandboxUnavailable(f"No Docker engine answers at {base_url}.", INSTALL_HINT) from error
        self.version = str(info.get("ServerVersion", "?"))
        used = runtime or info.get("DefaultRuntime", "runc")
        self._isolation = f"docker {self.version} ({used}, seccomp, cgroup v{info.get('CgroupVersion', '1')})"

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        return run_to_end(self.start(job), job)

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        return run_linked(self.start, judge, guest)

    def close(self) -> None:
        """Close the connections to the engine."""
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

    def start(self, job: Job) -> ContainerProcess:
        """Create, attach and start a container.

        Raises:
            SandboxUnavailable: the image is missing, or the engine refuses or went away.
        """
        environment = find_environment(self._environments, job.environment)
        archive = pack(job.files, job.limits.disk_bytes) if job.files else b""
        mark = secrets.token_hex(16)
        try:
            container = self._create(environment, job, len(archive), mark)
        except docker.errors.ImageNotFound as error:
            raise SandboxUnavailable(
                f"The Docker engine does not have the image {environment.image}.",
                f"Run: python deploy/images/build_local.py {environment.name}",
            ) from error
        except ENGINE_ERRORS as error:
            raise SandboxUnavailable(f"The Docker engine made no container: {error}.") from error
        try:
            talk = self._attach(container, stdin=1, stdout=1)
            complain = self._attach(container, stderr=1)
            self._client.start(container)
            if archive:
                talk.sendall(archive)
        except ENGINE_ERRORS as error:
            remove(self._client, container)
            raise SandboxUnavailable(f"The Docker engine did not start a container: {error}.") from error
        parts = Container(container, talk, complain, f"{mark}\n".encode())
        return ContainerProcess(self._client, parts, job.limits.wall_s, self._isolation)

    def _create(self, environment: Environment, job: Job, archive_bytes: int, mark: str) -> str:
        variables = [f"{name}={value}" for name, value in program_environment(environment, job).items()]
        uid = _UIDS[0] + secrets.randbelow(_UIDS[1] - _UIDS[0])
        answer = self._client.create_container(
            image=environment.image,
            entrypoint=["/bin/sh", "-c", _BEGIN, "sh", str(archive_bytes), mark],
            command=[*variables, *job.argv],
            user=f"{uid}:{uid}",
            working_dir="/",
            hostname="sandbox",
            network_disabled=True,
            stdin_open=True,
            labels={LABEL: "1"},
            host_config=self._host_config(job, uid),
        )
        return str(answer["Id"])

    def _host_config(self, job: Job, uid: int) -> Any:
        limits = job.limits
        inodes = max(_LEAST_INODES, limits.disk_bytes // _BYTES_PER_INODE)
        # The owner is named because runc gives the mount the mode of the image's folder, whatever is asked.
        tmpfs = (
            f"rw,exec,nosuid,nodev,mode=0777,uid={uid},gid={uid},size={limits.disk_bytes},nr_inodes={inodes}"
        )
        return self._client.create_host_config(
            network_mode="none",
            read_only=True,
            tmpfs={WORKDIR: tmpfs, "/tmp": tmpfs},
            shm_size=limits.disk_bytes,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true", f"seccomp={self._profile}"],
            mem_limit=limits.memory_bytes,
            memswap_limit=limits.memory_bytes,
            pids_limit=limits.pids + 1,  # the bootstrap stays
            nano_cpus=int(self._cpus * 1e9),
            ulimits=[
                Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
                Ulimit(name="cpu", soft=limits.cpu_s, hard=limits.cpu_s + 1),
                Ulimit(name="core", soft=0, hard=0),
                Ulimit(name="msgqueue", soft=0, hard=0),
            ],
            log_config=LogConfig(type="none"),
            runtime=self._runtime,
            ipc_mode="private",
        )

    def _attach(self, container: str, **streams: int) -> socket.socket:
        # Attached before the start, so that no byte of output can be lost or be read ahead by the SDK.
        raw = self._client.attach_socket(container, params={**streams, "stream": 1})
        connection = getattr(raw, "_sock", raw)
        connection.settimeout(None)
        return connection  # type: ignore[no-any-return]
