"""Keeping a claim alive while its job runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

from worker.errors import StoreUnavailable
from worker.store import claims
from worker.store.database import Database
from worker.store.records import Claim

_LOG = logging.getLogger(__name__)
_OFTEN_S = 1.0  # how soon a cancellation is noticed
_ENDING_S = 1.0  # from the last write for a claim to the end of its block


class Heartbeat:
    """Renews a lease from a thread for as long as the block runs.

    Args:
        database: Where the claim is.
        claim: What to keep.
        lease_s: Seconds that each renewal is good for.
        longest_s: Seconds after which the run counts as hung: it is kept no longer, ``abandon`` is called.
        abandon: Ends this process, hung run and all.
    """

    def __init__(
        self,
        database: Database,
        claim: Claim,
        lease_s: float,
        longest_s: float,
        abandon: Callable[[], None],
    ) -> None:
        self._database = database
        self._claim = claim
        self._lease_s = lease_s
        self._longest_s = longest_s
        self._abandon = abandon
        self._lost = threading.Event()
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    @property
    def lost(self) -> bool:
        """The claim is no longer good: whatever is written for it will be refused."""
        return self._lost.is_set()

    @property
    def cancelled(self) -> bool:
        """Somebody wants the job to stop."""
        return self._cancelled.is_set()

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        started = renewed = time.monotonic()
        while not self._done.wait(min(_OFTEN_S, self._lease_s / 4)):
            if time.monotonic() - started > self._longest_s:
                _LOG.error("job %s hangs: its worker process ends", self._claim.job_id)
                self._lost.set()
                self._abandon()
                return
            try:
                renewal = claims.renew(self._database, self._claim, self._lease_s)
            except StoreUnavailable as error:
                _LOG.warning("job %s: the lease was not renewed: %s", self._claim.job_id, error)
                if time.monotonic() - renewed > self._lease_s:
                    self._lost.set()
                continue
            if not renewal.held:
                self._lost.set()
                if not self._done.wait(_ENDING_S):  # else it was given up by this worker itself, just now
                    _LOG.warning("job %s was taken from this worker", self._claim.job_id)
                return
            renewed = time.monotonic()
            if renewal.cancel_requested:
                self._cancelled.set()
