"""``python -m worker``: a worker without the API, for a machine of its own."""

from __future__ import annotations

import signal
import sys
import threading

from verifiers.errors import AcrisolError
from worker.service import WorkerService
from worker.settings import WorkerSettings


def main() -> None:
    """Run a worker until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with WorkerService(WorkerSettings()):
            stop.wait()
    except AcrisolError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
