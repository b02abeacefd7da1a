"""How many cores a native server may usefully keep busy."""

from __future__ import annotations

import os
from pathlib import Path


def usable_cores(sys: Path = Path("/sys")) -> int:
    """Physical cores that this process may run on, within its container's CPU quota; at least 1.

    Two threads of one core share its arithmetic units, so more threads than cores slow matrix products down.

    Args:
        sys: Where sysfs is mounted.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    siblings = {_siblings(sys, cpu) for cpu in allowed}
    quota = _quota(sys)
    return max(1, min(len(siblings), quota or len(siblings)))


def _siblings(sys: Path, cpu: int) -> str:
    """The hardware threads of this one's core, as the kernel lists them; itself where it does not."""
    try:
        return (sys / f"devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(cpu)


def _quota(sys: Path) -> int | None:
    """Whole CPUs that cgroup v2 grants; None where it sets no limit."""
    try:
        granted, period = (sys / "fs/cgroup/cpu.max").read_text().split()
        return None if granted == "max" else max(1, int(granted) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
