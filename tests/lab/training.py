"""Small rows, recipes and runs for the tests of training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.training.curves import read_metrics
from models.training.recipe import Recipe

WORDS = ("add", "mul", "sub", "neg")


def sft_row(number: int, **changed: Any) -> dict[str, Any]:
    """A short row with an answer that has a pattern to learn."""
    word = WORDS[number % 4]
    return {
        "kind": "sft",
        "prompt": [{"role": "user", "content": f"Write {word} {number}" + " please" * (number % 5)}],
        "completion": [{"role": "assistant", "content": f"def {word}(x):\n    return x\n"}],
        "origin": {"source": "test"},
        **changed,
    }


def preference_row(number: int) -> dict[str, Any]:
    """A pair whose better answer has a pattern to learn."""
    row = sft_row(number)
    return {
        "kind": "preference",
        "prompt": row["prompt"],
        "chosen": row["completion"],
        "rejected": [{"role": "assistant", "content": "import os\n"}],
        "origin": row["origin"],
    }


def written_rows(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as JSONL."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def recipe(model: Path, rows: Path, **parts: Any) -> Recipe:
    """Nine steps in three epochs over 24 rows, validated after each third."""
    data = {
        "train": (rows,),
        "max_tokens": 128,
        "validation_share": 0.2,
        "packing": False,
        **parts.pop("data", {}),
    }
    optimization = {
        "batch": 8,
        "micro_batch": 4,
        "learning_rate": 1e-2,
        "gradient_checkpointing": False,
        **parts.pop("optimization", {}),
    }
    given = {"lora": {"r": 4, "alpha": 8}, "checks": {"every": 3}, **parts}
    return Recipe.model_validate({"model": str(model), "data": data, "optimization": optimization, **given})


def losses(folder: Path) -> list[tuple[int, float]]:
    """Step and loss of each step of a run."""
    return [(line["step"], line["loss"]) for line in read_metrics(folder) if "loss" in line]


def validations(folder: Path) -> list[tuple[int, float]]:
    """Step and held-out loss of each validation of a run."""
    return [
        (each["step"], each["validation_loss"]) for each in read_metrics(folder) if "validation_loss" in each
    ]
