"""Processor time of process trees, by /proc: it means the same on a busy machine as on an idle one."""

from __future__ import annotations

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def below(pid: int) -> list[int]:
    """All living processes below ``pid``, parents before children."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))) and fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        next_ones = children.get(todo.pop(0), [])
        found += next_ones
        todo += next_ones
    return found


def alive(pid: int) -> bool:
    """Whether the process lives."""
    fields = _fields(pid)
    return fields is not None and fields[0] != "Z"


def command_of(pid: int) -> str:
    """Its command line; empty if it is gone."""
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def cpu_s(pid: int) -> float:
    """Seconds of processor time of a process and of all that live below it."""
    used = [_fields(one) for one in (pid, *below(pid))]
    return sum((int(fields[11]) + int(fields[12])) * _TICK_S for fields in used if fields)


def _fields(pid: int) -> list[str] | None:
    """What /proc says, from the state on."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
