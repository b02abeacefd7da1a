"""``acrisol train grpo``: reinforcement on executed tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.examiner import open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.settings import AgentSettings
from api.cli.bar import Bar
from api.cli.exits import reported_errors
from api.cli.rendering import plain
from models.evaluation.settings import SuiteSettings
from models.select import is_small
from models.training.expert.grpo import Stepped, read_grpo_recipe, reinforce, shipped_grpo_recipes


def grpo(
    recipe: Annotated[
        str, typer.Argument(help=f"A YAML file, or one that ships: {', '.join(shipped_grpo_recipes())}.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The run's folder; one that was begun is gone on with."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of published suites; else ACRISOL_SUITES.")
    ] = None,
    adapter: Annotated[Path | None, typer.Option(help="An adapter to go on from, by its folder.")] = None,
) -> None:
    """Train by executed tests as rewards: exit 0 done, 2 bad input, 3 something is missing or failed."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        wanted = read_grpo_recipe(recipe)
        if adapter is not None:
            wanted = wanted.model_copy(update={"adapter": adapter.absolute()})
        folder = (output or Path("runs") / wanted.name).absolute()
        limits = SMALL_CONTEXT if is_small(wanted.model) else PromptLimits()
        with open_examiner(AgentSettings(), limits) as examiner, Bar(console) as bar:

            def show(stepped: Stepped) -> None:
                says = (
                    f"{stepped.passed:,} of {stepped.answers:,} answers passed, reward {stepped.reward:.3f}"
                )
                bar.show("step", stepped.step, wanted.steps, says)

            bar.show("step", 0, wanted.steps)
            suites = data or SuiteSettings().suites
            run = reinforce(wanted, folder, examiner, suites=suites, tell=show)
        passed, answers = (sum(part) for part in zip(*run.passed, strict=True)) if run.passed else (0, 0)
        console.print(plain(f"{passed:,} of {answers:,} answers passed. Adapter: {run.best}"), soft_wrap=True)
