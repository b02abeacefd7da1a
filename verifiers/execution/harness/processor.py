"""Which processor a process runs on."""

from __future__ import annotations

import os
from contextlib import suppress

_PLACE = 36  # of the processor's number in /proc/self/stat, behind the program's name; see proc(5)


def current_processor() -> int:
    """The number of the processor that runs this.

    Raises:
        OSError: the system does not tell.
        ValueError: it tells something else.
        IndexError: as for ValueError.
    """
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[_PLACE])


def move_to(processor: int) -> bool:
    """Let this thread run on one processor only, if it may."""
    with suppress(OSError, ValueError, AttributeError):
        os.sched_setaffinity(0, {processor})
        return True
    return False
