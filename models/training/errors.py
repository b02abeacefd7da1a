"""What can go wrong with a training run, beside wrong input and missing tools::

ToolError
`-- TrainingFailed     the loss is not a number, or a checkpoint cannot be written: what there is stays good
"""

from __future__ import annotations

from verifiers.errors import ToolError


class TrainingFailed(ToolError):
    """A run cannot go on; its last good checkpoint is kept, and ``hint`` says what to try."""
