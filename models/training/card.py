"""The model card of a run: what was made of what, how, and how good it was found."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from models.training.progress import TrainedRun
from models.training.recipe import EMBEDDED, Recipe
from models.training.recipe_file import written
from models.training.run_folder import ENVIRONMENT

CARD = "README.md"
_PACKAGED = "HuggingFaceTB/SmolLM2-135M-Instruct"  # what the packaged GGUF file was made from; Apache-2.0


def write_card(recipe: Recipe, run: TrainedRun, counts: dict[str, int], folder: Path) -> None:
    """Write the card into the run's folder and beside the model."""
    text = card(recipe, run, counts, _environment(folder))
    for place in (folder, run.best):
        if place.is_dir():
            (place / CARD).write_text(text, encoding="utf-8")


def card(recipe: Recipe, run: TrainedRun, counts: dict[str, int], environment: str) -> str:
    """A model card in Markdown, its head as model hubs read it."""
    head = {
        "base_model": _PACKAGED if recipe.model == EMBEDDED else recipe.model,
        "library_name": "transformers" if recipe.tuning == "full" else "peft",
        "pipeline_tag": "text-generation",
        "tags": ["code", recipe.method, recipe.tuning],
    }
    found = [
        ("Best at step", f"{run.best_step:,} of {run.steps:,} ({run.ended})"),
        ("Loss of the last step", f"{run.loss:.4f}"),
        (
            "Perplexity of what was held out",
            "not measured" if run.perplexity is None else f"{run.perplexity:.4f}",
        ),
        ("Executed pass@1", "not measured" if run.score is None else _scored(recipe, run.score)),
        ("Rows, tokens", f"{run.rows:,}, {run.tokens:,} over all epochs"),
        ("Time", f"{run.seconds / 60:,.1f} min"),
    ]
    left_out = "\n".join(f"- {name}: {count:,}" for name, count in counts.items())
    return "\n".join(
        [
            f"---\n{yaml.safe_dump(head, sort_keys=False)}---",
            f"# {recipe.name}",
            f"{_what(recipe)} of `{recipe.model}`, made by `acrisol train`.",
            "## Results",
            "| | |\n|---|---|",
            *(f"| {name} | {value} |" for name, value in found),
            "",
            "Perplexity says how well the answers were foretold, pass@1 how many solve their task when run.",
            "Neither says that code is free of weaknesses: let the verifiers judge each answer.",
            "## Data",
            f"SHA-256 of the rows: `{run.data_digest}`",
            left_out,
            "",
            "Licences are those of the base model and of the rows; each row names its own.",
            "## Recipe",
            f"```yaml\n{written(recipe)}```",
            "## Environment",
            f"```json\n{environment}\n```",
            "",
        ]
    )


def _what(recipe: Recipe) -> str:
    if recipe.tuning == "full":
        return "A full fine-tune"
    kind = (
        "A LoRA adapter"
        if recipe.tuning == "lora"
        else "A LoRA adapter (base in 4 bits while it was trained)"
    )
    return f"{kind}, rank {recipe.lora.r}, alpha {recipe.lora.alpha},"


def _scored(recipe: Recipe, score: float) -> str:
    suite = Path(recipe.scoring.suite).name if recipe.scoring.suite else "the suite given"
    return f"{score:.1%} of at most {recipe.scoring.problems} problems of {suite}, one sample each"


def _environment(folder: Path) -> str:
    for place in (folder, folder.parent):  # a fold's folder has none of its own
        if (place / ENVIRONMENT).exists():
            return json.dumps(json.loads((place / ENVIRONMENT).read_text(encoding="utf-8")), indent=2)
    return "{}"
