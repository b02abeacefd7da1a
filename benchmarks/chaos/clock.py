"""Wall clocks that can be set, each for some processes only."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The wall clock of the processes that are started with its environment.

    Args:
        folder: For the library, which is compiled once, and for this clock's file.
        name: Tells the clocks of a folder apart.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._file = folder / f"clock-{name}"
        self.set(0)
        library = folder / "clock.so"
        if not library.exists():
            command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE)]
            subprocess.run(command, check=True, capture_output=True)
        self.environment = {"LD_PRELOAD": str(library), "CHAOS_CLOCK": str(self._file)}

    def set(self, ahead_s: int) -> None:
        """Let it be ahead of the machine's, or behind it, by so many seconds."""
        mode = "r+b" if self._file.exists() else "wb"
        with self._file.open(mode) as file:  # in place: the processes have it mapped
            file.write(struct.pack("=q", ahead_s))
