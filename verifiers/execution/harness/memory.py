"""How the process asks the system for memory."""

from __future__ import annotations

import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT_BYTES, _SMALL_BYTES = 64 * 2**20, 32 * 2**20


def keep_freed_memory() -> None:
    """Keep what was freed for the next value, up to a limit, instead of giving it back at once.

    Values of megabytes come and go on the link, and touching fresh memory costs more than filling it. Only
    where ``ctypes`` is there already, as in an interpreter that is kept: its import costs more than it saves.
    """
    ctypes = sys.modules.get("ctypes")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if ctypes is not None else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _SMALL_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
