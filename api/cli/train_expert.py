"""``acrisol train expert``: expert iteration by a recipe, round by round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.examiner import open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.settings import AgentSettings
from api.cli.bar import Bar
from api.cli.exits import ExitCode, reported_errors
from api.cli.rendering import plain
from models.evaluation.settings import SuiteSettings
from models.training.expert.recipe import ExpertRecipe, read_expert_recipe, shipped_expert_recipes
from models.training.expert.report import ExpertRun, Round, Score
from models.training.expert.run import Told, iterate

_STEPS = {
    "base": "preparing the model",
    "sample": "sampling",
    "judge": "judging what passed",
    "repair": "sampling repairs",
    "train": "training",
    "export": "exporting",
    "validate": "validating",
}


def expert(
    recipe: Annotated[
        str, typer.Argument(help=f"A YAML file, or one that ships: {', '.join(shipped_expert_recipes())}.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The run's folder; one that was begun is gone on with."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of published suites; else ACRISOL_SUITES.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(help="Instead of the recipe's.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")] = False,
) -> None:
    """Train on the model's own answers that pass: exit 0 it became better, 1 not, 2 bad input, 3 failed."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        wanted = read_expert_recipe(recipe)
        if rounds is not None:
            wanted = ExpertRecipe.model_validate(wanted.model_dump() | {"rounds": rounds})
        folder = (output or Path("runs") / wanted.name).absolute()
        limits = SMALL_CONTEXT if wanted.prompts == "small" else PromptLimits()
        with open_examiner(AgentSettings(), limits) as examiner, Bar(console) as bar:
            progress = _Progress(console, bar)
            result = iterate(
                wanted,
                folder,
                examiner,
                suites=data or SuiteSettings().suites,
                tell=progress,
                on_round=progress.round,
            )
        if as_json:
            typer.echo(result.model_dump_json())
        show(console, result)
        raise typer.Exit(ExitCode.SOLVED if result.best else ExitCode.NOT_SOLVED)


class _Progress:
    """A bar for the step that goes on; in a pipe a line a step and a line a round."""

    def __init__(self, console: Console, bar: Bar) -> None:
        self._console = console
        self._bar = bar
        self._at = ""

    def __call__(self, told: Told) -> None:
        """Show one event."""
        at = f"round {told.round}: {_STEPS[told.step]}"
        if at != self._at and not self._console.is_terminal:
            self._console.print(plain(at), soft_wrap=True)
        self._at = at
        self._bar.show(at, told.done, told.of, told.says)

    def round(self, done: Round) -> None:
        """Say what a round came to."""
        rows = sum(done.rows.values())
        learnt = f", {rows:,} rows from {done.solved:,} solved tasks" if rows else ""
        self._console.print(
            plain(f"Round {done.number}: {_share(done.validation)} of validation{learnt}"), soft_wrap=True
        )


def show(console: Console, run: ExpertRun) -> None:
    """Print all rounds, and where the best one's model is."""
    table = Table(title="Expert iteration", title_justify="left", border_style="dim")
    table.add_column("round")
    for column in ("passed of sampled", "solved tasks", "right codes", "rows", "perplexity"):
        table.add_column(column, justify="right")
    table.add_column("validation pass@1", justify="right")
    table.add_column("minutes", justify="right")
    for one in run.rounds:
        best = Text(" best", style="green") if one.number == run.best and one.number else Text("")
        table.add_row(
            Text(str(one.number)) + best,
            "-" if one.sampled is None else f"{one.sampled.passed:,} / {one.sampled.answers:,}",
            f"{one.solved:,} / {run.tasks:,}" if one.number else "-",
            f"{one.right:,}" if one.number else "-",
            f"{sum(one.rows.values()):,}" if one.number else "-",
            "-" if one.perplexity is None else f"{one.perplexity:.3f}",
            _share(one.validation),
            f"{sum(one.seconds.values()) / 60:.1f}",
        )
    console.print(table)
    if run.dropped:
        console.print(plain(f"{len(run.dropped):,} tasks were left out: they share text with held-out ones."))
    unjudged = sum(
        score.unjudged
        for one in run.rounds
        for score in (one.sampled, one.repaired, one.validation)
        if score is not None
    )
    if unjudged:
        console.print(
            plain(
                f"{unjudged:,} answers could not be judged, since a tool broke: they count as wrong.",
                "yellow",
            ),
            soft_wrap=True,
        )
    winner = run.winner
    if winner.served is None:
        console.print(plain("No round was better than the model before training.", "yellow"))
        return
    console.print(plain(f"Trained: {winner.adapter}\nAs GGUF: {winner.served}"), soft_wrap=True)


def _share(score: Score) -> str:
    found = score.pass_at.get("1")
    return "-" if found is None else f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
