"""What went wrong in the engine's process, told to its caller through a pipe: a full disk takes no file."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from verifiers.errors import AcrisolError, InvalidInput, ToolFailed

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MOST = 32_000  # bytes, which a pipe holds without a reader


def of_the_system(error: OSError, folder: Path) -> ToolFailed:
    """A full disk and the like as a sentence."""
    what = error.strerror or str(error)
    do = "Make room there" if error.errno in _FULL else "Set that right"
    hint = f"{do}, then run the same command again: it goes on where it stopped."
    return ToolFailed(f"{error.filename or folder} could not be written or read: {what}.", hint)


def tell(pipe: int, error: AcrisolError) -> None:
    """Write an error for :func:`told`."""
    field = error.field if isinstance(error, InvalidInput) else ""
    said = {"field": field[:500], "message": error.message[:5000], "hint": error.hint[:1000]}
    # Not in ASCII, which takes twelve bytes for some letters: what does not fit is not said at all.
    os.write(pipe, json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")[:_MOST])


def told(pipe: int, code: int, log: Path) -> AcrisolError:
    """The error that a process told of before it ended.

    Args:
        pipe: Its other end.
        code: With which it ended.
        log: Where the rest stands.
    """
    os.set_blocking(pipe, False)
    try:
        said = json.loads(os.read(pipe, _MOST))
    except (OSError, ValueError):
        return ToolFailed(
            f"The data engine ended with {code} and said nothing.",
            f"Look at {log}; the same command goes on where it stopped.",
        )
    if said["field"]:
        return InvalidInput(said["field"], said["message"], said["hint"])
    return ToolFailed(said["message"], said["hint"])
