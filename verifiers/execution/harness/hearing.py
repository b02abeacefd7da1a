"""What the judge does on the candidate's behalf: show its output, run a coroutine that it awaits."""

from __future__ import annotations

import builtins
import sys
import threading
import warnings
from typing import Any

MAX_OUTPUT = 200_000  # characters of the candidate's prints that are shown, over a whole suite
MAX_ENTRIES = 1000


class CandidateOutput:
    """Lets what the candidate printed appear where the tests' own prints would, up to a limit."""

    def __init__(self) -> None:
        self._shown = 0

    def show(self, said: Any) -> None:
        """Show the entries of one message; what is malformed is not shown."""
        if type(said) is not list:
            return
        for entry in said[:MAX_ENTRIES]:
            if type(entry) is not list or len(entry) != 3 or not all(type(part) is str for part in entry):
                continue
            stream, category, text = entry
            if stream == "warning":
                warnings.warn(_warning_class(category)(text[:1000]), stacklevel=2)
                continue
            if self._shown > MAX_OUTPUT:
                continue
            text = text[: MAX_OUTPUT - self._shown + 1]
            self._shown += len(text)
            (sys.stderr if stream == "err" else sys.stdout).write(text)


def _warning_class(name: str) -> type[Warning]:
    kind = getattr(builtins, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, Warning) else UserWarning


def run_in_thread(coroutine: Any) -> Any:
    """Run a coroutine of the tests' to its end in a thread of its own, because the test's loop is busy.

    Raises:
        BaseException: whatever the coroutine raises.
    """
    import asyncio

    outcome: list[Any] = []

    def run() -> None:
        async def whole() -> None:
            try:
                outcome.append((None, await coroutine))
            except BaseException as error:  # noqa: BLE001  raised again below
                outcome.append((error, None))

        asyncio.run(whole())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    error, value = outcome[0]
    if error is not None:
        raise error
    return value
