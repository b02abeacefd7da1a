"""Plans and runs of training, for a person to read."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.bar import Bar
from api.cli.rendering import duration, plain
from models.training.memory import GIB
from models.training.plan import RunPlan
from models.training.progress import Progress, TrainedRun


class TrainingProgress:
    """A bar with loss, perplexity, tokens a second and time left; in a pipe a line a validation and a minute.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self.told = False
        self._console = console
        self._perplexity: float | None = None
        self._score: float | None = None
        self._bar = Bar(console)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def __call__(self, progress: Progress) -> None:
        """Show one event."""
        self.told = True
        if progress.message:
            self._console.print(plain(progress.message), soft_wrap=True)
            return
        judged = progress.perplexity is not None or progress.score is not None
        if judged:
            self._perplexity = progress.perplexity
            self._score = self._score if progress.score is None else progress.score
            self._console.print(plain(self._judged(progress)), soft_wrap=True)
        elif progress.loss is not None:
            self._bar.show("step", progress.step, progress.steps, self._figures(progress))

    @staticmethod
    def _judged(progress: Progress) -> str:
        parts = [f"step {progress.step:,} of {progress.steps:,}, epoch {progress.epoch:.2f}"]
        if progress.perplexity is not None:
            parts.append(f"perplexity {progress.perplexity:.4f}")
        if progress.score is not None:
            parts.append(f"pass@1 {progress.score:.1%}")
        return ": ".join((parts[0], ", ".join(parts[1:])))

    def _figures(self, progress: Progress) -> str:
        parts = [f"loss {progress.loss:.4f}"]
        if self._perplexity is not None:
            parts.append(f"perplexity {self._perplexity:.3f}")
        if self._score is not None:
            parts.append(f"pass@1 {self._score:.1%}")
        if progress.tokens_per_second is not None:
            parts.append(f"{progress.tokens_per_second:,.0f} tokens/s")
        return " · ".join(parts)


def show_plan(console: Console, plan: RunPlan, *, as_json: bool) -> None:
    """Print a plan."""
    if as_json:
        typer.echo(plan.model_dump_json())
        return
    recipe = plan.recipe
    console.print(
        plain(
            f"{recipe.name}: {recipe.model}, {plan.parameters:,} parameters, {recipe.tuning} trains "
            f"{plan.trained:,} ({plan.trained / plan.parameters:.2%})."
        ),
        soft_wrap=True,
    )
    wanted = recipe.optimization
    console.print(
        plain(
            f"Data: {plan.volume.tokens:,.0f} tokens ({plan.volume.counted}); {plan.sequences:,} sequences "
            f"of at most {recipe.data.max_tokens:,}, {wanted.batch:,} a step, "
            f"{wanted.converge_epochs + wanted.refine_epochs} epochs: {plan.steps:,} steps."
        ),
        soft_wrap=True,
    )
    table = Table(title="GiB on each device", title_justify="left", border_style="dim", padding=(0, 0))
    table.add_column("device", no_wrap=True)
    for name in ("weights", "gradi-\nents,\nmoments", "activ-\nations", "logits,\nrest", "in\nall", "of"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    for line in plan.lines:
        memory = line.memory
        parts = (
            memory.weights,
            memory.gradients + memory.optimizer,
            memory.activations,
            memory.logits + memory.overhead,
        )
        table.add_row(
            plain(f"{line.count} x {line.device.name}" if line.count > 1 else line.device.name),
            *map(_gib, parts),
            Text(_gib(memory.total), style="bold" if line.fits else "bold red"),
            f"{line.device.memory_gib:.1f}",
            duration(line.hours * 3600) if line.fits else "too large",
            _dollars(line.dollars) if line.fits else "",
        )
    console.print(table)
    console.print(
        plain(
            "Time by floating-point operations at the utilisation of gpus.yaml, without validation and "
            "scoring; prices change: --price h100-80gb=2.99. How it is reckoned: docs/training.md."
        ),
        soft_wrap=True,
    )


def _gib(size: float) -> str:
    """Bytes in GiB, in six characters for whatever a machine may have."""
    found = size / GIB
    return f"{found:.1f}" if found < 1000 else f"{found:,.0f}"


def _dollars(amount: float) -> str:
    """A sum in at most nine characters up to a thousand million."""
    if amount < 10_000:
        return f"${amount:,.2f}"
    return f"${amount:,.0f}" if amount < 1_000_000 else f"${amount / 1_000_000:,.1f}M"


def show_run(console: Console, run: TrainedRun, *, as_json: bool, kept: bool) -> None:
    """Print what a run came to."""
    if as_json:
        typer.echo(run.model_dump_json())
    perplexity = "" if run.perplexity is None else f", perplexity {run.perplexity:.4f}"
    score = "" if run.score is None else f", pass@1 {run.score:.1%}"
    console.print(
        plain(
            f"{run.ended.capitalize()} after {run.steps:,} steps, {duration(run.seconds)}: "
            f"loss {run.loss:.4f}; the best model is of step {run.best_step:,}{perplexity}{score}."
        ),
        soft_wrap=True,
    )
    if run.fold_perplexities:
        folds = ", ".join(f"{value:.4f}" for value in run.fold_perplexities)
        console.print(plain(f"Perplexity of each fold: {folds}."), soft_wrap=True)
    if kept:
        console.print(plain(f"Model: {run.best}\nCurves: {run.best.parent / 'curves.html'}"), soft_wrap=True)
    else:
        console.print(plain("The dry run went through; nothing of it is kept."))
