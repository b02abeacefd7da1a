"""What an adversarial training is made of, as a YAML file."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from models.adversarial.mining import Mining
from models.adversarial.objective import Terms
from models.adversarial.trials import Draw
from models.training.recipe import Recipe
from models.training.recipe_file import parse_recipe
from verifiers.domain import Language, Value
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input

Stage = Literal["security", "dpo"]
_MAX_BYTES = 1_000_000


class Attacks(Value):
    """Which attacks.

    Attributes:
        families: By name; empty for all.
        languages: Of the code; empty for all.
        limit: Attacks at most, spread over families and languages; None for all. Twins come on top.
    """

    families: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    limit: int | None = Field(default=None, ge=1)


class Judging(Value):
    """What is measured before the first round and after each.

    Attributes:
        attacks: Of both sides of the split, half of the limit each.
        draw: How answers to attacks are drawn.
        suite: A suite's name or file, for pass@1; None measures none.
        split: Of the suite; empty for all of it.
        problems: How many of it, evenly spread.
        samples: Answers to each problem.
    """

    attacks: Attacks = Attacks(limit=200)
    draw: Draw = Draw()
    suite: str | None = None
    split: str = ""
    problems: int = Field(default=100, ge=1)
    samples: int = Field(default=1, ge=1, le=64)


class AdversarialRecipe(Value):
    """Rounds of attack, training, and attack again.

    Attributes:
        training: Model, adapter, hyper-parameters, as for ``acrisol train``; method and data are set here.
        stages: What a round trains, one after the other: ``security`` by the security loss, ``dpo`` by TRL's
            direct preference optimisation on the pairs alone.
        terms: Weights of the security loss.
        attacks: What is mined; the trained side alone.
        mining: How.
        pairs: Files of rows that were mined before, for every round.
        utility: Files of training rows that have nothing to do with security.
        utility_share: How many of the rows of the security stage are such, at most.
        rounds: With 0 nothing is mined: ``pairs`` are trained on once.
        judging: What is measured; None nothing.
    """

    training: Recipe
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=4)] = ("security",)
    terms: Terms = Terms()
    attacks: Attacks = Attacks()
    mining: Mining = Mining()
    pairs: tuple[Path, ...] = ()
    utility: tuple[Path, ...] = ()
    utility_share: float = Field(default=0.5, ge=0, lt=1)
    rounds: int = Field(default=1, ge=0, le=20)
    judging: Judging | None = Judging()

    @model_validator(mode="after")
    def _has_something_to_learn(self) -> Self:
        if self.training.tuning == "full":
            raise ValueError("training.tuning must be lora or qlora: rounds go on from an adapter")
        if self.training.data.train:
            raise ValueError("training.data.train is set by the rounds: give files as 'pairs' or 'utility'")
        if not self.rounds and not self.pairs:
            raise ValueError("with rounds: 0 nothing is mined, so 'pairs' must name a file")
        return self


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes in this package."""
    folder = files(__package__).joinpath("recipes")
    return tuple(sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def read_adversarial_recipe(name: str) -> AdversarialRecipe:
    """The recipe in a file, or of a name that ships; relative paths are taken from the file's folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field.
    """
    if name in shipped_recipes():
        text = files(__package__).joinpath(f"recipes/{name}.yaml").read_text(encoding="utf-8")
        return parse_adversarial_recipe(text, f"{name}.yaml", Path.cwd())
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        known = ", ".join(shipped_recipes())
        raise InvalidInput(
            "recipe", f"there is no recipe '{name}'.", f"Give a .yaml file, or one of: {known}."
        )
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(
            "recipe", f"{path} cannot be read ({error.strerror}).", "Check the path."
        ) from error
    if len(raw) > _MAX_BYTES:
        raise InvalidInput("recipe", f"{path} is larger than 1 MB.", "Give a recipe.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("recipe", f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    return parse_adversarial_recipe(text, path.name, path.resolve().parent)


def parse_adversarial_recipe(text: str, name: str, folder: Path) -> AdversarialRecipe:
    """The recipe in a YAML text.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        folder: What relative paths start from.

    Raises:
        InvalidInput: it is none.
    """
    value = _loaded(text, name)
    if not isinstance(value.get("training"), dict):
        raise InvalidInput(f"{name}: training", "is missing.", "Give at least 'training: {model: embedded}'.")
    training = parse_recipe(yaml.safe_dump(value.pop("training")), f"{name}: training", folder)
    try:
        # Checked as JSON, so that lists do for tuples and names for enumerations.
        recipe = AdversarialRecipe.model_validate_json(
            json.dumps(value | {"training": training.model_dump(mode="json", exclude_unset=True)})
        )
    except ValidationError as error:
        raise invalid_input(error, name) from error
    placed = {
        field: tuple(folder / path for path in getattr(recipe, field)) for field in ("pairs", "utility")
    }
    return recipe.model_copy(update={**placed, "training": training})


def _loaded(text: str, name: str) -> dict[str, Any]:
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise InvalidInput(name, "aliases are not allowed here.", "Write the values out.")
        value = yaml.safe_load(text)
        json.dumps(value)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InvalidInput(name, f"{where}{error.problem or 'is no YAML'}.", "Correct that line.") from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise InvalidInput(name, f"is no recipe: {error}.", "See docs/adversarial.md.") from error
    if not isinstance(value, dict):
        raise InvalidInput(name, "must hold fields such as 'training'.", "See docs/adversarial.md.")
    return value
