"""The peer: Celery as its tutorial has it, with a task that does nothing and results in Redis."""

from __future__ import annotations

import os

from celery import Celery

app = Celery("peer", broker=os.environ["PEER_REDIS"], backend=os.environ["PEER_REDIS"])


@app.task  # type: ignore[untyped-decorator]
def noop() -> None:
    """Do nothing."""
