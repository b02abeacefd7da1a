"""Whose containers are whose: what a process that was killed left behind is removed by the next one."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import docker
import docker.errors

OWNER_LABEL = "acrisol.sandbox.owner"
INSTANCE_LABEL = "acrisol.sandbox.instance"

_STRANGER_S = 3600.0  # that a container of a process which cannot be asked has to be dead and old


def owner() -> str:
    """This process, told apart from every other one of this and of other machines."""
    return f"{_here()}/{os.getpid()}/{_born(os.getpid())}"


def is_gone(name: str) -> bool | None:
    """Whether an owner has ended; None where that cannot be known from here.

    Args:
        name: What :func:`owner` returned to it.
    """
    place, _, rest = name.rpartition("/")
    place, _, pid = place.rpartition("/")
    if place != _here() or not pid.isdigit():
        return None
    return _born(int(pid)) != rest


def remove_orphans(client: docker.APIClient) -> int:
    """Remove the containers whose owners have ended; returns how many.

    Those of another machine's processes are left alone, unless they are dead and an hour old.

    Raises:
        docker.errors.DockerException: the engine refuses.
        requests.RequestException: it does not answer.
    """
    count = 0
    for container in client.containers(all=True, filters={"label": OWNER_LABEL}):
        gone = is_gone(str(container["Labels"].get(OWNER_LABEL, "")))
        if gone is None:
            gone = container["State"] != "running" and time.time() - container["Created"] > _STRANGER_S
        if gone:
            with suppress(docker.errors.NotFound):  # another process was at it too
                client.remove_container(container["Id"], force=True, v=True)
                count += 1
    return count


def _here() -> str:
    """This start of this machine, and the space in which its process ids mean something."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"


def _born(pid: int) -> str:
    """When a process started, in clock ticks since the machine did; empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(")")[2].split()[19]
