"""A model server on this machine that somebody here started: its process, its log, its client."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.answers import one_line
from models.chat import Completions, Message
from models.errors import ModelUnavailable
from models.openai_compatible import OpenAICompatibleModel
from verifiers.domain import Sampling

_PROGRAM = Path(__file__).with_name("server_program.py")
_STOP_S = 5.0
_MAX_REPLY_BYTES = 65_536


@dataclass(frozen=True)
class _Running:
    """A started server and the client that reaches it."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]
    client: OpenAICompatibleModel
    owner: int  # the process that started it


class LocalServer:
    """Starts ``server_program.py`` at the first call, and anew when it has died.

    It ends with :meth:`close` or with this process, whatever ends that. A fork of this process starts its
    own. Nothing is started before the first call, so a worker may fork as late as it likes.

    Args:
        name: The model's name.
        config: What ``server_program.py`` reads, less the API key.
        start_timeout_s: Seconds that it may take to load the model.
        load_hint: The next step for a person where the model cannot be loaded.
    """

    def __init__(
        self, name: str, config: Mapping[str, object], start_timeout_s: float, load_hint: str
    ) -> None:
        self._name = name
        self._config = config
        self._start_timeout_s = start_timeout_s
        self._load_hint = load_hint
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._closed = False

    def client(self) -> OpenAICompatibleModel:
        """What reaches the server, which is started unless it runs; good until the server ends.

        Raises:
            ModelUnavailable: it did not start in time.
        """
        return self._ensure_running(self._start_timeout_s).client

    def start(self, timeout_s: float | None = None) -> str:
        """Start the server unless it runs; returns its URL.

        Raises:
            ModelUnavailable: it did not start within ``timeout_s`` (default: ``start_timeout_s``) seconds.
        """
        return self._ensure_running(timeout_s or self._start_timeout_s).client.endpoint

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """See :meth:`models.chat.ChatModel.complete`; the server's start counts.

        Raises:
            ModelUnavailable: as the protocol says, and when the server does not start or dies.
        """
        began = time.monotonic()
        running = self._ensure_running(min(timeout_s, self._start_timeout_s))
        left_s = max(timeout_s - (time.monotonic() - began), 0.001)
        try:
            completions = running.client.complete(messages, sampling, n, left_s)
        except ModelUnavailable as error:
            code = running.process.poll()
            if code is None:
                raise
            raise ModelUnavailable(
                f"The model server of {self._name} ended in the middle of the request "
                f"({_how_it_ended(code)}{_last_line(running.log)}).",
                "Try again: it is started anew.",
            ) from error
        # Some servers answer with the file's path as the name.
        return completions.model_copy(update={"model": self._name})

    def close(self) -> None:
        """End the server; idempotent."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, None
        if running is not None and running.owner == os.getpid():
            _stop(running.process)
            running.log.close()

    def _ensure_running(self, timeout_s: float) -> _Running:
        with self._lock:
            if self._closed:
                raise ModelUnavailable(f"The model {self._name} was closed.", "Open it again.")
            running = self._running
            # A fork would lose the server of its parent when the parent ends.
            if running is None or running.owner != os.getpid():
                running = self._running = self._launch(timeout_s)
            elif running.process.poll() is not None:
                running.log.close()
                running = self._running = self._launch(timeout_s)
            return running

    def _launch(self, timeout_s: float) -> _Running:
        api_key = secrets.token_hex(16)  # keeps other users of this machine out, where the engine can
        log = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the server
        process = subprocess.Popen(
            # -P: this folder's modules must not shadow those of the standard library.
            [sys.executable, "-P", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the terminal ends the command, which then ends this
        )
        reply = _first_reply(process, {**self._config, "name": self._name, "api_key": api_key}, timeout_s)
        if "url" in reply:
            client = OpenAICompatibleModel(reply["url"], reply["model"], api_key, one_at_a_time=True)
            return _Running(process, log, client, os.getpid())
        _stop(process)
        why = one_line(reply.get("error", ""), 300) or _how_it_ended(process.returncode)
        last = _last_line(log)
        log.close()
        raise ModelUnavailable(f"The model {self._name} could not be loaded ({why}{last}).", self._load_hint)


def _first_reply(
    process: subprocess.Popen[bytes], config: Mapping[str, object], timeout_s: float
) -> dict[str, str]:
    """Send the configuration and wait for the line that answers it; without ``url`` if none came in time."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("the server was started without pipes")
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    deadline = threading.Timer(timeout_s, end)
    deadline.daemon = True
    deadline.start()
    try:
        process.stdin.write(json.dumps(config).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline(_MAX_REPLY_BYTES)
    except BrokenPipeError:
        line = b""
    finally:
        deadline.cancel()
        process.stdout.close()
    if late.is_set():
        return {"error": f"not within {timeout_s:g} s"}
    reply: dict[str, str] = json.loads(line) if line.endswith(b"\n") else {}
    return reply


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _how_it_ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _last_line(log: IO[bytes]) -> str:
    """The server's last words, for the message; empty if it said nothing."""
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - 4096))
    lines = log.read().decode("utf-8", "replace").strip().splitlines()
    return f": {one_line(lines[-1], 200)}" if lines else ""
