"""A run over several GPUs or machines: accelerate starts a process for each, all of them by one recipe."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from models.errors import installing
from models.training.recipe import Recipe
from models.training.recipe_file import written
from verifiers.errors import InvalidInput, ToolMissing


def shipped_launchers() -> tuple[str, ...]:
    """Names of the configurations in this package."""
    folder = files(__package__).joinpath("distributed")
    return tuple(sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def launch(name: str, recipe: Recipe, folder: Path, program: Path, options: Sequence[str] = ()) -> int:
    """Run ``acrisol train`` under ``accelerate launch`` and wait for it.

    Args:
        name: One of :func:`shipped_launchers`, or a file that ``accelerate config`` wrote.
        recipe: With its paths made absolute.
        folder: The run's.
        program: The ``acrisol`` command, a Python script.
        options: What else it is told.

    Returns:
        Its exit code.

    Raises:
        InvalidInput: there is no such configuration.
        ToolMissing: accelerate is not installed.
    """
    if importlib.util.find_spec("accelerate") is None:
        raise ToolMissing("Several GPUs need accelerate, which this machine lacks.", installing("train"))
    if name in shipped_launchers():
        source = files(__package__).joinpath(f"distributed/{name}.yaml")
    elif Path(name).suffix in (".yaml", ".yml", ".json") and Path(name).is_file():
        source = Path(name)
    else:
        raise InvalidInput(
            "launch",
            f"there is no configuration '{name}'.",
            f"Give one of: {', '.join(shipped_launchers())}; or a file made by: accelerate config.",
        )
    with as_file(source) as config, tempfile.TemporaryDirectory(prefix="acrisol-launch-") as made:
        path = Path(made) / "recipe.yaml"
        path.write_text(written(recipe), encoding="utf-8")
        command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(config)]
        command += [str(program), "train", str(path), "--output", str(folder.resolve()), *options]
        return subprocess.run(command, check=False).returncode
