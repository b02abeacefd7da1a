"""``acrisol serve`` in a process of its own, with the worker of :mod:`benchmarks.chaos.worker`."""

from __future__ import annotations

import sys

from api.serve import serve
from api.settings import ApiSettings
from verifiers.errors import AcrisolError
from worker.settings import WorkerSettings
from worker.webhooks.rules import WebhookSettings

WORKER = "benchmarks.chaos.worker"


def _say(url: str) -> None:
    print(url, flush=True)


if __name__ == "__main__":
    try:
        serve(
            ApiSettings(),
            WorkerSettings(),
            on_ready=_say,
            worker_command=(sys.executable, "-m", WORKER),
            webhooks=WebhookSettings().rules,
        )
    except AcrisolError as error:
        sys.exit(f"error: {error}")
