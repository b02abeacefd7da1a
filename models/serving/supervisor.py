"""Keeps a vLLM server running: waits for it, looks after it, starts it again when it has died."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from models.answers import one_line
from models.errors import ModelUnavailable
from models.serving.command import Launch
from models.serving.server_process import ServerProcess
from verifiers.domain import Value
from verifiers.errors import AcrisolError


class Patience(Value):
    """How long a server is waited for, and how often it is started again. All times in seconds.

    Attributes:
        start_s: Until it must answer.
        silent_s: Without an answer to the question for its health after which it counts as hung.
        look_s: Between two such questions.
        say_s: Between two words to the user while it starts.
        stop_s: That it gets to end by itself.
        first_pause_s: Before it is started again; each further time doubles it.
        longest_pause_s: The longest of these pauses.
        restarts: So many in a row, and then no more.
        steady_s: Since it came up, after which it counts as running well and the row begins anew.
    """

    start_s: float = 900.0
    silent_s: float = 120.0
    look_s: float = 2.0
    say_s: float = 10.0
    stop_s: float = 20.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0
    restarts: int = 5
    steady_s: float = 600.0


class Supervisor:
    """Runs a server until it is told to stop.

    Args:
        launch: How it is started.
        healthy: Whether the server answers.
        on_ready: Called each time that it has come up: whatever it had loaded is gone. What it raises is said
            and the server runs on.
        say: Called with sentences for a person.
        on_line: Called with what the server prints; from another thread.
        stop: Set to end it.
        patience: For how long what is waited for.
    """

    def __init__(
        self,
        launch: Launch,
        healthy: Callable[[], bool],
        on_ready: Callable[[], None],
        *,
        say: Callable[[str], None],
        on_line: Callable[[str], None],
        stop: threading.Event,
        patience: Patience | None = None,
    ) -> None:
        self._launch = launch
        self._healthy = healthy
        self._on_ready = on_ready
        self._say = say
        self._on_line = on_line
        self._stop = stop
        self._patience = patience or Patience()

    def run(self) -> None:
        """Start the server and keep it running until ``stop`` is set. To be called from the main thread.

        Raises:
            ModelUnavailable: it did not come up at its first start, or died too often.
        """
        patience, crashes = self._patience, 0
        ever_ready = False
        while not self._stop.is_set():
            process = ServerProcess(self._launch, self._on_line)
            ran_s = 0.0
            try:
                why = self._start(process)
                if not why and not self._stop.is_set():
                    ever_ready, came_up = True, time.monotonic()
                    self._ready()
                    why = self._look_after(process)
                    ran_s = time.monotonic() - came_up
            finally:
                process.stop(patience.stop_s)
            if self._stop.is_set():
                return
            if not ever_ready:
                raise ModelUnavailable(f"The model server did not start: {why}.", _start_hint(why))
            crashes = 1 if ran_s > patience.steady_s else crashes + 1
            if crashes > patience.restarts:
                raise ModelUnavailable(
                    f"The model server died {crashes} times in a row, the last time so: {why}.",
                    _start_hint(why),
                )
            pause_s = min(patience.first_pause_s * 2 ** (crashes - 1), patience.longest_pause_s)
            self._say(f"The model server is down: {why}. It is started again in {pause_s:g} s.")
            self._stop.wait(pause_s)

    def _start(self, process: ServerProcess) -> str:
        """Wait until it answers; returns why it does not, empty if it does or is to stop."""
        began = said = time.monotonic()
        while not self._stop.is_set():
            code = process.code()
            if code is not None:
                return _ending(process, code)
            if self._healthy():
                self._say(f"The model server answers after {time.monotonic() - began:.0f} s.")
                return ""
            now = time.monotonic()
            if now - began > self._patience.start_s:
                return f"it did not answer within {self._patience.start_s:g} s"
            if now - said > self._patience.say_s:
                said = now
                self._say(f"The model server is starting: {now - began:.0f} s.")
            self._stop.wait(min(self._patience.look_s, 0.5))
        return ""

    def _ready(self) -> None:
        try:
            self._on_ready()
        except AcrisolError as error:
            self._say(f"{error} The server runs on without that.")

    def _look_after(self, process: ServerProcess) -> str:
        """Watch it until it dies; returns how, empty if it is to stop."""
        heard = time.monotonic()
        while not self._stop.wait(self._patience.look_s):
            code = process.code()
            if code is not None:
                return _ending(process, code)
            if self._healthy():
                heard = time.monotonic()
            elif time.monotonic() - heard > self._patience.silent_s:
                return f"it has not answered for {self._patience.silent_s:g} s"
        return ""


def _ending(process: ServerProcess, code: int) -> str:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    last = process.last_words()
    return one_line(f"{how}{f': {last}' if last else ''}".rstrip("."), 500)


def _start_hint(why: str) -> str:
    lower = why.lower()
    if "memory" in lower or "signal 9" in lower:
        return "Give it less to hold: a smaller --context, --cache-gib or --max-adapters, or a smaller model."
    return "Its whole log is above; 'acrisol model serve --dry-run' prints the command to try by hand."
