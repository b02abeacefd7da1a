"""Control groups for one job, version 1 or 2, where this process may make them.

Only own sub-groups are made, below the groups this process is in, and they are removed afterwards. Nothing
else in the hierarchy is changed; in particular no controller is switched on for others.
"""

from __future__ import annotations

import itertools
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.protocol import Limits

_PREFIX = "acrisol"
_REMOVE_S = 5.0
_OWN_PROCESSES = 2  # bubblewrap's monitor and its init are in the group too
_counter = itertools.count()


@dataclass(frozen=True)
class Usage:
    """What a group's processes used: CPU seconds, peak bytes, and how many the OOM killer ended."""

    cpu_s: float | None
    memory_peak_bytes: int | None
    oom_kills: int


@dataclass(frozen=True)
class Hierarchy:
    """Where groups can be made.

    Attributes:
        version: 1 or 2.
        parents: Controller -> this process's own group. In version 2 all are the same folder.
    """

    version: int
    parents: dict[str, Path]

    @property
    def description(self) -> str:
        """For the isolation string."""
        return f"cgroup v{self.version}"


@dataclass(frozen=True)
class Group:
    """One job's own group in each hierarchy."""

    version: int
    folders: dict[str, Path]

    @property
    def entrances(self) -> tuple[str, ...]:
        """Files to which a process writes its id to enter."""
        return tuple(str(folder / "cgroup.procs") for folder in dict.fromkeys(self.folders.values()))

    def usage(self) -> Usage:
        """What was used so far."""
        memory, cpu = self.folders["memory"], self.folders.get("cpuacct")
        if self.version == 2:
            events = _table(memory / "memory.events")
            micros = _table(memory / "cpu.stat").get("usage_usec")
            return Usage(
                cpu_s=None if micros is None else micros / 1e6,
                memory_peak_bytes=_number(memory / "memory.peak"),
                oom_kills=events.get("oom_kill", 0),
            )
        nanos = _number(cpu / "cpuacct.usage") if cpu else None
        return Usage(
            cpu_s=None if nanos is None else nanos / 1e9,
            memory_peak_bytes=_number(memory / "memory.max_usage_in_bytes"),
            oom_kills=_table(memory / "memory.oom_control").get("oom_kill", 0),
        )

    def remove(self) -> None:
        """Kill what is left in it and remove it."""
        deadline = time.monotonic() + _REMOVE_S
        for folder in dict.fromkeys(self.folders.values()):
            pause = 0.0005
            while not _removed(folder) and time.monotonic() < deadline:
                _kill_members(folder)
                time.sleep(pause)
                pause = min(2 * pause, 0.05)


def find_hierarchy() -> Hierarchy | None:
    """Where this process may make groups that limit memory and processes; None if nowhere."""
    mounts = _mounts()
    own = _own_groups()
    version_1: dict[str, Path] = {
        name: mounts[name] / own[name].lstrip("/")
        for name in ("memory", "pids", "cpuacct")
        if name in mounts and name in own
    }
    if {"memory", "pids"} <= version_1.keys():
        found = Hierarchy(1, version_1)
    elif "" in mounts and "" in own:
        folder = mounts[""] / own[""].lstrip("/")
        passed_on = _words(folder / "cgroup.subtree_control")
        if not {"memory", "pids"} <= passed_on:
            return None
        found = Hierarchy(2, dict.fromkeys(("memory", "pids", "cpuacct"), folder))
    else:
        return None
    if not _works(found):
        return None
    _remove_orphans(found)
    return found


def make_group(hierarchy: Hierarchy, limits: Limits) -> Group:
    """A new group with a job's limits.

    Raises:
        SandboxUnavailable: it cannot be made.
    """
    name = f"{_PREFIX}-{os.getpid()}-{next(_counter)}"
    group = Group(hierarchy.version, {key: parent / name for key, parent in hierarchy.parents.items()})
    memory, pids = group.folders["memory"], group.folders["pids"]
    try:
        for folder in dict.fromkeys(group.folders.values()):
            folder.mkdir()
        if hierarchy.version == 2:
            _set(memory / "memory.max", limits.memory_bytes)
            _set_if_there(memory / "memory.swap.max", 0)
            _set_if_there(memory / "memory.oom.group", 0)
        else:
            _set(memory / "memory.limit_in_bytes", limits.memory_bytes)
            _set_if_there(memory / "memory.memsw.limit_in_bytes", limits.memory_bytes)
        _set(pids / "pids.max", limits.pids + _OWN_PROCESSES)
    except OSError as error:
        group.remove()
        raise SandboxUnavailable(f"No control group could be made for the sandbox: {error}.") from error
    return group


def _works(hierarchy: Hierarchy) -> bool:
    try:
        make_group(hierarchy, Limits()).remove()
    except SandboxUnavailable:
        return False
    return True


def _remove_orphans(hierarchy: Hierarchy) -> None:
    """Remove the empty groups of earlier processes of ours that were killed before they could."""
    for parent in set(hierarchy.parents.values()):
        for folder in parent.glob(f"{_PREFIX}-*-*"):
            owner = folder.name.split("-")[1]
            if owner.isdigit() and not Path("/proc", owner).exists():
                _removed(folder)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _kill_members(folder: Path) -> None:
    with suppress(OSError):
        for pid in _words(folder / "cgroup.procs"):
            os.kill(int(pid), signal.SIGKILL)


def _mounts() -> dict[str, Path]:
    """Controller -> mount point; the version 2 hierarchy is called ''."""
    found: dict[str, Path] = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        point = Path(before.split(" ")[4])
        if kind == "cgroup2":
            found.setdefault("", point)
        elif kind == "cgroup":
            for name in options.split(","):
                found.setdefault(name, point)
    return found


def _own_groups() -> dict[str, str]:
    """Controller -> path of this process's group; version 2 is called ''."""
    found = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            found[name] = path
    return found


def _words(file: Path) -> set[str]:
    try:
        return set(file.read_text().split())
    except FileNotFoundError:
        return set()


def _table(file: Path) -> dict[str, int]:
    """A file of ``name number`` lines; empty where it is missing."""
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split() for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _set(file: Path, value: int) -> None:
    # Not Path.write_text: the file must not be made where the controller is missing.
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.write(descriptor, str(value).encode())
    finally:
        os.close(descriptor)


def _set_if_there(file: Path, value: int) -> None:
    with suppress(FileNotFoundError):
        _set(file, value)
