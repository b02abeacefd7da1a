"""What a batch is, and where it and its lines are.

::

    validating -> in_progress -> finalizing -> completed | expired | failed
    validating | in_progress  -> cancelling -> cancelled
    validating -> failed
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from verifiers.domain import Value
from worker.batches.lines import Endpoint


class BatchState(StrEnum):
    """Where a batch is; the names are OpenAI's."""

    VALIDATING = "validating"  # its lines are read
    IN_PROGRESS = "in_progress"  # its lines are worked on, some at a time
    FINALIZING = "finalizing"  # what came of them is written
    CANCELLING = "cancelling"  # the same, after those that run were told to stop
    COMPLETED = "completed"
    EXPIRED = "expired"  # time was up before all lines had ended
    CANCELLED = "cancelled"
    FAILED = "failed"  # it could not be worked on as a whole; its error says why

    @property
    def ended(self) -> bool:
        """Whether it stays in this state for ever."""
        return self in ENDED


ENDED = frozenset({BatchState.COMPLETED, BatchState.EXPIRED, BatchState.CANCELLED, BatchState.FAILED})


class LineState(StrEnum):
    """Where a line of a batch is."""

    WAITING = "waiting"
    OPEN = "open"  # it has a job
    COMPLETED = "completed"  # its result goes to the output file
    FAILED = "failed"  # its error goes to the error file


class BatchError(Value):
    """Why a batch failed as a whole.

    Attributes:
        code: For a program.
        message: One sentence for a person.
        line: The line it is about, from 1.
    """

    code: str
    message: str
    line: int | None = None


class Batch(Value):
    """A batch without its lines; times are seconds since the epoch.

    Attributes:
        id: Sorts by creation.
        tenant: Whose it is.
        key_id: The API key that it came with.
        endpoint: What its lines ask for.
        state: Where it is.
        ends_as: The state that finalizing or cancelling ends in.
        input_file_id: Its lines.
        output_file_id: What came of them; None before its end, and where there is nothing.
        error_file_id: The same for errors.
        completion_window: As it was asked for.
        labels: The caller's own notes.
        error: Why it failed as a whole.
        token: Grows with every step.
        read_lines: Lines of the input that were looked at.
        read_bytes: Where the next one begins.
        written_lines: Up to which line the results are written.
        total: Lines that ask for something, as far as the input was looked at.
        completed: Those of them with a result.
        failed: Those with an error.
        created_at: When it was accepted.
        expires_at: When it ends at the latest.
        in_progress_at: When all lines had been read.
        finalizing_at: When the last line had ended.
        cancelling_at: When it was cancelled.
        finished_at: When it reached its last state.
    """

    id: str
    tenant: str
    key_id: str | None
    endpoint: Endpoint
    state: BatchState
    ends_as: BatchState
    input_file_id: str
    output_file_id: str | None
    error_file_id: str | None
    completion_window: str
    labels: Mapping[str, str]
    error: BatchError | None
    token: int
    read_lines: int
    read_bytes: int
    written_lines: int
    total: int
    completed: int
    failed: int
    created_at: float
    expires_at: float
    in_progress_at: float | None
    finalizing_at: float | None
    cancelling_at: float | None
    finished_at: float | None


class BatchPage(Value):
    """Some batches, newest first.

    Attributes:
        batches: The page.
        more: Whether there are older ones.
    """

    batches: tuple[Batch, ...]
    more: bool
