"""Models and adapters out of other hands, damaged: one sentence that names them, never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models.errors import ModelMissing
from models.training.export.adapter import load_adapted
from models.training.export.base import find_base, load_model, load_tokenizer
from models.training.loading import open_model
from models.training.recipe import Recipe
from models.training.weights import checkpoint_of
from tests.lab.tiny import random_lora, tiny_llama
from verifiers.errors import InvalidInput, ToolFailed


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def adapter(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_lora(load_model(find_base(str(model))), tmp_path_factory.mktemp("adapter"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", b""),
        ("model.safetensors", b"\xff" * 200),
        ("config.json", b"{"),
        ("config.json", b"null"),
        ("config.json", b"[" * 100_000),
        ("config.json", b'{"model_type": "llama", "hidden_size": "x"}'),
        ("config.json", b'{"model_type": "llama", "num_attention_heads": 0}'),
        ("config.json", b'{"model_type": "llama", "hidden_size": 128}'),
        ("tokenizer.json", b"[]"),
        ("tokenizer.json", b'{"model": {"type": "BPE"}}'),
        ("tokenizer_config.json", b"[]"),
    ],
)
def test_a_damaged_model_is_named(model: Path, tmp_path: Path, name: str, content: bytes) -> None:
    damaged = Path(shutil.copytree(model, tmp_path / "damaged"))
    (damaged / name).write_bytes(content)
    with pytest.raises(ModelMissing, match="damaged"):
        open_model(Recipe(model=str(damaged)), str(damaged))
    load = load_tokenizer if name.startswith("tokenizer") else load_model
    with pytest.raises(ModelMissing, match="damaged"):
        load(find_base(str(damaged)))


@pytest.mark.parametrize(
    "changed",
    [{"r": "x"}, {"r": 3}, {"target_modules": "("}, {"rank_pattern": [1]}, {"task_type": "NO"}, None],
)
def test_a_damaged_adapter_is_named(
    model: Path, adapter: Path, tmp_path: Path, changed: dict[str, object] | None
) -> None:
    damaged = Path(shutil.copytree(adapter, tmp_path / "damaged"))
    if changed is None:
        (damaged / "adapter_model.safetensors").write_bytes(b"cut")
    else:
        config = json.loads((damaged / "adapter_config.json").read_text())
        (damaged / "adapter_config.json").write_text(json.dumps(config | changed))
    with pytest.raises(InvalidInput) as caught:
        open_model(Recipe(model=str(model), adapter=damaged), str(model))
    assert caught.value.field == "adapter"
    with pytest.raises(InvalidInput) as caught:
        load_adapted(load_model(find_base(str(model))), damaged)
    assert caught.value.field == "adapter"


def test_a_configuration_that_nests_too_deep_is_none(model: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("[" * 100_000)
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(InvalidInput, match="no readable adapter_config"):
        open_model(Recipe(model=str(model), adapter=tmp_path), str(model))


@pytest.mark.parametrize("content", [b"GGUF", b"GGUF" + bytes(100), b"GGUF\3\0\0\0" + b"\xff" * 100])
def test_a_damaged_gguf_file_is_named_and_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "damaged.gguf").write_bytes(content)
    with pytest.raises(ModelMissing, match=r"damaged\.gguf"):
        checkpoint_of(str(tmp_path / "damaged.gguf"), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "some.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ToolFailed, match="cannot be written"):
        checkpoint_of(str(tmp_path / "some.gguf"), tmp_path / "some.gguf" / "cache")
