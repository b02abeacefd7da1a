"""Finding jobs that nobody works on, whatever became of their worker or their message."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from verifiers.domain import Value
from verifiers.errors import ToolError
from worker.broker import Broker
from worker.retry import RetryPolicy
from worker.store import expiry, retention, wakes
from worker.store.database import Database
from worker.store.removal import Forget

_LOG = logging.getLogger(__name__)
_BATCH = 500
_CLEAR_EVERY_S = 60.0
_PATIENCE = 20  # while messages are waiting, a job's own is most likely among them


def _nothing_kept(task_ids: Sequence[str]) -> None:
    return None


class Sweep(Value):
    """What a sweep did.

    Attributes:
        requeued: Jobs that were taken from a worker whose lease ran out.
        woken: Messages that were sent.
    """

    requeued: int
    woken: int


class Sweeper:
    """Puts jobs with a dead worker back into the queue, and wakes workers for jobs without a message.

    Any number of sweepers may run at a time: what two of them do twice has no effect the second time.

    Args:
        database: The job store.
        broker: Wakes workers.
        policy: When to give up on a job.
        wake_after_s: Seconds after which a message counts as lost if the broker's queue is empty.
        lease_s: Seconds without a renewal after which a job is taken from its worker.
        keep_s: Seconds after which ended jobs, batches and files are deleted; None keeps them.
        forget: Drops the checkpoints of tasks that are deleted.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        database: Database,
        broker: Broker,
        policy: RetryPolicy,
        wake_after_s: float,
        lease_s: float,
        *,
        keep_s: float | None = None,
        forget: Forget = _nothing_kept,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._broker = broker
        self._leases = expiry.Leases(database, policy, lease_s, clock)
        self._keep_s = keep_s
        self._forget = forget
        self._clock = clock
        self._clear_at = clock()
        self._steady = database.clock() - clock()
        self._wake_after_s = wake_after_s

    def sweep(self) -> Sweep:
        """One sweep.

        Raises:
            StoreUnavailable: the database does not answer.
            BrokerUnavailable: the broker does not answer; jobs were requeued, but nobody was woken.
        """
        requeued = self._leases.expire()
        expiry.end_late(self._database)
        self._clear()
        # Asked only where there is something to wake for: an idle service does not poll Redis.
        if not wakes.due(self._database, 0.0, limit=1):
            return Sweep(requeued=len(requeued), woken=0)
        patience_s = 0.0 if self._broker.depth() == 0 else _PATIENCE * self._wake_after_s
        sent: list[str] = []
        try:
            for job_id in wakes.due(self._database, patience_s, _BATCH):
                self._broker.wake(job_id)
                sent.append(job_id)
        finally:
            wakes.sent(self._database, sent, self._wake_after_s)
        return Sweep(requeued=len(requeued), woken=len(sent))

    def _clear(self) -> None:
        if self._keep_s is None or self._clock() < self._clear_at:
            return
        # A clock that is set forwards makes nothing old: from the start on the steady one counts as well.
        now = min(self._database.clock(), self._steady + self._clock())
        before = now - self._keep_s
        # Some at a time, so that nobody waits for it; and once there is nothing left, not for a while.
        if not retention.remove_old(self._database, before, self._forget):
            self._clear_at = self._clock() + _CLEAR_EVERY_S

    def run(self, every_s: float, stop: threading.Event) -> None:
        """Sweep every ``every_s`` seconds until ``stop`` is set."""
        trouble = ""
        while not stop.wait(every_s):
            try:
                done = self.sweep()
            except ToolError as error:
                if str(error) != trouble:  # once, and not every second
                    _LOG.warning("%s", error)
                trouble = str(error)
                continue
            if trouble:
                _LOG.warning("The job store and Redis answer again.")
                trouble = ""
            if done.requeued:
                _LOG.warning("%d jobs were taken from workers that died", done.requeued)
