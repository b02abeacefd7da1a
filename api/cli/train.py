"""``acrisol train``: a recipe is planned, tried out or run."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from agent.examiner import open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.settings import AgentSettings
from api.cli.exits import reported_errors
from api.cli.train_expert import expert
from api.cli.train_grpo import grpo
from api.cli.train_view import TrainingProgress, show_plan, show_run
from models.evaluation.settings import SuiteSettings
from models.evaluation.suites import read_suite, spread
from models.select import is_small
from models.training.cost import Device, devices
from models.training.launch import launch
from models.training.plan import plan_of
from models.training.recipe import Recipe
from models.training.recipe_file import placed_model, read_recipe, shipped_recipes
from models.training.run import train
from models.training.scoring import answers_for, scorer
from models.training.shape import shape_of
from models.training.tiny import as_given, shrunk
from models.training.volume import volume_of
from verifiers.errors import InvalidInput

_RUN = "run"
_MOST_ROWS = 1_000_000_000
_MOST_TOKENS = 2 * 131_072  # of a pair, of the longest that a recipe can ask for


class _RecipeFirst(TyperGroup):
    """``acrisol train RECIPE`` means ``acrisol train run RECIPE``; names of other commands come first."""

    # Typer's own types of contexts are private to it, hence ``Any``.
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.list_commands(ctx):
            args = [_RUN, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        # Options before the recipe are the run's as well.
        if args and args[0].startswith("-") and args[0] not in ("--help", "-h"):
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RecipeFirst,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Fine-tune a model by a recipe: acrisol train RECIPE [OPTIONS].",
)
app.command("expert")(expert)
app.command("grpo")(grpo)


@app.callback()
def commands() -> None:
    """Fine-tune a model by a recipe: acrisol train RECIPE [OPTIONS]."""


@app.command(_RUN)
def run(
    recipe: Annotated[
        str, typer.Argument(help=f"A YAML file, or one that ships: {', '.join(shipped_recipes())}.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The run's folder; one that was begun is gone on with."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="JSONL rows instead of the recipe's; may be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another model than the recipe's.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what it will take, and do nothing.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Go through all of it with tiny random weights of the model's shape."),
    ] = False,
    launcher: Annotated[
        str | None,
        typer.Option(
            "--launch",
            help="Several GPUs or nodes: a configuration that ships, or one of accelerate's files.",
        ),
    ] = None,
    rows: Annotated[int | None, typer.Option(help="For a plan: so many rows.", min=1, max=_MOST_ROWS)] = None,
    tokens_a_row: Annotated[
        int | None, typer.Option(help="For a plan: tokens of a row.", min=1, max=_MOST_TOKENS)
    ] = None,
    price: Annotated[
        list[str] | None, typer.Option(help="For a plan: GPU=DOLLARS an hour; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan or the result as JSON.")] = False,
) -> None:
    """Train by a recipe: exit 0 done, 2 bad input, 3 something is missing or the run failed."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        _check_plan(plan=plan, rows=rows, tokens_a_row=tokens_a_row, price=price, data=data)
        _check_alone(plan=plan, dry_run=dry_run, launcher=launcher, output=output)
        wanted = _changed(read_recipe(recipe), data, model)
        if plan:
            found = plan_of(
                wanted, shape_of(wanted.model), volume_of(wanted, rows, tokens_a_row), _priced(price or [])
            )
            show_plan(Console(highlight=False), found, as_json=as_json)
            return
        folder = (output or Path("runs") / wanted.name).absolute()
        if launcher is not None:
            program = Path(sys.executable).with_name("acrisol")
            raise typer.Exit(launch(launcher, wanted, folder, program, ("--json",) if as_json else ()))
        with _tried(wanted) if dry_run else _scored(wanted, folder) as (made, place, score):
            with TrainingProgress(console) as progress:
                result = train(made, place, score=score, on_progress=progress)
            if progress.told:  # of several processes the first one speaks
                show_run(console, result, as_json=as_json, kept=not dry_run)


