"""Waiting for a task's end on behalf of a client that holds a connection open."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from verifiers.domain import Event, Status
from worker.store import events, jobs
from worker.store.database import Database
from worker.store.records import Job

BEAT_S = 2.0
"""Seconds after which something is said, so that no proxy takes the connection for dead."""

_FIRST_LOOK_S, _SLOWEST_LOOK_S = 0.1, 1.0
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


class Waiting:
    """One client's wait for one task.

    Args:
        database: The job store.
        job_id: The task.
        seconds: The longest wait.
        keeps: The task goes on when the client is gone: it may come back for the answer.
        give_free: Called when the wait is over.
    """

    def __init__(
        self, database: Database, job_id: str, seconds: float, *, keeps: bool, give_free: Callable[[], None]
    ) -> None:
        self.job_id = job_id
        self._database = database
        self._seconds = seconds
        self._keeps = keeps
        self._give_free = give_free
        self._job: Job | None = None

    async def words(self) -> AsyncIterator[str]:
        """What is going on, at once and then whenever that changes or has been said ``BEAT_S`` seconds ago.

        It ends with the task. The words are ours: nothing of what a model or a client wrote is in them.

        Raises:
            HTTPException: 504, the task has not ended within the wait; it is cancelled.
            StoreUnavailable: the store does not answer.
        """
        began = said_at = time.monotonic()
        seen, said = 0, "waiting for a worker"
        yield said
        while True:
            now = time.monotonic()
            summary = await run_in_threadpool(jobs.summary, self._database, self.job_id)
            if summary.state.terminal:
                self._job = await run_in_threadpool(jobs.get, self._database, self.job_id)
                return
            if now - began > self._seconds:
                raise HTTPException(504, self._too_late(), headers={"x-should-retry": "false"})
            new = (await run_in_threadpool(events.read, self._database, self.job_id, seen)).events
            words = said_of(new[-1].event) if new else said
            seen = new[-1].seq if new else seen
            if words != said or now - said_at >= BEAT_S:
                said, said_at = words, now
                yield said
            await anyio.sleep(min(max((now - began) / 20, _FIRST_LOOK_S), _SLOWEST_LOOK_S))

    @property
    def job(self) -> Job:
        """The ended task; only after :meth:`words` has come to its end."""
        assert self._job is not None
        return self._job

    async def leave(self) -> None:
        """Give the place free, and cancel the task if nobody waits for it any more."""
        self._give_free()
        if self._job is None and not self._keeps:
            with anyio.CancelScope(shield=True):  # the client is gone, which is why we are here
                await run_in_threadpool(jobs.request_cancel, self._database, self.job_id)

    def _too_late(self) -> str:
        fate = "it goes on" if self._keeps else "it is cancelled"
        return (
            f"The task has not ended within {self._seconds:g} s; {fate}. "
            f"See /v1/tasks/{self.job_id}, give it a smaller acrisol.budget.seconds, or send it as a task."
        )


def said_of(event: Event) -> str:
    """An event in words, with nothing in them that a model, a client or a verifier's report has written."""
    attempt = f"attempt {event.attempt}, " if event.attempt else ""
    match event.kind:
        case "attempt_started":
            return f"{attempt}the model writes"
        case "candidate":
            return f"{attempt}checks begin"
        case "verdict":
            return f"{attempt}{_known(event)}"
        case "feedback":
            return f"{attempt}the model is told what was wrong"
        case "requeued":
            return "waiting for another worker"
        case _:
            return "a worker has taken it up"


def _known(event: Event) -> str:
    name, status = event.data.get("verifier"), event.data.get("status")
    named = name if isinstance(name, str) and _NAME.fullmatch(name) else "a check"
    return f"{named} {status if status in list(Status) else 'answered'}"
