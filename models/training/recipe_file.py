"""A training recipe as a YAML file, and the recipes that ship."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from models.recipes import find, parse, shipped
from models.training.recipe import EMBEDDED, Recipe

SHELF = Path(__file__).parent / "recipes"
_PATHS = ("train", "validation")


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes in this package."""
    return shipped(SHELF)


def read_recipe(name: str | Path) -> Recipe:
    """The recipe in a file, or of a name that ships; its relative paths are taken from the file's folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field and the fix.
    """
    return parse_recipe(*find(name, SHELF))


def parse_recipe(text: str, name: str, folder: Path) -> Recipe:
    """The recipe in a YAML text.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        folder: What relative paths of model, adapter, data and suite start from.

    Raises:
        InvalidInput: it is none.
    """
    return _placed(parse(text, name, Recipe, "See docs/training.md."), folder)


def written(recipe: Recipe) -> str:
    """A recipe as YAML, with every field; :func:`parse_recipe` reads it."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _placed(recipe: Recipe, folder: Path) -> Recipe:
    parts: dict[str, Any] = {}
    placed = {name: tuple(folder / path for path in getattr(recipe.data, name)) for name in _PATHS}
    if any(placed.values()):
        parts["data"] = recipe.data.model_copy(
            update={name: paths for name, paths in placed.items() if paths}
        )
    if recipe.adapter is not None:
        parts["adapter"] = folder / recipe.adapter
    if recipe.scoring.suite is not None:
        suite = placed_suite(recipe.scoring.suite, folder)
        parts["scoring"] = recipe.scoring.model_copy(update={"suite": suite})
    return recipe.model_copy(update=parts | {"model": placed_model(recipe.model, folder)})


def placed_model(model: str, folder: Path) -> str:
    """A model's path from a folder; ``embedded`` and names of a hub stay as they are."""
    local = model.startswith((".", "~")) or model.endswith(".gguf")
    if model == EMBEDDED or not (local or os.path.isdir(folder / model)):
        return model
    return str(folder / os.path.expanduser(model))


def placed_suite(suite: str, folder: Path) -> str:
    """A suite's file from a folder; names stay as they are."""
    return str(folder / suite) if suite.endswith((".jsonl", ".jsonl.gz")) else suite
