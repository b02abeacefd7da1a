"""Plans: published sizes are met, and what ought to save memory or time does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from models.training.cost import Device, devices, flops_a_token, hours
from models.training.launch import shipped_launchers
from models.training.memory import GIB, base_bytes, memory_of
from models.training.plan import Volume, plan_of, volume_of
from models.training.recipe import Lora, Recipe
from models.training.recipe_file import read_recipe
from models.training.shape import shape_of
from verifiers.errors import InvalidInput

LLAMA_8B = shape_of("meta-llama/Meta-Llama-3-8B-Instruct")
LLAMA_70B = shape_of("meta-llama/Meta-Llama-3-70B-Instruct")


def recipe(**parts: object) -> Recipe:
    return Recipe.model_validate({"model": "x", **parts})


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("meta-llama/Meta-Llama-3-8B", 8_030_261_248),
        ("meta-llama/Meta-Llama-3-70B", 70_553_706_496),
        ("embedded", 134_515_008),
    ],
)
def test_parameters_are_those_that_the_models_have(model: str, parameters: int) -> None:
    assert shape_of(model).parameters == parameters


def test_an_adapters_parameters() -> None:
    # r 16 on the queries and values alone: the figure that PEFT prints for it.
    assert LLAMA_8B.lora_parameters(Lora(r=16, targets=("q_proj", "v_proj"))) == 6_815_744
    assert LLAMA_8B.lora_parameters(Lora(r=16)) == 41_943_040


def test_weights_take_two_bytes_frozen_four_trained_and_half_a_one_in_nf4() -> None:
    assert base_bytes(recipe(), LLAMA_8B, bf16=True) == 2 * LLAMA_8B.parameters
    full = base_bytes(recipe(tuning="full"), LLAMA_8B, bf16=True)
    assert full == 4 * LLAMA_8B.parameters + 2 * LLAMA_8B.linear_parameters
    four_bits = base_bytes(recipe(tuning="qlora"), LLAMA_70B, bf16=True)
    assert (
        40 * GIB < four_bits < 45 * GIB
    )  # 70B in QLoRA's own paper's scheme: about 40 GB and wide embeddings


def test_full_fine_tuning_takes_sixteen_bytes_a_parameter_before_activations() -> None:
    found = memory_of(recipe(tuning="full", optimization={"precision": "fp32"}), LLAMA_8B, bf16=False)
    assert found.weights + found.gradients + found.optimizer == 16 * LLAMA_8B.parameters


def test_what_saves_memory_does() -> None:
    kept = memory_of(recipe(optimization={"gradient_checkpointing": False}), LLAMA_8B)
    again = memory_of(recipe(), LLAMA_8B)
    assert again.activations < kept.activations / 10
    assert memory_of(recipe(optimization={"micro_batch": 1}), LLAMA_8B).activations == again.activations / 4
    eight = memory_of(recipe(tuning="full"), LLAMA_8B, devices=8)
    one = memory_of(recipe(tuning="full"), LLAMA_8B)
    assert eight.optimizer == one.optimizer / 8
    assert one.weights / 8 < eight.weights < one.weights / 4


def test_operations_are_six_a_parameter_for_full_and_four_for_lora() -> None:
    short = {"data": {"max_tokens": 16}}
    plain = {"optimization": {"gradient_checkpointing": False}}
    many = LLAMA_8B.multiplied_parameters
    assert flops_a_token(recipe(tuning="full", **short, **plain), LLAMA_8B) == pytest.approx(
        6 * many, rel=1e-3
    )
    assert flops_a_token(recipe(**short, **plain), LLAMA_8B) == pytest.approx(4 * many, rel=1e-3)
    assert flops_a_token(recipe(**short), LLAMA_8B) == pytest.approx(6 * many, rel=1e-3)


def test_time_and_cost_follow_from_device_count_and_price() -> None:
    device = Device(name="d", memory_gib=24, tflops=100, utilisation=0.5, dollars_hour=2)
    one = hours(recipe(), LLAMA_8B, 1e6, device)
    assert one == pytest.approx(1e6 * flops_a_token(recipe(), LLAMA_8B) / 50e12 / 3600)
    assert hours(recipe(), LLAMA_8B, 1e6, device, 4) == one / 4
    (line,) = plan_of(recipe(), LLAMA_8B, Volume(rows=1, tokens=1e6, counted=""), [device]).lines
    assert line.dollars == pytest.approx(3 * one * line.count * 2)  # three epochs


def test_the_fewest_devices_that_hold_it_are_taken() -> None:
    small, large = (
        Device(name=str(size), memory_gib=size, tflops=100, utilisation=0.5, dollars_hour=1)
        for size in (22, 160)
    )
    volume = Volume(rows=1, tokens=1e6, counted="")
    whole = recipe(tuning="full", optimization={"micro_batch": 1})
    few, many = (plan_of(whole, LLAMA_8B, volume, [device]).lines[0] for device in (large, small))
    assert (few.count, few.fits) == (1, True)
    assert many.count > 4
    tiny = Device(name="1", memory_gib=1, tflops=1, utilisation=1, dollars_hour=1)
    assert not plan_of(whole, LLAMA_8B, volume, [tiny]).lines[0].fits


def test_steps_are_counted_as_the_run_will_make_them() -> None:
    packed = plan_of(recipe(), LLAMA_8B, Volume(rows=10_000, tokens=2048 * 1000, counted=""), devices())
    assert (packed.sequences, packed.steps) == (1000, 6)
    few = recipe(data={"packing": False}, optimization={"max_steps": 5})
    assert plan_of(few, LLAMA_8B, Volume(rows=10_000, tokens=1e6, counted=""), devices()).steps == 5


def test_volume_is_that_of_the_files(tmp_path: Path) -> None:
    row = {
        "prompt": [{"role": "user", "content": "x" * 350}],
        "completion": [{"role": "assistant", "content": "y" * 350}],
        "origin": {"source": "test"},
    }
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(row)}\n" * 3)
    volume = volume_of(recipe(data={"train": (path,)}))
    assert volume.rows == 3
    assert 600 < volume.tokens < 800


def test_folds_are_runs_of_their_own() -> None:
    """Each of five runs lacks a fifth of the rows: together they take four times as long as one over all."""
    volume = Volume(rows=10_000, tokens=2048 * 5120, counted="")
    one, five = (plan_of(recipe(data={"folds": folds}), LLAMA_8B, volume, devices()) for folds in (1, 5))
    assert five.steps == 4 * one.steps
    assert five.lines[0].hours == pytest.approx(4 * one.lines[0].hours)
    assert five.lines[0].memory == one.lines[0].memory


def test_a_pair_is_two_sequences_and_the_reference_looks_at_both(tmp_path: Path) -> None:
    one, pairs = recipe(), recipe(method="dpo")
    assert memory_of(pairs, LLAMA_8B).activations == 2 * memory_of(one, LLAMA_8B).activations
    short, plain = {"data": {"max_tokens": 16}}, {"optimization": {"gradient_checkpointing": False}}
    many = LLAMA_8B.multiplied_parameters
    assert flops_a_token(recipe(method="dpo", **short, **plain), LLAMA_8B) == pytest.approx(
        6 * many, rel=1e-3
    )
    row = {
        "kind": "preference",
        "prompt": [{"role": "user", "content": "x" * 3500}],
        "chosen": [{"role": "assistant", "content": "y" * 350}],
        "rejected": [{"role": "assistant", "content": "z" * 700}],
        "origin": {"source": "test"},
    }
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps(row))
    tokens = volume_of(recipe(method="dpo", data={"train": (path,)})).tokens
    assert 2300 < tokens < 2400, "the prompt is read with each answer"


def test_full_tuning_on_pairs_holds_the_model_it_is_measured_by() -> None:
    one, pairs = recipe(tuning="full"), recipe(tuning="full", method="dpo")
    more = memory_of(pairs, LLAMA_8B).weights - memory_of(one, LLAMA_8B).weights
    assert more == pytest.approx(4 * LLAMA_8B.parameters)


def test_the_shipped_recipes_fit_what_their_comments_say() -> None:
    fits = {
        name: {
            line.device.name: line.count
            for line in plan_of(read, shape_of(read.model), volume_of(read), devices()).lines
            if line.fits
        }
        for name in ("llama3-8b-lora", "llama3-70b-qlora", "smollm2-cpu")
        for read in (read_recipe(name),)
    }
    assert fits["llama3-8b-lora"]["rtx-4090"] == 1
    assert fits["llama3-70b-qlora"]["a100-80gb"] == 1
    assert fits["smollm2-cpu"]["cpu-2-cores"] == 1
    assert "cpu-2-cores" not in fits["llama3-70b-qlora"]


def test_a_model_that_is_not_known_says_what_is(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="its size is not known") as caught:
        shape_of("someone/unknown")
    assert "Meta-Llama-3-8B" in caught.value.hint
    (tmp_path / "config.json").write_text('{"hidden_size": 64}')
    with pytest.raises(InvalidInput, match="is missing"):
        shape_of(str(tmp_path))
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(InvalidInput):
        shape_of(str(tmp_path))


def test_shipped_configurations_are_whole() -> None:
    assert {"ddp", "fsdp", "fsdp-qlora", "deepspeed-zero3", "two-nodes"} <= set(shipped_launchers())
    folder = Path(__file__).resolve().parents[4] / "models" / "training" / "distributed"
    for name in shipped_launchers():
        config = yaml.safe_load((folder / f"{name}.yaml").read_text())
        assert config["num_processes"] % config["num_machines"] == 0