def _check_plan(
    *,
    plan: bool,
    rows: int | None,
    tokens_a_row: int | None,
    price: list[str] | None,
    data: list[Path] | None,
) -> None:
    """See that no option of a plan goes by unheard.

    Raises:
        InvalidInput: one does.
    """
    for name, value in (("rows", rows), ("tokens-a-row", tokens_a_row), ("price", price)):
        if value and not plan:
            raise InvalidInput(name, "is for a plan.", "Add --plan, or leave it out.")
    if tokens_a_row and not rows:
        raise InvalidInput("tokens-a-row", "says nothing without a number of rows.", "Give --rows too.")
    if rows and data:
        raise InvalidInput(
            "rows", "says how many rows there are, and so do the files.", "Leave out --rows or --data."
        )


def _check_alone(*, plan: bool, dry_run: bool, launcher: str | None, output: Path | None) -> None:
    """See that a plan and a dry run are not asked for what they do not do.

    Raises:
        InvalidInput: they are.
    """
    given = {"--dry-run": dry_run, "--launch": launcher is not None, "--output": output is not None}
    if plan and any(given.values()):
        name = next(name for name, is_given in given.items() if is_given)
        raise InvalidInput(
            "plan", "says what a run will take, and does nothing.", f"Leave out --plan or {name}."
        )
    if launcher and dry_run:
        raise InvalidInput("dry-run", "is done by one process alone.", "Leave out --launch.")
    if output and dry_run:
        raise InvalidInput("dry-run", "keeps nothing.", "Leave out --output.")


Ready = tuple[Recipe, Path, Callable[[Path], float] | None]


@contextmanager
def _scored(recipe: Recipe, folder: Path) -> Iterator[Ready]:
    """The recipe as it is, with what scores its checkpoints."""
    wanted = recipe.scoring
    if wanted.suite is None:
        yield recipe, folder, None
        return
    problems = spread(
        read_suite(wanted.suite, split=wanted.split, data=SuiteSettings().suites), wanted.problems
    )
    limits = SMALL_CONTEXT if is_small(recipe.model) else PromptLimits()
    with open_examiner(AgentSettings(), limits) as examiner:
        yield recipe, folder, scorer(problems, examiner, answers_for(recipe), wanted.max_tokens)


@contextmanager
def _tried(recipe: Recipe) -> Iterator[Ready]:
    """The recipe over tiny random weights, in a folder that goes when it is through."""
    with tempfile.TemporaryDirectory(prefix="acrisol-dry-run-") as made:
        try:
            yield shrunk(recipe, shape_of(recipe.model), Path(made)), Path(made) / "run", None
        except InvalidInput as error:
            raise as_given(error, recipe, Path(made)) from error


def _changed(recipe: Recipe, data: list[Path] | None, model: str | None) -> Recipe:
    parts: dict[str, object] = {}
    if data:
        given = {name: getattr(recipe.data, name) for name in recipe.data.model_fields_set}
        parts["data"] = given | {"train": tuple(path.absolute() for path in data)}
    if model is not None:
        if not model.strip():
            raise InvalidInput("model", "is empty.", "Name a folder, a .gguf file or a model of a hub.")
        parts["model"] = placed_model(model, Path.cwd())
    return recipe.changed(**parts) if parts else recipe


def _priced(prices: list[str]) -> tuple[Device, ...]:
    found = {device.name: device for device in devices()}
    for each in prices:
        name, _, amount = each.partition("=")
        if name not in found:
            raise InvalidInput("price", f"there is no GPU '{name}'.", f"Name one of: {', '.join(found)}.")
        try:
            found[name] = Device.model_validate(found[name].model_dump() | {"dollars_hour": float(amount)})
        except ValueError as error:
            raise InvalidInput("price", f"'{each}' is no price.", "Write it as h100-80gb=2.99.") from error
    return tuple(found.values())
