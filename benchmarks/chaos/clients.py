"""Clients that submit tasks, and try again until each is accepted."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable

from benchmarks.chaos.system import System

_TIMEOUT_S = 20
_ENOUGH = 20


class Clients:
    """Submits tasks from some threads.

    Args:
        system: Where to.
        tasks: How many.
        waiting: How many tasks have not ended; clients wait while there are enough of them.
        clients: How many clients.

    Attributes:
        accepted: The id of each task that was accepted.
        again: Requests that had to be sent again.
        cut: Those of them that had reached a server, which then did not answer.
    """

    def __init__(self, system: System, tasks: int, waiting: Callable[[], int], clients: int = 4) -> None:
        self.accepted: list[str] = []
        self.again = self.cut = 0
        self._system = system
        self._secret = (system.home / "api-key").read_text().strip()
        self._left = iter(range(tasks))
        self._waiting = waiting
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(clients)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether some are not accepted yet."""
        return any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while True:
            with self._lock:
                number = next(self._left, None)
            if number is None:
                return
            body = {"instruction": f"Write `add(a, b)`, number {number}."}
            job_id = self._until_done("/v1/tasks", body, uuid.uuid4().hex)["id"]
            with self._lock:
                self.accepted.append(job_id)
            if random.random() < 0.03:
                self._until_done(f"/v1/tasks/{job_id}/cancel", None, uuid.uuid4().hex)
            while self._waiting() > _ENOUGH:
                time.sleep(0.2)

    def _until_done(self, path: str, body: object, key: str) -> dict[str, str]:
        while True:
            urls, reached = self._system.urls(), False
            try:
                if urls:
                    return self._post(random.choice(urls) + path, body, key)
            except urllib.error.HTTPError as error:
                if error.code not in (409, 500, 502, 503):  # 409: the first sending is being answered still
                    raise
            except urllib.error.URLError as error:
                reached = not isinstance(error.reason, ConnectionRefusedError)
            except (OSError, ValueError, EOFError, http.client.HTTPException):
                reached = True
            with self._lock:
                self.again += 1
                self.cut += reached
            time.sleep(0.2)

    def _post(self, url: str, body: object, key: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._secret}", "Idempotency-Key": key}
        data = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method="POST")
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            found: dict[str, str] = json.load(answer)
            return found
