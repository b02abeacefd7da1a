"""The hyper-parameters that Acrisol was begun with, and recipes that say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.recipe import Recipe
from models.training.recipe_file import parse_recipe, read_recipe, shipped_recipes, written
from verifiers.errors import InvalidInput


def test_the_seed_hyper_parameters_are_the_defaults() -> None:
    recipe = Recipe(model="embedded")
    assert (recipe.method, recipe.tuning) == ("sft", "lora")
    assert recipe.lora.dropout == 0.1
    assert recipe.lora.targets == "all-linear"
    wanted = recipe.optimization
    assert wanted.learning_rate == 1e-4
    assert wanted.warmup == 0.1
    assert wanted.batch == 512
    assert wanted.clip == 1.0
    assert wanted.gradient_checkpointing
    assert wanted.precision == "auto"
    assert (wanted.converge_epochs, wanted.refine_epochs) == (1, 2)
    assert recipe.data.max_tokens == 2048
    assert recipe.data.packing


@pytest.mark.parametrize("name", ["llama3-8b-lora", "llama3-70b-qlora"])
def test_the_llama_recipes_change_none_of_them(name: str) -> None:
    recipe, default = read_recipe(name), Recipe(model="embedded")
    assert recipe.lora == default.lora
    assert recipe.data == default.data
    assert recipe.optimization.model_copy(update={"micro_batch": 4}) == default.optimization


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    for name in shipped_recipes():
        recipe = read_recipe(name)
        assert parse_recipe(written(recipe), "again.yaml", tmp_path) == recipe


@pytest.mark.parametrize(
    ("text", "field", "says", "hint"),
    [
        ("modle: embedded", "r.yaml: modle", "is not a field", "Did you mean 'model'?"),
        ("model: x\nlora: {rank: 8}", "r.yaml: lora.rank", "is not a field", "Use some of: r, alpha"),
        (
            "model: x\noptimization: {learning_rat: 1}",
            "r.yaml: optimization.learning_rat",
            "",
            "learning_rate",
        ),
        ("tuning: lora", "r.yaml: model", "is missing", "Add it"),
        ("model: x\ntuning: lorra", "r.yaml: tuning", "'lora', 'qlora' or 'full'", "docs/training.md"),
        ("model: x\noptimization: {batch: 10}", "r.yaml: optimization", "multiple of micro_batch", ""),
        ("model: x\ndata: {group_by_length: true}", "r.yaml: data", "exclude each other", ""),
        ("model: x\noptimization: {learning_rate: .nan}", "r.yaml: optimization.learning_rate", "", ""),
        ("model: x\ndata: {train: rows.jsonl}", "r.yaml: data.train", "a list: [rows.jsonl]", ""),
        ("model: x\ndata: {validation: v.jsonl}", "r.yaml: data.validation", "a list: [v.jsonl]", ""),
        ("model: x\nmodel: y", "r.yaml", "line 2: 'model' is there twice", ""),
        ("model: &a x\nname: *a", "r.yaml", "aliases are not allowed", ""),
        (
            "model: !!python/object/apply:os.system ['true']",
            "r.yaml",
            "could not determine a constructor",
            "",
        ),
        ("- model", "r.yaml", "must hold fields", ""),
        ("", "r.yaml", "must hold fields", ""),
        ("model: !!set {a}", "r.yaml", "is no recipe", ""),
        ("model: [", "r.yaml", "line 1", ""),
        (f"model: {'[' * 2000}", "r.yaml", "", ""),
    ],
)
def test_a_recipe_names_what_is_wrong_with_it(text: str, field: str, says: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_recipe(text, "r.yaml", Path("/tmp"))
    assert caught.value.field == field
    assert says in caught.value.message
    assert hint in caught.value.hint


def test_a_rate_may_be_written_without_a_dot() -> None:
    text = "model: x\noptimization: {learning_rate: 2e-5}"
    assert parse_recipe(text, "r.yaml", Path("/tmp")).optimization.learning_rate == 2e-5


def test_paths_are_taken_from_the_recipes_folder(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text("model: ./base\nadapter: start\ndata: {train: [rows.jsonl, /else/where.jsonl]}")
    recipe = read_recipe(file)
    assert recipe.data.train == (tmp_path / "rows.jsonl", Path("/else/where.jsonl"))
    assert recipe.adapter == tmp_path / "start"
    assert Path(recipe.model) == tmp_path / "base"


def test_a_suite_and_a_checkpoint_are_taken_from_there_too(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "embedded").mkdir()
    file = tmp_path / "recipe.yaml"
    file.write_text("model: base\nscoring: {suite: mine.jsonl}")
    recipe = read_recipe(file)
    assert recipe.model == str(tmp_path / "base")
    assert recipe.scoring.suite == str(tmp_path / "mine.jsonl")
    file.write_text("model: embedded\nscoring: {suite: mbpp}")
    recipe = read_recipe(file)
    assert (recipe.model, recipe.scoring.suite) == ("embedded", "mbpp")
    file.write_text("model: meta-llama/Meta-Llama-3-8B")
    assert read_recipe(file).model == "meta-llama/Meta-Llama-3-8B"


def test_a_file_that_is_too_large_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("name: " + "\u00e4" * 600_000)
    with pytest.raises(InvalidInput, match="larger than 1 MB"):
        read_recipe(file)


def test_a_file_that_is_not_there_and_a_name_that_is_none() -> None:
    with pytest.raises(InvalidInput, match=r"cannot be read \(No such file"):
        read_recipe("/nowhere/recipe.yaml")
    with pytest.raises(InvalidInput, match="there is no recipe") as caught:
        read_recipe("llama4")
    assert "llama3-8b-lora" in caught.value.hint
