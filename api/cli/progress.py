"""Live progress of a task, a few lines an event: reads well in a terminal, in a pipe and in a log."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from api.cli.rendering import brief_finding, clip, plain, ranked, verdict_line
from verifiers.domain import Budget, Event, Status, Verdict

_SHOWN_FINDINGS = 2  # of each verdict; all of them are in the outcome
_SHOWN_FEEDBACK = 600  # characters


class Progress:
    """Prints a task's events as they happen.

    Args:
        console: Where to.
        budget: The task's budget, to say "attempt 2 of 5".
        quiet_verifiers: Names whose passes are not worth a line, such as that of the syntax check.
    """

    def __init__(
        self, console: Console, budget: Budget, quiet_verifiers: frozenset[str] = frozenset()
    ) -> None:
        self._console = console
        self._budget = budget
        self._quiet = quiet_verifiers

    def __call__(self, event: Event) -> None:
        """Print one event; unknown kinds are left out."""
        if event.kind == "attempt_started":
            title = f"Attempt {event.attempt} of {self._budget.attempts}"
            self._console.rule(Text(title, style="bold"), align="left", style="dim")
        elif event.kind == "verdict":
            self._verdict(event.sample, Verdict.model_validate(event.data))
        elif event.kind == "feedback":
            self._feedback(event)

    def _verdict(self, sample: int, verdict: Verdict) -> None:
        if verdict.status is Status.PASSED and verdict.verifier in self._quiet:
            return
        self._print(Text.assemble((f"sample {sample:<2} ", "cyan"), verdict_line(verdict)), indent=2)
        findings = ranked(verdict.findings)
        for finding in findings[:_SHOWN_FINDINGS]:
            self._print(brief_finding(finding), indent=14)
        if len(findings) > _SHOWN_FINDINGS:
            self._print(Text(f"… and {len(findings) - _SHOWN_FINDINGS} more", style="dim"), indent=14)

    def _feedback(self, event: Event) -> None:
        title = f"feedback to the model, on sample {event.sample}"
        self._print(Text(title, style="bold yellow"), indent=2)
        self._print(plain(clip(str(event.data.get("text", "")).strip(), _SHOWN_FEEDBACK), "dim"), indent=4)

    def _print(self, text: Text, indent: int) -> None:
        self._console.print(Padding(text, (0, 0, 0, indent), expand=False))
