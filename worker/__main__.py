"""``python -m worker``: a worker without the API, for a machine of its own."""

from __future__ import annotations

import signal
import sys
import threading

from pydantic import ValidationError

from verifiers.errors import AcrisolError
from verifiers.validation import invalid_input
from worker.service import WorkerService
from worker.settings import WorkerSettings


def main() -> None:
    """Run a worker until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with WorkerService(_settings()):
            stop.wait()
    except AcrisolError as error:
        sys.exit(f"error: {error}")


def _settings() -> WorkerSettings:
    try:
        return WorkerSettings()
    except ValidationError as error:
        raise invalid_input(error) from error


if __name__ == "__main__":
    main()
