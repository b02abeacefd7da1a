"""Reading what a training run came to; its folder may come from elsewhere and is not trusted."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from models.serving.entries import Score
from models.serving.files import opened
from models.training.progress import TrainedRun
from models.training.recipe import Recipe
from models.training.recipe_file import parse_recipe
from models.training.run_folder import RECIPE, RESULT
from verifiers.domain import Value
from verifiers.errors import InvalidInput

_BEST = "best"
_MAX_BYTES = 2**20


class Trained(Value):
    """What of a run matters here.

    Attributes:
        base: The model that it was made from, as its recipe has it.
        best: The folder of its best adapter.
        scores: What that was measured at.
    """

    base: str
    best: Path
    scores: tuple[Score, ...] = ()


def read_run(folder: Path) -> Trained:
    """What a run came to.

    Raises:
        InvalidInput: the folder is not that of a finished run, or not of an adapter.
    """
    recipe = parse_recipe(_text(folder, RECIPE), RECIPE, folder)
    try:
        result = TrainedRun.model_validate_json(_text(folder, RESULT))
    except ValidationError as error:
        raise InvalidInput("run", f"{RESULT} in {str(folder)[:200]!r} is not a run's result.") from error
    if recipe.tuning == "full":
        raise InvalidInput(
            "run",
            "It trained the whole model, and no adapter.",
            f"Serve that: acrisol model serve --model {folder / _BEST}",
        )
    # Not what the result says of where it is: the folder may have been moved, or made up.
    return Trained(base=recipe.model, best=folder / _BEST, scores=_scores(recipe, result, folder))


def _scores(recipe: Recipe, result: TrainedRun, folder: Path) -> tuple[Score, ...]:
    if recipe.scoring.suite is None or result.score is None:
        return ()
    try:
        return (
            Score(
                suite=" ".join(part for part in (recipe.scoring.suite, recipe.scoring.split) if part),
                value=result.score,
                problems=recipe.scoring.problems,
                source=f"training run {folder.absolute()}",
            ),
        )
    except ValidationError as error:
        raise InvalidInput("run", f"{result.score} in {RESULT} is not a pass@1 from 0 to 1.") from error


def _text(folder: Path, name: str) -> str:
    path = folder / name
    if not path.exists():
        raise InvalidInput(
            "run",
            f"There is no {name} in {str(folder)[:200]!r}: not a training run, or not finished.",
            "Give the folder of a run of 'acrisol train' that has ended.",
        )
    with opened(path, "run") as file:
        data = file.read(_MAX_BYTES + 1)
    try:
        if len(data) > _MAX_BYTES:
            raise ValueError(f"longer than {_MAX_BYTES:,} bytes")
        return data.decode()
    except ValueError as error:
        raise InvalidInput("run", f"{name} in {str(folder)[:200]!r} cannot be read ({error}).") from error
