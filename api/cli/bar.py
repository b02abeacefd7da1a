"""A bar that shows how a long command goes on: the step, how much of it is done, figures, time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from api.cli.rendering import duration, plain

_WIDTH = 24
_MOST_SAID = 90  # characters of figures
_EVERY_S = 60.0  # between lines of a log
_SPEED_S = 600.0  # looked back on for the time left: a step of training may take a minute


class Bar:
    """One line in a terminal, which goes when the command ends; in a pipe or a file a line a minute.

    Args:
        console: Where to.
        now: A clock, in seconds.
    """

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self.console = console
        self._now = now
        self._told = now()
        # No markup: what is shown may hold names out of files.
        self._progress = Progress(
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(bar_width=_WIDTH),
            MofNCompleteColumn(),
            TextColumn("{task.fields[says]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            speed_estimate_period=_SPEED_S,
            get_time=now,
        )
        self._task = self._progress.add_task("", total=None, says="")
        self._step = ""

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self._progress.stop()

    def show(self, step: str, done: int = 0, total: int | None = None, says: str = "") -> None:
        """Show where the command is.

        Args:
            step: What it is doing; times are counted anew for each.
            done: So many of ``total`` are done.
            total: None where it is not known.
            says: Figures, cut where they are long.
        """
        if step != self._step:
            self._step = step
            self._progress.reset(self._task, completed=done)  # what was done before tells no speed
        self._progress.update(
            self._task,
            description=_one_line(step),
            completed=done,
            total=total or None,
            says=_one_line(says)[:_MOST_SAID],
        )
        if not self.console.is_terminal and self._now() - self._told >= _EVERY_S:
            self._told = self._now()
            self.console.print(Text(self._line()), soft_wrap=True)

    def _line(self) -> str:
        (task,) = self._progress.tasks
        of = f" of {task.total:,.0f}" if task.total else ""
        parts = [f"{task.description}: {task.completed:,.0f}{of}", task.fields["says"]]
        parts.append(f"{duration(task.elapsed or 0)} so far")
        if task.time_remaining is not None:
            parts.append(f"about {duration(task.time_remaining)} left")
        return ", ".join(part for part in parts if part)


def _one_line(text: str) -> str:
    return " ".join(plain(text).plain.split())
