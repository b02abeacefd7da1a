"""What routes are given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException

from api.openai.filling import LazyFiller
from api.openai.places import Places
from api.watching import Watchers
from verifiers.audit_values import AuditRequest
from verifiers.domain import CodingTask
from worker.broker import Broker
from worker.limits import RateLimiter
from worker.store.database import Database
from worker.webhooks.rules import WebhookRules


@dataclass(frozen=True)
class Services:
    """What the API stands on.

    Args:
        database: The job store.
        broker: Wakes workers.
        wake_after_s: Seconds after which the sweeper doubts that a wake arrived.
        check: Looks at a task before it is accepted; raises InvalidInput.
        check_audit: Looks at an audit before it is accepted; raises InvalidInput.
        chat_wait_s: Seconds that a chat waits for its task's end.
        places: Bounds the chats that wait at a time.
        filler: Fills in code at a cursor; without it that is refused.
        fill_places: Bounds the completions that are written at a time.
        webhooks: Where webhooks may be posted to.
        limiter: Counts requests; without it there are no rate limits.
        metrics: What ``/metrics`` tells.
        draining: Set once the server was told to stop: it still answers, and should be sent nothing new.
        accepted: Told of every job that was stored, for traces.
        forget: Drops the checkpoints of tasks that are deleted.
        streams: Bounds the streams of events that are open at a time.
        watched: The same for pages that are watched live, which are rendered at each change.
        painters: Threads that render them: the threads of all other requests stay free.
    """

    database: Database
    broker: Broker
    wake_after_s: float
    check: Callable[[CodingTask], None]
    check_audit: Callable[[AuditRequest], None]
    chat_wait_s: float = 540.0
    places: Places = field(default_factory=lambda: Places(200))
    filler: LazyFiller | None = None
    fill_places: Places = field(default_factory=lambda: Places(16))
    webhooks: WebhookRules = field(default_factory=WebhookRules)
    limiter: RateLimiter | None = None
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    draining: threading.Event = field(default_factory=threading.Event)
    accepted: Callable[[str], None] = field(default=lambda job_id: None)
    forget: Callable[[Sequence[str]], None] = field(default=lambda job_ids: None)
    streams: Places = field(default_factory=lambda: Places(10_000, 200, "Close streams that nobody reads."))
    watched: Places = field(default_factory=lambda: Places(1_000, 20, "Close pages that nobody looks at."))
    painters: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))

    @cached_property
    def watchers(self) -> Watchers:
        """Whoever looks on while jobs run."""
        return Watchers(self.database, self.draining)


def services(request: Request) -> Services:
    """The services of the app that handles this request."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


# Dependencies that wait for nothing are coroutines: any other is handed to a thread, which takes longer.
async def json_only(request: Request) -> None:
    """Refuse a body that is not declared as JSON.

    A browser asks before it sends JSON to another site, so that no page can submit tasks behind its
    visitor's back.
    """
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    if message.get_content_type() != "application/json":
        raise HTTPException(415, "Send the body as JSON, with the header 'Content-Type: application/json'.")


async def _services(request: Request) -> Services:
    return services(request)


ServicesDep = Annotated[Services, Depends(_services)]
