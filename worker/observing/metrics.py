"""Counting what a worker's process does with its jobs.

The processes of a worker are forked, so each counts in a memory-mapped file of its own, in the folder that
``PROMETHEUS_MULTIPROC_DIR`` names; who is scraped adds them up (``exposition.py``). A process that dies
leaves its file, and the one that takes its place in the pool goes on in it: counts survive, and the files do
not grow in number.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from celery.utils.log import current_process_index
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values

from verifiers.domain import Event, OutcomeStatus, Status, Usage
from verifiers.sandbox.slots import load
from worker.store import events
from worker.store.ids import accepted_at
from worker.store.records import Claim

OTHER = "other"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,47}")
_MOST_NAMES = 64
_SAMPLE_S = 1.0
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
_ATTEMPTS = (1, 2, 3, 4, 5, 8, 13, 21, 50)


def count_in_slots() -> None:
    """Let this process count in its pool slot's file instead of its own; without a folder, do nothing.

    To be called before any metric is made.
    """
    if values.ValueClass._multiprocess:
        in_slot = values.MultiProcessValue(_slot)  # type: ignore[no-untyped-call]
        values.ValueClass = in_slot


def slot_name(slot: int) -> str:
    """What a slot's files are named by."""
    return f"slot{slot}"


def _slot() -> str:
    return slot_name(current_process_index() or 0)


class Names:
    """Names that come from elsewhere, as label values: the first well-formed ones; the rest is ``other``."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, name: object) -> str:
        """The label value for a name."""
        text = str(name)
        if text not in self._known:
            if len(self._known) >= _MOST_NAMES or not _NAME.fullmatch(text):
                return OTHER
            self._known.add(text)
        return text


class JobMetrics:
    """Counts; see :class:`worker.observing.watch.Watch`.

    Args:
        registry: Where the metrics belong to.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, registry: CollectorRegistry | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        registry = registry or CollectorRegistry()
        self._clock = clock
        self._names = Names()
        self._claim: Claim | None = None
        self._outcome: Mapping[str, Any] | None = None
        self._began = self._asked = 0.0

        def histogram(name: str, says: str, *labels: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
            return Histogram(f"acrisol_{name}", says, labels, registry=registry, buckets=buckets)

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"acrisol_{name}", says, labels, registry=registry)

        self._waited = histogram("job_wait_seconds", "From a job's acceptance to its first claim.")
        self._ran = histogram("run_seconds", "A worker's run of a job, by how it ended.", "end")
        self._attempts = histogram("solved_attempts", "Attempts that a solved task took.", buckets=_ATTEMPTS)
        self._generated = histogram("generate_seconds", "A round of samples, from asking to the first.")
        self._verified = histogram("verifier_seconds", "A verifier's run on a candidate.", "verifier")
        self._verdicts = counter("verdicts", "Verdicts.", "verifier", "status")
        self._tokens = counter("tokens", "Tokens that models read and wrote.", "kind")
        self._failures = counter("failures", "Runs that an error ended, by its class.", "error")

    def began(self, claim: Claim) -> None:
        """See :meth:`Watch.began`."""
        self._claim, self._outcome = claim, None
        self._began, self._asked = self._clock(), 0.0
        accepted = accepted_at(claim.job_id)
        if claim.delivery == 1 and accepted is not None:
            self._waited.observe(max(0.0, self._began - accepted))

    def happened(self, event: Event) -> None:
        """See :meth:`Watch.happened`."""
        match event.kind:
            case "attempt_started":
                self._asked = self._clock()
            case "candidate" if self._asked:
                self._generated.observe(max(0.0, self._clock() - self._asked))
                self._asked = 0.0
            case "verdict":
                self._verdict(event)
            case events.OUTCOME if "attempts" in event.data:
                self._outcome = event.data  # as it is: it may be large, and two numbers of it are wanted

    def failed(self, error: Exception) -> None:
        """See :meth:`Watch.failed`."""
        self._failures.labels(self._names(type(error).__name__)).inc()

    def ended(self, end: str) -> None:
        """See :meth:`Watch.ended`."""
        self._ran.labels(str(end)).observe(max(0.0, self._clock() - self._began))
        outcome, self._outcome = self._outcome, None
        if outcome is None:
            return
        self._count(Usage.model_validate(outcome.get("usage") or {}))
        if end == OutcomeStatus.SOLVED and outcome.get("solution"):
            self._attempts.observe(outcome["solution"]["number"])

    def _verdict(self, event: Event) -> None:
        verifier = self._names(event.data.get("verifier"))
        status = event.data.get("status")
        self._verdicts.labels(verifier, status if status in tuple(Status) else OTHER).inc()
        seconds = event.data.get("duration_s")
        if isinstance(seconds, int | float):
            self._verified.labels(verifier).observe(seconds)

    def _count(self, usage: Usage) -> None:
        self._tokens.labels("prompt").inc(usage.prompt_tokens)
        self._tokens.labels("completion").inc(usage.completion_tokens)


def sample_sandbox(registry: CollectorRegistry | None = None) -> None:
    """Tell how busy the sandbox's slots are, from a thread, until this process ends."""
    runs = Gauge(
        "acrisol_sandbox_runs",
        "Slots of the sandbox: running, and runs that wait for one.",
        ("state",),
        registry=registry or CollectorRegistry(),
        multiprocess_mode="livesum",
    )

    def sample() -> None:
        while True:
            seen = load()
            runs.labels("running").set(seen.taken)
            runs.labels("waiting").set(seen.waiting)
            time.sleep(_SAMPLE_S)

    threading.Thread(target=sample, name="sandbox-metrics", daemon=True).start()
