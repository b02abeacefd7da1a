"""Recipes: those that ship, and what is wrong with others, by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.adversarial.recipe import (
    parse_adversarial_recipe,
    read_adversarial_recipe,
    shipped_recipes,
)
from verifiers.errors import InvalidInput


def parse(text: str, folder: Path = Path("/recipes")):  # type: ignore[no-untyped-def]
    return parse_adversarial_recipe(text, "r.yaml", folder)


@pytest.mark.parametrize("name", shipped_recipes())
def test_the_recipes_that_ship_are_good(name: str) -> None:
    assert read_adversarial_recipe(name).rounds > 0


def test_paths_are_taken_from_the_recipes_folder() -> None:
    read = parse("training: {model: embedded}\npairs: [a.jsonl]\nutility: [/b.jsonl]\n")
    assert read.pairs == (Path("/recipes/a.jsonl"),)
    assert read.utility == (Path("/b.jsonl"),)


def test_the_defaults_of_training_are_those_of_acrisol_train() -> None:
    read = parse("training: {model: embedded}\n")
    assert (read.training.optimization.learning_rate, read.training.lora.dropout) == (1e-4, 0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rounds: 1\n", "training: is missing"),
        ("training: {model: embedded}\nround: 1\n", "round: is not a field of a recipe"),
        ("training: {model: embedded, tuning: full}\n", "tuning must be lora"),
        ("training: {model: embedded, data: {train: [x.jsonl]}}\n", "set by the rounds"),
        ("training: {model: embedded}\nrounds: 0\n", "'pairs' must name a file"),
        ("training: {model: embedded}\nstages: [ppo]\n", "stages.0"),
        ("training: {model: embedded}\nstages: []\n", "stages"),
        ("training: {model: embedded}\nterms: {kl: .nan}\n", "terms.kl|no recipe"),
        ("training: {model: embedded}\nterms: {kept: 1.0}\n", "kept must be less"),
        ("training: {learning_rate: 1}\n", "training"),
        ("a: &x [1]\nb: *x\n", "aliases are not allowed"),
        ("training: !!python/object/apply:os.system ['true']\n", "r.yaml"),
        ("- a\n", "must hold fields"),
        ("training: {model: [\n", "line"),
    ],
)
def test_faults_name_the_field(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse(text)


def test_files_that_are_no_recipes(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no recipe 'nothing'.*one of: embedded"):
        read_adversarial_recipe("nothing")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_adversarial_recipe(str(tmp_path / "none.yaml"))
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidInput, match="larger than 1 MB"):
        read_adversarial_recipe(str(path))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="no UTF-8"):
        read_adversarial_recipe(str(path))
