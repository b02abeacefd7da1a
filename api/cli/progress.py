"""Live progress of a task, one block an event: reads well in a terminal, in a pipe and in a log."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from api.cli.rendering import clip, plain, verdict_block
from verifiers.domain import Budget, Event, Verdict

_SHOWN_FEEDBACK = 500  # characters; the findings it is made of stand right above it


class Progress:
    """Prints a task's events as they happen.

    Args:
        console: Where to.
        budget: The task's budget, to say "attempt 2 of 5".
    """

    def __init__(self, console: Console, budget: Budget) -> None:
        self._console = console
        self._budget = budget
        self._sample = 0

    def __call__(self, event: Event) -> None:
        """Print one event; unknown kinds are left out."""
        if event.kind == "attempt_started":
            self._sample = 0
            title = f"Attempt {event.attempt} of {self._budget.attempts}"
            self._console.rule(Text(title, style="bold"), align="left", style="dim")
        elif event.kind == "verdict":
            self._verdict(event)
        elif event.kind == "feedback":
            self._console.print(Padding(Text("feedback to the model", style="bold yellow"), (0, 0, 0, 2)))
            text = clip(str(event.data.get("text", "")).strip(), _SHOWN_FEEDBACK)
            self._console.print(Padding(plain(text, "dim"), (0, 0, 0, 4)))

    def _verdict(self, event: Event) -> None:
        if event.sample != self._sample:
            self._sample = event.sample
            self._console.print(Text(f"  sample {event.sample}", style="cyan"))
        self._console.print(verdict_block(Verdict.model_validate(event.data), indent=4))
