"""A small real HTTP server that speaks the chat completion protocol, and misbehaves on demand."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "tiny"


class Handler(BaseHTTPRequestHandler):
    """Answers by the server's script: one misbehaviour a request, then properly."""

    server: ChatServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        return None

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers), {}))
        self.send_json(200, {"object": "list", "data": [{"id": name} for name in self.server.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append((self.path, dict(self.headers), body))
            script = self.server.script
            answer = script.pop(0) if script else self.server.default
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            answer(self, body)

    def send_json(self, status: int, value: object, **headers: str) -> None:
        self.send_bytes(status, json.dumps(value).encode(), "application/json", **headers)

    def send_bytes(self, status: int, payload: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(payload)


Answer = Callable[[Handler, dict[str, Any]], None]


class ChatServer(ThreadingHTTPServer):
    """Listens on a free loopback port.

    Attributes:
        script: Answers for the next requests, in order.
        default: The answer to every request after those.
        requests: (path, headers, body) of every request so far.
        models: What ``/v1/models`` lists.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer] = []
        self.default: Answer = ok
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.models = [MODEL]
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for path, _, body in self.requests if path.endswith("/chat/completions")]


@contextlib.contextmanager
def running() -> Iterator[ChatServer]:
    server = ChatServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def completion(texts: list[object], **fields: object) -> dict[str, object]:
    choices = [
        {"index": index, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 7, "completion_tokens": 5 * len(texts), "total_tokens": 7 + 5 * len(texts)}
    return {"object": "chat.completion", "model": MODEL, "choices": choices, "usage": usage, **fields}


def ok(handler: Handler, body: dict[str, Any]) -> None:
    """A proper answer; the text says which seed was asked for."""
    texts: list[object] = [f"sample {index} of seed {body.get('seed')}" for index in range(body.get("n", 1))]
    handler.send_json(200, completion(texts))


def saying(value: object) -> Answer:
    return lambda handler, body: handler.send_json(200, value)


def status(code: int, message: str = "no", **headers: str) -> Answer:
    def answer(handler: Handler, body: dict[str, Any]) -> None:
        handler.send_json(code, {"error": {"message": message}}, **headers)

    return answer


def html(handler: Handler, body: dict[str, Any]) -> None:
    handler.send_bytes(200, b"<html><body>Welcome\x1b[31m to the proxy</body></html>", "text/html")


def drop(handler: Handler, body: dict[str, Any]) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def cut(handler: Handler, body: dict[str, Any]) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def drip(handler: Handler, body: dict[str, Any]) -> None:
    """A byte of the body every 50 ms, for a minute: each read succeeds, the answer never ends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    _drip(handler)


def drip_headers(handler: Handler, body: dict[str, Any]) -> None:
    """The same with a header that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(handler)


def _drip(handler: Handler) -> None:
    for _ in range(1200):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler: Handler, body: dict[str, Any]) -> None:
    """A body of 100 MB."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(100 * 2**20))
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" " * 2**20)


def one_choice(handler: Handler, body: dict[str, Any]) -> None:
    """Ignore ``n``."""
    handler.send_json(200, completion([f"seed {body.get('seed')}"]))


def refuses_n(handler: Handler, body: dict[str, Any]) -> None:
    if body.get("n", 1) > 1:
        return status(400, "n must be 1")(handler, body)
    return ok(handler, body)


def refuses_param(param: str) -> Answer:
    def answer(handler: Handler, body: dict[str, Any]) -> None:
        if param in body:
            error = {"message": f"Unsupported parameter: {param}", "param": param, "code": "unsupported"}
            handler.send_json(400, {"error": error})
        else:
            ok(handler, body)

    return answer
