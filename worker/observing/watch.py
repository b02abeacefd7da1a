"""What a worker tells of the jobs that it runs, and who listens.

Metrics, traces and logs all stand on these four calls and on the events that the loop tells anyway, so that
the loop, the models and the verifiers know nothing of any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from verifiers.domain import Event
from worker.store.records import Claim

# How a run of a job can end, beside the job's terminal states.
REQUEUED = "requeued"  # a tool broke, or the worker shuts down: the job waits again
FENCED = "fenced"  # it took too long to say so, and somebody else has the job
BROKEN = "broken"  # by an error of this program or of the database


class Watch(Protocol):
    """Is told what happens to the job that this process runs. Must not raise."""

    def began(self, claim: Claim) -> None:
        """A job was claimed."""
        ...

    def happened(self, event: Event) -> None:
        """The loop or the auditor told something; the outcome comes here before it is stored."""
        ...

    def failed(self, error: Exception) -> None:
        """A tool, the model or this program failed."""
        ...

    def ended(self, end: str) -> None:
        """The run is over; ``end`` is a terminal state's name or one of this module's constants."""
        ...


class NobodyWatches:
    """Listens to nothing."""

    def began(self, claim: Claim) -> None:
        """See :meth:`Watch.began`."""

    def happened(self, event: Event) -> None:
        """See :meth:`Watch.happened`."""

    def failed(self, error: Exception) -> None:
        """See :meth:`Watch.failed`."""

    def ended(self, end: str) -> None:
        """See :meth:`Watch.ended`."""


class Watches:
    """Tells several, in order.

    Args:
        watches: Whom.
        close: Called at the end of this process; sends what is still kept back.
    """

    def __init__(self, watches: Sequence[Watch], close: Callable[[], None] | None = None) -> None:
        self._watches = tuple(watches)
        self._close = close

    def began(self, claim: Claim) -> None:
        """See :meth:`Watch.began`."""
        for watch in self._watches:
            watch.began(claim)

    def happened(self, event: Event) -> None:
        """See :meth:`Watch.happened`."""
        for watch in self._watches:
            watch.happened(event)

    def failed(self, error: Exception) -> None:
        """See :meth:`Watch.failed`."""
        for watch in self._watches:
            watch.failed(error)

    def ended(self, end: str) -> None:
        """See :meth:`Watch.ended`."""
        for watch in self._watches:
            watch.ended(end)

    def close(self) -> None:
        """Send what is still kept back; idempotent."""
        if self._close is not None:
            self._close()
            self._close = None
