"""Child processes that are started again when they die, and that never outlive their parent."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

_LOG = logging.getLogger(__name__)
_LOOK_S = 0.2
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0  # a child that lived this long starts again without delay


class Child:
    """A process that is kept running.

    Args:
        name: For people.
        command: Program and arguments. It has to end by itself when this process dies.
        environment: Its whole environment; None for this process's.
        stdin: Written to its standard input, which is then closed.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = None if environment is None else dict(environment)
        self._stdin = stdin
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause_s = _FIRST_PAUSE_S
        self._start_at: float | None = None
        self._lock = threading.Lock()  # between keep() in one thread and stop() in another

    @property
    def pid(self) -> int | None:
        """The running process's id."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the process.

        Raises:
            OSError: it cannot be started.
        """
        # A session of its own: Ctrl-C in the terminal reaches the parent only, which then ends its children
        # in the right order.
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write(self._stdin)
        process.stdin.close()
        self._process, self._started = process, time.monotonic()

    def keep(self) -> None:
        """Start the process again if it has died, each time after a longer pause.

        Raises:
            OSError: it cannot be started; the next call tries again.
        """
        with self._lock:
            if self._process is None or self._process.poll() is None:
                return
            if self._start_at is None:
                self._start_at = time.monotonic() + self._next_pause_s(self._process.returncode)
            elif time.monotonic() >= self._start_at:
                self._start_at = None
                self.start()

    def stop(self, grace_s: float) -> None:
        """End the process for good: by SIGTERM, and after ``grace_s`` seconds by SIGKILL; idempotent."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            _LOG.warning("%s did not end within %.0f s and is killed", self.name, grace_s)
            process.kill()
            process.wait()

    def _next_pause_s(self, code: int) -> float:
        if time.monotonic() - self._started > _STEADY_S:
            self._pause_s = _FIRST_PAUSE_S
        pause_s = self._pause_s
        self._pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        _LOG.warning("%s ended (%s); it is started again in %.1f s", self.name, _how(code), pause_s)
        return pause_s


def keep_running(children: Sequence[Child], stop: threading.Event) -> None:
    """Keep children running until ``stop`` is set."""
    while not stop.wait(_LOOK_S):
        for child in children:
            try:
                child.keep()
            except OSError as error:
                _LOG.error("%s cannot be started: %s", child.name, error)


def watch_parent(parent: int, on_death: Callable[[], None], look_s: float = _LOOK_S) -> None:
    """Call ``on_death`` from a thread once the process ``parent`` is no longer this one's parent.

    It asks again and again instead of using the kernel's parent-death signal, which is sent when the *thread*
    that made this process ends.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(look_s)
        on_death()

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


def end_at_once() -> None:
    """End this process without any further Python code being run."""
    os.kill(os.getpid(), signal.SIGKILL)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
