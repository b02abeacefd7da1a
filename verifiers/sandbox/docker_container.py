"""A clean container: how it is made, what waits in it, and what it is told to become.

Its first program is a shell of ours that waits for a text on its stdin. The text names the program, so that
a container can be made before it is known what it will run.
"""

from __future__ import annotations

import os
import select
import shlex
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import docker
import docker.errors
import requests
from docker.types import LogConfig, Ulimit

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.collect import packing_command
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import WORKDIR, Limits

# What the SDK raises when the engine is gone, refuses, or does not answer in time.
ENGINE_ERRORS = (docker.errors.DockerException, requests.RequestException, OSError)

END_OF_ACCOUNT = b"\n.\n"

_BYTES_PER_INODE = 4096
_LEAST_INODES = 1024
_GVISOR_OWN_BYTES = 96 * 2**20  # its kernel is a process inside the container's memory limit
_GVISOR_OWN_THREADS = 512  # and its threads count as the container's

# Process 1. Nothing it reads may be more than it was sent, because what follows is the program's own stdin:
# `read` takes single bytes, and `head` of GNU coreutils no more than it is told to. The mark of an owner that
# went away before it sent a text is an end of input.
_WAIT = """read -r size || exit 0
text=$(head -c "$size")
eval "$text" """

# The text. Process 1 stays, because signals that a program sends to itself do nothing to a process 1; the
# job's program is its child. What the shell itself would say of a killed child goes nowhere.
_RUN = """set -e
cd {workdir}
{unpack}
echo {mark} >&2
set +e
exec 3>&2 2>/dev/null
(exec env -i {program} 2>&3 3>&-)
code=$?
kill -KILL -- -1
exec >&- <&-
echo {mark} >&3
echo $code >&3
times >&3
"""
# What the container's control group counted, where it can be seen; first cgroup v1, then v2.
_ACCOUNT = """say() { [ -r "$2" ] && read -r number <"$2" && echo "$1 $number" >&3; }
pick() { [ -r "$3" ] && while read -r key number; do
[ "$key" = "$2" ] && echo "$1 $number" >&3; done <"$3"; }
cd /sys/fs/cgroup
say cpu_ns cpuacct/cpuacct.usage
say peak memory/memory.max_usage_in_bytes
pick killed oom_kill memory/memory.oom_control
pick cpu_us usage_usec cpu.stat
say peak memory.peak
pick killed oom_kill memory.events
echo . >&3
"""


@dataclass(frozen=True)
class Recipe:
    """What two jobs have in common that can run in containers made alike.

    Attributes:
        environment: Name, for what is said to people.
        image: Tag.
        memory_bytes: Limit, and so on.
    """

    environment: str
    image: str
    memory_bytes: int
    pids: int
    disk_bytes: int
    open_files: int
    cpu_s: int

    @classmethod
    def of(cls, environment: Environment, limits: Limits) -> Self:
        """The recipe of a job."""
        return cls(
            environment=environment.name,
            image=environment.image,
            memory_bytes=limits.memory_bytes,
            pids=limits.pids,
            disk_bytes=limits.disk_bytes,
            open_files=limits.open_files,
            cpu_s=limits.cpu_s,
        )


