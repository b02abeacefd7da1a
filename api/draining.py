"""Stopping without refusing anybody: first not ready any more, then deaf."""

from __future__ import annotations

import threading
from types import FrameType

import uvicorn


class DrainingServer(uvicorn.Server):
    """Uvicorn, that goes on answering for a while after it was told to stop.

    A load balancer notices seconds later that a server is not ready, and sends requests until then. A second
    signal ends the wait.

    Args:
        config: Uvicorn's.
        draining: Set at the first signal; ``/readyz`` says 503 from then on.
        drain_s: Seconds until it stops listening.
    """

    def __init__(self, config: uvicorn.Config, draining: threading.Event, drain_s: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._drain_s = drain_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """See uvicorn."""
        first = not self._draining.is_set()
        self._draining.set()
        if first and self._drain_s > 0:
            timer = threading.Timer(self._drain_s, super().handle_exit, (sig, None))
            timer.daemon = True
            timer.start()
        else:
            super().handle_exit(sig, frame)
