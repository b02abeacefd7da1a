"""What ``acrisol serve`` does, in a process of its own, with the scripted chat worker."""

from __future__ import annotations

import sys

from api.serve import serve
from api.settings import ApiSettings
from worker.settings import WorkerSettings

COMMAND = (sys.executable, "-m", "tests.integration.openai.scripted_worker")


def _say(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(ApiSettings(), WorkerSettings(), on_ready=_say, worker_command=COMMAND)
