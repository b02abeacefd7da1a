from __future__ import annotations

from pathlib import Path

import pytest

from models.training.expert.grpo import read_grpo_recipe, shipped_grpo_recipes
from models.training.expert.recipe import (
    ExpertRecipe,
    parse_expert_recipe,
    read_expert_recipe,
    shipped_expert_recipes,
)
from verifiers.errors import InvalidInput

LEAST = "tasks: [{suite: 'mbpp:train'}]\nvalidation: {suite: 'mbpp:validation'}\nheld_out: ['mbpp:test']\n"


def parse(text: str) -> ExpertRecipe:
    return parse_expert_recipe(text, "r.yaml", Path("/place"))


def test_little_needs_to_be_said() -> None:
    recipe = parse(LEAST)
    assert (recipe.model, recipe.rounds, recipe.start, recipe.prompts) == ("embedded", 2, "base", "small")


@pytest.mark.parametrize("name", shipped_expert_recipes())
def test_what_ships_can_be_read_and_trained(name: str) -> None:
    recipe = read_expert_recipe(name)
    training = recipe.training((Path("rows.jsonl"),), 1, None)
    assert training.model == recipe.model
    assert any("test" in suite or "humaneval" in suite for suite in recipe.held_out)


@pytest.mark.parametrize("name", shipped_grpo_recipes())
def test_what_ships_for_reinforcement_can_be_read(name: str) -> None:
    assert "mbpp:test" in read_grpo_recipe(name).held_out


def test_paths_start_from_the_recipe() -> None:
    recipe = parse(LEAST + "extra: [more.jsonl]\nsuites: data\nmodel: ./base.gguf\n")
    assert recipe.extra == (Path("/place/more.jsonl"),)
    assert recipe.suites == Path("/place/data")
    assert recipe.model == "/place/base.gguf"
    mined = parse(LEAST.replace("mbpp:validation", "mined.jsonl"))
    assert mined.validation.suite == "/place/mined.jsonl"
    assert mined.tasks[0].suite == "mbpp:train"


def test_paths_for_reinforcement_start_from_its_recipe_too(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(LEAST.replace("mbpp:train", "mined.jsonl") + "adapter: before\nmodel: ./base.gguf\n")
    recipe = read_grpo_recipe(str(file))
    assert recipe.tasks[0].suite == str(tmp_path / "mined.jsonl")
    assert recipe.validation.suite == "mbpp:validation"
    assert recipe.adapter == tmp_path / "before"
    assert recipe.model == str(tmp_path / "base.gguf")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAST.replace("held_out", "heldout"), "held_out"),
        (LEAST.replace("held_out: ['mbpp:test']", ""), "held_out: is missing"),
        (LEAST + "rounds: 0\n", "rounds"),
        (LEAST + "drawing: {sample: 3}\n", "Did you mean 'samples'"),
        (LEAST.replace("validation'}", "validation', limt: 3}"), "Did you mean 'limit'"),
        (LEAST.replace("train'}", "train', limt: 3}"), "Did you mean 'limit'"),
        (LEAST + "learning: {data: {train: [x.jsonl]}}\n", "filled by the rounds"),
        (LEAST + "start: last\nlearning: {tuning: full}\n", "starts from the base"),
        (LEAST + "references: {first: true, use: none}\n", "references.first needs"),
        (LEAST + "references: {first: true}\nrounds: 1\n", "two rounds"),
        (LEAST + "name: ../../etc\n", "name"),
        (LEAST + "name: !!python/object/apply:os.system ['id']\n", "line 4"),
        ("- 1", "must hold fields"),
        ("", "must hold fields"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["none", "none.yaml", "a\0b.yaml", "x" * 5000 + ".yaml"])
def test_no_such_recipe(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_expert_recipe(name)
    assert caught.value.field == "recipe"
