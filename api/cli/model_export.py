"""``acrisol model merge`` and ``acrisol model export``: what was trained, as files that others run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.text import Text

from api.cli.exits import ExitCode, reported_errors
from api.cli.rendering import plain
from models.training.export.agreement import Agreement
from models.training.export.errors import Disagreement
from models.training.export.run import Kind, Wanted, export
from verifiers.errors import InvalidInput

_BASE = Annotated[str, typer.Option(help="What was trained: embedded, a GGUF file or a checkpoint folder.")]
_STEPS = Annotated[int, typer.Option(help="Tokens that are compared for each prompt.", min=5, max=500)]
_JSON = Annotated[bool, typer.Option("--json", help="Print what was compared as JSON on stdout.")]


def merge(
    adapter: Annotated[Path, typer.Argument(help="A LoRA adapter's folder, such as a run's best/.")],
    output: Annotated[Path, typer.Argument(help="The folder to make.")],
    base: _BASE = "embedded",
    steps: _STEPS = 24,
    as_json: _JSON = False,
) -> None:
    """Merge an adapter into its base: exit 0 done, 1 it answers differently and is not kept."""
    _make(base, adapter, [Wanted("safetensors", output)], None, steps, as_json=as_json)


def export_(
    output: Annotated[Path, typer.Argument(help="The .gguf file (or for safetensors the folder) to make.")],
    adapter: Annotated[Path | None, typer.Option(help="A LoRA adapter's folder.")] = None,
    base: _BASE = "embedded",
    kind: Annotated[
        str,
        typer.Option(
            "--as", help="lora, lora-f16: the adapter alone; f32, f16, q8_0: the merged model; safetensors."
        ),
    ] = "lora",
    origin: Annotated[
        str | None,
        typer.Option(help="For a checkpoint tuned as a whole: the GGUF model that it was trained from."),
    ] = None,
    steps: _STEPS = 24,
    as_json: _JSON = False,
) -> None:
    """Export an adapter or model: exit 0 done, 1 it answers differently and is not kept."""
    with reported_errors(Console(stderr=True, highlight=False)):
        kinds = {name: name for name in get_args(Kind)}
        if kind not in kinds:
            raise InvalidInput("as", f"{kind[:40]!r} is not a kind of file.", f"Give {', '.join(kinds)}.")
    _make(base, adapter, [Wanted(kinds[kind], output)], origin, steps, as_json=as_json)


def _make(
    base: str,
    adapter: Path | None,
    wanted: Sequence[Wanted],
    origin: str | None,
    steps: int,
    *,
    as_json: bool,
) -> None:
    console = Console(stderr=True, highlight=False)
    with reported_errors(console), console.status("") as status:
        try:
            found = export(
                base,
                adapter,
                wanted,
                origin=origin,
                steps=steps,
                on_progress=lambda said: status.update(plain(said)),
            )
        except Disagreement as error:
            status.stop()
            show(console, error.agreements, as_json=as_json)
            console.print(Text.assemble(("Error: ", "bold red"), plain(error.message)), soft_wrap=True)
            console.print(Text.assemble(("  Try: ", "bold"), plain(error.hint)), soft_wrap=True)
            raise typer.Exit(ExitCode.NOT_SOLVED) from error
        status.stop()
        show(console, found, as_json=as_json)
        for one in wanted:
            console.print(plain(f"Written to {one.path}"), soft_wrap=True)


def show(console: Console, agreements: Sequence[Agreement], *, as_json: bool) -> None:
    """Print what was compared, and what that is worth."""
    if as_json:
        typer.echo(f"[{','.join(one.model_dump_json() for one in agreements)}]")
    console.print(plain(f"Compared with {agreements[0].reference}:"), soft_wrap=True)
    for one in agreements:
        verdict = Text("agrees", style="green") if one.agrees else Text("differs", style="bold red")
        console.print(Text.assemble(plain(one.subject), " ", verdict), soft_wrap=True)
        console.print(plain(f"  {_compared(one)}"), soft_wrap=True)
        if not one.telling:
            console.print(
                plain(
                    "  The training moved the model no further than this comparison can see, "
                    "so that the agreement says little about it.",
                    "yellow",
                ),
                soft_wrap=True,
            )


def _compared(one: Agreement) -> str:
    moved = "" if one.effect is None else f"; training moved them by {one.effect:.4f}"
    return (
        f"the same token in {one.same} of {one.tokens} places; log-probabilities differ by "
        f"{one.mean:.6f} on average (allowed {one.mean_tolerance:g}) and "
        f"{one.worst:.5f} at worst (allowed {one.tolerance:g}){moved}"
    )
