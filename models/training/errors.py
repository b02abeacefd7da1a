"""What can go wrong with a training run, beside wrong input and missing tools::

ToolError
`-- TrainingFailed     the loss is not a number, or a checkpoint cannot be written: what there is stays good
"""

from __future__ import annotations

from verifiers.errors import ToolError


class TrainingFailed(ToolError):
    """A run cannot go on; its last good checkpoint is kept, and ``hint`` says what to try."""


def in_short(error: BaseException) -> str:
    """The first line of what a library's error says, at most 200 characters; its type if it is silent."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
