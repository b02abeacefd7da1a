"""A real receiver of webhooks on the loopback interface, whose answers a test scripts."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Received(NamedTuple):
    """A request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answer = Callable[[BaseHTTPRequestHandler], None]


class Receiver:
    """Keeps what it got, and answers by ``answer``, one status after the other, the last one for ever."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.got: list[Received] = []
        self.statuses = [200]
        self.headers: dict[str, str] = {}
        self.before_answer: Answer | None = None

    @property
    def ids(self) -> list[str]:
        return [received.id for received in self.got]

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Received(request.path, headers, body))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if self.before_answer is not None:
            self.before_answer(request)
        request.send_response(status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver at a free port, by https if it is given what it needs for that."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                receiver.handle(self)
            except OSError:  # the sender did not wait for the answer
                self.close_connection = True

        def do_GET(self) -> None:
            receiver.got.append(Received(self.path, {"webhook-id": "followed"}, b""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/hook")
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
