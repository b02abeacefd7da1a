"""``python -m worker``: a worker without the API, for a machine of its own."""

from __future__ import annotations

import signal
import sys
import threading

from pydantic import ValidationError

from verifiers.errors import AcrisolError
from verifiers.validation import invalid_input
from worker.observing.logs import configure
from worker.service import WorkerService
from worker.settings import WorkerSettings
from worker.webhooks.rules import WebhookRules, WebhookSettings


def main() -> None:
    """Run a worker until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings, webhooks = _settings()
        configure(settings.log_level, settings.log_format)
        with WorkerService(settings, webhooks=webhooks):
            stop.wait()
    except AcrisolError as error:
        sys.exit(f"error: {error}")


def _settings() -> tuple[WorkerSettings, WebhookRules]:
    try:
        return WorkerSettings(), WebhookSettings().rules
    except ValidationError as error:
        raise invalid_input(error) from error


if __name__ == "__main__":
    main()
