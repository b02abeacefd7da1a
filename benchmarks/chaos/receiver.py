"""A receiver of webhooks that remembers everything, and now and then says no."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_REFUSED = 0.05
_LONGEST_S = 0.05


class Receiver:
    """Listens on a free port of the loopback interface.

    Attributes:
        acknowledged: How often each ``webhook-id`` was answered by 204.
        together: Ids of which a second copy came while the first had no answer yet.
    """

    def __init__(self) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.together: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver._receive(self.headers["webhook-id"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def _receive(self, number: str) -> int:
        with self._lock:
            self._open[number] += 1
            if self._open[number] > 1:
                self.together[number] += 1
        time.sleep(random.random() * _LONGEST_S)
        good = random.random() > _REFUSED
        with self._lock:
            self._open[number] -= 1
            self.acknowledged[number] += good
        return 204 if good else 503

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
