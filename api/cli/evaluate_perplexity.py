"""``acrisol evaluate perplexity``: how well a model foresees a suite's reference solutions."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.bar import Bar
from api.cli.exits import reported_errors
from api.cli.inputs import settings_from
from api.cli.rendering import plain
from models.evaluation.perplexity import checkpoint_score, perplexity, server_score
from models.evaluation.settings import SuiteSettings
from models.evaluation.suites import read_suite
from verifiers.errors import InvalidInput


def evaluate_perplexity(
    suite: Annotated[str, typer.Argument(help="A suite's name or a JSONL file.")],
    model: Annotated[str, typer.Option(help="The URL of a server such as vLLM, or a checkpoint folder.")],
    model_name: Annotated[str | None, typer.Option(help="The model's name at that URL.")] = None,
    split: Annotated[str | None, typer.Option(help="train, validation, test or prompt of MBPP.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of published suites.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many problems.")] = None,
) -> None:
    """Print the perplexity of the reference solutions, as JSON."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        problems = read_suite(suite, split=split, data=data or SuiteSettings().suites)[:limit]
        is_url = model.lower().startswith(("http://", "https://"))
        if is_url and model_name is None:
            raise InvalidInput("model-name", "is missing.", "Name the model at that URL.")
        if not is_url and not Path(model).is_dir():
            raise InvalidInput(
                "model",
                f"'{model}' is no server and no checkpoint folder; the embedded model and GGUF files give no "
                "log-probabilities of prompts.",
                "Serve the model with vLLM, or name its checkpoint folder.",
            )
        key = settings_from().model_api_key
        opened = (
            nullcontext(server_score(model, model_name or "", key.get_secret_value() if key else None))
            if is_url
            else checkpoint_score(Path(model))
        )
        total = sum(bool(problem.reference) for problem in problems)
        with opened as score, Bar(console) as bar:
            found = perplexity(
                problems,
                score,
                "server" if is_url else "transformers",
                lambda done: bar.show("scoring", done, total),
            )
        typer.echo(found.model_dump_json(indent=2))
        console.print(
            plain(f"perplexity {found.perplexity:.2f}, {found.bits_per_byte:.3f} bits a byte", "dim")
        )
