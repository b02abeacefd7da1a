"""What changes while somebody looks: a part of a page, sent whole as a server-sent event whenever it does."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from anyio import sleep
from fastapi.sse import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.page.rendering import fragment
from worker.errors import NotFound, StoreUnavailable

END = "end"  # the event after which nothing changes any more
_LOOK_S = 0.5
_LASTS_S = 120.0  # then the browser connects anew, and its session is looked at again

Look = Callable[[], tuple[Mapping[str, Any] | None, bool]]


async def changes(template: str, look: Look, draining: threading.Event) -> AsyncIterator[ServerSentEvent]:
    """Events with a template's HTML.

    Args:
        template: What is sent.
        look: Gives what the template shows, or None if that is what it was, and whether it stays so for ever.
        draining: Set once the server was told to stop: who watches comes back to the one that follows.
    """
    until = time.monotonic() + _LASTS_S
    while time.monotonic() < until and not draining.is_set():
        try:
            values, ended = await run_in_threadpool(look)
        except NotFound:  # it was deleted
            values, ended = None, True
        except StoreUnavailable:  # it may come back
            values, ended = None, False
        if values is not None:
            yield ServerSentEvent(raw_data=await run_in_threadpool(fragment, template, **values))
        if ended:
            yield ServerSentEvent(event=END, raw_data="")
            return
        await sleep(_LOOK_S)
