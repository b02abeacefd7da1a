"""A plan's numbers against a real run: parameters to the last one, memory within a stated tolerance."""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from api.cli.train import _changed, _tried
from models.training.batches import Collator
from models.training.head import score_labels_only
from models.training.launch import shipped_launchers
from models.training.loading import open_model
from models.training.memory import activation_bytes, base_bytes, logit_bytes
from models.training.objective import Supervised
from models.training.recipe import Recipe
from models.training.recipe_file import read_recipe
from models.training.run import train
from models.training.shape import shape_of
from models.training.tiny import make_tiny_llama
from models.training.trainers import completion_loss
from tests.lab.tiny import tiny_llama
from tests.lab.training import preference_row, sft_row, written_rows
from verifiers.errors import InvalidInput

TOLERANCE = 0.1
VOCABULARY, TOKENS = 5000, 256


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(
        tmp_path_factory.mktemp("model"),
        vocab_size=VOCABULARY,
        num_hidden_layers=4,
        intermediate_size=160,
        max_position_embeddings=512,
    )


def wanted(model: Path, tuning: str, **changed: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "model": str(model),
            "tuning": tuning,
            "lora": {"r": 8},
            "data": {"max_tokens": TOKENS},
            "optimization": {"micro_batch": 2, "batch": 2, "precision": "fp32", **changed},
        }
    )


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_parameters_are_counted_to_the_last_one(model: Path, tuning: str) -> None:
    recipe, shape = wanted(model, tuning), shape_of(str(model))
    opened = open_model(recipe, str(model)).model
    every = sum(weight.numel() for weight in opened.parameters())
    learnt = sum(weight.numel() for weight in opened.parameters() if weight.requires_grad)
    if tuning == "full":
        assert every == learnt == shape.parameters
    else:
        assert (every - learnt, learnt) == (shape.parameters, shape.lora_parameters(recipe.lora))
    held = sum(weight.nbytes for weight in opened.parameters() if weight.requires_grad == (tuning == "full"))
    assert held == base_bytes(recipe, shape, bf16=False)


def kept_bytes(opened: Any, batch: dict[str, Any]) -> int:
    """Bytes that autograd holds on to for one forward pass, beside the weights."""
    weights = {weight.untyped_storage().data_ptr() for weight in opened.parameters()}
    held: dict[int, tuple[int, Any]] = {}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            held[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        completion_loss(opened, batch, Supervised())
    return sum(size for size, _ in held.values())


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_activations_and_logits_are_what_a_pass_keeps(model: Path, tuning: str) -> None:
    """Without checkpointing: what is kept for the backward pass, within 10%."""
    recipe = wanted(model, tuning, gradient_checkpointing=False)
    opened = open_model(recipe, str(model)).model.train()
    assert score_labels_only(opened.get_base_model() if tuning == "lora" else opened)
    row = {"input_ids": [7] * TOKENS, "start": 0, "weights": [1.0] * TOKENS}
    batch = Collator([row], 0, packing=False)([{"rows": [0]}, {"rows": [0]}])
    measured = kept_bytes(opened, batch)
    shape = shape_of(str(model))
    # Of the three copies of the logits the gradient comes later, and of the other two one outlives the pass.
    logits = logit_bytes(shape, 2 * TOKENS, cpu=True) / 3
    planned = activation_bytes(recipe, shape, 2 * TOKENS, bf16=False) + logits
    assert planned == pytest.approx(measured, rel=TOLERANCE)


def test_the_recipe_for_8b_runs_with_nothing_changed_but_the_models_name(tmp_path: Path) -> None:
    text = files("models.training").joinpath("recipes/llama3-8b-lora.yaml").read_text()
    name = "meta-llama/Meta-Llama-3-8B-Instruct"
    assert text.count(name) == 1
    tiny = make_tiny_llama(tmp_path / "tiny", ["def add(a, b):"], shape_of(name).model_dump())
    file = tmp_path / "renamed.yaml"
    file.write_text(text.replace(name, str(tiny)))
    rows = written_rows(tmp_path / "rows.jsonl", [sft_row(number) for number in range(80)])
    run = train(_changed(read_recipe(file), [rows], None), tmp_path / "run")
    assert run.steps == 3
    assert run.perplexity is not None
    assert (run.best / "adapter_model.safetensors").is_file()


def test_a_dry_run_keeps_hyper_parameters_and_shrinks_the_model(tmp_path: Path) -> None:
    shipped = read_recipe("llama3-70b-qlora")
    with _tried(shipped) as (made, folder, _):
        kept = ("learning_rate", "batch", "micro_batch", "warmup", "clip", "gradient_checkpointing")
        for name in kept:
            assert getattr(made.optimization, name) == getattr(shipped.optimization, name)
        assert (made.lora, made.data.max_tokens) == (shipped.lora, 2048)
        assert shape_of(made.model).parameters < 1_000_000
        assert train(made, folder).steps == 3


@pytest.mark.parametrize(
    ("rows", "parts", "line", "says"),
    [
        ([sft_row(0), preference_row(1)], {}, 4, "is a preference row"),
        (
            [sft_row(0), sft_row(1, completion=[{"role": "assistant", "content": "x = 1\n" * 900}])],
            {"max_tokens": 64, "too_long": "error"},
            4,
            "longer than 64 tokens",
        ),
    ],
)
def test_a_dry_run_names_the_users_file_and_line(
    tmp_path: Path, rows: list[dict[str, Any]], parts: dict[str, Any], line: int, says: str
) -> None:
    """Not those of the copy of a few rows, which is gone by then."""
    first = written_rows(tmp_path / "first.jsonl", [sft_row(7)])
    path = written_rows(tmp_path / "rows.jsonl", rows)
    path.write_text("\n\n" + path.read_text())
    shipped = _changed(read_recipe("smollm2-cpu"), [first, path], None)
    recipe = shipped.changed(data=shipped.data.model_copy(update={"validation_share": 0.0, **parts}))
    with pytest.raises(InvalidInput, match=says) as caught, _tried(recipe) as (made, folder, _):
        train(made, folder)
    assert caught.value.field == f"{path}, line {line}"


def test_a_dry_run_knows_the_layers_of_the_whole_model() -> None:
    shipped = read_recipe("llama3-70b-qlora")
    deep = shipped.changed(lora={"targets": ("layers.79.mlp.up_proj", "layers.5.self_attn.q_proj")})
    with _tried(deep) as (made, folder, _):
        assert train(made, folder).steps == 3
    with (
        pytest.raises(InvalidInput, match=r"no layer named 'layers\.80\.mlp\.up_proj'"),
        _tried(shipped.changed(lora={"targets": ("layers.80.mlp.up_proj",)})),
    ):
        pass


@pytest.mark.parametrize("name", shipped_launchers())
def test_a_shipped_configuration_is_one_of_accelerates(name: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    path = files("models.training").joinpath(f"distributed/{name}.yaml")
    config = load_config_from_file(str(path))
    assert config.num_processes == yaml.safe_load(path.read_text())["num_processes"]
    plain = vars(config)
    if plain.get("fsdp_config"):
        from accelerate import FullyShardedDataParallelPlugin

        known = {field.name for field in fields(FullyShardedDataParallelPlugin)} | {"offload_params"}
        named = {key.removeprefix("fsdp_") for key in plain["fsdp_config"]}
        assert named - {"version"} <= known
