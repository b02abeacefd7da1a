"""Plans: published sizes are met, and what ought to save memory or time does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from models.training.cost import Device, devices, flops_a_token, hours
from models.training.launch import shipped_launchers
from models.training.memory import GIB, base_bytes, memory_of
from models.training.plan import plan_of
from models.training.recipe import Lora, Recipe
from models.training.recipe_file import read_recipe
from models.training.shape import shape_of
from models.training.volume import Volume, volume_of
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


def written(path: Path, *lines: tuple[str, int, int], weight: float = 1.0) -> Path:
    """Rows by kind, with so many characters of prompt and answer."""
    sides = {"sft": ("completion",), "preference": ("chosen", "rejected")}
    path.write_text(
        "".join(
            json.dumps(
                {
                    "kind": kind,
                    "prompt": [{"role": "user", "content": f"{number} " + "x" * asked}],
                    **{name: [{"role": "assistant", "content": name[0] * said}] for name in sides[kind]},
                    "origin": {"source": "test"},
                }
                | ({"weight": weight} if kind == "sft" else {})
            )
            + "\n"
            for number, (kind, asked, said) in enumerate(lines)
        )
    )
    return path


def of_file(path: Path, method: str = "sft", **data: object) -> Recipe:
    return recipe(method=method, data={"train": (path,), "validation_share": 0, **data})


def test_rows_that_training_would_drop_are_left_out_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", ("sft", 100, 100), ("sft", 100, 5000), ("sft", 5000, 100))
    dropped = volume_of(of_file(path, max_tokens=512))
    assert dropped.rows == 1
    assert dropped.tokens < 512
    assert "2 of 3 rows look longer than data.max_tokens (512) and are left out" in dropped.counted
    cut = volume_of(of_file(path, max_tokens=512, too_long="truncate"))
    assert cut.rows == 2, "a completion is never cut"
    assert 512 < cut.tokens < 1024
    assert "1 of 3 rows look longer than data.max_tokens (512) and are left out" in cut.counted
    assert "1 of 3 rows look longer than data.max_tokens (512) and are cut" in cut.counted
    stops = volume_of(of_file(path, max_tokens=512, too_long="error"))
    assert "data.too_long: error" in stops.counted


def test_a_pair_with_a_side_that_is_too_long_is_left_out_as_a_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "pairs.jsonl", ("preference", 100, 1500), ("preference", 100, 5000))
    volume = volume_of(of_file(path, "dpo", max_tokens=512))
    assert volume.rows == 1
    assert 512 < volume.tokens < 1024


def test_what_is_held_out_is_not_learnt_from(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", *[("sft", 10, 10)] * 200)
    volume = volume_of(of_file(path, validation_share=0.5))
    assert 70 < volume.rows < 130
    assert f"{200 - volume.rows} held out" in volume.counted


@pytest.mark.parametrize(("method", "limit"), [("sft", 2048), ("dpo", 4096)])
def test_rows_longer_than_a_sequence_are_refused(method: str, limit: int) -> None:
    assert volume_of(recipe(method=method), 10, limit).tokens == 10 * limit
    with pytest.raises(InvalidInput, match=r"data\.max_tokens .*2,048") as caught:
        volume_of(recipe(method=method), 1000, 100_000)
    assert caught.value.field == "tokens-a-row"
    assert "100,000" in caught.value.message
    assert volume_of(recipe(data={"max_tokens": 128}), 10).tokens == 1280


def test_data_that_training_refuses_gets_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n")
    with pytest.raises(InvalidInput, match=r"leaves no row to learn from \(no rows\)"):
        volume_of(of_file(path))
    with pytest.raises(InvalidInput, match="leaves no row to learn from"):
        volume_of(of_file(written(path, ("sft", 10, 9000)), max_tokens=512))
    with pytest.raises(InvalidInput, match="leaves no row to learn from"):
        volume_of(of_file(written(path, ("sft", 10, 10), weight=0.0)))
    written(path, ("sft", 10, 10), ("preference", 10, 10))
    with pytest.raises(InvalidInput, match="is a preference row, and sft learns completions") as caught:
        volume_of(of_file(path))
    assert caught.value.field == f"{path}, line 2"
    with pytest.raises(InvalidInput, match="is no preference row, which dpo learns from"):
        volume_of(of_file(path, "dpo"))
    sound = written(tmp_path / "sound.jsonl", ("sft", 10, 10))
    with pytest.raises(InvalidInput, match="is a preference row"):
        volume_of(of_file(sound, validation=(path,)))


def test_an_adapter_is_laid_over_layers_that_there_are() -> None:
    one = LLAMA_8B.lora_parameters(Lora(targets=("q_proj",)))
    assert LLAMA_8B.lora_parameters(Lora(targets=("self_attn.q_proj",))) == one
    assert LLAMA_8B.lora_parameters(Lora(targets=("layers.31.self_attn.q_proj",))) == one / 32
    assert LLAMA_8B.lora_parameters(Lora(targets=("lm_head",))) == 16 * (4096 + 128_256)
    with pytest.raises(InvalidInput, match="no layer named 'nosuch'") as caught:
        plan_of(
            recipe(lora={"targets": ("q_proj", "nosuch")}), LLAMA_8B, Volume(rows=1, tokens=1, counted=""), []
        )
    assert caught.value.field == "lora.targets"
    assert "q_proj" in caught.value.hint


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
    sizes = {"hidden_size": 64, "intermediate_size": 64, "num_attention_heads": 4, "vocab_size": 9}
    (tmp_path / "config.json").write_text(json.dumps(sizes | {"num_hidden_layers": 4_000_000_000}))
    with pytest.raises(InvalidInput, match=r"num_hidden_layers.*less than or equal to 1000"):
        shape_of(str(tmp_path))
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(InvalidInput, match="is damaged"):
        shape_of(str(tmp_path))


def string(text: str) -> bytes:
    return len(text.encode()).to_bytes(8, "little") + text.encode()


def gguf(path: Path, *, architecture: str = "llama", tied: bool = True, heads: int = 3) -> Path:
    """A GGUF file of no weights: its numbers, its words, and where tensors would be."""
    numbers = {
        "embedding_length": 576,
        "feed_forward_length": 1536,
        "block_count": 30,
        "attention.head_count": 9,
        "attention.head_count_kv": heads,
        "context_length": 8192,
    }
    fields = [string("general.architecture") + (8).to_bytes(4, "little") + string(architecture)]
    fields += [
        string(f"llama.{name}") + (4).to_bytes(4, "little") + number.to_bytes(4, "little")
        for name, number in numbers.items()
    ]
    words = b"".join(string(f"w{number}") for number in range(49_152))
    kind = (9).to_bytes(4, "little") + (8).to_bytes(4, "little") + (49_152).to_bytes(8, "little")
    fields.append(string("tokenizer.ggml.tokens") + kind + words)
    names = ["token_embd.weight", *([] if tied else ["output.weight"])]
    tensors = [
        string(name)
        + (1).to_bytes(4, "little")
        + (8).to_bytes(8, "little")
        + (0).to_bytes(4, "little")
        + (number * 32).to_bytes(8, "little")
        for number, name in enumerate(names)
    ]
    head = b"GGUF" + (3).to_bytes(4, "little") + len(names).to_bytes(8, "little")
    body = head + len(fields).to_bytes(8, "little") + b"".join((*fields, *tensors))
    path.write_bytes(body + b"\0" * (-len(body) % 32 + 32 * len(names)))
    return path


def test_a_gguf_file_says_its_size_itself(tmp_path: Path) -> None:
    assert shape_of(str(gguf(tmp_path / "a.gguf"))) == shape_of("embedded")
    assert not shape_of(str(gguf(tmp_path / "b.gguf", tied=False))).tie_word_embeddings


def test_a_damaged_gguf_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    whole = gguf(tmp_path / "whole.gguf").read_bytes()
    path = tmp_path / "part.gguf"
    for size in (4, 20, 100, 5000, len(whole) - 32):
        path.write_bytes(whole[:size])
        with pytest.raises(InvalidInput, match="is damaged") as caught:
            shape_of(str(path))
        assert caught.value.field == "model"
    path.write_bytes(whole[:24] + b"\xff" * 8 + whole[32:])
    with pytest.raises(InvalidInput, match="is damaged"):
        shape_of(str(path))
    for content in (b"", b"PK\x03\x04"):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match="is no GGUF file"):
            shape_of(str(path))
    with pytest.raises(InvalidInput, match="no Llama but 'bert'"):
        shape_of(str(gguf(path, architecture="bert")))
    with pytest.raises(InvalidInput, match="multiple"):
        shape_of(str(gguf(path, heads=4)))
    with pytest.raises(InvalidInput, match="No such file"):
        shape_of(str(tmp_path / "none.gguf"))


def test_shipped_configurations_are_whole() -> None:
    assert {"ddp", "fsdp", "fsdp-qlora", "deepspeed-zero3", "two-nodes"} <= set(shipped_launchers())
    folder = Path(__file__).resolve().parents[4] / "models" / "training" / "distributed"
    for name in shipped_launchers():
        config = yaml.safe_load((folder / f"{name}.yaml").read_text())
        assert config["num_processes"] % config["num_machines"] == 0
