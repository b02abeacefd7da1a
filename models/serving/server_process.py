"""One run of vLLM's server: its processes, its output, its end."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from models.answers import one_line
from models.serving.command import KEY_VARIABLE, Launch
from verifiers.errors import ToolFailed

_LOOK_S = 0.05
_KEPT_LINES = 200
_LINE_CHARS = 2_000
_GONE_S = 10.0
_ERROR = re.compile(r"\b(?:[A-Za-z_][\w.]*Error|error): .+")


class ServerProcess:
    """Started when it is made; from the main thread, since it ends with the thread that made it.

    vLLM is a family of processes. They are in a session of their own: Ctrl-C in the terminal reaches this
    process alone, which then ends them in order, and no member is left behind whoever dies first.

    Args:
        launch: How it is started.
        on_line: Called from another thread with each line that it prints, safe to show and without the key.

    Raises:
        ToolFailed: it cannot be started.
    """

    def __init__(self, launch: Launch, on_line: Callable[[str], None]) -> None:
        self._key = launch.environment.get(KEY_VARIABLE, "")
        self._on_line = on_line
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._code: int | None = None
        try:
            self._process = subprocess.Popen(
                [*_ends_with_parent(), *launch.argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=launch.environment,
                cwd=launch.folder,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolFailed(f"{launch.argv[0]} cannot be started ({error.strerror}).") from error
        self._reader = threading.Thread(target=self._read, name="vllm-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Of the process that was started; also the id of its session and process group."""
        return self._process.pid

    def code(self) -> int | None:
        """How it ended, as ``subprocess`` says it; None while it runs. Its family is ended with it."""
        if self._code is None and self._has_ended():
            self._reap()
        return self._code

    def stop(self, grace_s: float) -> int:
        """End it and all of its family: by SIGTERM, and after ``grace_s`` seconds by SIGKILL; idempotent.

        Returns:
            How it ended.
        """
        deadline = time.monotonic() + grace_s
        if self._code is None:
            os.kill(self.pid, signal.SIGTERM)  # Popen's own way would reap it
        while self._code is None and time.monotonic() < deadline and not self._has_ended():
            time.sleep(_LOOK_S)
        return self._reap()

    def last_words(self) -> str:
        """What it said last about an error, as one line; its last line if it named none."""
        self._reader.join(1.0)
        lines = list(self._lines)
        # Its processes die one after the other; those behind the first only say that it did.
        errors = [match for line in lines if "Engine core" not in line and (match := _ERROR.search(line))]
        return one_line(errors[-1][0] if errors else (lines or [""])[-1], 400)

    def _has_ended(self) -> bool:
        # Not reaped yet, so that its number cannot become another process group's.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def _reap(self) -> int:
        """Kill what is left of the family, then take the exit code."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._code = self._process.wait()
            self._reader.join(_GONE_S)  # ends when the last member has let go of the pipe
        return self._code

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            while raw := stream.readline(_LINE_CHARS):
                line = raw.decode("utf-8", "replace").rstrip()
                if self._key:
                    line = line.replace(self._key, "[API key]")
                line = "".join(char if char.isprintable() else " " for char in line)
                if line:
                    self._lines.append(line)
                    self._on_line(line)


def _ends_with_parent() -> list[str]:
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
