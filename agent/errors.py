"""What can go wrong with the loop itself::

    ToolError
    `-- CheckpointFailed     the loop's state cannot be written or read

A worker that meets it tries the task again later; see ``verifiers.errors`` for the two kinds of retry.
"""

from __future__ import annotations

from verifiers.errors import ToolError


class CheckpointFailed(ToolError):
    """The checkpoint file cannot be written or read: full disk, wrong permissions, damaged."""


class Stopped(Exception):
    """The caller asked the loop to stop. Never leaves ``Solver.solve``, which answers ``cancelled``."""
