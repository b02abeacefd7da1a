"""What an adversarial training is made of, as a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, model_validator

from models.adversarial.mining import Mining
from models.adversarial.objective import Terms
from models.adversarial.trials import Draw
from models.recipes import checked, find, load, shipped
from models.training.recipe import Recipe
from models.training.recipe_file import parse_recipe
from verifiers.domain import Language, Value
from verifiers.errors import InvalidInput

Stage = Literal["security", "dpo"]
_SHELF = Path(__file__).parent / "recipes"
_SEE = "See docs/adversarial.md."


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
    return shipped(_SHELF)


def read_adversarial_recipe(name: str) -> AdversarialRecipe:
    """The recipe in a file, or of a name that ships; relative paths are taken from the file's folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field.
    """
    return parse_adversarial_recipe(*find(name, _SHELF))


def parse_adversarial_recipe(text: str, name: str, folder: Path) -> AdversarialRecipe:
    """The recipe in a YAML text.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        folder: What relative paths start from.

    Raises:
        InvalidInput: it is none.
    """
    value = load(text, name, _SEE)
    if not isinstance(value.get("training"), dict):
        raise InvalidInput(f"{name}: training", "is missing.", "Give at least 'training: {model: embedded}'.")
    training = parse_recipe(yaml.safe_dump(value.pop("training")), f"{name}: training", folder)
    given = value | {"training": training.model_dump(mode="json", exclude_unset=True)}
    recipe = checked(given, name, AdversarialRecipe, _SEE)
    placed = {
        field: tuple(folder / path for path in getattr(recipe, field)) for field in ("pairs", "utility")
    }
    return recipe.model_copy(update={**placed, "training": training})
