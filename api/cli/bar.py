"""A bar that shows how a long command goes on: the step, how much of it is done, figures, time left."""

from __future__ import annotations

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

from api.cli.rendering import plain

_WIDTH = 24
_MOST_SAID = 90  # characters of figures


class Bar:
    """One line in a terminal, which goes when the command ends; nothing in a pipe.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
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
            description=plain(step).plain,
            completed=done,
            total=total or None,
            says=plain(says).plain[:_MOST_SAID],
        )
