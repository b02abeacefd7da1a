"""``acrisol serve`` in a process of its own, with the worker of :mod:`benchmarks.queue_worker`."""

from __future__ import annotations

import sys

from api.serve import serve
from api.settings import ApiSettings
from worker.settings import WorkerSettings

WORKER = (sys.executable, "-m", "benchmarks.queue_worker")


def _say(url: str) -> None:
    print(url, flush=True)


if __name__ == "__main__":
    serve(ApiSettings(), WorkerSettings(), on_ready=_say, worker_command=WORKER)