@dataclass(frozen=True)
class Waiting:
    """A started container that waits for its text.

    Attributes:
        identity: Its id.
        talk: stdin and stdout.
        complain: stderr.
    """

    identity: str
    talk: socket.socket
    complain: socket.socket

    def is_alive(self) -> bool:
        """Whether the engine has not ended it: until it has its text it says nothing, not even good-bye."""
        poll = select.poll()
        poll.register(self.complain, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close the connections; it ends by itself if it was still waiting."""
        self.talk.close()
        self.complain.close()


class Maker:
    """Makes containers.

    Args:
        client: The engine.
        runtime: See :class:`verifiers.sandbox.docker.Docker`.
        is_gvisor: What the limits have to leave room for.
        cpus: Processors a job may keep busy.
        profile: The system-call filter in Docker's format.
        labels: Of every container.
    """

    def __init__(
        self,
        client: docker.APIClient,
        runtime: str | None,
        is_gvisor: bool,
        cpus: float,
        profile: str,
        labels: Mapping[str, str],
    ) -> None:
        self._client = client
        self._runtime = runtime
        self._is_gvisor = is_gvisor
        self._cpus = cpus
        self._profile = profile
        self._labels = dict(labels)

    def make(self, recipe: Recipe, uid: int) -> Waiting:
        """Create, attach and start a container for programs of a user.

        Raises:
            SandboxUnavailable: the image is missing, or the engine refuses or went away.
        """
        try:
            identity = self._create(recipe, uid)
        except docker.errors.ImageNotFound as error:
            raise SandboxUnavailable(
                f"The Docker engine does not have the image {recipe.image}.",
                f"Run: python deploy/images/build_local.py {recipe.environment}",
            ) from error
        except ENGINE_ERRORS as error:
            raise SandboxUnavailable(f"The Docker engine made no container: {first_line(error)}.") from error
        connections: list[socket.socket] = []
        try:
            # Attached before the start, so that no byte of output can be lost or be read ahead by the SDK.
            connections.append(self._attach(identity, stdin=1, stdout=1))
            connections.append(self._attach(identity, stderr=1))
            self._client.start(identity)
        except ENGINE_ERRORS as error:
            for connection in connections:
                connection.close()
            remove(self._client, identity)
            said = first_line(error)
            raise SandboxUnavailable(f"The Docker engine did not start a container: {said}.") from error
        return Waiting(identity, *connections)

    def _create(self, recipe: Recipe, uid: int) -> str:
        answer = self._client.create_container(
            image=recipe.image,
            entrypoint=["/bin/sh", "-c", _WAIT],
            command=[],
            user=f"{uid}:{uid}",
            working_dir="/",
            hostname="sandbox",
            network_disabled=True,
            stdin_open=True,
            labels=self._labels,
            host_config=self._host_config(recipe, uid),
        )
        return str(answer["Id"])

    def _host_config(self, recipe: Recipe, uid: int) -> Any:
        disk = recipe.disk_bytes
        inodes = max(_LEAST_INODES, disk // _BYTES_PER_INODE)
        memory = recipe.memory_bytes + (_GVISOR_OWN_BYTES if self._is_gvisor else 0)
        # The owner is named because runc gives the mount the mode of the image's folder, whatever is asked.
        tmpfs = f"rw,exec,nosuid,nodev,mode=0777,uid={uid},gid={uid},size={disk},nr_inodes={inodes}"
        return self._client.create_host_config(
            network_mode="none",
            read_only=True,
            tmpfs={WORKDIR: tmpfs, "/tmp": tmpfs},
            shm_size=disk,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true", f"seccomp={self._profile}"],
            mem_limit=memory,
            memswap_limit=memory,
            pids_limit=recipe.pids + (_GVISOR_OWN_THREADS if self._is_gvisor else 1),  # process 1 stays
            nano_cpus=int(self._cpus * 1e9),
            ulimits=[
                Ulimit(name="nofile", soft=recipe.open_files, hard=recipe.open_files),
                Ulimit(name="cpu", soft=recipe.cpu_s, hard=recipe.cpu_s + 1),
                Ulimit(name="core", soft=0, hard=0),
                Ulimit(name="msgqueue", soft=0, hard=0),
            ],
            log_config=LogConfig(type="none"),
            runtime=self._runtime,
            ipc_mode="private",
        )

    def _attach(self, container: str, **streams: int) -> socket.socket:
        raw = self._client.attach_socket(container, params={**streams, "stream": 1})
        connection = getattr(raw, "_sock", raw)
        connection.settimeout(None)
        return connection  # type: ignore[no-any-return]


def program_text(
    argv: Sequence[str], variables: Mapping[str, str], archive_bytes: int, mark: str, collect: Sequence[str]
) -> bytes:
    """What a waiting container is sent before the archive and the program's own stdin.

    On stderr it answers: the mark, what the program writes, the mark again, an account of what was used,
    and an archive of what is collected.

    Args:
        argv: The program.
        variables: Its whole environment.
        archive_bytes: Length of the archive of its files that follows; 0 for none.
        mark: What nobody can guess.
        collect: See ``Job.collect``.
    """
    words = [*(f"{name}={value}" for name, value in variables.items()), *argv]
    text = _RUN.format(
        workdir=WORKDIR,
        unpack=f"head -c {archive_bytes} | tar -xf -" if archive_bytes else "",
        mark=mark,
        program=" ".join(map(shlex.quote, words)),
    )
    text += _ACCOUNT
    text += f"cd {WORKDIR} && {packing_command(collect)} >&3\n" if collect else "exit 0\n"
    data = os.fsencode(text)
    return b"%d\n" % len(data) + data


def remove(client: docker.APIClient, identity: str) -> None:
    """Remove a container, dead or alive.

    Raises:
        SandboxUnavailable: the engine went away, or keeps it.
    """
    try:
        client.remove_container(identity, force=True, v=True)
    except docker.errors.NotFound:
        return
    except ENGINE_ERRORS as error:
        raise SandboxUnavailable(f"A container could not be removed: {first_line(error)}.") from error


def first_line(error: Exception) -> str:
    """The beginning of what an engine says, without its full stop."""
    return str(error).strip().partition("\n")[0][:300].rstrip(".")
