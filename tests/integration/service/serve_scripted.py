"""What ``acrisol serve`` does, in a process of its own, with the scripted worker instead of the agent's."""

from __future__ import annotations

import sys

from api.serve import serve
from api.settings import ApiSettings
from tests.integration.service.conftest import COMMAND
from verifiers.errors import AcrisolError
from worker.observing.logs import configure
from worker.settings import WorkerSettings
from worker.webhooks.rules import WebhookSettings


def _say(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        webhooks = WebhookSettings().rules
        settings = WorkerSettings()
        configure(settings.log_level, settings.log_format)
        serve(ApiSettings(), settings, on_ready=_say, worker_command=COMMAND, webhooks=webhooks)
    except AcrisolError as error:
        sys.exit(f"error: {error}")
