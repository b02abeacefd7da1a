"""What changes while somebody looks: a part of a page, sent whole as a server-sent event whenever it does."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Annotated, Any

from anyio import sleep, to_thread
from fastapi import Depends
from fastapi.sse import ServerSentEvent

from api.auth import Reader
from api.deps import Services, ServicesDep
from api.page.rendering import fragment
from worker.errors import NotFound, StoreUnavailable

END = "end"  # the event after which nothing changes any more
_LOOK_S = 0.5
_LASTS_S = 120.0  # then the browser connects anew, and its session is looked at again

Look = Callable[[], tuple[Mapping[str, Any] | None, bool]]


async def _placed(given: ServicesDep, caller: Reader) -> AsyncIterator[Services]:
    give_free = given.watched.take(caller)
    try:
        yield given
    finally:
        give_free()


Watching = Annotated[Services, Depends(_placed)]
"""What a live page works with; as long as it is watched it holds one of its caller's places."""


async def changes(template: str, look: Look, given: Services) -> AsyncIterator[ServerSentEvent]:
    """Events with a template's HTML.

    Args:
        template: What is sent.
        look: Gives what the template shows, or None if that is what it was, and whether it stays so for ever.
        given: Says when the server was told to stop: who watches comes back to the one that follows.
    """
    until = time.monotonic() + _LASTS_S
    while time.monotonic() < until and not given.draining.is_set():
        try:
            values, ended = await to_thread.run_sync(look, limiter=given.painters)
        except NotFound:  # it was deleted
            values, ended = None, True
        except StoreUnavailable:  # it may come back
            values, ended = None, False
        if values is not None:
            html = await to_thread.run_sync(partial(fragment, template, **values), limiter=given.painters)
            yield ServerSentEvent(raw_data=html)
        if ended:
            yield ServerSentEvent(event=END, raw_data="")
            return
        await sleep(_LOOK_S)
