"""What can go wrong with a training run, beside wrong input and missing tools::

ToolError
`-- TrainingFailed     the loss is not a number, or a checkpoint cannot be written: what there is stays good
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verifiers.errors import ToolError


class TrainingFailed(ToolError):
    """A run cannot go on; its last good checkpoint is kept, and ``hint`` says what to try."""


@contextmanager
def disk_of(folder: Path) -> Iterator[None]:
    """Turn what the system says of a full or broken disk into a sentence.

    Args:
        folder: The run's.

    Raises:
        TrainingFailed: a file could not be written or read.
    """
    try:
        yield
    except OSError as error:
        raise TrainingFailed(
            f"A file of the run in {folder} could not be written or read: {in_short(error)}.",
            "Make room there, and run the same command again: it goes on from its last checkpoint.",
        ) from error


def in_short(error: BaseException) -> str:
    """The first line of what a library's error says, at most 200 characters; its type if it is silent."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
