"""``acrisol data``: from raw code, and from what the service did, to rows that a model can be trained on."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.examiner import AgentExaminer
from agent.prompts import SMALL_CONTEXT, PromptLimits
from api.cli.bar import Bar
from api.cli.data_outcomes import SMALL, from_outcomes
from api.cli.exits import ExitCode, reported_errors
from api.cli.rendering import plain
from models.data import prepare as preparing
from models.data.card import Card, markdown
from models.data.recipe import ALL_STEPS
from models.data.recipe_file import packaged_recipes, read_recipe
from models.data.rendering import frames_of
from verifiers.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Make training data from code, datasets, and what the service did.",
)
app.command("from-outcomes")(from_outcomes)


@app.command("prepare")
def prepare(
    recipe: Annotated[Path, typer.Argument(help="A recipe as YAML, or the name of a packaged one.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The data set's folder.")],
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Processes; changes only the time.")] = 1,
    fresh: Annotated[bool, typer.Option(help="Begin anew, whatever the folder holds.")] = False,
    small_context: SMALL = False,
) -> None:
    """Make a data set by a recipe: exit 0 done, 1 nothing is left. Goes on where it was interrupted."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        read = read_recipe(recipe)
        # Without verifiers: putting prompts needs none.
        examiner = AgentExaminer((), SMALL_CONTEXT if small_context else PromptLimits())
        frames = frames_of(examiner) if read.output.prompts == "agent" else None
        with Bar(errors) as bar:

            def shown(progress: preparing.Progress) -> None:
                stage = f"{progress.stage}/{progress.stages}" if progress.stages else "starting"
                bar.show(stage, progress.done, progress.items, progress.says)

            card = preparing.prepare(
                read, output, frames=frames, workers=workers, fresh=fresh, on_progress=shown
            )
        console = Console(highlight=False)
        if card is None:
            said = f"Handed to Slurm. When {output / 'card.md'} is there, the same command ends the run."
            console.print(plain(said))
            return
        _print_card(console, card)
        said = f"The card is {output / 'card.md'}, the times are in {output / 'report.json'}."
        console.print(plain(said), soft_wrap=True)
        if not any(file.rows for file in card.files):
            console.print(plain(_nothing_left(card), "yellow"), soft_wrap=True)
            raise typer.Exit(ExitCode.NOT_SOLVED)


@app.command("card")
def card(
    folder: Annotated[Path, typer.Argument(help="A data set's folder.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a data set's card: where it comes from, what each step dropped, licences, hashes."""
    with reported_errors(Console(stderr=True, highlight=False)):
        found = _read_card(folder)
        typer.echo(found.model_dump_json(indent=2) if json else markdown(found), nl=json)


@app.command("steps")
def steps() -> None:
    """List the steps that a recipe may have, with their settings, and the packaged recipes."""
    console = Console(highlight=False)
    table = Table(title="Steps of a recipe", title_justify="left", border_style="dim")
    for column in ("step", "what it does", "settings"):
        table.add_column(column, overflow="fold")
    for cls in ALL_STEPS:
        says = (inspect.getdoc(cls) or "").partition("\n\n")[0].replace("\n", " ")
        fields = [name for name in cls.model_fields if name != "step"]
        name = Text(str(cls.model_fields["step"].default), style="bold")
        table.add_row(name, plain(says), plain(", ".join(fields)))
    console.print(table)
    console.print(plain(f"Packaged recipes: {', '.join(packaged_recipes())}"))


def _nothing_left(card: Card) -> str:
    for report in reversed(card.steps):
        if report.flow.dropped:
            return (
                f"Nothing is left: the last were dropped by {report.step} ({_listed(report.flow.dropped)})."
            )
    return "Nothing is left: the sources held nothing that could be read."


def _read_card(folder: Path) -> Card:
    try:
        return Card.model_validate_json((folder / "card.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(
            "folder", f"{folder} holds no data card.", "Make one: acrisol data prepare RECIPE -o FOLDER"
        ) from error
    except ValueError as error:  # no card, or no text
        raise InvalidInput("folder", f"{folder / 'card.json'} is no data card.", "Make it anew.") from error


def _print_card(console: Console, card: Card) -> None:
    table = Table(title=f"Data set {card.name}", title_justify="left", border_style="dim")
    for column in ("step", "in", "out", "dropped", "done"):
        table.add_column(column, overflow="fold")
    for report in card.steps:
        flow = report.flow
        table.add_row(
            Text(report.step, style="bold"),
            f"{flow.documents_in:,}",
            f"{flow.documents_out:,}",
            plain(_listed(flow.dropped)),
            plain(_listed(flow.counts)),
        )
    console.print(table)
    for file in card.files:
        console.print(plain(f"{file.file}: {file.rows:,} rows, {file.bytes:,} bytes"))


def _listed(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered)
