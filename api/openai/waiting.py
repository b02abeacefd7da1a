"""Waiting for a task's end on behalf of a client that holds a connection open."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.watching import Watchers
from verifiers.domain import Event, Status
from worker.errors import StoreUnavailable
from worker.store import jobs
from worker.store.database import Database
from worker.store.records import Job

BEAT_S = 2.0
"""Seconds after which something is said, so that no proxy takes the connection for dead."""

_LOG = logging.getLogger(__name__)
_ONCE = {"x-should-retry": "false"}  # for OpenAI's SDK: sent again, the request would make another task
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


class Waiting:
    """One client's wait for one task.

    Args:
        database: The job store.
        watchers: Tell what happens in the task.
        job_id: The task.
        seconds: The longest wait.
        keeps: The task goes on when the client is gone: it may come back for the answer.
        give_free: Called when the wait is over.
    """

    def __init__(
        self,
        database: Database,
        watchers: Watchers,
        job_id: str,
        seconds: float,
        *,
        keeps: bool,
        give_free: Callable[[], None],
    ) -> None:
        self.job_id = job_id
        self._database = database
        self._watchers = watchers
        self._seconds = seconds
        self._keeps = keeps
        self._give_free = give_free
        self._job: Job | None = None

    async def words(self) -> AsyncIterator[str]:
        """What is going on, at once and then whenever something happens or ``BEAT_S`` seconds have passed.

        It ends with the task. The words are ours: nothing of what a model or a client wrote is in them.

        Raises:
            HTTPException: 503, the server is told to stop, and the task goes on; 504, the task has not
                ended within the wait, and is cancelled unless it is kept.
            StoreUnavailable: the store does not answer.
        """
        said = "waiting for a worker"
        yield said
        beat_s = min(BEAT_S, self._seconds)
        async for told in self._watchers.events(self.job_id, 0, self._seconds, beat_s):
            said = said if told is None else said_of(told.event.event)
            yield said
        job = await run_in_threadpool(jobs.get, self._database, self.job_id)
        if job.state.terminal:
            self._job = job
        elif self._watchers.draining:
            self._keeps = True
            said = f"The server is being restarted. The task goes on: see /v1/tasks/{self.job_id}."
            raise HTTPException(503, said, headers=_ONCE)
        else:
            raise HTTPException(504, self._too_late(), headers=_ONCE)

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
                try:
                    await run_in_threadpool(jobs.request_cancel, self._database, self.job_id)
                except StoreUnavailable as error:  # nobody is left to tell; its deadline ends the task
                    _LOG.warning("%s", error)

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
